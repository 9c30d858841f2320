"""What a person's first page shows of tickets. Plain SQL: each list is one statement, bounded, under the wall, and says
the wall's conditions itself as `visible_to` would; nine queries of Django's took longer to build than to answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from servicedesk.tenancy.enums import Reach, Side
from servicedesk.tenancy.wall import Person
from tickets.enums import OPEN, State
from tickets.permissions import DECIDE_TICKETS, SEE_TICKETS, WORK_TICKETS

A_FEW, MOST = 6, 100
COLUMNS = """t.id, t.number, t.title, t.severity, t.state, t.due_at, t.assignee_name, h.short_name, h.hue"""
IS_OPEN = f"t.state IN ({', '.join(repr(str(state)) for state in sorted(OPEN))})"
SCOPE = {
    Side.HOSPITAL: "t.hospital_id = %(hospital)s",
    Side.VENDOR: "t.vendor_id = %(vendor)s AND t.hospital_id = ANY (%(hospitals)s)",
}
ROWS = f"""SELECT '{{kind}}' AS kind, {COLUMNS}, {{words}} AS words FROM tickets_ticket t
  JOIN tenancy_hospital h ON h.id = t.hospital_id {{joined}}
 WHERE {{scope}} AND {{where}} ORDER BY {{order}} LIMIT {A_FEW}"""
BY_DUE = "t.due_at NULLS LAST, t.id"

# What stands between a hospital and the end of its tickets, each asked for by somebody of the vendor.
ASKED: dict[str, tuple[str, str, str]] = {
    "with_us": ("", f"{IS_OPEN} AND t.state IN ('handed_over', 'signed', 'resolved')", "''"),
    "call": (
        "JOIN tickets_call c ON c.ticket_id = t.id AND c.hospital_id = t.hospital_id",
        "c.needs_word AND c.agreed_at IS NULL AND c.disputed_at IS NULL AND c.logged_side = 'vendor'",
        "c.caller",
    ),
    "wish": (
        "JOIN tickets_severitywish w ON w.ticket_id = t.id AND w.hospital_id = t.hospital_id",
        "w.decided_at IS NULL",
        "w.severity || ' · ' || w.why",
    ),
}
WHAT: dict[str, str | Promise] = {
    State.HANDED_OVER: _("Not theirs, they say: decide how it goes on"),
    State.RESOLVED: _("A solution is there: to be signed"),
    State.SIGNED: _("Signed: to be confirmed"),
    "call": _("A call was written down late: is its time right?"),
    "wish": _("Another severity is proposed"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket as one line."""

    kind: str
    id: UUID
    number: str
    title: str
    severity: str
    state: str
    due_at: datetime | None
    assignee: str
    hospital: str
    hue: int | None
    words: str

    @property
    def url(self) -> str:
        return _address(self.id)

    @property
    def state_words(self) -> str | Promise:
        return State(self.state).label

    @property
    def what(self) -> str | Promise:
        return WHAT.get(self.kind) or WHAT.get(self.state, "")


@dataclass(frozen=True, slots=True)
class Late:
    """How many are past their time, of one vendor and system."""

    vendor: str
    system: str
    count: int


@dataclass(frozen=True, slots=True)
class Coming:
    """A visit of today."""

    ticket: UUID
    number: str
    engineer: str
    planned_at: datetime | None
    arrived_at: datetime | None
    where: str
    hospital: str
    hue: int | None

    @property
    def url(self) -> str:
        return _address(self.ticket)


@dataclass(frozen=True)
class AtHome:
    """The lists of one page, by name; `counts` for the figures above them. What a role has no use for is empty."""

    lists: dict[str, list[Row]]
    counts: dict[str, int]
    late: list[Late]
    visits: list[Coming]

    def __bool__(self) -> bool:
        return bool(self.late or self.visits or any(self.lists.values()))

    def __getattr__(self, name: str) -> Any:
        try:
            return self.lists[name]
        except KeyError:
            raise AttributeError(name) from None


def tickets_at_home(person: Person | None, *, at: datetime) -> AtHome | None:
    if person is None or SEE_TICKETS.reach_of(person) is None:
        return None
    values = {
        "hospital": person.hospital_id,
        "hospitals": list(person.hospitals),
        "vendor": person.vendor_id,
        "me": person.membership_id,
        "department": person.department_id,
        "now": at,
    }
    if SEE_TICKETS.reach_of(person) is not Reach.ORGANISATION:
        return AtHome(_lists(OF_WARD, values), {}, [], [])
    if person.side == Side.HOSPITAL:
        lists = _lists(OF_HOSPITAL if DECIDE_TICKETS.reach_of(person) else OF_AUDITOR, values)
        return AtHome(lists, {}, _late(values), _visits(person, values, at))
    works = WORK_TICKETS.reach_of(person) is not None
    return AtHome(
        _lists(OF_VENDOR if works else OF_ACCOUNT, values), _counts(values), [], _visits(person, values, at)
    )


