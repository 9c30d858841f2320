"""Examples of what is written and not yet sent, and of ready-made answers."""

from __future__ import annotations

from servicedesk.tenancy import wall
from servicedesk.tenancy.enums import Role, Side
from servicedesk.tenancy.ids import uuid7
from tests.clocks import examples as clocks  # by its name: it may be half imported when this is
from tests.examples import Example, Owner, example_of
from tests.world import World, canary, make_member
from tickets.models import Draft, Macro

ROLES = {Side.HOSPITAL: Role.IT_ENGINEER, Side.VENDOR: Role.VENDOR_ENGINEER, Side.PLATFORM: Role.SYSTEM_ADMINISTRATOR}


@example_of(Draft)
def _draft(world: World, owner: Owner) -> Example:
    member = owner.member or make_member(ROLES[owner.side], owner.organisation)
    text = f"正在看{canary(owner.organisation)}"
    with wall.opened(owner.context):
        draft = Draft.objects.create(
            **owner.alone, membership=member, ticket=uuid7(), kind="reply", fields={"text": text}, saved_at=clocks.AT
        )
    return Example(draft, user_id=member.user_id)


@example_of(Macro)
def _macro(world: World, owner: Owner) -> Example:
    with wall.opened(owner.context):
        name = f"请稍候{uuid7().hex[-6:]}{canary(owner.organisation)}"
        return Example(Macro.objects.create(**owner.alone, name=name, words="已收到，正在查看。"))
