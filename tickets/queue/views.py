"""The views that everybody finds at the top of their queue, and how many tickets stand in each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.db.models.sql import Query
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from servicedesk.clocks.permissions import DECIDE_WAIVER
from servicedesk.tenancy.enums import Role, Side
from servicedesk.tenancy.models.base import WalledQuerySet
from servicedesk.tenancy.wall import Person
from tickets.around import answer_of, row_of
from tickets.at_home import WHAT
from tickets.enums import OVER, State, WaitsOn
from tickets.models import QueueView, Ticket
from tickets.models.ticket import BY_DUE, IS_OPEN
from tickets.permissions import DECIDE_TICKETS, KEEP_VIEWS
from tickets.queue.wanted import Wanted, read

# Counts look at so many open tickets, the most urgent first, and say "more" beyond: the bound of what a page costs.
LOOKED_AT = 2_000
COUNTED_BY = (
    "id", "state", "severity", "system_id", "assignee_id", "reporter_id", "hospital_id", "vendor_id", "contract_id",
    "due_at", "category", "waits_on",
)  # fmt: skip
# As the first page's list says it (ASKED, migration 0006).
BY_STATE = (
    Q(state__in=[State.CALL_AWAITED, State.HANDED_OVER, State.RESOLVED, State.SIGNED])
    | Q(state=State.WAITING, waits_on=WaitsOn.HOSPITAL)
    | Q(state=State.WAITING, waits_on=WaitsOn.REPORTER, reporter_id=None)
)
OF_REPORTER = (State.CALL_AWAITED, State.RESOLVED)
WITH_THE_HOSPITAL = (State.CALL_AWAITED, State.HANDED_OVER, State.RESOLVED, State.SIGNED)

Rows = Callable[[Person, datetime], Q]


@dataclass(frozen=True)
class View:
    label: str | Promise
    rows: Rows
    is_open: bool = True


def the_hospitals_word(person: Person) -> Q:
    """What the state asks for, and what was asked besides, of whoever may answer it (migration 0006)."""
    return BY_STATE | Q(pk__in=RawSQL("SELECT ticket FROM tickets_word_asked(%s, %s, %s)", _answerer(person)))


def word_asked(person: Person, tickets: Sequence[Ticket]) -> dict[UUID, str | Promise]:
    """All that is asked of each, in the words of the first page."""
    kinds: dict[UUID, list[str]] = defaultdict(list)
    with connection.cursor() as cursor:
        words = "SELECT ticket, kind FROM tickets_word_asked(%s, %s, %s) WHERE ticket = ANY (%s::uuid[])"
        cursor.execute(words, [*_answerer(person), [str(one.pk) for one in tickets]])
        for pk, kind in cursor.fetchall():
            kinds[pk].append(kind)
    asked = {one.pk: [*_by_state(one, kinds[one.pk]), *kinds[one.pk]] for one in tickets}
    return {pk: " · ".join(str(WHAT[what]) for what in dict.fromkeys(found)) for pk, found in asked.items()}


def _by_state(ticket: Ticket, besides: Sequence[str]) -> list[str]:
    """BY_STATE of one; what a signer says is not solved is not to be signed."""
    if ticket.state == State.WAITING:
        by_it = ticket.waits_on == WaitsOn.REPORTER and ticket.reporter_id is None
        return [ticket.state] if by_it or ticket.waits_on == WaitsOn.HOSPITAL else []
    return [ticket.state] if ticket.state in WHAT and "objection" not in besides else []


def asked_of_me(person: Person, tickets: Sequence[Ticket]) -> dict[UUID, str | Promise]:
    """Of who reported it: to call, to answer, to sign (`OF_ME`, migration 0006)."""
    mine = [one for one in tickets if one.reporter_id == person.membership_id]
    asked = [one for one in mine if one.state in OF_REPORTER or one.waits_on == WaitsOn.REPORTER]
    return {one.pk: WHAT[one.state] for one in asked if one.state in (*OF_REPORTER, State.WAITING)}


def _answerer(person: Person) -> list[Any]:
    may = [permission.reach_of(person) is not None for permission in (DECIDE_TICKETS, DECIDE_WAIVER)]
    return [person.hospital_id, *may]


def _in(*states: State) -> Rows:
    return lambda person, at: Q(state__in=states)


ALL = View(pgettext_lazy("queue", "All open"), lambda person, at: Q())
OVERDUE = View(pgettext_lazy("queue", "Overdue"), lambda person, at: Q(due_at__lt=at))
CLOSED = View(pgettext_lazy("queue", "Closed"), lambda person, at: Q(state__in=sorted(OVER)), is_open=False)
UNACCEPTED = View(pgettext_lazy("queue", "To be accepted"), _in(State.REPORTED))

OURS = "ours"

OF_VENDOR: dict[str, View] = {
    "": ALL,
    "mine": View(pgettext_lazy("queue", "Mine"), lambda person, at: Q(assignee_id=person.membership_id)),
    "new": UNACCEPTED,
    "overdue": OVERDUE,
    "waiting": View(pgettext_lazy("ticket", "Waiting"), _in(State.WAITING)),
    "hospital": View(pgettext_lazy("queue", "With the hospital"), _in(*WITH_THE_HOSPITAL)),
    "closed": CLOSED,
}
OF_HOSPITAL: dict[str, View] = {
    "": ALL,
    OURS: View(_("Waits for our word"), lambda person, at: the_hospitals_word(person)),
    "mine": View(pgettext_lazy("queue", "Reported by me"), lambda person, at: Q(reporter_id=person.membership_id)),
    "new": UNACCEPTED,
    "overdue": OVERDUE,
    "closed": CLOSED,
}
OF_READER = {code: view for code, view in OF_HOSPITAL.items() if code not in (OURS, "mine")}  # who has no word to give
OF_WARD: dict[str, View] = {
    "": View(pgettext_lazy("queue", "Reported by me"), lambda person, at: Q(reporter_id=person.membership_id)),
    "department": View(_("My department"), lambda person, at: Q()),
    "closed": CLOSED,
}


def views_of(person: Person) -> dict[str, View]:
    if person.role is Role.WARD_REPORTER:
        return OF_WARD
    if person.side is Side.VENDOR:
        return OF_VENDOR
    return OF_HOSPITAL if DECIDE_TICKETS.reach_of(person) is not None else OF_READER


def chosen(person: Person, wanted: Wanted, *, at: datetime) -> WalledQuerySet[Ticket]:
    rows = Ticket.objects.visible_to(person).filter(_rows(person, wanted, at))
    return rows if looks_back(person, wanted) else rows.filter(IS_OPEN)


def _rows(person: Person, wanted: Wanted, at: datetime) -> Q:
    return views_of(person)[wanted.view].rows(person, at) & wanted.narrowed(at=at)


def looks_back(person: Person, wanted: Wanted) -> bool:
    """At tickets that are over too: they have no time left to sort by."""
    return wanted.looks_back or not views_of(person)[wanted.view].is_open


def saved_views(person: Person) -> list[QueueView]:
    """One's own, and what is kept for everybody of the organisation."""
    if not KEEP_VIEWS.reach_of(person):
        return []
    found = answer_of("queue_views", person.hospital_id, person.vendor_id, person.user_id)
    return [row_of(QueueView, facts) for facts in found or ()]


