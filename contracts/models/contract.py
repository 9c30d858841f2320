from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.permissions import SEE_CONTRACTS
from servicedesk.clocks.models import Desk
from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.keys import TenantKey, owned_target
from servicedesk.tenancy.models import Hospital, Vendor
from servicedesk.tenancy.models.base import WalledWithId


class Contract(WalledWithId):
    """What one vendor owes one hospital, with times on it. Its status is computed from dates: `contracts.terms`."""

    ownership = Ownership.PARTIES
    see = SEE_CONTRACTS

    hospital = models.ForeignKey(Hospital, models.PROTECT)
    vendor = models.ForeignKey(Vendor, models.PROTECT)
    desk = models.ForeignKey(Desk, models.PROTECT, db_constraint=False, db_index=False, related_name="contracts")
    number = models.CharField(_("contract number"), max_length=60, blank=True)
    name = models.CharField(_("name"), max_length=60)
    blueprint = models.CharField(_("blueprint"), max_length=31)
    starts_on = models.DateField(_("term from"), null=True, blank=True)
    ends_on = models.DateField(_("term to"), null=True, blank=True)  # the last day, included
    is_signed_yearly = models.BooleanField(_("signed year by year"), default=False)
    price = models.DecimalField(_("price (yuan)"), max_digits=14, decimal_places=2, null=True, blank=True)
    residents_agreed = models.PositiveSmallIntegerField(_("resident engineers agreed"), default=0)
    has_no_solve_time = models.BooleanField(_("no solve time is agreed"), default=False)  # ICU-19: said, not forgotten
    renews = models.ForeignKey("self", models.PROTECT, db_constraint=False, null=True, blank=True, related_name="next")
    draft = models.JSONField(default=dict)  # the wizard's half-way state: pages done, and what was typed on the others
    activated_at = models.DateTimeField(_("activated"), null=True)
    activated_by = models.UUIDField(null=True)  # the membership
    ended_at = models.DateTimeField(_("ended early"), null=True)
    ended_by = models.UUIDField(null=True)
    end_reason = models.CharField(_("why it ended"), max_length=300, blank=True)
    history = HistoricalRecords(excluded_fields=["draft", "activated_by", "ended_by"])  # who did it, the trail says

    class Meta:
        ordering = ["ends_on", "id"]
        verbose_name = _("contract")
        constraints = [
            owned_target("contract_of_parties", "hospital", "vendor"),
            TenantKey("desk", owner=("hospital", "vendor"), name="contract_desk_same_parties"),
            TenantKey("renews", owner=("hospital", "vendor"), name="contract_renews_same_parties"),
            models.UniqueConstraint(fields=["hospital", "desk"], name="one_desk_per_contract"),
            models.UniqueConstraint(
                fields=["hospital", "vendor", "number"],
                condition=~Q(number=""),
                name="contract_number_once",
                violation_error_message=_("There is already a contract of this number."),
            ),
            models.CheckConstraint(
                name="contract_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(starts_on__isnull=False, ends_on__gte=F("starts_on")),
                violation_error_message=_("The term ends before it begins."),
            ),
            models.CheckConstraint(
                name="contract_activated_whole",
                condition=Q(activated_at__isnull=True, activated_by__isnull=True)
                | (Q(activated_by__isnull=False, ends_on__isnull=False) & ~Q(number="")),
            ),
            models.CheckConstraint(
                name="contract_ended_whole",
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, end_reason="")
                | (Q(ended_at__isnull=False, ended_by__isnull=False, activated_at__isnull=False) & ~Q(end_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Signing(WalledWithId):
    """One contract year inside the term. Between two of them, and after the last, nothing new is promised."""

    ownership = Ownership.PARTIES
    see = SEE_CONTRACTS

    hospital = models.ForeignKey(Hospital, models.PROTECT, db_index=False)
    vendor = models.ForeignKey(Vendor, models.PROTECT, db_index=False)
    contract = models.ForeignKey(Contract, models.CASCADE, db_constraint=False, related_name="signings")
    number = models.CharField(_("number of the yearly contract"), max_length=60, blank=True)
    from_on = models.DateField(_("from"))
    to_on = models.DateField(_("to"))  # the last day, included
    history = HistoricalRecords()

    class Meta:
        ordering = ["from_on", "id"]
        verbose_name = _("signing")
        constraints = [
            TenantKey("contract", owner=("hospital", "vendor"), name="signing_contract_same_parties"),
            models.UniqueConstraint(fields=["hospital", "contract", "from_on"], name="signing_begins_once"),
            models.CheckConstraint(
                name="signing_ends_after_start",
                condition=Q(to_on__gte=F("from_on")),
                violation_error_message=_("The contract year ends before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_on} – {self.to_on}"
