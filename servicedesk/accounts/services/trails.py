from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import models

from servicedesk.audit.enums import Act
from servicedesk.audit.record import Word, record
from servicedesk.tenancy.wall import Context, Person, opened


def record_in_both(
    act: Act, subject: models.Model, *, by: Person, at: datetime, words: Mapping[str, Word] | None = None
) -> None:
    """What a platform operator does to an organisation stands in the platform's trail and in the organisation's own.

    The operator's context cannot write there, and must not: this opens the organisation's context for the one row.
    """
    owner = {"hospital_id": getattr(subject, "hospital_id", None), "vendor_id": getattr(subject, "vendor_id", None)}
    record(act, by=by, at=at, words={**(words or {}), "id": str(subject.pk), **owner})
    with opened(Context.of_owner(owner["hospital_id"], owner["vendor_id"])):
        record(act, subject, by=by, at=at, words=words)
