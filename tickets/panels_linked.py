"""The panels of a ticket's page about what belongs together, emergencies and remote access."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.wall import Person
from tickets.enums import State
from tickets.hanging import asks_leave_for_remote_work, children_of, links_of, may, merged_into, part_of, what_hangs
from tickets.models import HospitalTask, PlanTick, RemoteAuthorisation, Ticket
from tickets.outages import known_outages_of
from tickets.permissions import (
    ASK_REMOTE,
    DECIDE_TICKETS,
    LEAD_FAULTS,
    LINK_TICKETS,
    SEE_INCIDENTS,
    SEE_REMOTE,
    WORK_INCIDENTS,
    WORK_TICKETS,
)
from tickets.services.incidents import incident_of
from tickets.services.outages import known_outage_of
from tickets.states import SOLVED

Shown = dict[str, Any] | None
PRESSING = {"part", "outage", "incident"}


def together(ticket: Ticket, person: Person, at: datetime) -> Shown:
    """Links, and the tickets that were merged into it or stand under it."""
    there = what_hangs(ticket)
    if person.role == Role.WARD_REPORTER or not there & {"links", "family"}:
        return None
    family = children_of(ticket) if "family" in there else []
    follow = [child for child in family if child.is_open and child.state not in SOLVED]
    return {
        "links": links_of(ticket) if "links" in there else [],
        "merged": merged_into(ticket) if "family" in there else [],
        "children": len(family),
        "to_resolve": len(follow) if ticket.state in SOLVED and may(WORK_TICKETS, person) else 0,
    }


def pressing(ticket: Ticket, person: Person) -> Shown:
    """What whoever opens the ticket has to know first: what it waits for, where it went on, an incident, an outage, a
    fault of several vendors and whose turn it is. An ordinary ticket asks nothing for it."""
    there = what_hangs(ticket)
    if not there & PRESSING and not ticket.parent_id and not ticket.merged_into_id and ticket.state != State.WAITING:
        return None
    if person.role == Role.WARD_REPORTER:
        return _for_the_ward(ticket)
    sees_incident = "incident" in there and may(SEE_INCIDENTS, person)
    return {
        "waits": ticket.state == State.WAITING,
        "into": ticket.merged_into if ticket.merged_into_id else None,
        "may_undo": ticket.merged_into_id and may(LINK_TICKETS, person),
        "parent": ticket.parent if ticket.parent_id else None,
        "part": part_of(ticket) if "part" in there else None,
        "outage": known_outage_of(ticket) if "outage" in there else None,
        "incident": incident_of(ticket) if sees_incident else None,
        "may_lead": may(LEAD_FAULTS, person),
    }


def _for_the_ward(ticket: Ticket) -> Shown:
    """The question that waits, where its ticket went on, what it was told of the outage it is or stands under."""
    outage = known_outages_of(ticket.hospital_id).filter(ticket__in=[ticket.pk, ticket.parent_id]).first()
    into = ticket.merged_into if ticket.merged_into_id else None
    waits = ticket.state == State.WAITING
    return {"outage": outage, "into": into, "waits": waits} if outage or into or waits else None


def remote_access(ticket: Ticket, person: Person, at: datetime) -> Shown:
    """What was asked of remote access for this ticket, and a hint where the contract wants leave for it (ICU-15)."""
    if not may(SEE_REMOTE, person):
        return None
    is_there = "remote" in what_hangs(ticket)
    needs_leave = ticket.is_open and asks_leave_for_remote_work(ticket.contract, ticket.category, ticket.recorded_at)
    may_ask = may(ASK_REMOTE, person) and ticket.is_open
    if not is_there and not needs_leave:
        return None
    rows = RemoteAuthorisation.objects.visible_to(person).filter(ticket=ticket) if is_there else []
    shown = [(row, row.access_at(at)) for row in rows]
    return {"rows": shown, "needs_leave": needs_leave, "may_ask": may_ask}


def emergency(ticket: Ticket, person: Person, at: datetime) -> Shown:
    """The plan as a checklist (HRP-4)."""
    if "ticks" not in what_hangs(ticket) or not may(SEE_INCIDENTS, person):
        return None
    ticks = list(PlanTick.objects.filter(ticket=ticket).select_related("plan"))
    done = sum(1 for tick in ticks if tick.done_at)
    return {"ticks": ticks, "done": done, "may_tick": may(WORK_INCIDENTS, person) and ticket.is_open}


def hospital_tasks(ticket: Ticket, person: Person, at: datetime) -> Shown:
    """客户措施 (PACS-16)."""
    if "tasks" not in what_hangs(ticket) or person.role == Role.WARD_REPORTER:
        return None
    tasks = list(HospitalTask.objects.filter(ticket=ticket))
    done = sum(1 for task in tasks if task.done_at)
    return {"tasks": tasks, "done": done, "may_do": may(DECIDE_TICKETS, person) and ticket.is_open}
