from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import xlsxwriter
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from servicedesk.audit.enums import Act
from servicedesk.audit.record import Word, record
from servicedesk.tenancy.wall import Person
from tickets.models import MaintenanceRecord
from tickets.records import COLUMNS, LIMIT, cells, records

PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
WIDTH = 16


@transaction.atomic
def export_records(condition: Q, *, by: Person, at: datetime, filters: Mapping[str, Word] | None = None) -> bytes:
    """What the screen shows for the same filters, as a spreadsheet; taking it is on record, with how much it was."""
    rows = list(records(by, condition).order_by("-closed_at", "-id")[: LIMIT + 1])
    is_whole = len(rows) <= LIMIT
    content = _book(rows[:LIMIT], is_whole)
    facts: dict[str, Word] = {
        "rows": len(rows[:LIMIT]),
        "is_whole": is_whole,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    record(Act.RECORDS_EXPORTED, by=by, at=at, words={**(filters or {}), **facts})
    return content


def _book(rows: list[MaintenanceRecord], is_whole: bool) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, PLAIN)
    sheet = book.add_worksheet(_("Maintenance records"))
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    # Written as text and marked as text: a cell that is edited afterwards is not calculated either.
    text = book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True, "num_format": "@"})
    for place, (title, _cell) in enumerate(COLUMNS):
        sheet.write_string(0, place, str(title), head)
    for line, row in enumerate(rows, 1):
        for place, value in enumerate(cells(row)):
            _write(sheet, line, place, value, text)
    if not is_whole:
        words = {"limit": LIMIT}
        sheet.write_string(
            len(rows) + 1,
            0,
            _("Only the newest %(limit)s rows are here. Export a shorter period for the rest.") % words,
        )
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(1, len(rows)), len(COLUMNS) - 1)
    sheet.set_column(0, len(COLUMNS) - 1, WIDTH)
    book.close()
    return buffer.getvalue()


def _write(sheet: Any, line: int, place: int, value: str | int, text: Any) -> None:
    if isinstance(value, int):
        sheet.write_number(line, place, value)
    else:
        sheet.write_string(line, place, value, text)
