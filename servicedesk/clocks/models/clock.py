from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from servicedesk.clocks.models.calendars import WorkCalendar
from servicedesk.clocks.models.desk import Desk
from servicedesk.clocks.permissions import SEE_CLOCKS
from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.keys import TenantKey, owned_target
from servicedesk.tenancy.models import Hospital, Matter, Vendor
from servicedesk.tenancy.models.base import WalledWithId


class Clock(WalledWithId):
    """A running promise of a matter: the promise as it was, the facts it counts by, and the result once it stopped.

    What is stored of `due_at` can always be recomputed from the rest (`clocks.reading.core_of`), and equals it.
    """

    ownership = Ownership.PARTIES
    see = SEE_CLOCKS
    STARTED_ONCE = ("clock_place_once", "one_standing_clock")  # constraints

    hospital = models.ForeignKey(Hospital, models.PROTECT, db_index=False)
    vendor = models.ForeignKey(Vendor, models.PROTECT, db_index=False)
    matter = models.ForeignKey(Matter, models.CASCADE, db_constraint=False, related_name="clocks", db_index=False)
    desk = models.ForeignKey(Desk, models.PROTECT, db_constraint=False, related_name="+", db_index=False)
    calendar = models.ForeignKey(WorkCalendar, models.PROTECT, db_constraint=False, related_name="+", db_index=False)
    assignee = models.UUIDField(null=True)  # the membership that works on the matter, told by rungs for the assignee
    metric = models.CharField(_("promise"), max_length=12)  # a sla.promise.Metric
    place = models.PositiveSmallIntegerField(default=0)  # in the course of this metric of this matter
    is_standing = models.BooleanField(default=True)  # what holds of this metric now, running or ended
    raised_over = models.PositiveSmallIntegerField(null=True)  # the place of the clock whose severity was raised
    cycle = models.PositiveSmallIntegerField(_("cycle"), default=1)
    category = models.CharField(_("category"), max_length=40)
    severity = models.CharField(_("severity"), max_length=1, blank=True)
    promise = models.JSONField()
    counts_from = models.DateTimeField(_("counts from"))
    armed_at = models.DateTimeField(_("called for"), null=True)
    called_at = models.DateTimeField(null=True)  # the latest call for a visit in this cycle
    agreed_at = models.DateTimeField(_("agreed time"), null=True)
    due_at = models.DateTimeField(_("due"), null=True)
    is_provisional = models.BooleanField(_("provisional"), default=False)
    acknowledged_at = models.DateTimeField(_("taken care of"), null=True)
    acknowledged_by = models.UUIDField(null=True)
    stopped_at = models.DateTimeField(_("stopped"), null=True)
    outcome = models.CharField(_("result"), max_length=12, null=True)  # a sla.clock.Outcome

    class Meta:
        ordering = ["matter_id", "metric", "place"]
        verbose_name = _("clock")
        constraints = [
            owned_target("clock_of_parties", "hospital", "vendor"),
            TenantKey("matter", owner=("hospital", "vendor"), name="clock_matter_same_parties"),
            TenantKey("desk", owner=("hospital", "vendor"), name="clock_desk_same_parties"),
            TenantKey("calendar", owner=("hospital", "vendor"), name="clock_calendar_same_parties"),
            models.UniqueConstraint(fields=["hospital", "matter", "metric", "place"], name="clock_place_once"),
            models.UniqueConstraint(
                fields=["hospital", "matter", "metric"], condition=Q(is_standing=True), name="one_standing_clock"
            ),
            models.CheckConstraint(name="open_clock_stands", condition=Q(outcome__isnull=False) | Q(is_standing=True)),
            models.CheckConstraint(
                name="clock_stopped_with_result",
                condition=Q(outcome__isnull=True, stopped_at__isnull=True)
                | Q(outcome__isnull=False, stopped_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["calendar"], name="open_clocks_by_calendar", condition=Q(outcome__isnull=True)),
            models.Index(fields=["hospital", "due_at"], name="open_clocks_by_due", condition=Q(outcome__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.cycle}"

    def get_absolute_url(self) -> str:
        return reverse("clock", args=[self.pk])


class Span(WalledWithId):
    """A pause of one clock, with why and who. Intervals are kept, never totals."""

    ownership = Ownership.PARTIES
    see = SEE_CLOCKS

    hospital = models.ForeignKey(Hospital, models.PROTECT, db_index=False)
    vendor = models.ForeignKey(Vendor, models.PROTECT, db_index=False)
    clock = models.ForeignKey(Clock, models.CASCADE, db_constraint=False, related_name="spans")
    start_at = models.DateTimeField(_("from"))
    end_at = models.DateTimeField(_("to"), null=True)
    why = models.CharField(_("reason"), max_length=200)
    by = models.UUIDField(null=True)  # the membership

    class Meta:
        ordering = ["start_at", "id"]
        verbose_name = _("pause")
        constraints = [
            TenantKey("clock", owner=("hospital", "vendor"), name="span_clock_same_parties"),
            models.CheckConstraint(
                name="span_ends_after_start", condition=Q(end_at__isnull=True) | Q(end_at__gte=F("start_at"))
            ),
            models.UniqueConstraint(
                fields=["hospital", "clock"], condition=Q(end_at__isnull=True), name="one_open_span_per_clock"
            ),
        ]

    def __str__(self) -> str:
        return self.why


class Waiver(WalledWithId):
    """'This is not needed': by whom, why, since when the need was gone, and what the hospital says to it."""

    ownership = Ownership.PARTIES
    see = SEE_CLOCKS

    hospital = models.ForeignKey(Hospital, models.PROTECT, db_index=False)
    vendor = models.ForeignKey(Vendor, models.PROTECT, db_index=False)
    clock = models.ForeignKey(Clock, models.CASCADE, db_constraint=False, related_name="waivers")
    is_remote_solution = models.BooleanField(_("solved remotely"), default=False)  # waived at once, contestable
    solved_at = models.DateTimeField(_("need gone since"))
    why = models.CharField(_("reason"), max_length=300)
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField(_("asked"))
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    is_granted = models.BooleanField(_("granted"), null=True)
    said = models.CharField(_("what the hospital says"), max_length=300, blank=True)

    class Meta:
        ordering = ["-asked_at", "-id"]
        verbose_name = _("waiver")
        constraints = [
            TenantKey("clock", owner=("hospital", "vendor"), name="waiver_clock_same_parties"),
            models.CheckConstraint(
                name="waiver_decided_whole",
                condition=Q(decided_at__isnull=True, is_granted__isnull=True)
                | Q(decided_at__isnull=False, is_granted__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["hospital", "clock"], condition=Q(decided_at__isnull=True), name="one_open_waiver_per_clock"
            ),
        ]

    @property
    def is_settled(self) -> bool:
        """By the end of all, not by the hospital's word."""
        return self.decided_at is not None and self.decided_by is None

    def __str__(self) -> str:
        return self.why
