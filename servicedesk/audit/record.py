"""`record(Act.…, subject, by=, at=)`: the line that every write carries, in the write's own transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog
from django.db import models

from servicedesk.audit.enums import Act, Result
from servicedesk.audit.models import Record
from servicedesk.tenancy.wall import Person

Word = str | int | bool | None


def record(
    act: Act,
    subject: models.Model | None = None,
    *,
    by: Person | None,
    at: datetime,
    result: Result = Result.DONE,
    words: dict[str, Word] | None = None,
) -> Record:
    """An audit that fails undoes the act: there is no try around it, here or anywhere. `by=None` is the product itself.

    `words` are ids and closed words (old and new role, a count), never names, texts or secrets.
    """
    request = structlog.contextvars.get_contextvars()
    hospital_id, vendor_id = _owner(subject, by)
    return Record.objects.create(
        hospital_id=hospital_id,
        vendor_id=vendor_id,
        at=at,
        act=act,
        result=result,
        subject_kind=subject._meta.label_lower if subject else "",
        subject_id=str(subject.pk) if subject else "",
        by_user=by.user_id if by else None,
        by_membership=by.membership_id if by else None,
        by_role=by.role if by else "",
        address=request.get("address", ""),
        request_id=request.get("request_id", ""),
        words=words or {},
    )


def _owner(subject: Any, by: Person | None) -> tuple[int | None, int | None]:
    """The trail of a row belongs to the row's owner; a vendor acting on a hospital's row stands in it as the party."""
    hospital_id = getattr(subject, "hospital_id", None)
    vendor_id = getattr(subject, "vendor_id", None)
    if hospital_id is None and vendor_id is None and by:
        return by.hospital_id, by.vendor_id
    if hospital_id is not None and vendor_id is None and by:
        vendor_id = by.vendor_id
    return hospital_id, vendor_id
