from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.models import Hospital, Vendor
from servicedesk.tenancy.models.base import WalledWithId
from servicedesk.tenancy.wall import Person
from tickets.permissions import KEEP_VIEWS


class QueueView(WalledWithId):
    """A view of the queue that somebody keeps: for oneself, or for everybody of the organisation."""

    ownership = Ownership.EITHER
    see = KEEP_VIEWS

    hospital = models.ForeignKey(Hospital, models.CASCADE, null=True, editable=False)
    vendor = models.ForeignKey(Vendor, models.CASCADE, null=True, editable=False)
    user_id = models.UUIDField(editable=False)
    name = models.CharField(_("name"), max_length=20)
    query = models.CharField(max_length=500, blank=True)  # as queue.wanted spells it
    is_shared = models.BooleanField(_("for everybody of the organisation"), default=False)
    kept_at = models.DateTimeField(pgettext_lazy("queue", "kept"))

    class Meta:
        ordering = ["is_shared", "name", "id"]
        verbose_name = _("view of the queue")
        constraints = [
            models.CheckConstraint(
                name="queue_view_of_one_organisation", condition=Q(hospital__isnull=True) | Q(vendor__isnull=True)
            ),
            models.UniqueConstraint(
                fields=["hospital", "vendor", "name"],
                condition=Q(is_shared=True),
                nulls_distinct=False,
                name="shared_queue_view_once",
            ),
            models.UniqueConstraint(
                fields=["hospital", "vendor", "user_id", "name"],
                condition=Q(is_shared=False),
                nulls_distinct=False,
                name="own_queue_view_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def owned_by(cls, person: Person) -> Q:
        """The wall says the same: another's own views are nobody's business."""
        return super().owned_by(person) & (Q(is_shared=True) | Q(user_id=person.user_id))
