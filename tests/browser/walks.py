"""A page that a browser walks, and who sees it."""

from __future__ import annotations

from dataclasses import dataclass

from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.models.base import Walled
from tests.examples import Owner, make_example
from tests.world import World, give_second_factor, make_member


@dataclass(frozen=True)
class Walk:
    name: str
    path: str
    role: Role | None = Role.IT_ENGINEER
    status: int = 200
    of: type[Walled] | None = None  # whose example's key stands at {} in the path

    def __str__(self) -> str:
        return self.name


LEAD, ENGINEER, SYSTEM, AUDITOR = Role.IT_LEAD, Role.VENDOR_ENGINEER, Role.SYSTEM_ADMINISTRATOR, Role.HOSPITAL_AUDITOR
MANAGER = Role.PROJECT_MANAGER


def member_for(walk: Walk, world: World) -> Membership | None:
    if walk.role is None:
        return None
    organisation = {"hospital": world.h1, "vendor": world.v1}.get(walk.role.side)
    member = make_member(walk.role, organisation, name="王小明")
    if walk.role.needs_second_factor:
        give_second_factor(member.user)
    return member


def path_of(walk: Walk, world: World) -> str:
    if walk.of is None:
        return walk.path
    assert walk.role is not None
    owner = Owner(walk.role.side, world.h1, world.v1, world.radiology[world.h1.id])
    return walk.path.format(make_example(walk.of, world, owner).row.pk)
