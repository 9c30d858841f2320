"""The pages that the browser tests walk, each with who sees it. A room adds its own here, a line each."""

from __future__ import annotations

from dataclasses import dataclass

from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Membership
from tests.world import World, give_second_factor, make_member


@dataclass(frozen=True)
class Walk:
    name: str
    path: str
    role: Role | None = Role.IT_ENGINEER
    status: int = 200

    def __str__(self) -> str:
        return self.name


LEAD, ENGINEER, SYSTEM, AUDITOR = Role.IT_LEAD, Role.VENDOR_ENGINEER, Role.SYSTEM_ADMINISTRATOR, Role.HOSPITAL_AUDITOR
MANAGER = Role.PROJECT_MANAGER
PAGES: tuple[Walk, ...] = (
    Walk("sign-in", "/accounts/login/", None),
    Walk("missing", "/nothing/here/", status=404),
    Walk("home-hospital", "/"),
    Walk("home-vendor", "/", ENGINEER),
    Walk("home-platform", "/", SYSTEM),
    Walk("home-ward", "/", Role.WARD_REPORTER),
    Walk("home-manager", "/", MANAGER),
    Walk("search", "/search/?q=打印机"),
    Walk("search-empty", "/search/", ENGINEER),
    Walk("board", "/board/", MANAGER),
    Walk("gallery", "/ui-gallery/"),
    Walk("api", "/api/"),
    Walk("two-steps", "/accounts/2fa/"),
    Walk("authenticator", "/accounts/2fa/totp/activate/"),
    Walk("add-key", "/accounts/2fa/webauthn/add/"),
    Walk("keys", "/accounts/2fa/webauthn/"),
    Walk("is-it-you", "/accounts/reauthenticate/?next=/me/"),
    Walk("sessions", "/accounts/sessions/"),
    Walk("change-password", "/accounts/password/change/"),
    Walk("sign-out", "/accounts/logout/"),
    Walk("me", "/me/"),
    Walk("roles", "/roles/"),
    Walk("people", "/people/", LEAD),
    Walk("tokens", "/tokens/", LEAD),
    Walk("invite", "/people/invite/", LEAD),
    Walk("invite-by-sheet", "/people/invite/sheet/", LEAD),
    Walk("invitations", "/people/invitations/", LEAD),
    Walk("departments", "/departments/", LEAD),
    Walk("departments-vendor", "/departments/", ENGINEER),
    Walk("add-place", "/places/new/", LEAD),
    Walk("organisations", "/organisations/", SYSTEM),
    Walk("support", "/support/", AUDITOR),
    Walk("trail", "/trail/", AUDITOR),
    Walk("inbox", "/inbox/"),
    Walk("notice-preferences", "/notices/preferences/"),
    Walk("targets", "/notices/targets/", LEAD),
    Walk("deliveries", "/notices/deliveries/", LEAD),
    Walk("contracts", "/contracts/"),
    Walk("contracts-vendor", "/contracts/", Role.VENDOR_MANAGER),
    Walk("start-contract", "/contracts/new/", Role.VENDOR_MANAGER),
    Walk("calendars", "/calendars/", LEAD),
    Walk("calendars-vendor", "/calendars/", ENGINEER),
    Walk("calendars-provisional", "/calendars/?year=2027", AUDITOR),
    Walk("add-extra-day", "/calendars/days/new/", LEAD),
    Walk("take-over-years", "/calendars/take-over/", LEAD),
    Walk("years", "/years/", SYSTEM),
    Walk("enter-year", "/years/enter/", SYSTEM),
    Walk("escalations", "/escalations/", ENGINEER),
    Walk("status", "/status"),
    Walk("records", "/records/"),
    Walk("on-duty-hospital", "/on-duty/"),
    Walk("on-duty-vendor", "/on-duty/", ENGINEER),
    Walk("teams", "/roster/", MANAGER),
    Walk("teams-engineer", "/roster/", ENGINEER),
    Walk("add-team", "/roster/teams/new/", MANAGER),
    Walk("swaps", "/roster/swaps/", ENGINEER),
    Walk("report-nothing", "/report/"),
    Walk("report-ward", "/report/", Role.WARD_REPORTER),
    Walk("calls", "/calls/"),
    Walk("calls-vendor", "/calls/", ENGINEER),
    Walk("new-call", "/calls/new/", ENGINEER),
    Walk("stickers", "/stickers/"),
    Walk("make-stickers", "/stickers/new/"),
    Walk("ticket-numbers", "/numbers/", LEAD),
    Walk("scan-gone", "/r/no-such-code/", None, 410),
    Walk("macros", "/macros/", ENGINEER),
    Walk("add-macro", "/macros/new/"),
    Walk("tickets", "/tickets/", ENGINEER),
    Walk("tickets-hospital", "/tickets/"),
    Walk("tickets-reporter", "/tickets/", Role.WARD_REPORTER),
    Walk("tickets-filter", "/tickets/filter/", ENGINEER),
    Walk("tickets-keep-view", "/tickets/views/keep/?severity=A", ENGINEER),
)


def member_for(walk: Walk, world: World) -> Membership | None:
    if walk.role is None:
        return None
    organisation = {"hospital": world.h1, "vendor": world.v1}.get(walk.role.side)
    member = make_member(walk.role, organisation, name="王小明")
    if walk.role.needs_second_factor:
        give_second_factor(member.user)
    return member
