from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from servicedesk.accounts.permissions import SEE_TOKENS
from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.keys import TenantKey
from servicedesk.tenancy.models import Hospital, Membership, Vendor
from servicedesk.tenancy.models.base import WalledWithId


class KeptAnswer(WalledWithId):
    """What a program was answered under a key of its own: sent again, it is answered the same and nothing is done. It
    belongs to the program's organisation and is forgotten after its time."""

    ownership = Ownership.EITHER
    see = SEE_TOKENS

    hospital = models.ForeignKey(Hospital, models.CASCADE, null=True, db_index=False)
    vendor = models.ForeignKey(Vendor, models.CASCADE, null=True, db_index=False)
    membership = models.ForeignKey(Membership, models.CASCADE, db_constraint=False, db_index=False)
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)  # of address and body
    at = models.DateTimeField(_("when"))
    until_at = models.DateTimeField(_("until"))
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("kept answer")
        constraints = [
            TenantKey("membership", name="keptanswer_membership_same_hospital"),
            TenantKey("membership", owner=("vendor",), name="keptanswer_membership_same_vendor"),
            models.UniqueConstraint(
                fields=["hospital", "vendor", "membership", "key"], nulls_distinct=False, name="one_answer_per_key"
            ),
            models.CheckConstraint(
                name="keptanswer_of_one_organisation", condition=Q(hospital__isnull=True) | Q(vendor__isnull=True)
            ),
        ]
        indexes = [models.Index(fields=["until_at"], name="answers_to_forget")]

    def __str__(self) -> str:
        return self.key
