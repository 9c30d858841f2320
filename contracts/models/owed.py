"""What the contract counts and owes: quotas, planned inspections, documents, payments. Copied from its blueprint."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.enums import After, DayUnit, Per, Visit
from contracts.models.part import PARTIES, PartOfContract
from servicedesk.tenancy.keys import TenantKey, owned_target
from servicedesk.tenancy.models import Matter

AT_LEAST_ONE = MinValueValidator(1)


class Quota(PartOfContract):
    """An agreed number, such as ten new reports (ICU-3): what goes beyond it is the hospital's to decide."""

    contract = models.ForeignKey("Contract", models.CASCADE, db_constraint=False, related_name="quotas")
    name = models.CharField(_("name"), max_length=80)
    unit = models.CharField(_("counted in"), max_length=20)
    amount = models.PositiveIntegerField(_("agreed"))
    category = models.CharField(_("kind of service"), max_length=40, blank=True)
    clause = models.CharField(_("clause"), max_length=40, blank=True)
    history = HistoricalRecords()

    class Meta(PartOfContract.Meta):
        verbose_name = _("quota")
        constraints = [*PartOfContract.Meta.constraints, owned_target("quota_of_parties", *PARTIES)]

    def __str__(self) -> str:
        return self.name


class QuotaUse(PartOfContract):
    """Something taken from a quota. Beyond the amount it counts for nothing before the hospital has decided."""

    contract = models.ForeignKey("Contract", models.CASCADE, db_constraint=False, related_name="+")
    quota = models.ForeignKey(Quota, models.CASCADE, db_constraint=False, related_name="uses")
    matter = models.ForeignKey(Matter, models.PROTECT, db_constraint=False, null=True, blank=True, related_name="+")
    what = models.CharField(_("what for"), max_length=120)
    amount = models.PositiveIntegerField(_("how many"), default=1, validators=[AT_LEAST_ONE])
    at = models.DateTimeField(_("when"))
    by = models.UUIDField()  # the membership
    is_beyond = models.BooleanField(_("beyond the quota"), default=False)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.UUIDField(null=True)
    is_granted = models.BooleanField(_("granted"), null=True)
    said = models.CharField(_("what the hospital says"), max_length=200, blank=True)
    history = HistoricalRecords()

    class Meta(PartOfContract.Meta):
        verbose_name = _("use of a quota")
        ordering = ["at", "id"]
        constraints = [
            *PartOfContract.Meta.constraints,
            TenantKey("quota", owner=PARTIES, name="quota_use_same_parties"),
            TenantKey("matter", owner=PARTIES, name="quota_use_matter_same_parties"),
            models.CheckConstraint(
                name="quota_use_decided_whole",
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, is_granted__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False, is_granted__isnull=False, is_beyond=True),
            ),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def counts(self) -> bool:
        return not self.is_beyond or bool(self.is_granted)


class PlannedInspection(PartOfContract):
    """How often the vendor comes and looks, and by when the report is due."""

    contract = models.ForeignKey("Contract", models.CASCADE, db_constraint=False, related_name="plans")
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=20, choices=Visit.choices)
    times = models.PositiveSmallIntegerField(_("times"), validators=[AT_LEAST_ONE, MaxValueValidator(366)])
    per = models.CharField(_("per"), max_length=10, choices=Per.choices)
    report_within = models.PositiveSmallIntegerField(_("report due within"), null=True, blank=True)
    report_unit = models.CharField(_("counted in"), max_length=20, choices=DayUnit.choices, blank=True)
    clause = models.CharField(_("clause"), max_length=40, blank=True)
    history = HistoricalRecords()

    class Meta(PartOfContract.Meta):
        verbose_name = _("inspection plan")
        constraints = [
            *PartOfContract.Meta.constraints,
            models.CheckConstraint(
                name="plan_report_whole",
                condition=Q(report_within__isnull=True, report_unit="")
                | (Q(report_within__isnull=False) & ~Q(report_unit="")),
                violation_error_message=_("A report's time is a number and its unit, or neither."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Deliverable(PartOfContract):
    """A document owed, and by when."""

    contract = models.ForeignKey("Contract", models.CASCADE, db_constraint=False, related_name="deliverables")
    name = models.CharField(_("name"), max_length=120)
    due_after = models.CharField(_("due"), max_length=20, choices=After.choices)
    due_within = models.PositiveSmallIntegerField(_("within"), null=True, blank=True)
    due_unit = models.CharField(_("counted in"), max_length=20, choices=DayUnit.choices, blank=True)
    needs_approval = models.BooleanField(_("the hospital approves it"), default=False)
    clause = models.CharField(_("clause"), max_length=40, blank=True)
    history = HistoricalRecords()

    class Meta(PartOfContract.Meta):
        verbose_name = _("deliverable")
        constraints = [
            *PartOfContract.Meta.constraints,
            models.CheckConstraint(
                name="deliverable_due_whole",
                condition=Q(due_within__isnull=True, due_unit="") | (Q(due_within__isnull=False) & ~Q(due_unit="")),
                violation_error_message=_("A time is a number and its unit, or neither."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PaymentMilestone(PartOfContract):
    """A share of the price and the conditions for it, codes of `Condition`."""

    contract = models.ForeignKey("Contract", models.CASCADE, db_constraint=False, related_name="payments")
    name = models.CharField(_("name"), max_length=80)
    share = models.DecimalField(
        _("share (%)"),
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    conditions = models.JSONField(_("conditions"), default=list)
    clause = models.CharField(_("clause"), max_length=40, blank=True)
    history = HistoricalRecords()

    class Meta(PartOfContract.Meta):
        verbose_name = _("payment")
        constraints = [
            *PartOfContract.Meta.constraints,
            models.CheckConstraint(name="share_of_a_whole", condition=Q(share__gte=0, share__lte=100)),
        ]

    def __str__(self) -> str:
        return self.name