@dataclass(frozen=True)
class Tab:
    label: str | Promise
    address: str
    is_current: bool
    count: int | None = None
    is_more: bool = False
    saved: QueueView | None = None


def tabs(person: Person, wanted: Wanted, saved: Sequence[QueueView], current: str, *, at: datetime) -> list[Tab]:
    """The product's views, then the saved ones, all counted in one look at the open tickets."""
    views = views_of(person)
    kept = [(view, read(QueryDict(view.query), views=views)) for view in saved]
    rows = [view.rows(person, at) if view.is_open else None for view in views.values()]
    rows += [
        None if looks_back(person, one) else views[one.view].rows(person, at) & one.narrowed(at=at)
        for _view, one in kept
    ]
    counts, is_more = _counted(person, rows)
    known = str(current) if current in {str(view.pk) for view in saved} else ""
    plain = not known and not wanted.is_narrowed
    found = [
        Tab(view.label, f"view={code}" if code else "", plain and code == wanted.view, count, is_more)
        for (code, view), count in zip(views.items(), counts, strict=False)
    ]
    return found + [
        Tab(view.name, f"{view.query}&saved={view.pk}", str(view.pk) == known, count, is_more, view)
        for (view, _one), count in zip(kept, counts[len(views) :], strict=True)
    ]


def _counted(person: Person, rows: Iterable[Q | None]) -> tuple[list[int | None], bool]:
    """Django's conditions in a statement of our own: its `aggregate` over a bounded look takes four times as long."""
    asked = list(rows)
    inner, bounds = _looked(person, LOOKED_AT + 1)
    wheres = [_where(q) for q in asked if q is not None]
    sums = "".join(f", count(*) FILTER (WHERE {sql})" for sql, _values in wheres)
    values = [value for _sql, found in wheres for value in found]
    with connection.cursor() as cursor:
        words = f"SELECT count(*){sums} FROM ({inner}) AS tickets_ticket"  # noqa: S608  by Django, values apart
        cursor.execute(words, [*values, *bounds])
        whole, *counts = cursor.fetchone()
    found = iter(counts)
    return [None if q is None else next(found) for q in asked], whole > LOOKED_AT


@lru_cache(maxsize=500)  # the statement, which the person decides; what it finds is asked each time
def _looked(person: Person, most: int) -> tuple[str, tuple[Any, ...]]:
    rows = Ticket.objects.visible_to(person).filter(IS_OPEN).order_by(*BY_DUE).values(*COUNTED_BY)[:most]
    return rows.query.sql_with_params()


def _where(q: Q) -> tuple[str, Sequence[Any]]:
    query = Query(Ticket)
    try:
        return query.get_compiler(DEFAULT_DB_ALIAS).compile(query.build_where(q))
    except FullResultSet:
        return "true", ()
    except EmptyResultSet:
        return "false", ()
