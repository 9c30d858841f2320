from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from contracts.models import Contract, System
from servicedesk.sla.promise import Channel, Severity
from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.keys import TenantKey, owned_target
from servicedesk.tenancy.models import Department, Hospital, Matter, Membership, Place, Vendor
from servicedesk.tenancy.models.base import WalledWithId
from servicedesk.tenancy.permissions import SEE_MATTERS
from servicedesk.tenancy.wall import Person
from tickets.enums import OPEN, State, WaitsOn
from tickets.models.part import PARTIES
from tickets.permissions import SEE_TICKETS

IS_OPEN = Q(state__in=sorted(OPEN))
BY_DUE = (F("due_at").asc(nulls_last=True), F("id").asc())
IS_CLOSED = Q(closed_at__isnull=False)


@lru_cache(maxsize=1024)  # an act says it four times
def _address(pk: UUID) -> str:
    return reverse("ticket", args=[pk])


class Ticket(WalledWithId):
    """A fault or a request: what was reported, by whom, under which contract, and how it stands.

    Names are copied: neither side may read the other's memberships, and who leaves stays named. What is promised runs
    as clocks of its matter; `due_at` follows the matter's `next_due_at` by a trigger, so that queues sort by an index.
    """

    ownership = Ownership.PARTIES
    see = SEE_TICKETS

    hospital = models.ForeignKey(Hospital, models.PROTECT, db_index=False)
    vendor = models.ForeignKey(Vendor, models.PROTECT, db_index=False)
    matter = models.ForeignKey(Matter, models.PROTECT, db_constraint=False, related_name="tickets", db_index=False)
    contract = models.ForeignKey(Contract, models.PROTECT, db_constraint=False, related_name="tickets", db_index=False)
    system = models.ForeignKey(
        System, models.PROTECT, db_constraint=False, null=True, related_name="+", verbose_name=_("system")
    )
    number = models.CharField(_("number"), max_length=40)
    submission = models.UUIDField(null=True, editable=False)  # one sending of a form, however often it was pressed
    external_number = models.CharField(_("number elsewhere"), max_length=60, blank=True)
    external_source = models.CharField(_("of which system"), max_length=30, blank=True)
    title = models.CharField(_("what happened"), max_length=120)
    words = models.TextField(_("description"), max_length=20_000, blank=True)
    category = models.CharField(_("kind of service"), max_length=40)
    category_name = models.CharField(_("kind of service"), max_length=80)
    severity = models.CharField(_("severity"), max_length=1, blank=True, choices=[(s.value, s.value) for s in Severity])
    is_emergency = models.BooleanField(_("emergency"), default=False)
    is_outside_contract = models.BooleanField(_("outside contract"), default=False)
    channel = models.CharField(_("reported by"), max_length=10, choices=[(c.value, c.value) for c in Channel])
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.REPORTED)
    department = models.ForeignKey(
        Department, models.PROTECT, db_constraint=False, null=True, related_name="+", verbose_name=_("department")
    )
    place = models.ForeignKey(
        Place, models.PROTECT, db_constraint=False, null=True, related_name="+", verbose_name=_("place")
    )
    where = models.CharField(_("where"), max_length=160, blank=True)
    reporter = models.ForeignKey(Membership, models.PROTECT, db_constraint=False, null=True, related_name="+")
    reporter_name = models.CharField(_("reporter"), max_length=60, blank=True)
    reporter_phone = models.CharField(_("extension or phone"), max_length=30, blank=True)
    reported_at = models.DateTimeField(_("reported"), null=True)  # the clocks' start; None until the call is logged
    recorded_at = models.DateTimeField(_("written down"))
    assignee = models.ForeignKey(Membership, models.PROTECT, db_constraint=False, null=True, related_name="+")
    assignee_name = models.CharField(_("who works on it"), max_length=60, blank=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    waits_for = models.CharField(_("waits for"), max_length=200, blank=True)
    waits_on = models.CharField(_("waits on"), max_length=11, choices=WaitsOn, blank=True)
    wakes_at = models.DateTimeField(_("asks again"), null=True)
    urged_at = models.DateTimeField(_("asked for haste"), null=True)
    cycle = models.PositiveSmallIntegerField(_("cycle"), default=1)
    recurs = models.ForeignKey(
        "self", models.PROTECT, db_constraint=False, null=True, related_name="recurrences", verbose_name=_("recurs")
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, db_constraint=False, null=True, related_name="children", verbose_name=_("outage")
    )
    merged_into = models.ForeignKey("self", models.PROTECT, db_constraint=False, null=True, related_name="merged")
    due_at = models.DateTimeField(pgettext_lazy("ticket", "due"), null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    changed_at = models.DateTimeField(_("changed"))
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_why = models.CharField(_("closed without signature because"), max_length=300, blank=True)
    history = HistoricalRecords(excluded_fields=["due_at", "version", "changed_at", "submission", "reporter_phone"])

    class Meta:
        ordering = ["-id"]
        verbose_name = _("ticket")
        constraints = [
            owned_target("ticket_of_parties", *PARTIES),
            TenantKey("matter", owner=PARTIES, name="ticket_matter_same_parties"),
            TenantKey("contract", owner=PARTIES, name="ticket_contract_same_parties"),
            TenantKey("system", owner=PARTIES, name="ticket_system_same_parties"),
            TenantKey("department", name="ticket_department_same_hospital"),
            TenantKey("place", name="ticket_place_same_hospital"),
            TenantKey("reporter", name="ticket_reporter_same_hospital"),
            TenantKey("assignee", owner=("vendor",), name="ticket_assignee_same_vendor"),
            TenantKey("recurs", owner=PARTIES, name="ticket_recurs_same_parties"),
            TenantKey("parent", owner=PARTIES, name="ticket_parent_same_parties"),
            TenantKey("merged_into", owner=PARTIES, name="ticket_merged_same_parties"),
            models.UniqueConstraint(fields=["hospital", "matter"], name="one_ticket_per_matter"),
            models.UniqueConstraint(fields=["hospital", "number"], name="ticket_number_once"),
            models.UniqueConstraint(
                fields=["hospital", "submission"], condition=Q(submission__isnull=False), name="ticket_submitted_once"
            ),
            models.UniqueConstraint(
                fields=["hospital", "external_source", "external_number"],
                condition=~Q(external_number=""),
                name="ticket_number_elsewhere_once",
            ),
            models.CheckConstraint(
                name="ticket_source_has_number", condition=Q(external_source="") | ~Q(external_number="")
            ),
            models.CheckConstraint(
                name="ticket_waits_with_reason",
                condition=~Q(state=State.WAITING) | (Q(wakes_at__isnull=False) & ~Q(waits_for="") & ~Q(waits_on="")),
            ),
            models.CheckConstraint(
                name="ticket_reported_once_called",
                condition=Q(state__in=[State.CALL_AWAITED, State.WITHDRAWN, State.MERGED])
                | Q(reported_at__isnull=False),
            ),
            models.CheckConstraint(
                name="ticket_closed_has_moment",
                condition=Q(state=State.CLOSED, closed_at__isnull=False)
                | (~Q(state=State.CLOSED) & Q(closed_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="ticket_merged_into_another",
                condition=Q(state=State.MERGED, merged_into__isnull=False)
                | (~Q(state=State.MERGED) & Q(merged_into__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(
                F("vendor"), F("due_at").asc(nulls_last=True), F("id"), name="open_tickets_of_vendor", condition=IS_OPEN
            ),
            models.Index(
                F("hospital"), F("due_at").asc(nulls_last=True), F("id"), name="open_tickets_of_hospital",
                condition=IS_OPEN,
            ),
            models.Index(fields=["hospital", "-id"], name="tickets_of_hospital"),
            models.Index(fields=["vendor", "-id"], name="tickets_of_vendor"),
            models.Index(fields=["contract", "-id"], name="tickets_of_contract"),
            models.Index(fields=["hospital", "changed_at", "id"], name="changes_of_hospital"),
            models.Index(fields=["vendor", "changed_at", "id"], name="changes_of_vendor"),
            models.Index(fields=["system", "-id"], name="tickets_of_system"),
            models.Index(fields=["assignee", "id"], name="open_tickets_of_person", condition=IS_OPEN),
            # tickets: home
            models.Index(fields=["hospital", "closed_at"], name="closed_tickets_of_hospital", condition=IS_CLOSED),
            models.Index(fields=["vendor", "closed_at"], name="closed_tickets_of_vendor", condition=IS_CLOSED),
            models.Index(fields=["wakes_at"], name="tickets_that_wake", condition=Q(state=State.WAITING)),
            # tickets: closing
            models.Index(
                fields=["due_at"], name="tickets_that_close", condition=Q(state__in=[State.RESOLVED, State.SIGNED])
            ),
            models.Index(
                fields=["system", "category", "-closed_at"], name="closed_tickets_of_system",
                condition=Q(state=State.CLOSED),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return _address(self.pk)

    @property
    def is_open(self) -> bool:
        return not State(self.state).is_over

    @classmethod
    def of_department(cls, person: Person) -> Q:
        """What one reported oneself stays in sight, wherever it was."""
        return super().of_department(person) | cls.of_oneself(person)

    @classmethod
    def of_oneself(cls, person: Person) -> Q:
        return Q(reporter_id=person.membership_id)


class NumberRule(WalledWithId):
    """How a hospital's tickets are numbered: `{letters}-{yyyyMMdd}-{seq}`, by the hospital's own letters."""

    ownership = Ownership.HOSPITAL
    see = SEE_MATTERS

    hospital = models.OneToOneField(Hospital, models.CASCADE)
    digits = models.PositiveSmallIntegerField(_("digits of the day's count"), default=3)
    history = HistoricalRecords()

    class Meta:
        ordering = ["id"]
        verbose_name = _("rule for numbers")
        constraints = [models.CheckConstraint(name="number_digits", condition=Q(digits__gte=2, digits__lte=6))]

    def __str__(self) -> str:
        return str(self.digits)


class DayCount(WalledWithId):
    """How many tickets a hospital has had on a day: the next one's number, without a gap and without a double."""

    ownership = Ownership.HOSPITAL
    see = SEE_MATTERS

    hospital = models.ForeignKey(Hospital, models.CASCADE, db_index=False)
    on = models.DateField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["hospital_id", "on"]
        verbose_name = _("count of a day")
        constraints = [models.UniqueConstraint(fields=["hospital", "on"], name="day_counted_once")]

    def __str__(self) -> str:
        return f"{self.on} {self.last}"
