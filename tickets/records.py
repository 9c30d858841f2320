"""The maintenance records: one list for screen and spreadsheet, over all contracts or one (HRP-6, SMART-10)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from servicedesk.tenancy.wall import Person
from tickets.enums import Satisfaction
from tickets.models import MaintenanceRecord, Ticket
from tickets.spreadsheet import LIMIT, Cell

# PACS-12: interface faults, as the register of the contract names them.
OF_INTERFACES = Q(ticket__system__interface_to__gt="")


def records(person: Person, condition: Q) -> QuerySet[MaintenanceRecord]:
    """With whether the fault came back afterwards; said twice, or every ticket that there is would be looked at."""
    returned = Ticket.objects.filter(recurs_id=OuterRef("ticket_id"), recurs__isnull=False)
    found = MaintenanceRecord.objects.visible_to(person).annotate(came_back=Exists(returned)).filter(condition)
    return found.select_related("hospital", "vendor", "contract")


def figures(person: Person, condition: Q) -> dict[str, int]:
    """Of the newest, so that a long life costs no more than a short one. Returned: ICU-2."""
    newest = records(person, condition).select_related(None).order_by("-closed_at", "-id")[:LIMIT]
    found: dict[str, int] = newest.aggregate(
        closed=Count("pk"),
        returned=Count("pk", filter=Q(is_recurring=True)),
        missed=Count("pk", filter=Q(missed__gt=0)),
        dissatisfied=Count("pk", filter=Q(satisfaction=Satisfaction.DISSATISFIED)),
    )
    of_interfaces = records(person, condition & OF_INTERFACES).select_related(None)
    return found | {"interfaces": of_interfaces[:LIMIT].count()}


def _yes(is_so: bool) -> Any:
    return _("yes") if is_so else ""


COLUMNS: tuple[tuple[str | Promise, Callable[[Any], Any]], ...] = (
    (_("number"), lambda row: row.number),
    (_("Hospital"), lambda row: row.hospital.name),
    (_("Vendor"), lambda row: row.vendor.name),
    (_("Contract"), lambda row: f"{row.contract.name} {row.contract.number}".strip()),
    (_("system"), lambda row: row.system_name),
    (_("kind of service"), lambda row: row.category_name),
    (_("severity"), lambda row: row.severity),
    (_("what happened"), lambda row: row.title),
    (_("reported"), lambda row: row.reported_at),
    (_("arrived"), lambda row: row.arrived_at),
    (_("solved"), lambda row: row.solved_at),
    (_("closed"), lambda row: row.closed_at),
    (_("cause"), lambda row: row.get_cause_display()),
    (_("kind of solution"), lambda row: row.get_remedy_display()),
    (_("solution"), lambda row: row.solution),
    (_("engineer"), lambda row: row.engineer_name),
    (_("promises missed"), lambda row: row.missed),
    (pgettext_lazy("record", "cycles"), lambda row: row.cycles),
    (_("returned from an earlier one"), lambda row: _yes(row.is_recurring)),
    (_("came back later"), lambda row: _yes(row.came_back)),
    (_("signed by"), lambda row: row.signer_name),
    (_("over which way"), lambda row: row.get_way_display()),
    (_("satisfaction"), lambda row: row.get_satisfaction_display()),
    (pgettext_lazy("record", "confirmed"), lambda row: row.get_ending_display()),
    (_("confirmed by"), lambda row: row.closed_name),
    (_("closed without signature because"), lambda row: row.closed_why),
)


def cells(row: MaintenanceRecord) -> list[Cell]:
    values = (cell(row) for _title, cell in COLUMNS)
    return [value if value is None or isinstance(value, int | datetime) else str(value) for value in values]
