"""What the pages of this room show; every list begins at `visible_to`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, F, Func, IntegerField, Prefetch, Q, QuerySet, Value
from django.db.models.lookups import Exact

from servicedesk.accounts.models import Invitation, Token
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Department, Engagement, Hospital, Membership, Place, SupportSession, Vendor
from servicedesk.tenancy.wall import Person

PAGE = 50


@dataclass(frozen=True)
class OwnMembership:
    """One of a person's own memberships, in whichever organisation: enough to switch to it and no more."""

    id: UUID
    role: Role
    organisation: str
    short_name: str
    hue: int | None


def own_memberships(person: Person) -> list[OwnMembership]:
    """All of the signed-in person's memberships. The wall shows only the organisation they act in, so this asks past
    it, for the person that the wall knows and nobody else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM own_memberships()")
        return [OwnMembership(row[0], Role(row[1]), *row[2:]) for row in cursor.fetchall()]


def people(person: Person, *, at: datetime, ended: bool = False) -> QuerySet[Membership]:
    rows = Membership.objects.visible_to(person).people().select_related("user", "department", "hospital")
    return rows.filter(until_at__lte=at) if ended else rows.exclude(until_at__lte=at)


def successors(membership: Membership, person: Person, *, at: datetime) -> QuerySet[Membership]:
    same = Q(hospital_id=membership.hospital_id, vendor_id=membership.vendor_id)
    rows = Membership.objects.visible_to(person).people().filter(same, until_at=None, from_at__lte=at)
    return rows.exclude(pk=membership.pk)


def open_invitations(person: Person, *, at: datetime) -> QuerySet[Invitation]:
    return Invitation.objects.visible_to(person).open(at=at).select_related("hospital", "vendor", "department")


def tokens(person: Person) -> QuerySet[Token]:
    return Token.objects.visible_to(person).select_related("membership")


def departments(person: Person) -> QuerySet[Department]:
    places = Prefetch("place_set", Place.objects.visible_to(person), to_attr="places")
    rows = Department.objects.visible_to(person).select_related("hospital").prefetch_related(places)
    return rows.order_by("hospital__name", "closed_at", "name", "id")


def places_without_department(person: Person) -> QuerySet[Place]:
    return Place.objects.visible_to(person).filter(department=None).select_related("hospital")


def hospitals(person: Person) -> QuerySet[Hospital]:
    return Hospital.objects.visible_to(person)


def vendors(person: Person) -> QuerySet[Vendor]:
    return Vendor.objects.visible_to(person).distinct()


def organisations_without_lead(person: Person) -> list[Hospital | Vendor]:
    """Whose first lead the security administrator may still invite."""
    nobody = Value(None, output_field=IntegerField())
    return [
        *hospitals(person).filter(_is_led(F("pk"), nobody, False)),
        *vendors(person).filter(_is_led(nobody, F("pk"), False)),
    ]


def _is_led(hospital: Any, vendor: Any, is_led: bool) -> Exact:
    return Exact(Func(hospital, vendor, function="organisation_is_led", output_field=BooleanField()), is_led)


def engagements(person: Person) -> QuerySet[Engagement]:
    rows = Engagement.objects.visible_to(person).select_related("hospital", "vendor")
    return rows.order_by("hospital__name", "vendor__name", "-from_on", "id")


def support_sessions(person: Person) -> QuerySet[SupportSession]:
    return SupportSession.objects.visible_to(person).select_related("hospital")
