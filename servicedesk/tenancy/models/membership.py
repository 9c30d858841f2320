from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from servicedesk.tenancy.enums import SIDES, Ownership, Role, Side
from servicedesk.tenancy.keys import TenantKey, owned_target
from servicedesk.tenancy.models.base import WalledQuerySet, WalledWithId
from servicedesk.tenancy.models.organisations import Department, Hospital, Vendor
from servicedesk.tenancy.permissions import SEE_PEOPLE


def _roles(side: Side) -> list[str]:
    return [role.value for role in Role if SIDES[role] == side]


class MembershipQuerySet(WalledQuerySet["Membership"]):
    def people(self) -> Self:
        """Whom one may choose, mention or plan. A machine acts by its token alone and is nobody's colleague."""
        return self.filter(is_machine=False)

    def active(self, *, at: object) -> Self:
        return self.people().filter(from_at__lte=at).filter(Q(until_at__isnull=True) | Q(until_at__gt=at))


class Membership(WalledWithId):
    """A person in an organisation. Name and contact data live here, behind the wall; the user row only signs in."""

    ownership = Ownership.EITHER
    see = SEE_PEOPLE

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships")
    hospital = models.ForeignKey(Hospital, models.PROTECT, null=True, blank=True)
    vendor = models.ForeignKey(Vendor, models.PROTECT, null=True, blank=True)
    role = models.CharField(_("role"), max_length=30, choices=Role.choices)
    department = models.ForeignKey(
        Department, models.PROTECT, db_constraint=False, null=True, blank=True, verbose_name=_("department")
    )
    name = models.CharField(_("name"), max_length=60)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    email = models.EmailField(_("mail address"), blank=True)
    is_machine = models.BooleanField(default=False, editable=False)  # of a token
    from_at = models.DateTimeField(_("from"))
    until_at = models.DateTimeField(_("until"), null=True, blank=True)
    history = HistoricalRecords()

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("membership")
        constraints = [
            owned_target("membership_of_hospital"),
            owned_target("membership_of_vendor", "vendor"),
            TenantKey("department", name="membership_department_same_hospital"),
            models.CheckConstraint(
                name="membership_role_fits_organisation",
                condition=Q(hospital__isnull=False, vendor__isnull=True, role__in=_roles(Side.HOSPITAL))
                | Q(hospital__isnull=True, vendor__isnull=False, role__in=_roles(Side.VENDOR), department__isnull=True)
                | Q(
                    hospital__isnull=True, vendor__isnull=True, role__in=_roles(Side.PLATFORM), department__isnull=True
                ),
            ),
            models.CheckConstraint(
                name="membership_ends_after_start",
                condition=Q(until_at__isnull=True) | Q(until_at__gte=F("from_at")),
            ),
            models.UniqueConstraint(
                fields=["hospital", "vendor", "user"],
                condition=Q(until_at__isnull=True),
                nulls_distinct=False,
                name="one_open_membership_per_organisation",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def organisation(self) -> Hospital | Vendor | None:
        return self.hospital or self.vendor
