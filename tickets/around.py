"""What stands around a ticket, in one query whose plan PostgreSQL keeps: the rows it names, and what hangs on it."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model

from contracts.models import Contract, System
from servicedesk.clocks.models import Desk
from servicedesk.tenancy.models import Department, Hospital, Vendor
from tickets.models import Ticket

Row = TypeVar("Row", bound=Model)
NAMED: dict[str, type[Model]] = {
    "hospital": Hospital,
    "vendor": Vendor,
    "contract": Contract,
    "system": System,
    "department": Department,
    "parent": Ticket,
    "merged_into": Ticket,
}


def answer_of(function: str, *values: Any) -> Any:
    """What a function of the database says as JSON. It keeps its plan (migrations 0007 and 0008)."""
    words = f"SELECT {function}({', '.join(['%s'] * len(values))})"
    with connection.cursor() as cursor:
        cursor.execute(words, values)
        return json.loads(cursor.fetchone()[0] or "null")


def around(ticket: Ticket) -> dict[str, Any]:
    """Asked once for a ticket that was read, whoever wants to know first."""
    if "_around" not in vars(ticket):
        vars(ticket)["_around"] = answer_of("ticket_around", ticket.pk) or {"hangs": []}
    return vars(ticket)["_around"]  # type: ignore[no-any-return]


def with_names(ticket: Ticket) -> Ticket:
    """The rows it refers to, each with the columns that a page shows; another one is read when somebody asks."""
    found = around(ticket)
    for field, of in NAMED.items():
        if facts := found.get(field):
            setattr(ticket, field, instance(of, facts))
    if found.get("desk"):
        ticket.contract.desk = instance(Desk, found["desk"])  # type: ignore[assignment]
    if ticket.system:
        ticket.system.part_of = instance(System, found["part_of"])
    return ticket


def instance(of: type[Row], facts: dict[str, Any] | None) -> Row | None:
    return None if facts is None else row_of(of, facts)


def row_of(of: type[Row], facts: dict[str, Any]) -> Row:
    """A row that came as an object."""
    kept = [field for field in of._meta.concrete_fields if field.attname in facts]
    values = [field.to_python(facts[field.attname]) for field in kept]
    return of.from_db(DEFAULT_DB_ALIAS, [field.attname for field in kept], values)
