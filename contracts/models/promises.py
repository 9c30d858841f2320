from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models.part import PARTIES, PartOfContract
from servicedesk.clocks.models import WorkCalendar
from servicedesk.tenancy.keys import TenantKey


class MatrixVersion(PartOfContract):
    """All promises of a contract. Once activated it never changes: an amendment is the next version, from a moment on.

    `rows`: [{categories, severities, window, channels, emergency, promises: [clocks.promises.stored(…)]}]
    """

    contract = models.ForeignKey("Contract", models.CASCADE, db_constraint=False, related_name="versions")
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    rows = models.JSONField(default=list)
    marks_itself = models.JSONField(default=list)  # severities that are an emergency by themselves
    calendar = models.ForeignKey(WorkCalendar, models.PROTECT, db_constraint=False, related_name="+")
    active_from = models.DateTimeField(_("in force from"), null=True)
    activated_at = models.DateTimeField(_("activated"), null=True)
    activated_by = models.UUIDField(null=True)  # the membership
    history = HistoricalRecords()

    class Meta(PartOfContract.Meta):
        verbose_name = _("version of the promises")
        ordering = ["version"]
        constraints = [
            *PartOfContract.Meta.constraints,
            TenantKey("calendar", owner=PARTIES, name="matrix_calendar_same_parties"),
            models.UniqueConstraint(fields=["hospital", "contract", "version"], name="matrix_version_once"),
            models.UniqueConstraint(
                fields=["hospital", "contract"],
                condition=Q(activated_at__isnull=True),
                name="one_draft_of_the_promises",
            ),
            models.CheckConstraint(
                name="matrix_activated_whole",
                condition=Q(activated_at__isnull=True, activated_by__isnull=True, active_from__isnull=True)
                | Q(activated_at__isnull=False, activated_by__isnull=False, active_from__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"

    @property
    def is_draft(self) -> bool:
        return self.activated_at is None
