"""Pages about one row, walked with the example that the matrix has of it. A room with more to show has its own file."""

from __future__ import annotations

from contracts.models import Contract, QuotaUse, StaffMember
from servicedesk.audit.models import Record
from servicedesk.clocks.models import ExtraDay, WorkCalendar
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Department, Engagement, Hospital, Membership, Place, Vendor
from tests.browser.walks import ENGINEER, LEAD, SYSTEM, Walk
from tickets.models import Call, EmergencyPlan, Macro, Ticket


def _acts(role: Role, *names: str) -> list[Walk]:
    return [Walk(f"act-{name}", f"/tickets/{{}}/{name}/", role, of=Ticket) for name in names]


ROW_PAGES: tuple[Walk, ...] = (
    Walk("person", "/people/{}/", of=Membership),
    Walk("change-role", "/people/{}/role/", LEAD, of=Membership),
    Walk("end-membership", "/people/{}/end/", LEAD, of=Membership),
    Walk("hand-over", "/people/{}/hand-over/", LEAD, of=Membership),
    Walk("change-department", "/departments/{}/", of=Department),
    Walk("change-place", "/places/{}/", of=Place),
    Walk("change-hospital", "/organisations/hospitals/{}/", SYSTEM, of=Hospital),
    Walk("change-vendor", "/organisations/vendors/{}/", SYSTEM, of=Vendor),
    Walk("change-engagement", "/organisations/engagements/{}/", SYSTEM, of=Engagement),
    Walk("trail-record", "/trail/{}/", LEAD, of=Record),
    Walk("change-extra-day", "/calendars/days/{}/", LEAD, of=ExtraDay),
    Walk("remove-extra-day", "/calendars/days/{}/remove/", LEAD, of=ExtraDay),
    Walk("change-hours", "/calendars/{}/hours/", LEAD, of=WorkCalendar),
    Walk("change-staff", "/contracts/staff/{}/", LEAD, of=StaffMember),
    Walk("replace-staff", "/contracts/staff/{}/replace/", LEAD, of=StaffMember),
    Walk("take-off-staff", "/contracts/staff/{}/leave/", LEAD, of=StaffMember),
    Walk("decide-quota-use", "/contracts/quota-uses/{}/decide/", LEAD, of=QuotaUse),
    Walk("contract-plans", "/contracts/{}/plans/", LEAD, of=Contract),
    Walk("contract-deliverables", "/contracts/{}/deliverables/", LEAD, of=Contract),
    Walk("contract-quotas", "/contracts/{}/quotas/", LEAD, of=Contract),
    Walk("contract-limits", "/contracts/{}/limits/", LEAD, of=Contract),
    Walk("macro", "/macros/{}/", of=Macro),
    Walk("dispute-call", "/calls/{}/dispute/", of=Call),
    Walk("plan-version", "/emergency-plans/{}/", of=EmergencyPlan),
    *_acts(Role.IT_ENGINEER, "give-back", "withdraw", "call-visit", "arrived", "drop-visit", "keep-level"),
    *_acts(Role.IT_ENGINEER, "mark-emergency", "change-category", "move-start", "dispute-call"),
    *_acts(ENGINEER, "give", "ask-back", "hand-over", "arrive", "leave", "work-around", "propose-severity"),
)
