"""What every row behind the wall shares: whose it is, and the one question 'which of these may this person see?'"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Q

from servicedesk.tenancy.enums import Ownership, Reach, Side
from servicedesk.tenancy.ids import uuid7

if TYPE_CHECKING:
    from servicedesk.tenancy.permissions import Permission
    from servicedesk.tenancy.wall import Person

NOBODY = Q(pk__in=[])


Row = TypeVar("Row", bound="Walled", covariant=True)


class WalledQuerySet(models.QuerySet[Row]):
    def visible_to(self, person: Person) -> Self:
        """The door to this kind of row: list, detail, count, autocomplete, export and API all come through here."""
        return self.filter(self.model.seen_by(person))


class Walled(models.Model):
    """A row with an owner. `see` is the permission that lets a person read this kind of row, and how far."""

    ownership: ClassVar[Ownership]
    see: ClassVar[Permission]

    objects = WalledQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def seen_by(cls, person: Person) -> Q:
        reach = cls.see.reach_of(person)
        return NOBODY if reach is None else cls.owned_by(person) & cls.within(reach, person)

    @classmethod
    def owned_by(cls, person: Person) -> Q:
        """The wall's own rule, said a second time in Django: two walls, each tested with the other switched off."""
        return OWNED[cls.ownership](person)

    @classmethod
    def within(cls, reach: Reach, person: Person) -> Q:
        if reach == Reach.ORGANISATION:
            return Q()
        return cls.of_department(person) if reach == Reach.DEPARTMENT else cls.of_oneself(person)

    @classmethod
    def of_department(cls, person: Person) -> Q:
        return Q(department_id=person.department_id) if person.department_id else NOBODY

    @classmethod
    def of_oneself(cls, person: Person) -> Q:
        return Q(user_id=person.user_id)

    def is_of(self, person: Person) -> bool:
        """`owned_by`, of one row that two parties share and that was read by its id."""
        assert self.ownership == Ownership.PARTIES
        row: Any = self
        is_party = person.side != Side.VENDOR or row.vendor_id == person.vendor_id
        return is_party and row.hospital_id in person.hospitals

    def is_writable_by(self, person: Person) -> bool:
        """The wall's rule for writing, asked before the act so that the person gets a sentence."""
        hospital_id = getattr(self, "hospital_id", None)
        return hospital_id is None or hospital_id in person.writable


class WalledWithId(Walled):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True


def _party(person: Person) -> Q:
    return Q(vendor_id=person.vendor_id) if person.side == Side.VENDOR else Q()


def _of_hospitals(person: Person) -> Q:
    return Q(hospital_id__in=person.hospitals)


def _either(person: Person) -> Q:
    if person.side == Side.VENDOR:
        own = Q(vendor_id=person.vendor_id)
        return own & (Q(hospital_id__isnull=True) | _of_hospitals(person))
    if person.side == Side.PLATFORM:
        return Q(hospital_id__isnull=True, vendor_id__isnull=True) | _of_hospitals(person)
    return _of_hospitals(person)


def _of_vendor(person: Person) -> Q:
    return Q(vendor_id=person.vendor_id) if person.side == Side.VENDOR else NOBODY


OWNED = {
    Ownership.HOSPITAL: _of_hospitals,
    Ownership.PARTIES: lambda person: _of_hospitals(person) & _party(person),
    Ownership.VENDOR: _of_vendor,
    Ownership.EITHER: _either,
}
