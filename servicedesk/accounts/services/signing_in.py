"""Guards the one place where a password is checked. What it answers is the same whether or not the name exists."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import ngettext

from servicedesk.accounts.services import tries
from servicedesk.accounts.services.tries import ADDRESS, NAME, Taken


def take_try(name: str, address: str, *, at: datetime) -> Taken:
    """Before the password is looked at. Refused: nothing is looked at."""
    by_address = tries.take(ADDRESS, address, at=at)
    taken = tries.take(NAME, name, at=at) if by_address.allowed else by_address
    if not taken.allowed:
        raise locked(taken.locked_until, at=at)
    return taken


def succeeded(name: str, address: str) -> None:
    tries.forget(NAME, name)
    tries.give_back(ADDRESS, address)


def locked(until: datetime | None, *, at: datetime) -> ValidationError:
    minutes = max(1, math.ceil(((until or at) - at) / timedelta(minutes=1)))
    sentence = ngettext(
        "Too many tries. Wait %(count)d minute, then try again.",
        "Too many tries. Wait %(count)d minutes, then try again.",
        minutes,
    )
    return ValidationError(sentence % {"count": minutes}, code="locked")
