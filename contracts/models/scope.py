from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.enums import Expiring
from contracts.models.part import PARTIES, PartOfContract
from servicedesk.sla.promise import Severity
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.keys import TenantKey, owned_target

REPORTERS = [Role.WARD_REPORTER.value, Role.IT_ENGINEER.value, Role.IT_LEAD.value]


def reporters() -> list[str]:
    return list(REPORTERS)


class System(PartOfContract):
    """A system under the contract, a module of one, or an interface of one to a system elsewhere (PACS-12). Each may
    have a term of its own inside the contract's."""

    contract = models.ForeignKey("Contract", models.CASCADE, db_constraint=False, related_name="systems")
    part_of = models.ForeignKey(
        "self",
        models.CASCADE,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="modules",
        verbose_name=_("module of"),
    )
    name = models.CharField(_("name"), max_length=80)
    interface_to = models.CharField(_("interface to"), max_length=80, blank=True)
    version = models.CharField(_("version"), max_length=40, blank=True)
    clause = models.CharField(_("clause"), max_length=40, blank=True)
    starts_on = models.DateField(_("own term from"), null=True, blank=True)
    ends_on = models.DateField(_("own term to"), null=True, blank=True)
    history = HistoricalRecords()

    class Meta(PartOfContract.Meta):
        verbose_name = _("system")
        constraints = [
            *PartOfContract.Meta.constraints,
            owned_target("system_of_parties", *PARTIES),
            TenantKey("part_of", owner=PARTIES, name="system_module_same_parties"),
            models.UniqueConstraint(
                fields=["hospital", "contract", "name"],
                name="system_name_once",
                violation_error_message=_("The contract already has a system of this name."),
            ),
            models.CheckConstraint(
                name="system_ends_after_start",
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("The system's term ends before it begins."),
            ),
            models.CheckConstraint(
                name="interface_is_of_a_system",
                condition=Q(interface_to="") | Q(part_of__isnull=False),
                violation_error_message=_("An interface belongs to a system: choose which."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CatalogueItem(PartOfContract):
    """A kind of service that a reporter can pick; `roles` says who may."""

    contract = models.ForeignKey("Contract", models.CASCADE, db_constraint=False, related_name="catalogue")
    category = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=80)
    clause = models.CharField(_("clause"), max_length=40, blank=True)  # empty: a house category
    roles = models.JSONField(_("who may report it"), default=reporters)
    history = HistoricalRecords()

    class Meta(PartOfContract.Meta):
        verbose_name = _("kind of service")
        constraints = [
            *PartOfContract.Meta.constraints,
            models.UniqueConstraint(fields=["hospital", "contract", "category"], name="catalogue_category_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Level(PartOfContract):
    """What the contract says of a severity, in its own words: shown when somebody chooses."""

    contract = models.ForeignKey("Contract", models.CASCADE, db_constraint=False, related_name="levels")
    severity = models.CharField(_("severity"), max_length=1, choices=[(s.value, s.value) for s in Severity if s])
    means = models.TextField(_("what it means"), max_length=500)
    vendor_acts = models.TextField(_("what the vendor does"), max_length=500)
    hospital_acts = models.TextField(_("what the hospital does"), max_length=500)
    history = HistoricalRecords()

    class Meta(PartOfContract.Meta):
        verbose_name = _("level")
        ordering = ["severity"]
        constraints = [
            *PartOfContract.Meta.constraints,
            models.UniqueConstraint(fields=["hospital", "contract", "severity"], name="level_once"),
        ]

    def __str__(self) -> str:
        return self.severity


class ScopeLimit(PartOfContract):
    """What the contract leaves out: beyond it lies a quotation and the hospital's decision, never silence (ALL-9)."""

    contract = models.ForeignKey("Contract", models.CASCADE, db_constraint=False, related_name="limits")
    words = models.CharField(_("what is left out"), max_length=300)
    clause = models.CharField(_("clause"), max_length=40, blank=True)
    history = HistoricalRecords()

    class Meta(PartOfContract.Meta):
        verbose_name = _("limit of the scope")

    def __str__(self) -> str:
        return self.words


class Expiry(PartOfContract):
    """Something of a system that runs out by itself: people are reminded 90, 60, 30 and 7 days before."""

    contract = models.ForeignKey("Contract", models.CASCADE, db_constraint=False, related_name="expiries")
    system = models.ForeignKey(
        System, models.SET_NULL, db_constraint=False, null=True, blank=True, verbose_name=_("system")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Expiring.choices)
    name = models.CharField(_("name"), max_length=80)
    expires_on = models.DateField(_("valid until"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    history = HistoricalRecords()

    class Meta(PartOfContract.Meta):
        verbose_name = _("expiry")
        ordering = ["expires_on", "id"]
        constraints = [
            *PartOfContract.Meta.constraints,
            TenantKey("system", owner=PARTIES, name="expiry_system_same_parties"),
        ]

    def __str__(self) -> str:
        return self.name
