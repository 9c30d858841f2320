"""Systems and people by name: small tables, read straight through the wall."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from contracts.models import System
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.wall import Person
from servicedesk.ui.marking import words_of

A_FEW = 8


def _names(query: str) -> Q:
    """Every word; what LIKE takes for a sign of its own is a letter here."""
    every = Q()
    for word in words_of(query):
        every &= Q(name__icontains=word)
    return every


def found_systems(person: Person, query: str, *, most: int = A_FEW) -> list[System]:
    if not (names := _names(query)):
        return []
    rows = System.objects.visible_to(person).filter(names).select_related("contract", "hospital")
    return list(rows.order_by("name", "id")[:most])


def found_people(person: Person, query: str, *, at: datetime, most: int = A_FEW) -> list[Membership]:
    """Those of one's own organisation; the others are named on tickets and contracts."""
    if not (names := _names(query)):
        return []
    return list(Membership.objects.visible_to(person).active(at=at).filter(names).order_by("name", "id")[:most])
