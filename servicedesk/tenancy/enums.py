"""Sides, roles, and how far a permission reaches."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Side(StrEnum):
    HOSPITAL = "hospital"
    VENDOR = "vendor"
    PLATFORM = "platform"


class Role(TextChoices):
    WARD_REPORTER = "ward_reporter", _("Ward reporter")
    IT_ENGINEER = "it_engineer", _("Hospital IT engineer")
    IT_LEAD = "it_lead", _("Hospital IT lead")
    HOSPITAL_AUDITOR = "hospital_auditor", _("Hospital auditor")
    VENDOR_ENGINEER = "vendor_engineer", _("Vendor engineer")
    PROJECT_MANAGER = "project_manager", _("Vendor project manager")
    VENDOR_MANAGER = "vendor_manager", _("Vendor manager")
    ACCOUNT_MANAGER = "account_manager", _("Vendor account manager")
    SYSTEM_ADMINISTRATOR = "system_administrator", _("System administrator")
    SECURITY_ADMINISTRATOR = "security_administrator", _("Security administrator")
    AUDIT_ADMINISTRATOR = "audit_administrator", _("Audit administrator")

    @property
    def side(self) -> Side:
        return SIDES[self]

    @property
    def sentence(self) -> Promise:
        return SENTENCES[self]

    @property
    def needs_second_factor(self) -> bool:
        """Who signs, approves or administers proves who they are twice (GB/T 22239 8.1.4.1 d)."""
        return self in SECOND_FACTOR


SIDES: dict[Role, Side] = {
    Role.WARD_REPORTER: Side.HOSPITAL,
    Role.IT_ENGINEER: Side.HOSPITAL,
    Role.IT_LEAD: Side.HOSPITAL,
    Role.HOSPITAL_AUDITOR: Side.HOSPITAL,
    Role.VENDOR_ENGINEER: Side.VENDOR,
    Role.PROJECT_MANAGER: Side.VENDOR,
    Role.VENDOR_MANAGER: Side.VENDOR,
    Role.ACCOUNT_MANAGER: Side.VENDOR,
    Role.SYSTEM_ADMINISTRATOR: Side.PLATFORM,
    Role.SECURITY_ADMINISTRATOR: Side.PLATFORM,
    Role.AUDIT_ADMINISTRATOR: Side.PLATFORM,
}

SENTENCES: dict[Role, Promise] = {
    Role.WARD_REPORTER: _("Reports faults of their own department and follows them."),
    Role.IT_ENGINEER: _("Handles the hospital's faults day by day and keeps its places and departments."),
    Role.IT_LEAD: _("Approves, signs, and decides who belongs to the hospital."),
    Role.HOSPITAL_AUDITOR: _("Reads everything of the hospital, changes nothing."),
    Role.VENDOR_ENGINEER: _("Works the queue of the hospitals their company serves."),
    Role.PROJECT_MANAGER: _("Leads the work for a contract and answers for its promises."),
    Role.VENDOR_MANAGER: _("Signs for the company and decides who belongs to it."),
    Role.ACCOUNT_MANAGER: _("Is the hospital's contact at the company; is told of escalations."),
    Role.SYSTEM_ADMINISTRATOR: _("Runs the installation and registers organisations; sees no tenant's rows."),
    Role.SECURITY_ADMINISTRATOR: _("Decides who administers the platform, and sees and ends every support session."),
    Role.AUDIT_ADMINISTRATOR: _("Reads the platform's audit trail and verifies its seals."),
}

SECOND_FACTOR = frozenset(
    {
        Role.IT_LEAD,
        Role.PROJECT_MANAGER,
        Role.VENDOR_MANAGER,
        Role.SYSTEM_ADMINISTRATOR,
        Role.SECURITY_ADMINISTRATOR,
        Role.AUDIT_ADMINISTRATOR,
    }
)


class Reach(StrEnum):
    """How far a permission carries: the person's own rows, their department's, or their whole organisation's."""

    OWN = "own"
    DEPARTMENT = "department"
    ORGANISATION = "organisation"


class Ownership(StrEnum):
    """Whose a table is; each has its policy in `tenancy.policies`."""

    HOSPITAL = "hospital"  # the hospital's; every vendor engaged there may read it
    PARTIES = "parties"  # the hospital's, with the one vendor who is party to the row
    VENDOR = "vendor"  # the vendor's alone
    EITHER = "either"  # one organisation's, whichever column is set; the platform's own when neither is
    REGISTER = "register"  # who is who: each sees itself and the organisations it is engaged with
