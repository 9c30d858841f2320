"""Acts with facts of their own: calls, visits, solutions, wishes for another severity."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from servicedesk.clocks.words import CHANNELS
from servicedesk.sla.promise import Channel, Severity
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.keys import TenantKey
from servicedesk.tenancy.models import Membership
from tickets.enums import Cause, Proof, Remedy
from tickets.models.part import PartOfTicket

BY_SIDE = [(side.value, side.value) for side in Side]


# How long the other side may dispute a first call that nobody asked it about: house default†.
DISPUTED_WITHIN = timedelta(days=7)


class Call(PartOfTicket):
    """A call about a ticket, or a report that came in by mail or in person, as one side writes it down. The first one
    starts the clocks, or what a severity was raised to (PACS-16); written down later than it happened, its time needs
    the other side's word."""

    channel = models.CharField(
        _("How it came"), max_length=10, choices=[(c.value, c.value) for c in Channel], default=Channel.PHONE.value
    )
    is_first = models.BooleanField(default=False)
    called_at = models.DateTimeField(_("when was the call"))
    caller = models.CharField(_("who called"), max_length=60)
    callee = models.CharField(_("who answered"), max_length=60, blank=True)
    number = models.CharField(_("number"), max_length=30, blank=True)
    words = models.CharField(_("what was said"), max_length=500, blank=True)
    logged_at = models.DateTimeField(_("written down"))
    logged_by = models.UUIDField()
    logged_side = models.CharField(max_length=10, choices=BY_SIDE)
    needs_word = models.BooleanField(default=False)  # logged late: the other side is asked
    agreed_at = models.DateTimeField(_("confirmed"), null=True)
    agreed_by = models.UUIDField(null=True)
    disputed_at = models.DateTimeField(_("disputed"), null=True)
    disputed_by = models.UUIDField(null=True)
    disputed_why = models.CharField(_("why it is disputed"), max_length=300, blank=True)

    class Meta(PartOfTicket.Meta):
        verbose_name = _("call")
        ordering = ["called_at", "id"]
        constraints = [
            *PartOfTicket.Meta.constraints,
            models.CheckConstraint(name="call_before_its_log", condition=Q(called_at__lte=F("logged_at"))),
            models.CheckConstraint(
                name="call_agreed_whole",
                condition=Q(agreed_at__isnull=True, agreed_by__isnull=True)
                | Q(agreed_at__isnull=False, agreed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="call_disputed_whole",
                condition=Q(disputed_at__isnull=True, disputed_by__isnull=True, disputed_why="")
                | (Q(disputed_at__isnull=False, disputed_by__isnull=False) & ~Q(disputed_why="")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["hospital", "logged_at"], name="calls_that_need_a_word",
                condition=Q(needs_word=True, agreed_at__isnull=True, disputed_at__isnull=True),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.caller} {self.called_at:%Y-%m-%d %H:%M}"

    @property
    def way(self) -> str:
        return str(CHANNELS[Channel(self.channel)])

    @property
    def is_by_phone(self) -> bool:
        return self.channel == Channel.PHONE

    def is_disputable(self, at: datetime) -> bool:
        """By the other side. Whoever was asked about it may take longer."""
        return self.needs_word or (self.is_first and at < self.logged_at + DISPUTED_WITHIN)


class Visit(PartOfTicket):
    """Somebody goes there: called for, sent, arrived (with a proof), left (PACS-8)."""

    cycle = models.PositiveSmallIntegerField(_("cycle"), default=1)
    why = models.CharField(_("why a visit"), max_length=300)
    called_at = models.DateTimeField(_("called for"))
    called_by = models.UUIDField()
    engineer = models.ForeignKey(
        Membership, models.PROTECT, db_constraint=False, null=True, related_name="+", verbose_name=_("engineer")
    )
    engineer_name = models.CharField(_("engineer"), max_length=60, blank=True)
    planned_at = models.DateTimeField(_("expected at"), null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    sent_by = models.UUIDField(null=True)
    arrived_at = models.DateTimeField(_("arrived"), null=True)
    proof = models.CharField(_("proof"), max_length=8, choices=Proof.choices, blank=True)
    proved_by = models.UUIDField(null=True)
    where = models.CharField(_("where"), max_length=160, blank=True)
    left_at = models.DateTimeField(_("left"), null=True)
    work = models.TextField(_("work done"), max_length=5_000, blank=True)
    dropped_at = models.DateTimeField(_("not needed any more"), null=True)
    dropped_why = models.CharField(_("why it was not needed"), max_length=300, blank=True)

    class Meta(PartOfTicket.Meta):
        verbose_name = _("visit")
        ordering = ["called_at", "id"]
        constraints = [
            *PartOfTicket.Meta.constraints,
            TenantKey("engineer", owner=("vendor",), name="visit_engineer_same_vendor"),
            models.UniqueConstraint(
                fields=["hospital", "ticket"],
                condition=Q(left_at__isnull=True, dropped_at__isnull=True),
                name="one_open_visit_per_ticket",
            ),
            models.CheckConstraint(
                name="visit_sent_whole",
                condition=Q(sent_at__isnull=True, sent_by__isnull=True)
                | Q(sent_at__isnull=False, sent_by__isnull=False, engineer__isnull=False),
            ),
            models.CheckConstraint(
                name="visit_arrived_with_proof",
                condition=Q(arrived_at__isnull=True, proof="", proved_by__isnull=True)
                | (Q(arrived_at__isnull=False, proved_by__isnull=False) & ~Q(proof="")),
            ),
            models.CheckConstraint(
                name="visit_leaves_after_arrival",
                condition=Q(left_at__isnull=True) | Q(arrived_at__isnull=False, left_at__gte=F("arrived_at")),
            ),
            models.CheckConstraint(
                name="visit_dropped_whole",
                condition=Q(dropped_at__isnull=True, dropped_why="")
                | (Q(dropped_at__isnull=False) & ~Q(dropped_why="")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["hospital", "planned_at"], name="visits_expected",
                condition=Q(left_at__isnull=True, dropped_at__isnull=True),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.engineer_name or self.why


class Solution(PartOfTicket):
    """What solved it, per cycle; refused, the ticket goes into the next one."""

    cycle = models.PositiveSmallIntegerField(_("cycle"))
    at = models.DateTimeField(_("solved"))
    by = models.UUIDField()
    by_name = models.CharField(_("who"), max_length=60)
    cause = models.CharField(_("cause"), max_length=20, choices=Cause.choices)
    remedy = models.CharField(_("kind of solution"), max_length=20, choices=Remedy.choices)
    words = models.TextField(_("solution"), max_length=10_000)
    is_remote = models.BooleanField(_("solved remotely"), default=False)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    confirmed_by = models.UUIDField(null=True)
    confirmed_name = models.CharField(max_length=60, blank=True)
    refused_at = models.DateTimeField(_("refused"), null=True)
    refused_by = models.UUIDField(null=True)
    refused_why = models.CharField(_("why it was refused"), max_length=300, blank=True)

    class Meta(PartOfTicket.Meta):
        verbose_name = _("solution")
        ordering = ["cycle", "id"]
        constraints = [
            *PartOfTicket.Meta.constraints,
            models.UniqueConstraint(fields=["hospital", "ticket", "cycle"], name="one_solution_per_cycle"),
            models.CheckConstraint(
                name="solution_confirmed_whole",
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False, refused_at__isnull=True),
            ),
            models.CheckConstraint(
                name="solution_refused_whole",
                condition=Q(refused_at__isnull=True, refused_by__isnull=True, refused_why="")
                | (Q(refused_at__isnull=False, refused_by__isnull=False) & ~Q(refused_why="")),
            ),
        ]

    def __str__(self) -> str:
        return self.words[:60]


class TermsWish(PartOfTicket):
    """The vendor proposes another severity, or another kind of service; the hospital decides. Both change what is
    promised, so whoever promised does neither alone."""

    severity = models.CharField(
        _("severity"), max_length=1, blank=True, choices=[(s.value, s.value) for s in Severity if s]
    )
    category = models.CharField(_("kind of service"), max_length=40, blank=True)
    category_name = models.CharField(_("kind of service"), max_length=80, blank=True)
    why = models.CharField(_("why"), max_length=300)
    asked_at = models.DateTimeField(_("proposed"))
    asked_by = models.UUIDField()
    asked_name = models.CharField(max_length=60)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.UUIDField(null=True)
    is_granted = models.BooleanField(_("granted"), null=True)
    said = models.CharField(_("what the hospital says"), max_length=300, blank=True)

    class Meta(PartOfTicket.Meta):
        verbose_name = _("proposed terms")
        ordering = ["asked_at", "id"]
        constraints = [
            *PartOfTicket.Meta.constraints,
            models.CheckConstraint(
                name="terms_wish_decided_whole",
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, is_granted__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False, is_granted__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["hospital", "ticket"], condition=Q(decided_at__isnull=True), name="one_open_terms_wish"
            ),
            models.CheckConstraint(
                name="wish_of_one_thing", condition=Q(severity="", category__gt="") | Q(severity__gt="", category="")
            ),
        ]

    def __str__(self) -> str:
        return self.category_name or self.severity
