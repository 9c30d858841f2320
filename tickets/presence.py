"""Who of one's own organisation has a ticket open now, or writes on it. In the cache alone: wiping it loses nothing.

The other side is never told: that somebody writes may be about a note.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.core.cache import caches

from servicedesk.tenancy.wall import Person
from tickets.models import Ticket

GONE = 12  # seconds without a word: the page was closed, or its tab is asleep
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Here:
    name: str
    is_typing: bool


def look_in(ticket: Ticket, person: Person, *, is_typing: bool, at: datetime) -> list[Here]:
    """Says that this person is here, and answers who else is. Two at the same moment: one of them is back with the
    next poll."""
    moment, oneself = at.timestamp(), str(person.membership_id)
    key = f"here:{ticket.pk}:{person.hospital_id or ''}:{person.vendor_id or ''}"
    known: dict[str, tuple[str, bool, float]] = _read(key)
    fresh = {member: each for member, each in known.items() if moment - each[2] < GONE}
    fresh[oneself] = (person.name, is_typing, moment)
    _keep(key, fresh)
    return [Here(name, typing) for member, (name, typing, _at) in sorted(fresh.items()) if member != oneself]


def _read(key: str) -> dict[str, Any]:
    try:
        found = caches["presence"].get(key)
    except Exception as fault:  # the page goes on without
        log.warning("presence_unread", fault=type(fault).__name__)
        return {}
    return found if isinstance(found, dict) else {}


def _keep(key: str, known: dict[str, Any]) -> None:
    try:
        caches["presence"].set(key, known, GONE)
    except Exception as fault:
        log.warning("presence_unkept", fault=type(fault).__name__)
