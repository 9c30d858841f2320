"""Rows as a spreadsheet: words stay words, whatever a spreadsheet program would make of them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from django.utils.functional import Promise
from django.utils.translation import gettext as _

LIMIT = 10_000  # rows of an export
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
WIDTH = 16


def spreadsheet(
    name: str, titles: Sequence[str | Promise], lines: Sequence[Sequence[str | int]], *, is_whole: bool = True
) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, PLAIN)
    sheet = book.add_worksheet(name)
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    # Written as text and marked as text: a cell that is edited afterwards is not calculated either.
    text = book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True, "num_format": "@"})
    for place, title in enumerate(titles):
        sheet.write_string(0, place, str(title), head)
    for number, line in enumerate(lines, 1):
        for place, value in enumerate(line):
            _write(sheet, number, place, value, text)
    if not is_whole:
        words = _("Only the newest %(limit)s rows are here. Export a shorter period for the rest.")
        sheet.write_string(len(lines) + 1, 0, words % {"limit": LIMIT})
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(1, len(lines)), len(titles) - 1)
    sheet.set_column(0, len(titles) - 1, WIDTH)
    book.close()
    return buffer.getvalue()


def _write(sheet: Any, line: int, place: int, value: str | int, text: Any) -> None:
    if isinstance(value, int):
        sheet.write_number(line, place, value)
    else:
        sheet.write_string(line, place, value, text)
