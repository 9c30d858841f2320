from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from servicedesk.accounts.permissions import SEE_TOKENS
from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.keys import TenantKey
from servicedesk.tenancy.models import Hospital, Membership, Vendor
from servicedesk.tenancy.models.base import WalledWithId
from servicedesk.tenancy.scopes import Scope

LONGEST = timedelta(days=366)


class Token(WalledWithId):
    """A machine's key to the interface for programs. Only the hash of its secret is kept; it acts as a membership of
    its own, so that every trail and stream says which machine it was."""

    ownership = Ownership.EITHER
    see = SEE_TOKENS

    hospital = models.ForeignKey(Hospital, models.PROTECT, null=True, db_index=False)
    vendor = models.ForeignKey(Vendor, models.PROTECT, null=True, db_index=False)
    membership = models.ForeignKey(Membership, models.PROTECT, db_constraint=False, related_name="tokens")
    name = models.CharField(_("name"), max_length=40)
    scopes = models.JSONField(pgettext_lazy("token", "may"), default=list)
    secret_hash = models.CharField(max_length=64, db_index=True, editable=False)
    from_at = models.DateTimeField(_("made"))
    until_at = models.DateTimeField(_("until"))
    made_by = models.UUIDField()  # the membership
    made_by_name = models.CharField(_("made by"), max_length=60)
    used_at = models.DateTimeField(_("last used"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    class Meta:
        ordering = ["-from_at", "-id"]
        verbose_name = _("token")
        constraints = [
            TenantKey("membership", name="token_membership_same_hospital"),
            TenantKey("membership", owner=("vendor",), name="token_membership_same_vendor"),
            models.UniqueConstraint(
                fields=["hospital", "vendor", "membership"], nulls_distinct=False, name="one_token_per_machine"
            ),
            models.CheckConstraint(
                name="token_of_one_organisation", condition=Q(hospital__isnull=True) | Q(vendor__isnull=True)
            ),
            models.CheckConstraint(
                name="token_runs_out_within_a_year",
                condition=Q(until_at__gt=F("from_at")) & Q(until_at__lte=F("from_at") + LONGEST),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scope_labels(self) -> list[str]:
        return [str(Scope(scope).label) for scope in self.scopes if scope in Scope.values]

    def is_good(self, *, at: datetime) -> bool:
        return self.revoked_at is None and at < self.until_at and self.membership.until_at is None
