from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from servicedesk.accounts.permissions import MANAGE_PEOPLE
from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.keys import TenantKey
from servicedesk.tenancy.models import Hospital, Membership, Vendor
from servicedesk.tenancy.models.base import WalledWithId


class HandOver(WalledWithId):
    """Who took over from whom. Other rooms read it to find who now answers for what the leaver had."""

    ownership = Ownership.EITHER
    see = MANAGE_PEOPLE

    hospital = models.ForeignKey(Hospital, models.PROTECT, null=True)
    vendor = models.ForeignKey(Vendor, models.PROTECT, null=True)
    leaver = models.ForeignKey(Membership, models.PROTECT, related_name="handed_over")
    successor = models.ForeignKey(Membership, models.PROTECT, related_name="taken_over")
    at = models.DateTimeField(_("when"))

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("hand-over")
        constraints = [
            TenantKey("leaver", name="hand_over_leaver_same_hospital"),
            TenantKey("successor", name="hand_over_successor_same_hospital"),
            TenantKey("leaver", owner=("vendor",), name="hand_over_leaver_same_vendor"),
            TenantKey("successor", owner=("vendor",), name="hand_over_successor_same_vendor"),
            models.CheckConstraint(name="hand_over_to_somebody_else", condition=~Q(leaver=F("successor"))),
        ]

    def __str__(self) -> str:
        return f"{self.leaver_id} → {self.successor_id}"
