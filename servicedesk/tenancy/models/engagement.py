from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from servicedesk.tenancy.enums import Ownership, Side
from servicedesk.tenancy.keys import owned_target
from servicedesk.tenancy.models.base import WalledWithId
from servicedesk.tenancy.models.membership import Membership
from servicedesk.tenancy.models.organisations import Hospital, Vendor
from servicedesk.tenancy.permissions import SEE_ORGANISATIONS, SEE_SUPPORT_SESSIONS
from servicedesk.tenancy.wall import Person


class Engagement(WalledWithId):
    """Which vendor serves which hospital, from when to when, and how long it may still read after that."""

    ownership = Ownership.PARTIES
    see = SEE_ORGANISATIONS

    hospital = models.ForeignKey(Hospital, models.PROTECT)
    vendor = models.ForeignKey(Vendor, models.PROTECT)
    from_on = models.DateField(_("from"))
    to_on = models.DateField(_("to"), null=True, blank=True)
    read_until = models.DateField(_("may read until"), null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["from_on", "id"]
        verbose_name = _("engagement")
        constraints = [
            owned_target("engagement_of_parties", "hospital", "vendor"),
            models.CheckConstraint(
                name="engagement_ends_after_start", condition=Q(to_on__isnull=True) | Q(to_on__gte=F("from_on"))
            ),
            models.CheckConstraint(
                name="engagement_reads_after_end",
                condition=Q(read_until__isnull=True) | Q(to_on__isnull=False, read_until__gte=F("to_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vendor_id} → {self.hospital_id}"

    @classmethod
    def owned_by(cls, person: Person) -> Q:
        return Q() if person.side == Side.PLATFORM else super().owned_by(person)

    def is_writable_by(self, person: Person) -> bool:
        return person.side == Side.PLATFORM


class SupportSession(WalledWithId):
    """A platform operator looks into one hospital's rows: timed, reasoned, read-only, and the hospital reads of it."""

    ownership = Ownership.HOSPITAL
    see = SEE_SUPPORT_SESSIONS

    hospital = models.ForeignKey(Hospital, models.PROTECT)
    operator = models.ForeignKey(Membership, models.PROTECT)
    operator_name = models.CharField(_("operator"), max_length=60)
    reason = models.CharField(_("reason"), max_length=300)
    from_at = models.DateTimeField(_("from"))
    until_at = models.DateTimeField(_("until"))
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta:
        ordering = ["-from_at", "-id"]
        verbose_name = _("support session")
        constraints = [
            models.CheckConstraint(
                name="support_session_is_short",
                condition=Q(until_at__gt=F("from_at"), until_at__lte=F("from_at") + models.Value("30 minutes")),
            ),
            models.CheckConstraint(name="support_session_has_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return self.reason

    @classmethod
    def owned_by(cls, person: Person) -> Q:
        return Q() if person.side == Side.PLATFORM else super().owned_by(person)

    def is_writable_by(self, person: Person) -> bool:
        return person.side == Side.PLATFORM
