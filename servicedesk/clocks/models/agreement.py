from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from servicedesk.clocks.models.clock import Clock
from servicedesk.clocks.permissions import SEE_CLOCKS
from servicedesk.tenancy.enums import Ownership, Side
from servicedesk.tenancy.keys import TenantKey
from servicedesk.tenancy.models import Hospital, Matter, Vendor
from servicedesk.tenancy.models.base import WalledWithId


class TimeWish(WalledWithId):
    """A time that one side proposes for a promise and the other accepts: both by name, for neither reads the other's
    people (HRP-3, PACS-4)."""

    ownership = Ownership.PARTIES
    see = SEE_CLOCKS

    hospital = models.ForeignKey(Hospital, models.PROTECT, db_index=False)
    vendor = models.ForeignKey(Vendor, models.PROTECT, db_index=False)
    matter = models.ForeignKey(Matter, models.CASCADE, db_constraint=False, related_name="+", db_index=False)
    clock = models.ForeignKey(Clock, models.CASCADE, db_constraint=False, related_name="time_wishes", db_index=False)
    time = models.DateTimeField(_("proposed time"))
    asked_at = models.DateTimeField(_("proposed"))
    asked_by = models.UUIDField()
    asked_name = models.CharField(_("who proposed it"), max_length=60)
    asked_side = models.CharField(max_length=10, choices=[(side.value, side.value) for side in Side])
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.UUIDField(null=True)
    decided_name = models.CharField(_("who decided"), max_length=60, blank=True)
    is_granted = models.BooleanField(_("granted"), null=True)
    said = models.CharField(_("what the other side says"), max_length=300, blank=True)

    class Meta:
        ordering = ["asked_at", "id"]
        verbose_name = _("proposed time")
        constraints = [
            TenantKey("clock", owner=("hospital", "vendor"), name="time_wish_clock_same_parties"),
            TenantKey("matter", owner=("hospital", "vendor"), name="time_wish_matter_same_parties"),
            models.CheckConstraint(
                name="time_wish_decided_whole",
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, is_granted__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False, is_granted__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["hospital", "clock"], condition=Q(decided_at__isnull=True), name="one_open_time_wish_per_clock"
            ),
        ]
        indexes = [models.Index(fields=["matter", "asked_at"], name="time_wishes_of_matter")]

    def __str__(self) -> str:
        return f"{self.asked_name} {self.time:%Y-%m-%d %H:%M}"
