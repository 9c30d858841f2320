"""The declared permissions as one readable page: docs/permissions.md."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import translation

from servicedesk.tenancy.doors import Audience
from servicedesk.tenancy.enums import Reach, Role
from servicedesk.tenancy.permissions import REGISTER
from tests.matrix.endpoints import Endpoint, endpoints

LETTERS = {Reach.OWN: "own", Reach.DEPARTMENT: "dept", Reach.ORGANISATION: "all"}
SHORT = {
    Role.WARD_REPORTER: "ward",
    Role.IT_ENGINEER: "IT eng",
    Role.IT_LEAD: "IT lead",
    Role.HOSPITAL_AUDITOR: "h audit",
    Role.VENDOR_ENGINEER: "v eng",
    Role.PROJECT_MANAGER: "v PM",
    Role.VENDOR_MANAGER: "v mgr",
    Role.ACCOUNT_MANAGER: "v acct",
    Role.SYSTEM_ADMINISTRATOR: "p sys",
    Role.SECURITY_ADMINISTRATOR: "p sec",
    Role.AUDIT_ADMINISTRATOR: "p audit",
}
INTRODUCTION = """# Who may do what

Generated from the code (`make fix`); a test fails when it drifts. The matrix in `tests/matrix` derives its expectations
from the same declarations and knocks at every URL as every role.

`own`: the person's own rows · `dept`: their department's · `all`: their organisation's (a vendor's: at the hospitals it
serves) · empty: not at all. ward … h audit sit at a hospital, v … at a vendor, p … at the platform.
"""


def page() -> str:
    with translation.override("en"):
        return "\n".join([INTRODUCTION, *_roles(), "", *_permissions(), "", *_doors(), ""])


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _roles() -> Iterator[str]:
    yield "## Roles\n"
    yield _row("role", "short", "what for", "second factor")
    yield _row(*["---"] * 4)
    for role in Role:
        yield _row(role.label, SHORT[role], role.sentence, "yes" if role.needs_second_factor else "")


def _permissions() -> Iterator[str]:
    yield "## Permissions\n"
    yield _row("permission", *SHORT.values())
    yield _row(*["---"] * (len(SHORT) + 1))
    for permission in sorted(REGISTER.values(), key=lambda permission: permission.name):
        if not permission.name.startswith("tests."):
            grants = (LETTERS.get(permission.grants.get(role), "") for role in SHORT)
            yield _row(f"{permission.words} (`{permission.name}`)", *grants)


def _doors() -> Iterator[str]:
    yield "## Doors\n"
    yield _row("URL", "methods", "who", "kind of row")
    yield _row(*["---"] * 4)
    for endpoint in sorted(endpoints(), key=lambda endpoint: endpoint.route):
        yield _row(f"`{endpoint}`", *_door(endpoint))


def _door(endpoint: Endpoint) -> tuple[str, str, str]:
    rule = endpoint.rule
    if rule is None:
        return "", "**no door**", ""
    who = rule.who.value if isinstance(rule.who, Audience) else f"`{rule.who.name}`"
    writing = f", to write `{rule.writes.name}`" if rule.writes else ""
    return " ".join(rule.methods), who + writing, rule.of.__name__ if rule.of else ""
