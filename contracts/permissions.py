"""Who may see contracts, prepare them, and decide upon them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.permissions import HOSPITAL_STAFF, VENDOR_STAFF, Permission, everyone_in

KEEPERS = (Role.IT_LEAD, Role.PROJECT_MANAGER, Role.VENDOR_MANAGER)

SEE_CONTRACTS = Permission(
    "contracts.see_contracts",
    _("See contracts and what they promise"),
    everyone_in(*HOSPITAL_STAFF, *VENDOR_STAFF),
)
START_CONTRACTS = Permission(
    "contracts.start_contracts",
    _("Start a contract from a blueprint"),
    everyone_in(*KEEPERS),
)
KEEP_CONTRACTS = Permission(
    "contracts.keep_contracts",
    _("Keep a contract's systems, people, plans and deliverables"),
    everyone_in(*KEEPERS),
)
EDIT_MATRIX = Permission(
    "contracts.edit_matrix",
    _("Prepare a new version of a contract's promises"),
    everyone_in(*KEEPERS),
)
PROPOSE_MATRIX = Permission(
    "contracts.propose_matrix",
    _("Ask the hospital to agree to new promises"),
    everyone_in(Role.PROJECT_MANAGER, Role.VENDOR_MANAGER),
)
DECIDE_MATRIX = Permission(
    "contracts.decide_matrix",
    _("Agree to new promises, or refuse them"),
    everyone_in(Role.IT_LEAD),
)
DECIDE_CONTRACTS = Permission(
    "contracts.decide_contracts",
    _("Activate, sign, renew and end contracts"),
    everyone_in(Role.IT_LEAD, Role.VENDOR_MANAGER),
)
USE_QUOTAS = Permission(
    "contracts.use_quotas",
    _("Write down that something of a quota was used"),
    everyone_in(Role.IT_LEAD, Role.IT_ENGINEER, Role.VENDOR_ENGINEER, Role.PROJECT_MANAGER, Role.VENDOR_MANAGER),
)
DECIDE_QUOTAS = Permission(
    "contracts.decide_quotas",
    _("Decide about what goes beyond a quota"),
    everyone_in(Role.IT_LEAD),
)
