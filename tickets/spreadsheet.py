"""Rows as a spreadsheet: words stay words, whatever a spreadsheet program would make of them; moments are moments."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import xlsxwriter
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

LIMIT = 10_000  # rows of an export
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
MOMENT = "yyyy-mm-dd hh:mm"
NARROW, WIDE, MEASURED = 8, 40, 200  # columns are as wide as what stands in their first rows
Cell = str | int | datetime | None


def spreadsheet(
    name: str, titles: Sequence[str | Promise], lines: Sequence[Sequence[Cell]], *, is_whole: bool = True
) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, PLAIN)
    sheet = book.add_worksheet(name)
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    # Written as text and marked as text: a cell that is edited afterwards is not calculated either.
    text = book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True, "num_format": "@"})
    moment = book.add_format({"valign": "top", "align": "left", "num_format": MOMENT})
    for place, title in enumerate(titles):
        sheet.write_string(0, place, str(title), head)
        sheet.set_column(place, place, _width([title, *(line[place] for line in lines[:MEASURED])]))
    for number, line in enumerate(lines, 1):
        for place, value in enumerate(line):
            _write(sheet, number, place, value, text, moment)
    if not is_whole:
        words = _("Only the newest %(limit)s rows are here. Export a shorter period for the rest.")
        sheet.write_string(len(lines) + 1, 0, words % {"limit": LIMIT})
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(1, len(lines)), len(titles) - 1)
    _as_paper(sheet)
    book.close()
    return buffer.getvalue()


def _write(sheet: Any, line: int, place: int, value: Cell, text: Any, moment: Any) -> None:
    if isinstance(value, int):
        sheet.write_number(line, place, value)
    elif isinstance(value, datetime):
        sheet.write_datetime(line, place, timezone.make_naive(value), moment)
    elif value is not None:
        sheet.write_string(line, place, value, text)


def _width(cells: Iterable[Any]) -> int:
    return min(WIDE, max(NARROW, *map(_letters, cells)) + 2)


def _letters(value: Any) -> int:
    """A Chinese letter is as wide as two others."""
    words = MOMENT if isinstance(value, datetime) else str(value or "")
    return max(sum(1 + (unicodedata.east_asian_width(one) in "WF") for one in line) for line in words.split("\n"))


def _as_paper(sheet: Any) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
