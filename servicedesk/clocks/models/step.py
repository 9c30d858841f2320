from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from servicedesk.clocks.models.clock import Clock
from servicedesk.clocks.permissions import SEE_CLOCKS
from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.keys import TenantKey, owned_target
from servicedesk.tenancy.models import Hospital, Matter, Vendor
from servicedesk.tenancy.models.base import WalledWithId

WAITING = Q(fired_at__isnull=True, set_aside_at__isnull=True)


class Step(WalledWithId):
    """A rung of a clock's ladder with the moment at which it is told: the watch's whole plan is these rows."""

    ownership = Ownership.PARTIES
    see = SEE_CLOCKS

    hospital = models.ForeignKey(Hospital, models.PROTECT, db_index=False)
    vendor = models.ForeignKey(Vendor, models.PROTECT, db_index=False)
    clock = models.ForeignKey(Clock, models.CASCADE, db_constraint=False, related_name="steps", db_index=False)
    rung = models.PositiveSmallIntegerField()
    fire_at = models.DateTimeField(_("when"))
    planned_at = models.DateTimeField(db_default=Now())  # what was planned after its own moment is nobody's delay
    fired_at = models.DateTimeField(_("told"), null=True)
    set_aside_at = models.DateTimeField(_("set aside"), null=True)  # it failed alone, and must starve nobody
    reason = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["fire_at", "rung"]
        verbose_name = _("step")
        constraints = [
            owned_target("step_of_parties", "hospital", "vendor"),
            TenantKey("clock", owner=("hospital", "vendor"), name="step_clock_same_parties"),
            models.UniqueConstraint(fields=["hospital", "clock", "rung"], name="step_rung_once"),
        ]
        indexes = [
            models.Index(fields=["fire_at"], name="steps_to_fire", condition=WAITING),
            models.Index(
                fields=["set_aside_at"], name="steps_set_aside", condition=Q(fired_at=None) & ~Q(set_aside_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rung} {self.fire_at}"


class Escalation(WalledWithId):
    """A rung that was told: to whom, for which deadline, and how late that was. `at` is the plan's time, never ours."""

    ownership = Ownership.PARTIES
    see = SEE_CLOCKS

    hospital = models.ForeignKey(Hospital, models.PROTECT, db_index=False)
    vendor = models.ForeignKey(Vendor, models.PROTECT, db_index=False)
    matter = models.ForeignKey(Matter, models.CASCADE, db_constraint=False, related_name="+", db_index=False)
    clock = models.ForeignKey(Clock, models.CASCADE, db_constraint=False, related_name="escalations", db_index=False)
    step = models.ForeignKey(Step, models.CASCADE, db_constraint=False, related_name="+", db_index=False)
    rung = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField(_("due"))
    at = models.DateTimeField(_("planned for"))
    fired_at = models.DateTimeField(_("told"))
    is_late = models.BooleanField(_("late"), default=False)
    told = models.JSONField(_("told to"), default=list)  # ids of memberships
    nobody = models.JSONField(_("nobody found for"), default=list)  # roles

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("escalation")
        constraints = [
            TenantKey("clock", owner=("hospital", "vendor"), name="escalation_clock_same_parties"),
            TenantKey("matter", owner=("hospital", "vendor"), name="escalation_matter_same_parties"),
            TenantKey("step", owner=("hospital", "vendor"), name="escalation_step_same_parties"),
            models.UniqueConstraint(fields=["hospital", "step"], name="escalation_once"),
        ]
        indexes = [
            models.Index(fields=["hospital", "-at"], name="escalations_of_hospital"),
            models.Index(fields=["vendor", "-at"], name="escalations_of_vendor"),
            models.Index(fields=["clock"], name="escalations_of_clock"),
        ]

    def __str__(self) -> str:
        return f"{self.rung} {self.at}"
