from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from servicedesk.notices.enums import Channel, NoticeKind
from servicedesk.notices.permissions import SET_PREFERENCES
from servicedesk.notices.quiet import quiet_until
from servicedesk.tenancy.enums import Ownership
from servicedesk.tenancy.models import Hospital, Membership, Vendor
from servicedesk.tenancy.models.base import WalledWithId
from servicedesk.tenancy.wall import Person

UNLESS_SAID_OTHERWISE = (Channel.MAIL,)


class Preference(WalledWithId):
    """How a person wants to be told of what can wait. Escalations and duty ask nobody's preference."""

    ownership = Ownership.EITHER
    see = SET_PREFERENCES

    hospital = models.ForeignKey(Hospital, models.CASCADE, null=True)
    vendor = models.ForeignKey(Vendor, models.CASCADE, null=True)
    membership = models.ForeignKey(Membership, models.CASCADE, db_constraint=False)
    choices = models.JSONField(default=dict)  # kind → channels; a kind not named: UNLESS_SAID_OTHERWISE
    quiet_from = models.TimeField(_("quiet from"), null=True)
    quiet_to = models.TimeField(_("quiet to"), null=True)
    quiet_days = models.JSONField(_("quiet on"), default=list)  # 0 Monday … 6 Sunday: the day the quiet hours begin
    history = HistoricalRecords()

    class Meta:
        ordering = ["id"]
        verbose_name = _("preference")
        constraints = [
            models.UniqueConstraint(
                fields=["hospital", "vendor", "membership"], nulls_distinct=False, name="preference_once"
            ),
            models.CheckConstraint(
                name="quiet_hours_have_both_ends",
                condition=Q(quiet_from__isnull=True, quiet_to__isnull=True)
                | Q(quiet_from__isnull=False, quiet_to__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.membership_id)

    @classmethod
    def of_oneself(cls, person: Person) -> Q:
        return Q(membership_id=person.membership_id)

    def channels_for(self, kind: NoticeKind) -> tuple[str, ...]:
        return tuple(self.choices.get(kind, UNLESS_SAID_OTHERWISE))

    def quiet_until(self, at: datetime) -> datetime | None:
        if self.quiet_from is None or self.quiet_to is None:
            return None
        return quiet_until(self.quiet_from, self.quiet_to, frozenset(self.quiet_days), at)
