"""Who has how much, what breaches next, how each kind of service stands, and how the week went: for those who lead.
Fetched beside the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.wall import Person
from tickets.at_home import Row, Tags, tags_of
from tickets.enums import OPEN
from tickets.queue.wanted import first_reported_from, month_of

PEOPLE, NEXT, DAYS, KINDS = 8, 8, 7, 100
IS_OPEN = f"t.state IN ({', '.join(repr(str(state)) for state in sorted(OPEN))})"
COLUMNS = "t.id, t.number, t.title, t.severity, t.state, t.due_at, t.assignee_name, t.hospital_id"
SCOPE = {  # the wall's conditions once more
    Side.HOSPITAL: "t.hospital_id = %(hospital)s",
    Side.VENDOR: "t.vendor_id = %(vendor)s AND t.hospital_id = ANY (%(hospitals)s)",
}
SCANNED = 5000  # of open tickets: what is beyond is years of neglect
SCANNED_BACK = 20_000  # of this month's, the newest first: beyond it a figure says that there are more
LOAD = f"""
SELECT assignee_name, count(*), count(*) FILTER (WHERE due_at < %(now)s),
       count(*) FILTER (WHERE due_at >= %(now)s AND due_at < %(soon)s)
  FROM (SELECT assignee_name, due_at FROM tickets_ticket t WHERE {{scope}} AND {IS_OPEN} LIMIT {SCANNED}) s
 GROUP BY 1 ORDER BY 3 DESC, 2 DESC, 1 LIMIT {PEOPLE}
"""  # noqa: S608 (constants alone)
BREACHING = f"""
SELECT 'next', {COLUMNS}, '', EXISTS (
           SELECT FROM clocks_clock k WHERE k.hospital_id = t.hospital_id AND k.matter_id = t.matter_id
              AND k.is_standing AND k.is_provisional AND k.due_at = t.due_at),
       (SELECT max(k.counts_from) FROM clocks_clock k WHERE k.hospital_id = t.hospital_id AND k.matter_id = t.matter_id
           AND k.is_standing AND k.due_at = t.due_at)
  FROM tickets_ticket t
 WHERE {{scope}} AND {IS_OPEN} AND t.due_at >= %(now)s ORDER BY t.due_at NULLS LAST, t.id LIMIT {NEXT}
"""  # noqa: S608
# PACS-2. By its code, as the queue's filter goes; contracts may call it by different names.
BY_KIND = f"""
SELECT category, max(category_name), count(*) FILTER (WHERE is_open), count(*) FILTER (WHERE due_at < %(now)s),
       count(*) FILTER (WHERE NOT is_open)
  FROM ((SELECT category, category_name, due_at, true AS is_open FROM tickets_ticket t
          WHERE {{scope}} AND {IS_OPEN} LIMIT %(scanned)s)
        UNION ALL
        (SELECT category, category_name, NULL, false FROM tickets_ticket t
          WHERE {{scope}} AND t.id >= %(oldest_of_month)s AND t.reported_at >= %(month)s
          ORDER BY t.id DESC LIMIT %(scanned_back)s)) s
 GROUP BY 1 ORDER BY 4 DESC, 3 DESC, 5 DESC, 1 LIMIT {KINDS}
"""  # noqa: S608
TREND = """
SELECT day, coalesce(came, 0), coalesce(went, 0) FROM generate_series(%(first)s::timestamptz, %(last)s, '1 day') day
  LEFT JOIN (SELECT date_trunc('day', t.reported_at, %(zone)s) AS day, count(*) AS came FROM tickets_ticket t
              WHERE {scope} AND t.id >= %(oldest)s AND t.reported_at >= %(first)s GROUP BY 1) c USING (day)
  LEFT JOIN (SELECT date_trunc('day', t.closed_at, %(zone)s) AS day, count(*) AS went FROM tickets_ticket t
              WHERE {scope} AND t.closed_at >= %(first)s GROUP BY 1) w USING (day)
 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Load:
    """One person's open tickets; no name: nobody has them yet."""

    name: str
    open: int
    overdue: int
    soon: int


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of service; each figure leads to its rows of the queue."""

    category: str
    name: str
    open: int
    overdue: int
    this_month: int


@dataclass(frozen=True)
class Board:
    load: Sequence[Load]
    most: int
    kinds: Sequence[Kind]
    breaching: Sequence[Row]
    trend: Sequence[tuple[str, int, int]]
    tags: Tags

    @property
    def is_more_open(self) -> bool:
        return sum(one.open for one in self.kinds) >= SCANNED

    @property
    def is_more_this_month(self) -> bool:
        return sum(one.this_month for one in self.kinds) >= SCANNED_BACK


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
        "zone": settings.TIME_ZONE,
        "oldest": first_reported_from(today - timedelta(days=DAYS - 1)),
        "month": month_of(at),
        "oldest_of_month": first_reported_from(month_of(at)),
        "scanned": SCANNED,
        "scanned_back": SCANNED_BACK,
    }
    kinds = [Kind(*row) for row in _asked(BY_KIND, scope, values)]
    load = [Load(*row) for row in _asked(LOAD, scope, values)]
    trend = [(f"{timezone.localtime(day):%m-%d}", came, went) for day, came, went in _asked(TREND, scope, values)]
    breaching = [Row(*row) for row in _asked(BREACHING, scope, values)]
    return Board(load, max((one.open for one in load), default=1), kinds, breaching, trend, tags_of(person))


def _asked(statement: str, scope: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement.format(scope=scope), values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
