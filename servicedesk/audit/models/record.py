from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from servicedesk.audit.enums import Result
from servicedesk.audit.permissions import SEE_TRAIL
from servicedesk.tenancy.enums import Ownership, Role
from servicedesk.tenancy.models.base import WalledWithId


class Record(WalledWithId):
    """One act: who, when, from where, on what, with what result. Ids and words only, so that personal data can be
    destroyed at a contract's end and the chain still verifies. No foreign keys: the trail outlives what it tells of."""

    ownership = Ownership.EITHER
    see = SEE_TRAIL

    hospital_id = models.IntegerField(null=True)
    vendor_id = models.IntegerField(null=True)
    at = models.DateTimeField(_("when"))
    recorded_at = models.DateTimeField(db_default=Now())
    act = models.CharField(_("act"), max_length=60)  # an Act; no choices, or every new act were a migration
    result = models.CharField(_("result"), max_length=10, choices=Result.choices, default=Result.DONE)
    subject_kind = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=60, blank=True)
    by_user = models.UUIDField(null=True)
    by_membership = models.UUIDField(null=True)
    by_role = models.CharField(max_length=30, choices=Role.choices, blank=True)
    address = models.CharField(_("address"), max_length=45, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    words = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("audit record")
        indexes = [
            models.Index(fields=["hospital_id", "-at", "-id"], name="trail_of_hospital"),
            models.Index(fields=["vendor_id", "-at", "-id"], name="trail_of_vendor"),
            models.Index(fields=["hospital_id", "subject_kind", "subject_id", "at"], name="trail_of_subject"),
            models.Index(fields=["by_user", "-at", "-id"], name="trail_of_person"),
            models.Index(
                fields=["-at", "-id"], name="trail_of_platform", condition=Q(hospital_id=None, vendor_id=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.subject_kind}:{self.subject_id}"
