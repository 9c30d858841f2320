"""Who may see and touch running promises, calendars and the duty roster."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.permissions import HOSPITAL_STAFF, VENDOR_STAFF, Permission, everyone_in

SEE_CLOCKS = Permission(
    "clocks.see_clocks",
    _("See running promises and who was told of them"),
    everyone_in(*HOSPITAL_STAFF, *VENDOR_STAFF),
)
ACKNOWLEDGE = Permission(
    "clocks.acknowledge",
    _("Say 'I take care of it', which stops an escalation"),
    everyone_in(Role.IT_ENGINEER, Role.IT_LEAD, *VENDOR_STAFF),
)
ASK_WAIVER = Permission(
    "clocks.ask_waiver",
    _("Ask the hospital to waive a promise"),
    everyone_in(Role.VENDOR_ENGINEER, Role.PROJECT_MANAGER, Role.VENDOR_MANAGER),
)
DECIDE_WAIVER = Permission(
    "clocks.decide_waiver",
    _("Waive a promise, and pause its clock"),
    everyone_in(Role.IT_LEAD),
)
SEE_CALENDARS = Permission(
    "clocks.see_calendars",
    _("See working days and days off"),
    everyone_in(*HOSPITAL_STAFF, *VENDOR_STAFF),
)
KEEP_CALENDARS = Permission(
    "clocks.keep_calendars",
    _("Keep the hospital's own days off and take over a published year"),
    everyone_in(Role.IT_LEAD),
)
KEEP_HOURS = Permission(
    "clocks.keep_hours",
    _("Change the weekly hours of a calendar"),
    everyone_in(Role.IT_LEAD, Role.PROJECT_MANAGER),
)
PUBLISH_YEARS = Permission(
    "clocks.publish_years",
    _("Enter the statutory days off of a year"),
    everyone_in(Role.SYSTEM_ADMINISTRATOR),
)
SEE_ROSTER = Permission(
    "clocks.see_roster",
    _("See who is on duty"),
    everyone_in(*VENDOR_STAFF),
)
KEEP_ROSTER = Permission(
    "clocks.keep_roster",
    _("Plan who is on duty, and approve swaps"),
    everyone_in(Role.PROJECT_MANAGER, Role.VENDOR_MANAGER),
)
SEE_ON_DUTY = Permission(
    "clocks.see_on_duty",
    _("See who answers now, and the hotline"),
    everyone_in(Role.WARD_REPORTER, *HOSPITAL_STAFF, *VENDOR_STAFF),
)
SWAP_DUTY = Permission(
    "clocks.swap_duty",
    _("Ask to swap one's own duty"),
    everyone_in(Role.VENDOR_ENGINEER, Role.PROJECT_MANAGER),
)
