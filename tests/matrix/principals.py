"""The twelve people of the matrix, and what each row is to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from django.utils import timezone

from servicedesk.accounts.middleware import SEEN, STARTED
from servicedesk.tenancy.enums import Role, Side
from servicedesk.tenancy.middleware import CHOSEN
from servicedesk.tenancy.models import Membership
from tests.examples import Owner
from tests.world import World, give_second_factor, make_member

# Ahead of time, for knocking is taken back: of somebody seen a minute ago each later request would say so anew.
FOR_THE_WHOLE_MODULE = timedelta(minutes=20)
RELATIONS = (
    "oneself",
    "own",
    "other department",
    "other hospital of the vendor",
    "other vendor of the hospital",
    "stranger",
)


@dataclass
class Principal:
    """Somebody at 省医's radiology, at 东软, at the platform, or nobody at all."""

    role: Role | None
    membership: Membership | None
    hospital_ids: tuple[int, ...] = ()
    vendor_id: int | None = None
    serving_vendor_ids: tuple[int, ...] = ()
    session: str = ""  # the key of theirs

    @property
    def side(self) -> Side | None:
        return self.role.side if self.role else None

    @property
    def user_id(self) -> UUID | None:
        return self.membership.user_id if self.membership else None

    @property
    def department_id(self) -> Any:
        return self.membership.department_id if self.membership else None

    def __str__(self) -> str:
        return self.role or "anonymous"


def make_principals(world: World) -> list[Principal]:
    return [Principal(None, None), *(_principal(role, world) for role in Role)]


def _principal(role: Role, world: World) -> Principal:
    if role.side == Side.HOSPITAL:
        member = make_member(role, world.h1, department=world.radiology[world.h1.id])
        made = Principal(role, member, (world.h1.id,), None, (world.v1.id, world.v2.id))
    elif role.side == Side.VENDOR:
        made = Principal(role, make_member(role, world.v1), (world.h1.id, world.h2.id), world.v1.id)
    else:
        made = Principal(role, make_member(role))
    made.session = session_of(made.membership, seen=FOR_THE_WHOLE_MODULE)
    return made


def sign_in(client: Client, membership: Membership) -> None:
    client.cookies[settings.SESSION_COOKIE_NAME] = session_of(membership)


def session_of(membership: Membership, *, seen: timedelta = timedelta()) -> str:
    """A session as sign-in and a first page leave it; `force_login` would run every receiver each time."""
    session, now = SessionStore(), timezone.now()
    session[SESSION_KEY] = str(membership.user_id)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = membership.user.get_session_auth_hash()
    session[CHOSEN] = str(membership.id)
    session[STARTED], session[SEEN] = now.isoformat(), (now + seen).isoformat()
    session.save()
    if Role(membership.role).needs_second_factor:
        give_second_factor(membership.user)
    return session.session_key


def owner_in(relation: str, principal: Principal, world: World) -> Owner:
    """The owner of the row that stands in this relation to the person. For rows of one organisation: of the person's
    own side, so that 'own' is their own organisation's; a stranger's is the other one's."""
    side = principal.side or Side.HOSPITAL
    here, there = {
        "oneself": (world.h1, world.v1),
        "own": (world.h1, world.v1),
        "other department": (world.h1, world.v1),
        "other hospital of the vendor": (world.h2, world.v1),
        "other vendor of the hospital": (world.h1, world.v2),
        "stranger": (world.h3, world.v2),
    }[relation]
    if side == Side.PLATFORM and relation not in {"oneself", "own"}:
        side = Side.HOSPITAL
    member = principal.membership if relation == "oneself" else None
    departments = world.pharmacy if relation == "other department" else world.radiology
    return Owner(side, here, there, departments[here.id], member)
