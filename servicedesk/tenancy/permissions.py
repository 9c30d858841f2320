"""Who may: a permission knows which roles hold it and how far it reaches. Each room declares its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from servicedesk.tenancy.enums import Reach, Role

if TYPE_CHECKING:
    from servicedesk.tenancy.wall import Person

REGISTER: dict[str, Permission] = {}


@dataclass(frozen=True, eq=False)
class Permission:
    """`Permission("people.invite", _("Invite people"), {Role.IT_LEAD: Reach.ORGANISATION})`"""

    name: str
    words: Promise
    grants: Mapping[Role, Reach]

    def __post_init__(self) -> None:
        if self.name in REGISTER:
            raise ValueError(f"the permission {self.name} is declared twice")
        REGISTER[self.name] = self

    def reach_of(self, person: Person) -> Reach | None:
        if person.only is not None and self.name not in person.only:
            return None
        return self.grants.get(person.role)


def granted_to(role: Role) -> list[Permission]:
    return [permission for permission in REGISTER.values() if role in permission.grants]


def everyone_in(*roles: Role) -> dict[Role, Reach]:
    return dict.fromkeys(roles, Reach.ORGANISATION)


HOSPITAL_STAFF = (Role.IT_ENGINEER, Role.IT_LEAD, Role.HOSPITAL_AUDITOR)
VENDOR_STAFF = (Role.VENDOR_ENGINEER, Role.PROJECT_MANAGER, Role.VENDOR_MANAGER, Role.ACCOUNT_MANAGER)
ADMINISTRATORS = (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR)

SEE_DEPARTMENTS = Permission(
    "tenancy.see_departments",
    _("See departments and places"),
    # The system administrator: in a support session only; at any other time the wall gives no rows.
    {
        Role.WARD_REPORTER: Reach.DEPARTMENT,
        **everyone_in(*HOSPITAL_STAFF, *VENDOR_STAFF, Role.SYSTEM_ADMINISTRATOR),
    },
)
SEE_ORGANISATIONS = Permission(
    "tenancy.see_organisations",
    _("See the organisations one works with"),
    everyone_in(Role.WARD_REPORTER, *HOSPITAL_STAFF, *VENDOR_STAFF, *ADMINISTRATORS),
)
SEE_PEOPLE = Permission(
    "tenancy.see_people",
    _("See who belongs to the organisation"),
    {
        Role.WARD_REPORTER: Reach.OWN,
        **everyone_in(*HOSPITAL_STAFF, *VENDOR_STAFF, *ADMINISTRATORS),
    },
)
SEE_MATTERS = Permission(
    "tenancy.see_matters",
    _("See what is being worked on"),
    everyone_in(*HOSPITAL_STAFF, *VENDOR_STAFF),
)
SEE_SUPPORT_SESSIONS = Permission(
    "tenancy.see_support_sessions",
    _("See when the platform's operators looked into the hospital's rows"),
    everyone_in(*HOSPITAL_STAFF, *ADMINISTRATORS),
)
