from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.audit.enums import Act
from servicedesk.audit.lines import Line, lines
from servicedesk.audit.models import Record
from servicedesk.audit.record import Word, record
from servicedesk.audit.selectors import trail
from servicedesk.tenancy.wall import Person

LIMIT = 10_000
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # a spreadsheet would calculate


@transaction.atomic
def export_trail(condition: Q, *, by: Person, at: datetime, filters: Mapping[str, Word] | None = None) -> bytes:
    """The trail as the screen shows it, as a CSV file that a spreadsheet opens; taking it is on record too."""
    rows: list[Record] = list(trail(by, condition)[: LIMIT + 1])
    is_whole = len(rows) <= LIMIT
    content = _csv(lines(rows[:LIMIT], by), is_whole)
    facts: dict[str, Word] = {
        "rows": len(rows[:LIMIT]),
        "is_whole": is_whole,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    record(Act.TRAIL_EXPORTED, by=by, at=at, words={**(filters or {}), **facts})
    return content


def _csv(rows: list[Line], is_whole: bool) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(map(str, _titles()))
    for row in rows:
        writer.writerow(map(harmless, _cells(row)))
    if not is_whole:
        writer.writerow(
            [_("Only the newest %(limit)s rows are here. Export a shorter period for the rest.") % {"limit": LIMIT}]
        )
    return text.getvalue().encode("utf-8-sig")


def _titles() -> Iterator[str]:
    yield from (
        _("When"),
        _("Who"),
        _("Role"),
        _("Act"),
        _("Result"),
        _("About"),
        _("Id of it"),
        _("Address"),
        _("Record"),
    )


def _cells(row: Line) -> Iterator[str]:
    entry = row.record
    yield timezone.localtime(entry.at).isoformat(sep=" ", timespec="seconds")
    yield from (row.who, row.role, row.act, row.result, row.subject, entry.subject_id, entry.address, str(entry.pk))


def harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(DANGEROUS) else cell
