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
    {**WARD, **everyone_in(*HOSPITAL_IT, *ENGINEERS)},
)
JUDGE_CALLS = Permission(
    "tickets.judge_calls",
    _("Read the telephone log, and say whether the time of a call is right"),
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
# tickets: page
HANDLE_TICKETS = Permission(
    "tickets.handle_tickets",
    _("Call for visits, confirm arrivals, sort tickets, speak about times: what both sides do"),
    everyone_in(*HOSPITAL_IT, *ENGINEERS),
)
KEEP_DRAFTS = Permission(
    "tickets.keep_drafts",
    _("Keep what one has begun to write"),
    dict.fromkeys((Role.WARD_REPORTER, *HOSPITAL_IT, *VENDOR_STAFF), Reach.OWN),
)
KEEP_MACROS = Permission(
    "tickets.keep_macros",
    _("Use and keep the organisation's ready-made answers"),
    everyone_in(*HOSPITAL_IT, *ENGINEERS),
)
KEEP_VIEWS = Permission(
    "tickets.keep_views",
    _("Keep views of the queue"),
    everyone_in(*HOSPITAL_STAFF, *VENDOR_STAFF),
)
# tickets: reporting
SEE_STICKERS = Permission(
    "tickets.see_stickers",
    _("See which stickers with a QR code are in use"),
    everyone_in(*HOSPITAL_STAFF),
)
KEEP_STICKERS = Permission(
    "tickets.keep_stickers",
    _("Make, print and revoke stickers with a QR code"),
    everyone_in(*HOSPITAL_IT),
)
SET_NUMBERS = Permission(
    "tickets.set_numbers",
    _("Choose how the hospital's tickets are numbered"),
    everyone_in(Role.IT_LEAD),
)

# tickets: closing
ASK_SIGNATURE = Permission(
    "tickets.ask_signature",
    _("Make a link over which the feedback form is signed"),
    everyone_in(*HOSPITAL_IT, *ENGINEERS),
)

# tickets: linked
LINK_TICKETS = Permission(
    "tickets.link_tickets",
    _("Merge, split and link tickets, and gather them under an outage"),
    everyone_in(*HOSPITAL_IT, *ENGINEERS),
)
LEAD_FAULTS = Permission(
    "tickets.lead_faults",
    _("Lead a fault that touches several vendors, and announce outages"),
    everyone_in(*HOSPITAL_IT),
)
SEE_OUTAGES = Permission(
    "tickets.see_outages",
    _("See known outages"),
    everyone_in(Role.WARD_REPORTER, *HOSPITAL_STAFF, *VENDOR_STAFF),
)
SEE_INCIDENTS = Permission(
    "tickets.see_incidents",
    _("See major incidents and emergency checklists"),
    everyone_in(*HOSPITAL_STAFF, *VENDOR_STAFF),
)
DECLARE_INCIDENTS = Permission(
    "tickets.declare_incidents",
    _("Declare a major incident, and declare it over"),
    everyone_in(Role.IT_LEAD, Role.PROJECT_MANAGER, Role.VENDOR_MANAGER),
)
WORK_INCIDENTS = Permission(
    "tickets.work_incidents",
    _("Take part in a major incident and tick off an emergency plan"),
    everyone_in(*HOSPITAL_IT, *ENGINEERS),
)
KEEP_EMERGENCY_PLANS = Permission(
    "tickets.keep_emergency_plans",
    _("Revise the hospital's emergency plans"),
    everyone_in(*HOSPITAL_IT),
)
SEE_REMOTE = Permission(
    "tickets.see_remote",
    _("See remote access: asked, granted, used"),
    everyone_in(*HOSPITAL_STAFF, *VENDOR_STAFF),
)
ASK_REMOTE = Permission(
    "tickets.ask_remote",
    _("Ask for remote access, and log its start and end"),
    everyone_in(*ENGINEERS),
)
GRANT_REMOTE = Permission(
    "tickets.grant_remote",
    _("Grant, refuse and revoke remote access"),
    everyone_in(*HOSPITAL_IT),
)
# tickets: home
SEE_BOARD = Permission(
    "tickets.see_board",
    _("See who has how much to do, and what breaches next"),
    everyone_in(*HOSPITAL_IT, Role.PROJECT_MANAGER, Role.VENDOR_MANAGER),
)
