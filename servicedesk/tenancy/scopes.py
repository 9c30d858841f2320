"""What a machine's token may be used for. A scope narrows what the machine's role may do; it never adds anything."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from servicedesk.tenancy.enums import Side


class Scope(TextChoices):
    READ_TICKETS = "tickets.read", _("Read tickets with all that hangs on them, departments and places")
    REPORT = "tickets.report", _("Report faults and write on tickets")
    WORK = "tickets.work", _("Work on tickets: accept, visit, resolve")
    DECIDE = "tickets.decide", _("Decide on tickets: severity, pauses, solutions, closing")
    READ_CONTRACTS = "contracts.read", _("Read contracts and what they promise")
    READ_PEOPLE = "people.read", _("Read who belongs to the organisation")

    @property
    def permissions(self) -> frozenset[str]:
        return PERMISSIONS[self]


READS = frozenset(
    {"tickets.see_tickets", "clocks.see_clocks", "files.see", "tenancy.see_matters", "tickets.see_incidents",
     "tickets.see_remote", "tickets.see_outages", "tenancy.see_departments"}
)  # fmt: skip
WRITES = frozenset(
    {"tickets.log_calls", "tickets.judge_calls", "tickets.speak", "files.add", "tickets.keep_numbers_elsewhere"}
)  # whoever takes part
DOES = WRITES | {
    "tickets.take_part", "tickets.link_tickets", "tickets.work_incidents", "tickets.ask_signature",
}  # fmt: skip
# By their names: the rooms that declare them stand above this one. A test knows that each is declared.
PERMISSIONS: dict[Scope, frozenset[str]] = {
    Scope.READ_TICKETS: READS,
    Scope.REPORT: READS | WRITES | {"tickets.report_faults", "contracts.see_contracts"},
    Scope.WORK: READS | DOES | {"tickets.work_tickets", "tickets.ask_remote", "clocks.ask_waiver"},
    Scope.DECIDE: READS | DOES | {"tickets.decide_tickets", "tickets.lead_faults"},
    Scope.READ_CONTRACTS: frozenset({"contracts.see_contracts"}),
    Scope.READ_PEOPLE: frozenset({"tenancy.see_people"}),
}  # fmt: skip
NAMED = frozenset().union(*PERMISSIONS.values())  # what some token may do; all else takes a person
OF_SIDE: dict[Side, tuple[Scope, ...]] = {
    Side.HOSPITAL: (
        Scope.READ_TICKETS, Scope.REPORT, Scope.DECIDE, Scope.READ_CONTRACTS, Scope.READ_PEOPLE,
    ),
    Side.VENDOR: (Scope.READ_TICKETS, Scope.REPORT, Scope.WORK, Scope.READ_CONTRACTS, Scope.READ_PEOPLE),
    Side.PLATFORM: (),
}  # fmt: skip


def permissions_of(scopes: Iterable[str]) -> frozenset[str]:
    return frozenset(name for scope in scopes if scope in Scope.values for name in Scope(scope).permissions)
