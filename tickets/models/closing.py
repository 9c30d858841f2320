"""How a ticket ends: the signature on the feedback form, the signer's 'no', the record that is kept of it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contracts.models import Contract, System
from servicedesk.tenancy.keys import TenantKey, owned_target
from tickets.enums import Cause, Ending, Remedy, Satisfaction, Way
from tickets.models.acts import BY_SIDE
from tickets.models.part import PARTIES, PartOfTicket
from tickets.permissions import SEE_RECORDS


class SigningLink(PartOfTicket):
    """A link by which somebody without an account signs one ticket, once. Only the hash of its secret is kept."""

    see = SEE_RECORDS

    cycle = models.PositiveSmallIntegerField(_("cycle"))
    secret_hash = models.CharField(max_length=64, db_index=True, editable=False)
    made_at = models.DateTimeField(_("made"))
    made_by = models.UUIDField()
    made_name = models.CharField(_("made by"), max_length=60)
    made_side = models.CharField(max_length=10, choices=BY_SIDE)
    made_address = models.CharField(max_length=45, blank=True)
    until_at = models.DateTimeField(_("until"))
    used_at = models.DateTimeField(_("used"), null=True)
    revoked_at = models.DateTimeField(_("taken back"), null=True)

    class Meta(PartOfTicket.Meta):
        verbose_name = _("link for signing")
        ordering = ["-made_at", "-id"]
        constraints = [
            *PartOfTicket.Meta.constraints,
            owned_target("signing_link_of_parties", *PARTIES),
            models.UniqueConstraint(
                fields=["hospital", "ticket"],
                condition=Q(used_at__isnull=True, revoked_at__isnull=True),
                name="one_open_signing_link",
            ),
            models.CheckConstraint(name="signing_link_ends_after_start", condition=Q(until_at__gt=F("made_at"))),
        ]

    def __str__(self) -> str:
        return f"{self.made_name} {self.made_at:%Y-%m-%d %H:%M}"


class Testimony(PartOfTicket):
    """Somebody's word about the work: who, when, over which way, from which device, who handed it to them."""

    cycle = models.PositiveSmallIntegerField(_("cycle"))
    at = models.DateTimeField(_("when"))
    way = models.CharField(_("over which way"), max_length=8, choices=Way.choices)
    name = models.CharField(_("who"), max_length=60)
    person = models.UUIDField(null=True)  # the membership of who was signed in
    handed_by = models.UUIDField(null=True)
    handed_name = models.CharField(_("handed over by"), max_length=60, blank=True)
    link = models.ForeignKey(SigningLink, models.PROTECT, db_constraint=False, null=True, related_name="+")
    address = models.CharField(_("device address"), max_length=45, blank=True)
    device = models.CharField(_("device"), max_length=300, blank=True)

    class Meta(PartOfTicket.Meta):
        abstract = True
        constraints = [
            *PartOfTicket.Meta.constraints,
            TenantKey("link", owner=PARTIES, name="%(class)s_link_same_parties"),
            models.CheckConstraint(
                name="%(class)s_by_its_way",
                condition=Q(way=Way.HANDED, handed_by__isnull=False, person__isnull=True, link__isnull=True)
                | Q(way=Way.ACCOUNT, person__isnull=False, handed_by__isnull=True, link__isnull=True)
                | Q(way=Way.LINK, link__isnull=False, handed_by__isnull=True),
            ),
        ]


