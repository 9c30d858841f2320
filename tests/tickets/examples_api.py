"""An example of every kind of row of the interface for programs."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from servicedesk.accounts.models import Token
from servicedesk.tenancy import wall
from servicedesk.tenancy.enums import Role, Side
from servicedesk.tenancy.ids import uuid7
from tests.examples import Example, Owner, example_of
from tests.world import World, canary, make_member
from tickets.models import KeptAnswer

ROLES = {
    Side.HOSPITAL: Role.IT_ENGINEER, Side.VENDOR: Role.VENDOR_ENGINEER, Side.PLATFORM: Role.SYSTEM_ADMINISTRATOR,
}  # fmt: skip


@example_of(Token)
def _token(world: World, owner: Owner) -> Example:
    machine = make_member(ROLES[owner.side], owner.organisation)
    at = datetime(2026, 11, 1, 8, tzinfo=UTC)
    with wall.opened(owner.context):
        token = Token.objects.create(
            **owner.alone,
            membership=machine,
            name=f"平台{canary(owner.organisation)}",
            scopes=["tickets.read"],
            secret_hash=hashlib.sha256(machine.pk.bytes).hexdigest(),
            from_at=at,
            until_at=at + timedelta(days=30),
            made_by=uuid7(),
            made_by_name="王主任",
        )
    return Example(token)


@example_of(KeptAnswer)
def _answer(world: World, owner: Owner) -> Example:
    machine = make_member(ROLES[owner.side], owner.organisation)
    at = datetime(2026, 11, 1, 8, tzinfo=UTC)
    body = f'{{"title": "{canary(owner.organisation)}"}}'
    with wall.opened(owner.context):
        answer = KeptAnswer.objects.create(
            **owner.alone,
            membership=machine,
            key="OA-1",
            fingerprint="0" * 64,
            at=at,
            until_at=at + timedelta(days=3),
            status=201,
            body=body,
        )
    return Example(answer)
