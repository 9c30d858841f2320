"""Who may see tickets, report, work, decide."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from servicedesk.tenancy.enums import Reach, Role
from servicedesk.tenancy.permissions import HOSPITAL_STAFF, VENDOR_STAFF, Permission, everyone_in

HOSPITAL_IT = (Role.IT_ENGINEER, Role.IT_LEAD)
ENGINEERS = (Role.VENDOR_ENGINEER, Role.PROJECT_MANAGER, Role.VENDOR_MANAGER)
WARD = {Role.WARD_REPORTER: Reach.DEPARTMENT}

SEE_TICKETS = Permission(
    "tickets.see_tickets",
    _("See tickets"),
    {**WARD, **everyone_in(*HOSPITAL_STAFF, *VENDOR_STAFF)},
)
SEE_NOTES = Permission(
    "tickets.see_notes",
    _("Read the internal notes of one's own side"),
    everyone_in(*HOSPITAL_STAFF, *VENDOR_STAFF),
)
REPORT_FAULTS = Permission(
    "tickets.report_faults",
    _("Report faults"),
    {**WARD, **everyone_in(*HOSPITAL_IT)},
)
LOG_CALLS = Permission(
    "tickets.log_calls",
    _("Write down a call"),
    everyone_in(*HOSPITAL_IT, *ENGINEERS),
)
SPEAK = Permission(
    "tickets.speak",
    _("Write on a ticket"),
    {**WARD, **everyone_in(*HOSPITAL_IT, *VENDOR_STAFF)},
)
WRITE_NOTES = Permission(
    "tickets.write_notes",
    _("Write internal notes"),
    everyone_in(*HOSPITAL_IT, *VENDOR_STAFF),
)
WORK_TICKETS = Permission(
    "tickets.work_tickets",
    _("Accept tickets and work on them"),
    everyone_in(*ENGINEERS),
)
DECIDE_TICKETS = Permission(
    "tickets.decide_tickets",
    _("Decide on severity, pauses, solutions and the end of a ticket"),
    everyone_in(*HOSPITAL_IT),
)
# tickets: api
TAKE_PART = Permission(
    "tickets.take_part",
    _("Call for visits, say that somebody is there, and let a ticket go on"),
    everyone_in(*HOSPITAL_IT, *ENGINEERS),
)
KEEP_NUMBERS_ELSEWHERE = Permission(
    "tickets.keep_numbers_elsewhere",
    _("Write down a ticket's number in another system"),
    everyone_in(*HOSPITAL_IT, *ENGINEERS),
)
SIGN_FEEDBACK = Permission(
    "tickets.sign_feedback",
    _("Sign the service feedback form"),
    {**WARD, **everyone_in(*HOSPITAL_IT)},
)
SEE_RECORDS = Permission(
    "tickets.see_records",
    _("See and export maintenance records"),
    everyone_in(*HOSPITAL_STAFF, *VENDOR_STAFF),
)
