"""Who has how much, what breaches next, and how the week went: for those who lead. Fetched beside the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.wall import Person
from tickets.at_home import Row, Tags, tags_of
from tickets.enums import OPEN

PEOPLE, NEXT, DAYS = 8, 8, 7
IS_OPEN = f"t.state IN ({', '.join(repr(str(state)) for state in sorted(OPEN))})"
COLUMNS = "t.id, t.number, t.title, t.severity, t.state, t.due_at, t.assignee_name, t.hospital_id"
SCOPE = {  # the wall's conditions once more
    Side.HOSPITAL: "t.hospital_id = %(hospital)s",
    Side.VENDOR: "t.vendor_id = %(vendor)s AND t.hospital_id = ANY (%(hospitals)s)",
}
SCANNED = 5000  # of open tickets: what is beyond is years of neglect
LOAD = f"""
SELECT assignee_name, count(*), count(*) FILTER (WHERE due_at < %(now)s),
       count(*) FILTER (WHERE due_at >= %(now)s AND due_at < %(soon)s)
  FROM (SELECT assignee_name, due_at FROM tickets_ticket t WHERE {{scope}} AND {IS_OPEN} LIMIT {SCANNED}) s
 GROUP BY 1 ORDER BY 3 DESC, 2 DESC, 1 LIMIT {PEOPLE}
"""  # noqa: S608 (constants alone)
BREACHING = f"""
SELECT 'next', {COLUMNS}, '', EXISTS (
           SELECT FROM clocks_clock k WHERE k.hospital_id = t.hospital_id AND k.matter_id = t.matter_id
              AND k.is_standing AND k.is_provisional AND k.due_at = t.due_at)
  FROM tickets_ticket t
 WHERE {{scope}} AND {IS_OPEN} AND t.due_at >= %(now)s ORDER BY t.due_at NULLS LAST, t.id LIMIT {NEXT}
"""  # noqa: S608
TREND = """
SELECT day::date, (SELECT count(*) FROM tickets_ticket t WHERE {scope} AND t.id >= %(oldest)s AND t.reported_at >= day
                      AND t.reported_at < day + interval '1 day'),
                  (SELECT count(*) FROM tickets_ticket t WHERE {scope} AND t.closed_at >= day
                      AND t.closed_at < day + interval '1 day')
  FROM generate_series(%(first)s::timestamptz, %(last)s::timestamptz, interval '1 day') day ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Load:
    """One person's open tickets; no name: nobody has them yet."""

    name: str
    open: int
    overdue: int
    soon: int


@dataclass(frozen=True)
class Board:
    load: Sequence[Load]
    most: int
    breaching: Sequence[Row]
    trend: Sequence[tuple[str, int, int]]
    tags: Tags


def board_of(person: Person, *, at: datetime) -> Board:
    scope = SCOPE[person.side]
    today = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    values: dict[str, Any] = {
        "hospital": person.hospital_id,
        "hospitals": list(person.hospitals),
        "vendor": person.vendor_id,
        "now": at,
        "soon": at + timedelta(hours=2),
        "first": today - timedelta(days=DAYS - 1),
        "last": today,
        "oldest": _first_id_of(today - timedelta(days=DAYS - 1)),
    }
    load = [Load(*row) for row in _asked(LOAD, scope, values)]
    trend = [(_day(day), came, went) for day, came, went in _asked(TREND, scope, values)]
    breaching = [Row(*row) for row in _asked(BREACHING, scope, values)]
    return Board(load, max((one.open for one in load), default=1), breaching, trend, tags_of(person))


def _day(day: date) -> str:
    return f"{day:%m-%d}"


def _first_id_of(moment: datetime) -> UUID:
    """Ids grow with time, and no ticket is written down before it is reported: a bound that an index knows."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def _asked(statement: str, scope: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement.format(scope=scope), values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
