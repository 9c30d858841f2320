"""售后服务反馈单 as facts: what is shown to who signs, what is frozen when they do, and whether it still holds.

Plain JSON of names, closed words and UTC moments: the same facts give the same hash, now and in ten years.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from servicedesk.audit.enums import Act
from servicedesk.audit.models import Record
from servicedesk.clocks.models import Clock
from servicedesk.clocks.promises import restored
from servicedesk.sla.clock import Outcome
from servicedesk.sla.promise import Metric
from tickets.models import FeedbackForm, MaintenanceRecord, Solution, Ticket, Visit

Facts = dict[str, Any]
SIGNED = (
    "form_sha256", "at", "way", "name", "person", "handed_by", "handed_name", "link_id", "address", "device",
    "strokes", "typed", "satisfaction", "words",
)  # fmt: skip
LISTED = (
    "contract_id", "system_id", "feedback_id", "ending", "number", "title", "system_name", "category", "category_name",
    "severity", "cause", "remedy", "solution", "engineer_name", "reported_at", "arrived_at", "solved_at", "closed_at",
    "closed_name", "closed_why", "signer_name", "satisfaction", "way", "missed", "cycles", "is_recurring",
)  # fmt: skip


@dataclass(frozen=True)
class Work:
    """What was done on a ticket and what was promised of it, the house's own and what another promise replaced left
    out."""

    solutions: list[Solution]
    visits: list[Visit]
    clocks: list[Clock]

    @classmethod
    def of(cls, ticket: Ticket) -> Work:
        clocks = Clock.objects.filter(matter_id=ticket.matter_id).exclude(outcome=Outcome.SUPERSEDED)
        return cls(
            list(Solution.objects.filter(ticket=ticket).order_by("cycle")),
            list(Visit.objects.filter(ticket=ticket).order_by("called_at", "id")),
            [row for row in clocks.order_by("cycle", "metric", "place") if not Metric(row.metric).is_of_the_house],
        )


def facts_of(ticket: Ticket, work: Work | None = None) -> Facts:
    """As it stands now. Nothing in it moves by itself while a solution waits for its signature."""
    work = work or Work.of(ticket)
    return {
        "form": 1,
        **_who(ticket),
        **_what(ticket),
        "solutions": [_solution(row) for row in work.solutions],
        "visits": [_visit(row) for row in work.visits],
        "clocks": [_clock(row) for row in work.clocks],
    }


def _who(ticket: Ticket) -> Facts:
    return {
        "hospital": ticket.hospital.name,
        "vendor": ticket.vendor.name,
        "contract": ticket.contract.name,
        "contract_number": ticket.contract.number,
        "department": ticket.department.name if ticket.department else "",
        "where": ticket.where,
        "reporter": ticket.reporter_name,
        "engineer": ticket.assignee_name,
    }


def _what(ticket: Ticket) -> Facts:
    return {
        "number": ticket.number,
        "title": ticket.title,
        "words": ticket.words,
        "system": system_name(ticket),
        "category": ticket.category_name,
        "severity": ticket.severity,
        "is_emergency": ticket.is_emergency,
        "is_outside_contract": ticket.is_outside_contract,
        "channel": str(ticket.channel),
        "reported_at": said(ticket.reported_at),
        "accepted_at": said(ticket.accepted_at),
        "cycle": ticket.cycle,
        "recurs": ticket.recurs.number if ticket.recurs else "",
    }


def system_name(ticket: Ticket) -> str:
    system = ticket.system
    if system is None:
        return ""
    return f"{system.part_of.name} · {system.name}"[:160] if system.part_of else system.name


def _solution(row: Solution) -> Facts:
    return {
        "cycle": row.cycle,
        "at": said(row.at),
        "by": row.by_name,
        "cause": row.cause,
        "remedy": row.remedy,
        "words": row.words,
        "is_remote": row.is_remote,
        "refused_at": said(row.refused_at),
        "refused_why": row.refused_why,
    }


def _visit(row: Visit) -> Facts:
    return {
        "cycle": row.cycle,
        "engineer": row.engineer_name,
        "why": row.why,
        "called_at": said(row.called_at),
        "arrived_at": said(row.arrived_at),
        "proof": row.proof,
        "where": row.where,
        "left_at": said(row.left_at),
        "work": row.work,
        "dropped_why": row.dropped_why,
    }


def _clock(row: Clock) -> Facts:
    promise = restored(row.promise)
    return {
        "cycle": row.cycle,
        "metric": row.metric,
        "target": promise.target,
        "unit": promise.unit.value,
        "is_default": promise.is_default,
        "due_at": said(row.due_at),
        "stopped_at": said(row.stopped_at),
        "outcome": row.outcome or "",
    }


def said(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat() if moment else ""


def sha256_of(facts: Any) -> str:
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def seal_of(form: FeedbackForm) -> str:
    """The hash over what was signed together with who signed it, when, how and in which words."""
    values = ((name, getattr(form, name)) for name in SIGNED)
    return sha256_of({name: _plain(value) for name, value in values})


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return said(value)
    return value if value is None else str(value)


def holds(form: FeedbackForm) -> bool:
    """Facts and signature are those of the moment of signing: so say both hashes, and the audit trail."""
    intact = sha256_of(form.facts) == form.form_sha256 and seal_of(form) == form.sha256
    return intact and form.sha256 in _on_trail(form, Act.FEEDBACK_SIGNED)


def _on_trail(row: FeedbackForm | MaintenanceRecord, act: Act) -> list[str]:
    subject = {"hospital_id": row.hospital_id, "subject_kind": "tickets.ticket", "subject_id": str(row.ticket_id)}
    words = Record.objects.filter(**subject, act=act).values_list("words", flat=True)
    return [each.get("sha256", "") for each in words]


def columns_of(record: MaintenanceRecord) -> Facts:
    """What lists and spreadsheets show, as the facts repeat it: under the same hash."""
    return {name: _plain(getattr(record, name)) for name in LISTED}


def record_holds(record: MaintenanceRecord) -> bool:
    """Its columns are its facts, those are the hash's, and the trail tells of this hash and of no other."""
    intact = sha256_of(record.facts) == record.sha256 and record.facts.get("columns") == columns_of(record)
    return intact and _on_trail(record, Act.RECORD_KEPT) == [record.sha256]