@lru_cache(maxsize=5000)
def _address(pk: UUID) -> str:
    return reverse("ticket", args=[pk])


def _list(kind: str, side: Side, where: str, *, joined: str = "", order: str = BY_DUE, words: str = "''") -> str:
    return f"({ROWS.format(kind=kind, words=words, joined=joined, scope=SCOPE[side], where=where, order=order)})"


def _together(*lists: str) -> str:
    return " UNION ALL ".join(lists)


OWN = "(t.department_id = %(department)s OR t.reporter_id = %(me)s)"
OF_WARD = _together(
    _list("mine", Side.HOSPITAL, "t.reporter_id = %(me)s", order="t.id DESC"),
    _list(
        "outages", Side.HOSPITAL,
        f"{IS_OPEN} AND {OWN} AND (t.severity IN ('1', 'A') OR EXISTS "
        "(SELECT FROM tickets_ticket o WHERE o.parent_id = t.id AND o.hospital_id = %(hospital)s))",
    ),
)  # fmt: skip
OVERDUE = f"{IS_OPEN} AND t.due_at < %(now)s"
OF_AUDITOR = _list("overdue", Side.HOSPITAL, OVERDUE)
OF_HOSPITAL = _together(
    *(_list(kind, Side.HOSPITAL, where, joined=joined, words=words) for kind, (joined, where, words) in ASKED.items()),
    OF_AUDITOR,
)
OF_ACCOUNT = _list("overdue", Side.VENDOR, OVERDUE)
OF_VENDOR = _together(
    _list("mine", Side.VENDOR, f"{IS_OPEN} AND t.assignee_id = %(me)s AND t.state IN ('working', 'waiting', 'reported')"),
    _list("to_accept", Side.VENDOR, f"{IS_OPEN} AND t.state = 'reported' AND t.assignee_id IS DISTINCT FROM %(me)s"),
)  # fmt: skip
# Counted to a hundred and no further.
COUNTED = {
    "mine": f"{IS_OPEN} AND t.assignee_id = %(me)s",
    "to_accept": f"{IS_OPEN} AND t.state = 'reported'",
    "team": IS_OPEN,
    "overdue": OVERDUE,
}
COUNTS = "SELECT " + ", ".join(
    f"(SELECT count(*) FROM (SELECT FROM tickets_ticket t WHERE {SCOPE[Side.VENDOR]} AND {where} LIMIT {MOST}) n)"
    for where in COUNTED.values()
)
LATE = f"""
SELECT coalesce((SELECT short_name FROM tenancy_vendor v WHERE v.id = s.vendor_id), ''),
       coalesce((SELECT name FROM contracts_system c WHERE c.id = s.system_id), ''), s.n
  FROM (SELECT vendor_id, system_id, count(*) AS n FROM tickets_ticket t
         WHERE {SCOPE[Side.HOSPITAL]} AND {OVERDUE} GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT {A_FEW}) s
"""
VISITS = """
SELECT t.id, t.number, v.engineer_name, v.planned_at, v.arrived_at, t."where", h.short_name, h.hue
  FROM tickets_visit v JOIN tickets_ticket t ON t.id = v.ticket_id JOIN tenancy_hospital h ON h.id = t.hospital_id
 WHERE {scope} AND v.hospital_id = ANY (%(hospitals)s) AND v.left_at IS NULL AND v.dropped_at IS NULL
   AND (v.planned_at < %(tomorrow)s OR v.planned_at IS NULL) ORDER BY v.planned_at NULLS LAST, v.id LIMIT 6
"""


def _lists(statement: str, values: dict[str, Any]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {"mine": [], "outages": [], "asked": [], "overdue": [], "to_accept": []}
    for row in (Row(*columns) for columns in _asked(statement, values)):
        found["asked" if row.kind in ASKED else row.kind].append(row)
    return found


def _counts(values: dict[str, Any]) -> dict[str, int]:
    return dict(zip(COUNTED, _asked(COUNTS, values)[0], strict=True))


def _late(values: dict[str, Any]) -> list[Late]:
    return [Late(*columns) for columns in _asked(LATE, values)]


def _visits(person: Person, values: dict[str, Any], at: datetime) -> list[Coming]:
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    rows = _asked(VISITS.format(scope=SCOPE[person.side]), values | {"tomorrow": midnight})
    return [Coming(*columns) for columns in rows]


def _asked(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
