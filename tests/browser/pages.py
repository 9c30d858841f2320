"""The pages that the browser tests walk, each with who sees it. A room adds its own here, a line each."""

from __future__ import annotations

from dataclasses import dataclass

from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Membership
from tests.world import World, make_member


@dataclass(frozen=True)
class Walk:
    name: str
    path: str
    role: Role | None = Role.IT_ENGINEER
    status: int = 200

    def __str__(self) -> str:
        return self.name


PAGES: tuple[Walk, ...] = (
    Walk("sign-in", "/accounts/login/", None),
    Walk("home-hospital", "/"),
    Walk("home-vendor", "/", Role.VENDOR_ENGINEER),
    Walk("home-platform-unprotected", "/accounts/2fa/", Role.SYSTEM_ADMINISTRATOR),
    Walk("gallery", "/ui-gallery/"),
    Walk("missing", "/nothing/here/", status=404),
    Walk("sessions", "/accounts/sessions/"),
    Walk("change-password", "/accounts/password/change/"),
    Walk("sign-out", "/accounts/logout/"),
)


def member_for(walk: Walk, world: World) -> Membership | None:
    if walk.role is None:
        return None
    organisation = {"hospital": world.h1, "vendor": world.v1}.get(walk.role.side)
    return make_member(walk.role, organisation, name="王小明")
