from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from servicedesk.clocks.permissions import SEE_CALENDARS
from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.keys import owned_target
from servicedesk.tenancy.models import Hospital, Vendor
from servicedesk.tenancy.models.base import WalledWithId


class LandYear(models.Model):
    """What the State Council's notice says of a year, by version; the newest holds. It is the land's, of no tenant.

    A year without a notice is provisional: its statutory days are known, the moved ones (调休) are not.
    """

    year = models.PositiveSmallIntegerField(_("year"))
    version = models.PositiveSmallIntegerField(_("version"))
    is_published = models.BooleanField(_("published"))
    closed = models.JSONField(_("days off"), default=list)  # ISO dates; weekends inside a stretch included
    worked = models.JSONField(_("make-up workdays"), default=list)  # ISO dates
    source = models.CharField(_("source"), max_length=300)
    made_at = models.DateTimeField(_("entered"))
    made_by = models.UUIDField(null=True)  # a user of the platform; None: shipped with the product

    class Meta:
        ordering = ["year", "-version"]
        verbose_name = _("statutory year")
        constraints = [models.UniqueConstraint(fields=["year", "version"], name="land_year_version_once")]

    def __str__(self) -> str:
        return f"{self.year} v{self.version}"


class ExtraDay(WalledWithId):
    """A hospital's own day off (founding day, a move) or a weekend it works."""

    ownership = Ownership.HOSPITAL
    see = SEE_CALENDARS

    hospital = models.ForeignKey(Hospital, models.CASCADE)
    on = models.DateField(_("day"))
    is_worked = models.BooleanField(_("worked"), default=False)
    why = models.CharField(_("reason"), max_length=120)
    history = HistoricalRecords()

    class Meta:
        ordering = ["on"]
        verbose_name = _("extra day")
        constraints = [
            models.UniqueConstraint(
                fields=["hospital", "on"],
                name="extra_day_once",
                violation_error_message=_("The hospital already says something about this day."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.why}"


class WorkCalendar(WalledWithId):
    """An immutable version of 'when is it working time' between two parties; clocks point at the one they run by.

    All of it is in the row (weekly hours, days off, make-up days, years known), so that one query reads a calendar.
    """

    ownership = Ownership.PARTIES
    see = SEE_CALENDARS

    hospital = models.ForeignKey(Hospital, models.PROTECT)
    vendor = models.ForeignKey(Vendor, models.PROTECT)
    name = models.CharField(_("name"), max_length=60)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    week = models.JSONField(_("weekly hours"))  # seven lists of [from, to) in minutes of the day
    closed = models.JSONField(default=list)  # ISO dates
    worked = models.JSONField(default=dict)  # ISO date → hours like those of a weekday
    known = models.JSONField(null=True)  # years whose arrangement is published; None where none is needed (24x7)
    land = models.JSONField(default=dict)  # year → version of the LandYear it was made from
    made_at = models.DateTimeField(_("made"))
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name", "-version"]
        verbose_name = _("calendar")
        constraints = [
            owned_target("calendar_of_parties", "hospital", "vendor"),
            models.UniqueConstraint(fields=["hospital", "vendor", "name", "version"], name="calendar_version_once"),
            models.UniqueConstraint(
                fields=["hospital", "vendor", "name"],
                condition=Q(replaced_at__isnull=True),
                name="one_current_calendar_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"
