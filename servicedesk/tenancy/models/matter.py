from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.keys import owned_target
from servicedesk.tenancy.models.base import WalledWithId
from servicedesk.tenancy.models.organisations import Hospital, Vendor
from servicedesk.tenancy.permissions import SEE_MATTERS


class Matter(WalledWithId):
    """Whatever has clocks, files, comments and a history owns one of these, and they refer to it."""

    ownership = Ownership.PARTIES
    see = SEE_MATTERS

    hospital = models.ForeignKey(Hospital, models.PROTECT)
    vendor = models.ForeignKey(Vendor, models.PROTECT)
    kind = models.CharField(_("kind"), max_length=30)
    label = models.CharField(_("label"), max_length=120)
    url = models.CharField(max_length=200)
    next_due_at = models.DateTimeField(_("next due"), null=True, blank=True)

    class Meta:
        ordering = [models.F("next_due_at").asc(nulls_last=True), "id"]
        verbose_name = _("matter")
        constraints = [owned_target("matter_of_parties", "hospital", "vendor")]
        indexes = [models.Index(fields=["hospital", "next_due_at"], name="matter_by_due")]

    def __str__(self) -> str:
        return self.label
