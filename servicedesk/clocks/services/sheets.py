"""The roster as a spreadsheet: one row a day, one column per level and shift. What is exported can be read in again."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import from_excel

from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.clocks.models import Team
from servicedesk.clocks.selectors.month import Day
from servicedesk.clocks.services.roster import Change
from servicedesk.clocks.shifts import Column, columns_of, slot
from servicedesk.files import checking
from servicedesk.files.kinds import Kind
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person

MOST_BYTES = 2 * 2**20
MOST_ROWS, MOST_COLUMNS = 400, 40
MOST_FAULTS = 50
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # a spreadsheet would calculate
WHOLE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
SHORT = re.compile(r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
BEHIND = re.compile(r"\s*[(（]?\s*(?:周|星期|礼拜)[一二三四五六日天]\s*[)）]?$|\s+0{1,2}:00(:00)?$")
SERIALS = range(40_000, 60_000)  # days since 1900, as a spreadsheet counts: 2009 to 2064


@dataclass(frozen=True)
class CellFault:
    cell: str  # as the spreadsheet names it: B7
    sentence: str


@dataclass
class Sheet:
    """What was read: nothing of it is used while there is a fault."""

    changes: list[Change] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)

    def complain(self, row: int, column: int, sentence: str) -> None:
        self.faults.append(CellFault(f"{get_column_letter(column)}{row}", sentence))


def read_sheet(team: Team, upload: Any, people: Iterable[Membership], *, at: datetime) -> Sheet:
    """People are found by name. An empty cell leaves what is planned there as it is."""
    rows = _rows(upload)
    sheet, by_name = Sheet(), _by_name(people)
    titles, *body = rows or [[]]
    columns = _columns(team, titles, sheet)
    if not columns:
        sheet.complain(1, 1, _("The first row must have the team's columns. Download the template and fill it in."))
        return sheet
    seen: dict[date, int] = {}
    for number, row in enumerate(body, start=2):
        if any(_text(cell) for cell in row):
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
        sheet.complain(number, 1, _("“%(text)s” is no date. Write it like 2026-11-21.") % {"text": _short(row[0])})
        return
    if on in seen:
        sheet.complain(number, 1, _("This day stands in row %(row)s already.") % {"row": seen[on]})
        return
    seen[on] = number
    for place, column in columns.items():
        name = _text(row[place]) if place < len(row) else ""
        if not name:
            continue
        found = by_name.get(_squeezed(name), [])
        if len(found) == 1:
            sheet.changes.append(Change(slot(on, column.level, column.shift), found[0].pk))
        else:
            sheet.complain(number, place + 1, _unclear(name, found))


def _unclear(name: str, found: Sequence[Membership]) -> str:
    if found:
        return _("%(count)s people are called “%(name)s”. Choose the person on the roster itself.") % {
            "count": len(found),
            "name": _short(name),
        }
    return _("Nobody called “%(name)s” can be on duty.") % {"name": _short(name)}


def _columns(team: Team, titles: Sequence[Any], sheet: Sheet) -> dict[int, Column]:
    """By their titles in either language, in whatever order; an unknown one is not passed over."""
    known = _titles(team)
    found: dict[int, Column] = {}
    for place, title in enumerate(titles[:MOST_COLUMNS]):
        text = _squeezed(_text(title))
        if place == 0 or not text:
            continue
        if text not in known:
            sheet.complain(1, place + 1, _("The team has no column “%(title)s”.") % {"title": _short(title)})
        elif known[text] in found.values():
            sheet.complain(1, place + 1, _("The column “%(title)s” stands here twice.") % {"title": _short(title)})
        else:
            found[place] = known[text]
    return found


def _titles(team: Team) -> dict[str, Column]:
    titles: dict[str, Column] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            titles |= {_squeezed(column.label): column for column in columns_of(team)}
    return titles


def _by_name(people: Iterable[Membership]) -> dict[str, list[Membership]]:
    found: dict[str, list[Membership]] = {}
    for member in people:
        found.setdefault(_squeezed(member.name), []).append(member)
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
    text = BEHIND.sub("", _text(value))
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


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip().removeprefix("'").strip()


def _squeezed(text: str) -> str:
    return "".join(text.split()).casefold()


def _short(value: Any) -> str:
    return _text(value)[:40]


def _rows(upload: Any) -> list[list[Any]]:
    """Checked like every upload: size, kind, macros, bombs; kept nowhere."""
    accepted = _accepted(upload)
    with accepted.content as content:
        rows = _of_workbook(content) if accepted.kind is Kind.XLSX else _of_csv(content.read())
    if len(rows) > MOST_ROWS:
        raise Refused(_("The file has more than %(rows)s rows. Take one year at most.") % {"rows": MOST_ROWS})
    return rows


def _accepted(upload: Any) -> checking.Accepted:
    scan = checking.clamav(settings.CLAMAV_ADDRESS) if settings.CLAMAV_ADDRESS else checking.unscanned
    try:
        accepted = checking.check(upload, upload.name, checking.Limits(size=MOST_BYTES, expanded=40 * 2**20), scan)
    except checking.Refused as refused:
        raise Refused(_(checking.SENTENCES[refused.reason]) % refused.details, code=refused.reason) from refused
    if accepted.kind not in {Kind.XLSX, Kind.CSV}:
        accepted.content.close()
        raise Refused(_("This is no spreadsheet. Take an .xlsx or .csv file."))
    return accepted


def _of_workbook(content: Any) -> list[list[Any]]:
    try:
        book = load_workbook(content, read_only=True)
        lines = book.worksheets[0].iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS, values_only=True)
        return _without_empty_end([list(line) for line in lines])
    except Exception as broken:  # whatever the library stumbles over: the file is not what it says
        raise Refused(_("The spreadsheet can't be read. Save it anew as .xlsx.")) from broken


def _of_csv(content: bytes) -> list[list[Any]]:
    text = _decoded(content)
    separator = Counter(text.partition("\n")[0]).most_common()
    best = next((sign for sign, _count in separator if sign in ",;\t"), ",")
    try:
        lines = [line[:MOST_COLUMNS] for line in csv.reader(io.StringIO(text), delimiter=best)]
    except csv.Error as broken:
        raise Refused(_("The spreadsheet can't be read. Save it anew as .xlsx.")) from broken
    return _without_empty_end([list(line) or [""] for line in lines])


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused(_("The letters of the file can't be read. Save it as UTF-8."))


def _without_empty_end(rows: list[list[Any]]) -> list[list[Any]]:
    while rows and not any(_text(cell) for cell in rows[-1]):
        rows.pop()
    return rows


def export_month(team: Team, days: Sequence[Day], *, by: Person, at: datetime) -> bytes:
    content = workbook(team, days)
    record(Act.ROSTER_EXPORTED, team, by=by, at=at, words={"days": len(days)})
    return content


def workbook(team: Team, days: Sequence[Day], *, with_people: bool = True) -> bytes:
    """Every cell is a text or a date: nothing in it is ever calculated."""
    book = Workbook()
    page = book.active
    page.title = _("Duty roster")
    page.append([_("Date"), *(column.label for column in columns_of(team))])
    for day in days:
        names = ("、".join(duty.member.name for duty in cell.duties) for cell in day.cells)
        page.append([day.on, *(names if with_people else [None] * len(day.cells))])
    _dress(page)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _dress(page: Any) -> None:
    for cell in _cells(page):
        if isinstance(cell.value, str):
            cell.data_type = "s"
            cell.quotePrefix = cell.value.startswith(DANGEROUS)
        elif isinstance(cell.value, date):
            cell.number_format = "yyyy-mm-dd"
    for cell in page[1]:
        cell.font = Font(bold=True)
        page.column_dimensions[cell.column_letter].width = 16
    page.freeze_panes = "B2"


def _cells(page: Any) -> Iterator[Any]:
    return (cell for row in page.iter_rows() for cell in row)
