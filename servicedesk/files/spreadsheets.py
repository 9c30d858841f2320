"""A spreadsheet that somebody sends, as rows of cells: checked like every upload, kept nowhere. And one to take away.

Who reads one names everything wrong at once, by its cell, and takes nothing over while there is a fault.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from servicedesk.files import checking
from servicedesk.files.kinds import Kind
from servicedesk.tenancy.refusals import Refused

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_BYTES = 2 * 2**20
MOST_COLUMNS = 40
MOST_FAULTS = 50  # on a page
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # a spreadsheet would calculate


@dataclass(frozen=True)
class CellFault:
    cell: str  # as the spreadsheet names it: B7
    sentence: str


def fault_at(row: int, column: int, sentence: str) -> CellFault:
    return CellFault(f"{get_column_letter(column)}{row}", sentence)


def text_in(value: Any) -> str:
    return "" if value is None else str(value).strip().removeprefix("'").strip()


def squeezed(text: str) -> str:
    """As names and titles are compared: nobody sees a blank or a capital."""
    return "".join(text.split()).casefold()


def short(value: Any) -> str:
    return text_in(value)[:40]


# ── read ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def rows_of(upload: Any, *, most: int) -> list[list[Any]]:
    """At most one row more than `most`: who asked says what is too many."""
    accepted = _accepted(upload)
    with accepted.content as content:
        return _of_workbook(content, most) if accepted.kind is Kind.XLSX else _of_csv(content.read())[: most + 1]


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


def _of_workbook(content: Any, most: int) -> list[list[Any]]:
    try:
        book = load_workbook(content, read_only=True)
        lines = book.worksheets[0].iter_rows(max_row=most + 1, max_col=MOST_COLUMNS, values_only=True)
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
    while rows and not any(text_in(cell) for cell in rows[-1]):
        rows.pop()
    return rows


# ── take away ────────────────────────────────────────────────────────────────────────────────────────────────────────
def sheet_of(title: str, rows: Iterable[Sequence[Any]], *, frozen: str = "A2") -> Workbook:
    """Every cell is a text or a date: nothing in it is ever calculated. The first row is the titles."""
    book = Workbook()
    page = book.active
    page.title = title
    for row in rows:
        page.append(list(row))
    _dress(page)
    page.freeze_panes = frozen
    return book


def bytes_of(book: Workbook) -> bytes:
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def attached(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(content, MEDIA_TYPE, headers={"Content-Disposition": f'attachment; filename="{name}"'})


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


def _cells(page: Any) -> Iterator[Any]:
    return (cell for row in page.iter_rows() for cell in row)
