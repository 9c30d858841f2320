from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from servicedesk.clocks.permissions import SEE_ROSTER
from servicedesk.clocks.shifts import Shift, level_name
from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.keys import TenantKey, owned_target
from servicedesk.tenancy.models import Membership, Vendor
from servicedesk.tenancy.models.base import WalledWithId


class Team(WalledWithId):
    """People of a vendor who share a duty roster. `shifts` cut a day: [["白班", 480, 1080], ["夜班", 1080, 1920]]."""

    ownership = Ownership.VENDOR
    see = SEE_ROSTER

    vendor = models.ForeignKey(Vendor, models.PROTECT)
    name = models.CharField(_("name"), max_length=60)
    shifts = models.JSONField(_("shifts"), default=list)
    levels = models.PositiveSmallIntegerField(_("levels"), default=2)  # first line, second line, …
    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]
        verbose_name = _("team")
        constraints = [
            owned_target("team_of_vendor", "vendor"),
            models.UniqueConstraint(
                fields=["vendor", "name"],
                name="team_name_once",
                violation_error_message=_("There is already a team of this name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def shifts_in_words(shifts: list[Any]) -> str:
        """For the history: 白班 08:00–18:00, 夜班 18:00–08:00."""
        return "，".join(Shift(0, *one).title for one in shifts)


class Duty(WalledWithId):
    """Who answers at once, from when to when, on which level. On one level of a team no two duties overlap."""

    ownership = Ownership.VENDOR
    see = SEE_ROSTER

    vendor = models.ForeignKey(Vendor, models.PROTECT)
    team = models.ForeignKey(Team, models.CASCADE, db_constraint=False, related_name="duties")
    level = models.PositiveSmallIntegerField(_("level"), default=1)
    member = models.ForeignKey(Membership, models.PROTECT, db_constraint=False, related_name="+")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    history = HistoricalRecords()

    class Meta:
        ordering = ["starts_at", "level", "id"]
        verbose_name = _("duty")
        constraints = [
            owned_target("duty_of_vendor", "vendor"),
            TenantKey("team", owner=("vendor",), name="duty_team_same_vendor"),
            TenantKey("member", owner=("vendor",), name="duty_member_same_vendor"),
            models.CheckConstraint(name="duty_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))),
            models.UniqueConstraint(fields=["vendor", "team", "level", "starts_at"], name="duty_starts_once"),
        ]
        indexes = [models.Index(fields=["team", "ends_at"], name="duty_of_team")]

    def __str__(self) -> str:
        return f"{self.starts_at} {self.level}"

    @property
    def line(self) -> str:
        return level_name(self.level)


class Swap(WalledWithId):
    """Somebody asks a colleague to take a duty over; who plans the roster approves."""

    ownership = Ownership.VENDOR
    see = SEE_ROSTER

    vendor = models.ForeignKey(Vendor, models.PROTECT)
    duty = models.ForeignKey(Duty, models.CASCADE, db_constraint=False, related_name="swaps")
    asked_by = models.ForeignKey(Membership, models.PROTECT, db_constraint=False, related_name="+")
    to = models.ForeignKey(Membership, models.PROTECT, db_constraint=False, related_name="+")
    why = models.CharField(_("reason"), max_length=200)
    asked_at = models.DateTimeField(_("asked"))
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.ForeignKey(
        Membership, models.PROTECT, db_constraint=False, null=True, blank=True, related_name="+"
    )
    is_granted = models.BooleanField(_("granted"), null=True)

    class Meta:
        ordering = ["-asked_at", "-id"]
        verbose_name = _("swap")
        constraints = [
            TenantKey("duty", owner=("vendor",), name="swap_duty_same_vendor"),
            TenantKey("asked_by", owner=("vendor",), name="swap_asked_by_same_vendor"),
            TenantKey("to", owner=("vendor",), name="swap_to_same_vendor"),
            TenantKey("decided_by", owner=("vendor",), name="swap_decided_by_same_vendor"),
            models.CheckConstraint(
                name="swap_decided_whole",
                condition=Q(decided_at__isnull=True, is_granted__isnull=True)
                | Q(decided_at__isnull=False, is_granted__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["vendor", "duty"], condition=Q(decided_at__isnull=True), name="one_open_swap_per_duty"
            ),
        ]

    def __str__(self) -> str:
        return self.why
