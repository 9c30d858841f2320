from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from servicedesk.audit.enums import Act
from servicedesk.audit.record import Word, record
from servicedesk.tenancy.wall import Person
from tickets.records import COLUMNS, cells, records
from tickets.spreadsheet import LIMIT, spreadsheet


@transaction.atomic
def export_records(condition: Q, *, by: Person, at: datetime, filters: Mapping[str, Word] | None = None) -> bytes:
    """What the screen shows for the same filters, as a spreadsheet; taking it is on record, with how much it was."""
    rows = list(records(by, condition).order_by("-closed_at", "-id")[: LIMIT + 1])
    is_whole = len(rows) <= LIMIT
    lines = [cells(row) for row in rows[:LIMIT]]
    content = spreadsheet(_("Maintenance records"), [title for title, _cell in COLUMNS], lines, is_whole=is_whole)
    facts: dict[str, Word] = {
        "rows": len(rows[:LIMIT]),
        "is_whole": is_whole,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    record(Act.RECORDS_EXPORTED, by=by, at=at, words={**(filters or {}), **facts})
    return content
