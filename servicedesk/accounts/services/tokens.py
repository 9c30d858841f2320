"""A machine's token: made by the organisation's lead, shown once, good for a year at the most, revoked at once."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from servicedesk.accounts.models import Token, User
from servicedesk.accounts.models.token import LONGEST
from servicedesk.accounts.permissions import MANAGE_TOKENS
from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.tenancy.enums import Role, Side
from servicedesk.tenancy.ids import uuid7
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.refusals import Forbidden, Refused
from servicedesk.tenancy.scopes import OF_SIDE, Scope
from servicedesk.tenancy.wall import Person, hash_of

MARK = "sdt_"  # what scanners of leaked secrets look for
ROLES = {Side.HOSPITAL: Role.IT_ENGINEER, Side.VENDOR: Role.VENDOR_ENGINEER}


@transaction.atomic
def make_token(
    name: str, *, scopes: Collection[Scope], until_at: datetime, by: Person, at: datetime
) -> tuple[Token, str]:
    """The token and its secret, which is shown once and kept nowhere."""
    _refuse_odd(name, scopes, until_at, by=by, at=at)
    secret = MARK + secrets.token_urlsafe(32)
    token = Token.objects.create(
        hospital_id=by.hospital_id,
        vendor_id=by.vendor_id,
        membership=_membership(name.strip(), by=by, at=at),
        name=name.strip(),
        scopes=[scope.value for scope in Scope if scope in scopes],
        secret_hash=hash_of(secret),
        from_at=at,
        until_at=until_at,
        made_by=by.membership_id,
        made_by_name=by.name,
    )
    words = {"scopes": ",".join(token.scopes), "until": until_at.date().isoformat()}
    record(Act.TOKEN_MADE, token, by=by, at=at, words=words)
    return token, secret


@transaction.atomic
def revoke_token(token: Token, *, by: Person, at: datetime) -> None:
    """From the next request on. What it did stays on record under its name."""
    token = Token.objects.select_for_update(no_key=True, of=("self",)).select_related("membership").get(pk=token.pk)
    if token.revoked_at:
        raise Refused(_("This token is revoked already."))
    token.revoked_at = at
    token.save(update_fields=["revoked_at"])
    if token.membership.until_at is None:
        token.membership.until_at = max(at, token.membership.from_at)
        token.membership.save(update_fields=["until_at"])
    record(Act.TOKEN_REVOKED, token, by=by, at=at)


def _membership(name: str, *, by: Person, at: datetime) -> Membership:
    """Nobody can sign in with it: it has no password and gets none."""
    user = User(username=f"machine-{uuid7().hex[-16:]}")
    user.set_unusable_password()
    user.save()
    return Membership.objects.create(
        user=user,
        hospital_id=by.hospital_id,
        vendor_id=by.vendor_id,
        role=ROLES[by.side],
        name=_("%(name)s (interface)") % {"name": name},
        is_machine=True,
        from_at=at,
    )


def _refuse_odd(name: str, scopes: Collection[Scope], until_at: datetime, *, by: Person, at: datetime) -> None:
    if MANAGE_TOKENS.reach_of(by) is None or by.side not in ROLES:
        raise Forbidden(_("Your role does not include this: %(act)s.") % {"act": MANAGE_TOKENS.words}, code="role")
    if not name.strip():
        raise Refused(_("Say which machine it is for."))
    if not scopes or not set(scopes) <= set(OF_SIDE[by.side]):
        raise Refused(_("Choose what it may be used for."))
    if not at < until_at <= at + LONGEST:
        raise Refused(_("A token runs out within a year."))