class FeedbackForm(Testimony):
    """售后服务反馈单 as it was signed: its frozen facts, signature, hash. The database lets nobody change it."""

    facts = models.JSONField()
    form_sha256 = models.CharField(max_length=64)  # of the facts alone: what the signer saw
    sha256 = models.CharField(max_length=64)  # of the facts with the signature
    strokes = models.TextField(blank=True)
    typed = models.CharField(_("typed name"), max_length=60, blank=True)
    satisfaction = models.CharField(_("satisfaction"), max_length=12, choices=Satisfaction.choices)
    words = models.CharField(_("in the signer's words"), max_length=500, blank=True)

    class Meta(Testimony.Meta):
        verbose_name = _("service feedback form")
        ordering = ["-at", "-id"]
        constraints = [
            *Testimony.Meta.constraints,
            owned_target("feedback_of_parties", *PARTIES),
            models.UniqueConstraint(fields=["hospital", "ticket", "cycle"], name="one_feedback_per_cycle"),
            models.CheckConstraint(
                name="feedback_drawn_or_typed",
                condition=(Q(strokes="") & ~Q(typed="")) | (~Q(strokes="") & Q(typed="")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("feedback", args=[self.pk])


class Objection(Testimony):
    """'Not solved', said by a signer without an account: the hospital's IT decides what follows from it."""

    why = models.CharField(_("what is not solved"), max_length=300)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.UUIDField(null=True)
    decided_name = models.CharField(max_length=60, blank=True)
    is_upheld = models.BooleanField(_("upheld"), null=True)
    said = models.CharField(_("what the hospital says"), max_length=300, blank=True)

    class Meta(Testimony.Meta):
        verbose_name = _("signer's refusal")
        ordering = ["at", "id"]
        constraints = [
            *Testimony.Meta.constraints,
            models.UniqueConstraint(
                fields=["hospital", "ticket"], condition=Q(decided_at__isnull=True), name="one_open_objection"
            ),
            models.CheckConstraint(
                name="objection_decided_whole",
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, is_upheld__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False, is_upheld__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.why[:60]


class MaintenanceRecord(PartOfTicket):
    """维护记录: what is kept of a closed ticket. Frozen; the columns repeat its facts, for lists to filter by."""

    see = SEE_RECORDS

    contract = models.ForeignKey(Contract, models.PROTECT, db_constraint=False, related_name="+")
    system = models.ForeignKey(System, models.PROTECT, db_constraint=False, null=True, related_name="+")
    feedback = models.ForeignKey(FeedbackForm, models.PROTECT, db_constraint=False, null=True, related_name="+")
    ending = models.CharField(pgettext_lazy("record", "confirmed"), max_length=12, choices=Ending.choices)
    number = models.CharField(_("number"), max_length=40)
    title = models.CharField(_("what happened"), max_length=120)
    system_name = models.CharField(_("system"), max_length=160, blank=True)
    category = models.CharField(max_length=40)
    category_name = models.CharField(_("kind of service"), max_length=80)
    severity = models.CharField(_("severity"), max_length=1, blank=True)
    cause = models.CharField(_("cause"), max_length=20, choices=Cause.choices, blank=True)
    remedy = models.CharField(_("kind of solution"), max_length=20, choices=Remedy.choices, blank=True)
    solution = models.TextField(_("solution"), blank=True)
    engineer_name = models.CharField(_("engineer"), max_length=60, blank=True)
    reported_at = models.DateTimeField(_("reported"), null=True)
    arrived_at = models.DateTimeField(_("arrived"), null=True)
    solved_at = models.DateTimeField(_("solved"), null=True)
    closed_at = models.DateTimeField(_("closed"))
    closed_name = models.CharField(_("confirmed by"), max_length=60, blank=True)
    closed_why = models.CharField(_("closed without signature because"), max_length=300, blank=True)
    signer_name = models.CharField(_("signed by"), max_length=60, blank=True)
    satisfaction = models.CharField(_("satisfaction"), max_length=12, choices=Satisfaction.choices, blank=True)
    way = models.CharField(_("over which way"), max_length=8, choices=Way.choices, blank=True)
    missed = models.PositiveSmallIntegerField(_("promises missed"), default=0)
    cycles = models.PositiveSmallIntegerField(pgettext_lazy("record", "cycles"), default=1)
    is_recurring = models.BooleanField(_("recurring"), default=False)
    facts = models.JSONField()
    sha256 = models.CharField(max_length=64)

    class Meta(PartOfTicket.Meta):
        verbose_name = _("maintenance record")
        ordering = ["-closed_at", "-id"]
        constraints = [
            *PartOfTicket.Meta.constraints,
            TenantKey("contract", owner=PARTIES, name="record_contract_same_parties"),
            TenantKey("system", owner=PARTIES, name="record_system_same_parties"),
            TenantKey("feedback", owner=PARTIES, name="record_feedback_same_parties"),
            models.UniqueConstraint(fields=["hospital", "ticket"], name="one_record_per_ticket"),
            models.CheckConstraint(
                name="record_confirmed_by_both_is_signed",
                condition=~Q(ending=Ending.BOTH) | Q(feedback__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["hospital", "-closed_at", "-id"], name="records_of_hospital"),
            models.Index(fields=["vendor", "-closed_at", "-id"], name="records_of_vendor"),
            models.Index(fields=["contract", "-closed_at", "-id"], name="records_of_contract"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("record", args=[self.pk])
