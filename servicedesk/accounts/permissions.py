"""Who may administer people, places and organisations, and who may bring whom in."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from servicedesk.tenancy.enums import SIDES, Role, Side
from servicedesk.tenancy.permissions import Permission, everyone_in

SEE_INVITATIONS = Permission(
    "accounts.see_invitations",
    _("See open invitations"),
    everyone_in(
        Role.IT_LEAD,
        Role.HOSPITAL_AUDITOR,
        Role.PROJECT_MANAGER,
        Role.VENDOR_MANAGER,
        Role.SECURITY_ADMINISTRATOR,
        Role.AUDIT_ADMINISTRATOR,
    ),
)
INVITE_PEOPLE = Permission(
    "accounts.invite_people",
    _("Invite people"),
    everyone_in(Role.IT_LEAD, Role.PROJECT_MANAGER, Role.VENDOR_MANAGER, Role.SECURITY_ADMINISTRATOR),
)
MANAGE_PEOPLE = Permission(
    "accounts.manage_people",
    _("Change people's roles, end their access and hand over their work"),
    everyone_in(Role.IT_LEAD, Role.VENDOR_MANAGER, Role.SECURITY_ADMINISTRATOR),
)
KEEP_PLACES = Permission(
    "accounts.keep_places",
    _("Keep the hospital's departments and places"),
    everyone_in(Role.IT_LEAD, Role.IT_ENGINEER),
)
REGISTER_ORGANISATIONS = Permission(
    "accounts.register_organisations",
    _("Register hospitals, vendors and who serves whom"),
    everyone_in(Role.SYSTEM_ADMINISTRATOR),
)
OPEN_SUPPORT = Permission(
    "accounts.open_support",
    _("Look into a hospital's rows for 30 minutes, with a reason the hospital can read"),
    everyone_in(Role.SYSTEM_ADMINISTRATOR),
)
CLOSE_SUPPORT = Permission(
    "accounts.close_support",
    _("Close a support session before its time is over"),
    everyone_in(Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR),
)
DISABLE_ACCOUNTS = Permission(
    "accounts.disable_accounts",
    _("Disable and enable the accounts of the platform's administrators"),
    everyone_in(Role.SECURITY_ADMINISTRATOR),
)
SEE_TOKENS = Permission(
    "accounts.see_tokens",
    _("See which machines may use the interface for programs"),
    everyone_in(Role.IT_LEAD, Role.HOSPITAL_AUDITOR, Role.VENDOR_MANAGER),
)
MANAGE_TOKENS = Permission(
    "accounts.manage_tokens",
    _("Give machines tokens, and revoke them"),
    everyone_in(Role.IT_LEAD, Role.VENDOR_MANAGER),
)


def _of(side: Side) -> frozenset[Role]:
    return frozenset(role for role in Role if SIDES[role] == side)


# An organisation is never without one of these: who invites, changes roles and ends access.
LEADS: dict[Side, Role] = {
    Side.HOSPITAL: Role.IT_LEAD,
    Side.VENDOR: Role.VENDOR_MANAGER,
    Side.PLATFORM: Role.SECURITY_ADMINISTRATOR,
}
INVITES: dict[Role, frozenset[Role]] = {
    Role.IT_LEAD: _of(Side.HOSPITAL),
    Role.VENDOR_MANAGER: _of(Side.VENDOR),
    Role.PROJECT_MANAGER: frozenset({Role.VENDOR_ENGINEER}),
    Role.SECURITY_ADMINISTRATOR: _of(Side.PLATFORM),
}
# Only while the organisation has no lead of its own: after that its people are its own business.
FIRST_LEADS: frozenset[Role] = frozenset({Role.IT_LEAD, Role.VENDOR_MANAGER})
