"""Finding tickets by any word that stands in them, under the wall. `tickets_find` (migration 0005) gives the ids."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.lookups import IsNull
from django.utils.functional import cached_property

from servicedesk.tenancy.enums import Reach
from servicedesk.tenancy.wall import Person
from servicedesk.ui.marking import around, words_of
from tickets.models import Entry, MaintenanceRecord, Note, SearchText, Ticket
from tickets.permissions import SEE_NOTES, SEE_TICKETS

AT_MOST, LONGEST, LONGEST_PASTED = 25, 100, 2000
# Of what is searched for among records: so few tickets are found that nothing else is looked at, so many at most are
# named in the list's question; so far down the list is soon.
FEW, MOST, SOON, ALL = 100, 10_000, 1000, 2**31 - 2
NUMBER = re.compile(r"(\w{1,12})(-\d{8}-\d{2,6})(?!\d)")
FIND = "SELECT * FROM tickets_find(%s, %s, %s, %s, %s, %s, %s)"
FOUND = """
SELECT count(*), (array_agg(f))[:{newest}], CASE WHEN count(*) <= {most} THEN array_agg(f)::text END FROM ({find}) f(f)
"""
SHOWN = ("id", "number", "title", "words", "severity", "state", "hospital_id", "hospital__short_name", "hospital__hue",
         "system__name", "reporter_name", "assignee_name", "due_at", "reported_at")  # fmt: skip


@dataclass(frozen=True)
class Hit:
    ticket: Ticket
    where: str  # the words around what was found, where the title does not show it
    is_note: bool = False

    @property
    def number(self) -> str:
        return self.ticket.number


@dataclass(frozen=True)
class Found:
    hits: Sequence[Hit]
    words: Sequence[str]
    older: UUID | None = None  # there is more, before this one

    def __bool__(self) -> bool:
        return bool(self.hits)


def found_tickets(person: Person, query: str, *, below: UUID | None = None, most: int = AT_MOST) -> Found:
    """Newest first. What no word stands in finds nothing, and so does who may see no tickets."""
    words = words_of(query[:LONGEST])
    ids = _ids(person, words, below, most + 1) if words and SEE_TICKETS.reach_of(person) else []
    if not ids:
        return Found([], words)
    rows = Ticket.objects.visible_to(person).filter(pk__in=ids[:most])
    tickets = list(rows.select_related("hospital", "system").only(*SHOWN).order_by("-id"))
    elsewhere = _Elsewhere(person, [one for one in tickets if not _is_plain(one, words)], words)
    return Found([elsewhere.hit(one) for one in tickets], words, ids[most - 1] if len(ids) > most else None)


def saying(person: Person, query: str) -> Q:
    """Of maintenance records: those whose ticket says all of it, by the same search. A word that stands nearly
    everywhere is soon met on the way through the list; of any other the tickets are named, or, where they are too many
    to be sent to and fro, asked for in the midst of the list's own question. Which it is, the newest of them tell."""
    words = words_of(query[:LONGEST])
    if not words:
        return Q()
    if not SEE_TICKETS.reach_of(person):
        return Q(pk__in=[])
    count, newest, found = _found(person, words, FEW + 1)
    if count <= FEW:
        return Q(ticket_id__in=newest)
    if _is_soon_met(person, newest):
        said = SearchText.objects.visible_to(person).filter(ticket_id=OuterRef("ticket_id")).values("pk")
        return Q(*(_met(said.filter(text__contains=word)) for word in words))
    if count == FEW + 1:  # met on the way: there may be more
        _count, _newest, found = _found(person, words, ALL)
    if count > MOST:
        return Q(ticket_id__in=RawSQL(FIND, _asked(person, words, None, ALL)))  # noqa: S611 - a constant
    return Q(ticket_id__in=RawSQL("SELECT unnest(%s::uuid[])", [found]))


def _found(person: Person, words: Sequence[str], most: int) -> tuple[int, list[UUID], str]:
    """How many, the newest of them, and those that may be named as PostgreSQL writes a list: thousands of ids that
    nobody here looks at."""
    asked = [*_asked(person, words, None, most)[:-1], ALL]
    with connection.cursor() as cursor:
        cursor.execute(FOUND.format(newest=FEW + 1, most=MOST, find=FIND), asked)
        count, newest, found = cursor.fetchone()
    return count, newest or [], found or "{}"


