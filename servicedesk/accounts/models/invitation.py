from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from servicedesk.accounts.permissions import SEE_INVITATIONS
from servicedesk.tenancy.enums import Ownership, Role, Side
from servicedesk.tenancy.keys import TenantKey
from servicedesk.tenancy.models import Department, Hospital, Membership, Vendor
from servicedesk.tenancy.models.base import WalledQuerySet, WalledWithId
from servicedesk.tenancy.wall import Person


class InvitationQuerySet(WalledQuerySet["Invitation"]):
    def open(self, *, at: datetime) -> Self:
        return self.filter(accepted_at=None, revoked_at=None, until_at__gt=at)


class Invitation(WalledWithId):
    """A link by which one person joins one organisation, once. Only the hash of its secret is kept."""

    ownership = Ownership.EITHER
    see = SEE_INVITATIONS

    hospital = models.ForeignKey(Hospital, models.PROTECT, null=True, blank=True)
    vendor = models.ForeignKey(Vendor, models.PROTECT, null=True, blank=True)
    role = models.CharField(_("role"), max_length=30, choices=Role.choices)
    department = models.ForeignKey(
        Department, models.PROTECT, db_constraint=False, null=True, blank=True, verbose_name=_("department")
    )
    name = models.CharField(_("name"), max_length=60)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    email = models.EmailField(_("mail address"), blank=True)
    secret_hash = models.CharField(max_length=64, db_index=True, editable=False)
    # The platform invites an organisation's first lead without being able to look into the organisation; it keeps sight
    # of these invitations only.
    from_platform = models.BooleanField(default=False, editable=False)
    invited_by = models.ForeignKey(Membership, models.PROTECT, related_name="invitations")
    from_at = models.DateTimeField(_("from"))
    until_at = models.DateTimeField(_("until"))
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-from_at", "-id"]
        verbose_name = _("invitation")
        constraints = [
            TenantKey("department", name="invitation_department_same_hospital"),
            models.CheckConstraint(
                name="invitation_has_one_owner", condition=Q(hospital__isnull=True) | Q(vendor__isnull=True)
            ),
            models.CheckConstraint(name="invitation_ends_after_start", condition=Q(until_at__gt=F("from_at"))),
            models.CheckConstraint(
                name="invitation_accepted_at_by",
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
            ),
            models.CheckConstraint(
                name="invitation_accepted_or_revoked",
                condition=Q(accepted_at__isnull=True) | Q(revoked_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def owned_by(cls, person: Person) -> Q:
        own = super().owned_by(person)
        return own | Q(from_platform=True) if person.side == Side.PLATFORM else own

    def is_writable_by(self, person: Person) -> bool:
        return super().is_writable_by(person) or (self.from_platform and person.side == Side.PLATFORM)

    @property
    def organisation(self) -> Hospital | Vendor | None:
        return self.hospital or self.vendor

    def is_open(self, *, at: datetime) -> bool:
        return self.accepted_at is None and self.revoked_at is None and at < self.until_at
