from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models.part import PARTIES, PartOfContract
from servicedesk.clocks.models import WorkCalendar
from servicedesk.tenancy.keys import TenantKey

OPEN = Q(activated_at__isnull=True, refused_at__isnull=True, withdrawn_at__isnull=True)


class VersionState(StrEnum):
    DRAFT = "draft"
    ASKED = "asked"  # the hospital has not answered yet
    ACTIVATED = "activated"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class MatrixVersion(PartOfContract):
    """All promises of a contract. Once activated it never changes: an amendment is the next version, from a moment on.

    `rows`: [{categories, severities, window, channels, emergency, promises: [clocks.promises.stored(…)]}]
    """

    contract = models.ForeignKey("Contract", models.CASCADE, db_constraint=False, related_name="versions")
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    rows = models.JSONField(default=list)
    marks_itself = models.JSONField(default=list)  # severities that are an emergency by themselves
    ladders = models.JSONField(default=list)  # those that no promise uses yet, so that one can be made first
    has_no_solve_time = models.BooleanField(_("no solve time is agreed"), default=False)  # ICU-19: said, not forgotten
    calendar = models.ForeignKey(WorkCalendar, models.PROTECT, db_constraint=False, related_name="+")
    asked_at = models.DateTimeField(_("asked the hospital"), null=True)
    asked_by = models.UUIDField(null=True)  # the membership, as in the others
    asked_from = models.DateField(_("to hold from"), null=True)
    why = models.CharField(_("why"), max_length=300, blank=True)
    refused_at = models.DateTimeField(_("refused"), null=True)
    refused_by = models.UUIDField(null=True)
    refused_why = models.CharField(_("why it was refused"), max_length=300, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    withdrawn_by = models.UUIDField(null=True)
    active_from = models.DateTimeField(_("in force from"), null=True)
    activated_at = models.DateTimeField(_("activated"), null=True)
    activated_by = models.UUIDField(null=True)
    history = HistoricalRecords(excluded_fields=["asked_by", "refused_by", "withdrawn_by", "activated_by"])

    class Meta(PartOfContract.Meta):
        verbose_name = _("version of the promises")
        ordering = ["version"]
        constraints = [
            *PartOfContract.Meta.constraints,
            TenantKey("calendar", owner=PARTIES, name="matrix_calendar_same_parties"),
            models.UniqueConstraint(fields=["hospital", "contract", "version"], name="matrix_version_once"),
            models.UniqueConstraint(fields=["hospital", "contract"], condition=OPEN, name="one_draft_of_the_promises"),
            models.CheckConstraint(
                name="matrix_activated_whole",
                condition=Q(activated_at__isnull=True, activated_by__isnull=True, active_from__isnull=True)
                | Q(activated_at__isnull=False, activated_by__isnull=False, active_from__isnull=False),
            ),
            models.CheckConstraint(
                name="matrix_asked_whole",
                condition=Q(asked_at__isnull=True, asked_by__isnull=True, asked_from__isnull=True)
                | Q(asked_at__isnull=False, asked_by__isnull=False, asked_from__isnull=False),
            ),
            models.CheckConstraint(
                name="matrix_refused_whole",
                condition=Q(refused_at__isnull=True, refused_by__isnull=True, refused_why="")
                | (Q(refused_at__isnull=False, refused_by__isnull=False, asked_at__isnull=False) & ~Q(refused_why="")),
            ),
            models.CheckConstraint(
                name="matrix_withdrawn_whole",
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
            ),
            models.CheckConstraint(
                name="matrix_ends_once",
                condition=Q(activated_at__isnull=True, refused_at__isnull=True)
                | Q(activated_at__isnull=True, withdrawn_at__isnull=True)
                | Q(refused_at__isnull=True, withdrawn_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"

    @property
    def state(self) -> VersionState:
        if self.activated_at:
            return VersionState.ACTIVATED
        if self.refused_at or self.withdrawn_at:
            return VersionState.REFUSED if self.refused_at else VersionState.WITHDRAWN
        return VersionState.ASKED if self.asked_at else VersionState.DRAFT

    @property
    def is_draft(self) -> bool:
        """May still be edited."""
        return self.state is VersionState.DRAFT
