"""`record(Act.…, subject, by=, at=)`: the line that every write carries, in the write's own transaction."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from ipaddress import ip_address
from typing import Any

import structlog
from django.db import DEFAULT_DB_ALIAS, models
from django.utils import timezone

from servicedesk.audit.enums import Act, Result
from servicedesk.audit.models import Record
from servicedesk.tenancy.bulk import insert_made
from servicedesk.tenancy.wall import Person

Word = str | int | bool | None
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
PLAIN = re.compile(r"[\x21-\x7e]{0,120}")  # no blank, no line end, no letter of a name or a sentence
PERSONAL = re.compile(r"[^@]+@[^@]+|\b1[3-9]\d{9}\b|\b\d{17}[\dXx]\b")  # mail address, mobile number, identity card
REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


def record(
    act: Act,
    subject: models.Model | None = None,
    *,
    by: Person | None,
    at: datetime,
    result: Result = Result.DONE,
    words: Mapping[str, Word] | None = None,
    using: str = DEFAULT_DB_ALIAS,
) -> Record:
    """An audit that fails undoes the act: there is no try around it, here or anywhere. `by=None` is the product itself.

    `words` are ids and closed words (old and new role, a count), never names, texts or secrets; others are refused.
    """
    line = Record(**columns_of(act, subject, by=by, at=at, result=result, words=words))
    insert_made([line], using=using)
    return line


def columns_of(
    act: Act,
    subject: models.Model | None = None,
    *,
    by: Person | None,
    at: datetime,
    result: Result = Result.DONE,
    words: Mapping[str, Word] | None = None,
) -> dict[str, Any]:
    """The line as it would be written, for what writes many at once."""
    if timezone.is_naive(at):
        raise ValueError("the trail wants aware times")
    request = structlog.contextvars.get_contextvars()
    hospital_id, vendor_id = _owner(subject, by)
    return {
        "hospital_id": hospital_id,
        "vendor_id": vendor_id,
        "at": at,
        "act": Act(act),
        "result": Result(result),
        "subject_kind": subject._meta.label_lower if subject else "",
        "subject_id": str(subject.pk) if subject else "",
        "by_user": by.user_id if by else None,
        "by_membership": by.membership_id if by else None,
        "by_role": by.role if by else "",
        "address": _address(request.get("address")),
        "request_id": _request_id(request.get("request_id")),
        "words": _closed({**(words or {}), **_machine(by)}),
    }


def _machine(by: Person | None) -> dict[str, Word]:
    """Nobody takes a machine's act for a person's: the line names the token."""
    return {"token": str(by.token_id)} if by and by.token_id else {}


def _owner(subject: Any, by: Person | None) -> tuple[int | None, int | None]:
    """The trail of a row belongs to the row's owner; a vendor acting on a hospital's row stands in it as the party."""
    hospital_id = getattr(subject, "hospital_id", None)
    vendor_id = getattr(subject, "vendor_id", None)
    if hospital_id is None and vendor_id is None and by:
        return by.hospital_id, by.vendor_id
    if hospital_id is not None and vendor_id is None and by:
        vendor_id = by.vendor_id
    return hospital_id, vendor_id


def _closed(words: Mapping[str, Word]) -> dict[str, Word]:
    for name, value in words.items():
        if not NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name for a word of the trail")
        if not isinstance(value, str | int | None) or (isinstance(value, str) and not _is_plain(value)):
            raise ValueError(f"{name} of the trail takes an id or a closed word")
    return dict(words)


def _is_plain(value: str) -> bool:
    return bool(PLAIN.fullmatch(value)) and not PERSONAL.search(value)


def _address(value: Any) -> str:
    """What a header claimed and is no address is left out: nobody writes into the trail but the product."""
    try:
        return ip_address(str(value).partition("%")[0]).compressed  # the zone after it may be any text
    except ValueError:
        return ""


def _request_id(value: Any) -> str:
    return value if isinstance(value, str) and REQUEST_ID.fullmatch(value) else ""
