"""Stickers with a QR code: made, printed once, revoked, and found by what they carry."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from contracts.models import Contract, System
from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.tenancy.models import Department, Place
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Context, Person
from tickets.models import Sticker

AT_MOST = 240  # ten sheets at once
BYTES = 16


@dataclass(frozen=True)
class About:
    """What stickers of one batch have in common. Without a contract they offer what stands at their place."""

    contract: Contract | None = None
    system: System | None = None
    department: Department | None = None
    place: Place | None = None
    phone: str = ""


@dataclass(frozen=True)
class Printable:
    """A sticker with the token that only its paper will carry."""

    sticker: Sticker
    token: str


@dataclass(frozen=True)
class Found:
    sticker_id: UUID
    hospital_id: int

    @property
    def context(self) -> Context:
        return Context.of_hospital(self.hospital_id)


@transaction.atomic
def make_stickers(about: About, labels: Sequence[str], *, by: Person, at: datetime) -> list[Printable]:
    """One per label; an empty label is the place itself."""
    if not 0 < len(labels) <= AT_MOST:
        raise Refused(_("At most %(count)s stickers at once.") % {"count": AT_MOST})
    if about.system and (about.contract is None or about.system.contract_id != about.contract.pk):
        raise Refused(_("The contract has no such system."))
    made = [_made(about, label, by=by, at=at) for label in labels]
    record(Act.STICKERS_MADE, made[0].sticker, by=by, at=at, words={"count": len(made)})
    return made


@transaction.atomic
def make_anew(stickers: Collection[Sticker], *, by: Person, at: datetime) -> list[Printable]:
    """A lost or worn sheet: new codes, and the old ones open nothing any more."""
    if not 0 < len(stickers) <= AT_MOST:
        raise Refused(_("Choose between 1 and %(count)s stickers.") % {"count": AT_MOST})
    keys = [sticker.pk for sticker in stickers]
    held = Sticker.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=keys, revoked_at=None)
    rows = list(held.select_related("system", "place", "contract").order_by("id"))
    if len(rows) != len(set(keys)):
        raise Refused(_("A revoked sticker is not printed again; make a new one."))
    return [_with_new_token(row, by=by, at=at) for row in rows]


@transaction.atomic
def revoke_sticker(sticker: Sticker, *, by: Person, at: datetime) -> None:
    sticker = Sticker.objects.select_for_update(no_key=True, of=("self",)).get(pk=sticker.pk)
    if sticker.revoked_at:
        raise Refused(_("This sticker is revoked already."))
    sticker.revoked_at = at
    sticker.save(update_fields=["revoked_at"])
    record(Act.STICKER_REVOKED, sticker, by=by, at=at)


def find_sticker(token: str) -> Found | None:
    """Before anybody is known. Unknown and revoked are one and the same."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, hospital_id FROM sticker_by_token(%s)", [hash_of(token)])
        row = cursor.fetchone()
    return Found(*row) if row else None


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _made(about: About, label: str, *, by: Person, at: datetime) -> Printable:
    assert by.hospital_id is not None  # only the hospital's own people keep stickers
    if not (label or about.place or about.system):
        raise Refused(_("Say what the sticker is for: a device, a place or a system."), code="place")
    token = secrets.token_urlsafe(BYTES)
    sticker = Sticker.objects.create(
        hospital_id=by.hospital_id,
        vendor_id=about.contract.vendor_id if about.contract else None,
        contract=about.contract,
        system=about.system,
        department=about.department or (about.place.department if about.place else None),
        place=about.place,
        label=label,
        phone=about.phone,
        token_hash=hash_of(token),
        made_at=at,
        made_by=by.membership_id,
    )
    return Printable(sticker, token)


def _with_new_token(sticker: Sticker, *, by: Person, at: datetime) -> Printable:
    token = secrets.token_urlsafe(BYTES)
    sticker.token_hash, sticker.made_at, sticker.made_by = hash_of(token), at, by.membership_id
    sticker.save(update_fields=["token_hash", "made_at", "made_by"])
    record(Act.STICKERS_MADE, sticker, by=by, at=at, words={"count": 1, "anew": True})
    return Printable(sticker, token)