def _met(said: QuerySet[SearchText, Any]) -> IsNull:
    """Row by row: an EXISTS becomes a join, for which all that can be found was read from end to end."""
    return IsNull(Subquery(said[:1]), False)


def _is_soon_met(person: Person, tickets: Sequence[UUID]) -> bool:
    """Whether a page of their records lies among the last that were closed."""
    records = MaintenanceRecord.objects.visible_to(person)
    found = records.filter(ticket_id__in=tickets).order_by("-closed_at").values_list("closed_at", flat=True)
    page = list(found[: AT_MOST + 1])
    return len(page) > AT_MOST and records.filter(closed_at__gt=page[-1])[:SOON].count() < SOON


def ticket_of_number(person: Person, text: str) -> Ticket | None:
    """The one ticket whose number stands in the text, whatever is written around it."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST_PASTED]).upper()
    found = NUMBER.search(plain)
    if found is None:
        return None
    letters, rest = found.groups()
    numbers = [letters[start:] + rest for start in range(len(letters))]
    tickets = Ticket.objects.visible_to(person).filter(hospital_id__in=person.hospitals, number__in=numbers)
    first, *others = [*tickets.only("id", "number")[:2], None]
    return first if others == [None] else None


def _asked(person: Person, words: Sequence[str], below: UUID | None, most: int) -> list[Any]:
    is_ward = SEE_TICKETS.reach_of(person) is not Reach.ORGANISATION
    own = (person.department_id, person.membership_id) if is_ward else (None, None)
    return [" ".join(words), most, below, SEE_NOTES.reach_of(person) is not None, *own, most]


def _ids(person: Person, words: Sequence[str], below: UUID | None, most: int) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(FIND, _asked(person, words, below, most))
        return [pk for (pk,) in cursor.fetchall()]


def _is_plain(ticket: Ticket, words: Sequence[str]) -> bool:
    """What is shown of it anyway shows why it was found."""
    shown = f"{ticket.number} {ticket.title} {ticket.reporter_name} {ticket.assignee_name}"
    if ticket.system:
        shown += f" {ticket.system.name}"
    return all(around(shown, [word]) for word in words)


class _Elsewhere:
    """Where the words stand in those tickets whose title says nothing of them: description, message or note."""

    def __init__(self, person: Person, tickets: Sequence[Ticket], words: Sequence[str]) -> None:
        self.person, self.tickets, self.words = person, {one.pk for one in tickets}, words

    def hit(self, ticket: Ticket) -> Hit:
        if ticket.pk not in self.tickets:
            return Hit(ticket, "")
        if said := around(ticket.words, self.words):
            return Hit(ticket, said)
        text, is_note = self._said.get(ticket.pk, ("", False))
        return Hit(ticket, around(text, self.words), is_note)

    @cached_property
    def _said(self) -> dict[UUID, tuple[str, bool]]:
        """The newest line of each, in its own letters."""
        kept = SearchText.objects.visible_to(self.person).filter(ticket_id__in=self.tickets)
        lines: dict[UUID, UUID] = {}
        for ticket_id, pk in kept.filter(text__contains=self.words[0]).order_by("id").values_list("ticket_id", "id"):
            lines[ticket_id] = pk
        chosen = list(lines.values())
        said = {}
        for model, is_note in ((Entry, False), (Note, True)):
            for row in model.objects.visible_to(self.person).filter(pk__in=chosen).only("ticket_id", "text", "by_name"):
                said[row.ticket_id] = (f"{row.by_name}: {row.text}", is_note)
        for record in MaintenanceRecord.objects.visible_to(self.person).filter(pk__in=chosen).defer("facts"):
            said[record.ticket_id] = (_of_record(record), False)
        return said


def _of_record(row: MaintenanceRecord) -> str:
    return " · ".join(
        filter(None, (row.system_name, row.engineer_name, row.signer_name, row.closed_name, row.closed_why))
    )
