"""Known outages, for whoever is about to report one: the phone's page, the form in the browser, the list. The ward's
first page asks the same in a function of the database (migration 0006)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, QuerySet

from servicedesk.tenancy.wall import Person
from tickets.enums import OVER
from tickets.models import Outage


def known_outages(person: Person) -> QuerySet[Outage]:
    """Announced and not over; the newest first. How many have it too is counted."""
    return _open(Outage.objects.visible_to(person))


def known_outages_of(hospital_id: int, systems: Iterable[object] = ()) -> QuerySet[Outage]:
    """For a page without an account (a sticker's): inside the wall that the sticker opened."""
    found = Outage.objects.filter(hospital_id=hospital_id)
    return _open(found.filter(ticket__system__in=list(systems)) if systems else found)


def _open(rows: QuerySet[Outage]) -> QuerySet[Outage]:
    standing = rows.filter(ended_at=None).exclude(ticket__state__in=OVER)
    return standing.annotate(how_many=Count("ticket__metoo", distinct=True)).order_by("-announced_at", "-id")
