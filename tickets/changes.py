"""A word per organisation that is another one as soon as one of its tickets has changed. A queue that stands open asks
for it every two seconds, and asks the database only when it is new. In the cache alone: without it everything is asked.
"""

from __future__ import annotations

from functools import partial
from hashlib import blake2b
from secrets import token_hex
from typing import Any

import structlog
from django.core.cache import caches
from django.db import transaction

from servicedesk.tenancy.wall import Person
from tickets.models import Ticket

KNOWN = 24 * 3600
# What changes by another way than an act, such as a due time that passes or a calendar that moves, shows within this.
AT_MOST = 15
log = structlog.get_logger(__name__)


def say_changed(ticket: Ticket) -> None:
    """Once it is committed; before, others would still read what was."""
    words = {_key("hospital", ticket.hospital_id): token_hex(4), _key("vendor", ticket.vendor_id): token_hex(4)}
    transaction.on_commit(partial(caches["presence"].set_many, words, KNOWN), using=ticket._state.db, robust=True)


def place_of(person: Person, asked: str) -> str:
    """Where the answer to what this person asks is kept while nothing changes. Read it before the database is asked."""
    word = _read(_key("vendor", person.vendor_id) if person.vendor_id else _key("hospital", person.hospital_id)) or ""
    mark = blake2b(f"{person.membership_id} {asked}".encode(), digest_size=12).hexdigest()
    return f"pulse:{word}:{mark}"


def remembered(place: str) -> str:
    return _read(place) or ""


def remember(place: str, answer: str) -> None:
    try:
        caches["presence"].set(place, answer, AT_MOST)
    except Exception as fault:  # it is worked out again next time
        log.warning("pulse_unkept", fault=type(fault).__name__)


def _key(kind: str, organisation: int | None) -> str:
    return f"changes:{kind}:{organisation}"


def _read(key: str) -> Any:
    try:
        return caches["presence"].get(key)
    except Exception as fault:
        log.warning("pulse_unread", fault=type(fault).__name__)
        return None
