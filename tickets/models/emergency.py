"""The hospital's emergency plan, the checklist it becomes in an emergency, and what the hospital itself has to do."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models import Contract
from contracts.permissions import SEE_CONTRACTS
from servicedesk.sla.promise import Severity
from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.keys import TenantKey, owned_target
from servicedesk.tenancy.models import Hospital, Vendor
from servicedesk.tenancy.models.base import WalledWithId
from tickets.models.part import PARTIES, PartOfTicket
from tickets.models.stream import SIDES


class EmergencyPlan(WalledWithId):
    """One version of a contract's plan (HRP-4). Versions are never changed: a revision is the next one."""

    ownership = Ownership.PARTIES
    see = SEE_CONTRACTS

    hospital = models.ForeignKey(Hospital, models.PROTECT, db_index=False)
    vendor = models.ForeignKey(Vendor, models.PROTECT, db_index=False)
    contract = models.ForeignKey(Contract, models.PROTECT, db_constraint=False, related_name="emergency_plans")
    version = models.PositiveSmallIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=120)
    steps = models.JSONField(_("steps"), default=list)  # [{"words", "side", "minutes"}], see tickets.plans.Step
    why = models.CharField(_("what was revised"), max_length=300, blank=True)
    at = models.DateTimeField(_("holds since"))
    by = models.UUIDField()
    by_name = models.CharField(_("revised by"), max_length=60)
    history = HistoricalRecords()

    class Meta:
        ordering = ["contract_id", "-version"]
        verbose_name = _("emergency plan")
        constraints = [
            owned_target("plan_of_parties", *PARTIES),
            TenantKey("contract", owner=PARTIES, name="plan_contract_same_parties"),
            models.UniqueConstraint(fields=["hospital", "contract", "version"], name="plan_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.title} V{self.version}"


class PlanTick(PartOfTicket):
    """A step of the plan as it was when the emergency began; a later revision leaves it alone."""

    plan = models.ForeignKey(EmergencyPlan, models.PROTECT, db_constraint=False, related_name="ticks")
    place = models.PositiveSmallIntegerField()
    words = models.CharField(_("step"), max_length=300)
    side = models.CharField(_("whose step"), max_length=10, choices=SIDES)
    minutes = models.PositiveSmallIntegerField(_("within minutes"), null=True)
    done_at = models.DateTimeField(_("done"), null=True)
    done_by = models.UUIDField(null=True)
    done_name = models.CharField(_("by whom"), max_length=60, blank=True)
    done_side = models.CharField(max_length=10, choices=SIDES, blank=True)

    class Meta(PartOfTicket.Meta):
        verbose_name = _("step of an emergency")
        ordering = ["place", "id"]
        constraints = [
            *PartOfTicket.Meta.constraints,
            TenantKey("plan", owner=PARTIES, name="plantick_plan_same_parties"),
            models.UniqueConstraint(fields=["hospital", "ticket", "place"], name="plan_step_once"),
            models.CheckConstraint(
                name="plan_step_done_whole",
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.words


class HospitalTask(PartOfTicket):
    """客户措施 (PACS-16): what the contract asks of the hospital at this severity, and what it sets itself."""

    place = models.PositiveSmallIntegerField()
    words = models.CharField(_("what the hospital does"), max_length=500)
    severity = models.CharField(
        _("severity"), max_length=1, blank=True, choices=[(s.value, s.value) for s in Severity]
    )  # whose row of the contract it comes from; empty: set by the hospital itself
    due_at = models.DateTimeField(_("until"), null=True)
    made_at = models.DateTimeField(_("since"))
    done_at = models.DateTimeField(_("done"), null=True)
    done_by = models.UUIDField(null=True)
    done_name = models.CharField(_("by whom"), max_length=60, blank=True)

    class Meta(PartOfTicket.Meta):
        verbose_name = _("task of the hospital")
        ordering = ["place", "id"]
        constraints = [
            *PartOfTicket.Meta.constraints,
            models.UniqueConstraint(fields=["hospital", "ticket", "place"], name="hospital_task_once"),
            models.CheckConstraint(
                name="hospital_task_done_whole",
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.words
