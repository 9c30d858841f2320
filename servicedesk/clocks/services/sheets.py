"""The roster as a spreadsheet: one row a day, one column per level and shift. What is exported can be read in again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from openpyxl.utils.datetime import from_excel

from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.clocks.models import Team
from servicedesk.clocks.selectors.month import Day
from servicedesk.clocks.services.roster import Change
from servicedesk.clocks.shifts import Column, columns_of, slot
from servicedesk.files.spreadsheets import (
    MOST_COLUMNS,
    CellFault,
    bytes_of,
    fault_at,
    rows_of,
    sheet_of,
    short,
    squeezed,
    text_in,
)
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person

MOST_ROWS = 400
WHOLE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
SHORT = re.compile(r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
BEHIND = re.compile(r"\s*[(（]?\s*(?:周|星期|礼拜)[一二三四五六日天]\s*[)）]?$|\s+0{1,2}:00(:00)?$")
SERIALS = range(40_000, 60_000)  # days since 1900, as a spreadsheet counts: 2009 to 2064


@dataclass
class Sheet:
    """What was read: nothing of it is used while there is a fault."""

    changes: list[Change] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)

    def complain(self, row: int, column: int, sentence: str) -> None:
        self.faults.append(fault_at(row, column, sentence))


def read_sheet(team: Team, upload: Any, people: Iterable[Membership], *, at: datetime) -> Sheet:
    """People are found by name. An empty cell leaves what is planned there as it is."""
    rows = rows_of(upload, most=MOST_ROWS)
    if len(rows) > MOST_ROWS:
        raise Refused(_("The file has more than %(rows)s rows. Take one year at most.") % {"rows": MOST_ROWS})
    sheet, by_name = Sheet(), _by_name(people)
    titles, *body = rows or [[]]
    columns = _columns(team, titles, sheet)
    if not columns:
        sheet.complain(1, 1, _("The first row must have the team's columns. Download the template and fill it in."))
        return sheet
    seen: dict[date, int] = {}
    for number, row in enumerate(body, start=2):
        if any(text_in(cell) for cell in row):
            _read_row(number, row, columns, by_name, seen, sheet, at)
    if not sheet.changes and not sheet.faults:
        sheet.complain(2, 2, _("There is no name in the file."))
    return sheet


def _read_row(
    number: int,
    row: Sequence[Any],
    columns: dict[int, Column],
    by_name: dict[str, list[Membership]],
    seen: dict[date, int],
    sheet: Sheet,
    at: datetime,
) -> None:
    on = day_in(row[0], at=at)
    if on is None:
        sheet.complain(number, 1, _("“%(text)s” is no date. Write it like 2026-11-21.") % {"text": short(row[0])})
        return
    if on in seen:
        sheet.complain(number, 1, _("This day stands in row %(row)s already.") % {"row": seen[on]})
        return
    seen[on] = number
    for place, column in columns.items():
        name = text_in(row[place]) if place < len(row) else ""
        if not name:
            continue
        found = by_name.get(squeezed(name), [])
        if len(found) == 1:
            sheet.changes.append(Change(slot(on, column.level, column.shift), found[0].pk))
        else:
            sheet.complain(number, place + 1, _unclear(name, found))


def _unclear(name: str, found: Sequence[Membership]) -> str:
    if found:
        return _("%(count)s people are called “%(name)s”. Choose the person on the roster itself.") % {
            "count": len(found),
            "name": short(name),
        }
    return _("Nobody called “%(name)s” can be on duty.") % {"name": short(name)}


def _columns(team: Team, titles: Sequence[Any], sheet: Sheet) -> dict[int, Column]:
    """By their titles in either language, in whatever order; an unknown one is not passed over."""
    known = _titles(team)
    found: dict[int, Column] = {}
    for place, title in enumerate(titles[:MOST_COLUMNS]):
        text = squeezed(text_in(title))
        if place == 0 or not text:
            continue
        if text not in known:
            sheet.complain(1, place + 1, _("The team has no column “%(title)s”.") % {"title": short(title)})
        elif known[text] in found.values():
            sheet.complain(1, place + 1, _("The column “%(title)s” stands here twice.") % {"title": short(title)})
        else:
            found[place] = known[text]
    return found


def _titles(team: Team) -> dict[str, Column]:
    titles: dict[str, Column] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            titles |= {squeezed(column.label): column for column in columns_of(team)}
    return titles


def _by_name(people: Iterable[Membership]) -> dict[str, list[Membership]]:
    found: dict[str, list[Membership]] = {}
    for member in people:
        found.setdefault(squeezed(member.name), []).append(member)
    return found


def day_in(value: Any, *, at: datetime) -> date | None:
    """A date as people and spreadsheets write it. Without a year: the one that lies nearest."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and int(value) in SERIALS:
        return _of_serial(value)
    if isinstance(value, float):
        return None  # 11.3 may have been typed as 11.30: no guess
    text = BEHIND.sub("", text_in(value))
    if whole := WHOLE.fullmatch(text) or COMPACT.fullmatch(text):
        return _date(*whole.groups())
    if text.isdigit() and int(text) in SERIALS:
        return _of_serial(int(text))
    if short := SHORT.fullmatch(text):
        near = [_date(at.year + years, *short.groups()) for years in (-1, 0, 1)]
        return min((on for on in near if on), key=lambda on: abs(on - at.date()), default=None)
    return None


def _of_serial(value: float) -> date | None:
    moment = from_excel(value)
    return moment.date() if isinstance(moment, datetime) else None


def _date(*parts: Any) -> date | None:
    try:
        return date(*map(int, parts))
    except ValueError:
        return None


def export_month(team: Team, days: Sequence[Day], *, by: Person, at: datetime) -> bytes:
    content = workbook(team, days)
    record(Act.ROSTER_EXPORTED, team, by=by, at=at, words={"days": len(days)})
    return content


def workbook(team: Team, days: Sequence[Day], *, with_people: bool = True) -> bytes:
    titles = [_("Date"), *(column.label for column in columns_of(team))]
    return bytes_of(sheet_of(_("Duty roster"), [titles, *_lines(days, with_people)], frozen="B2"))


def _lines(days: Sequence[Day], with_people: bool) -> Iterator[list[Any]]:
    for day in days:
        names = ("、".join(duty.member.name for duty in cell.duties) for cell in day.cells)
        yield [day.on, *(names if with_people else [None] * len(day.cells))]
