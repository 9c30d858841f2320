"""Writing into a ticket: its lock, its version, its stream. Every service here goes through these."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.utils.translation import gettext as _

from contracts.models import Contract
from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.clocks.life import holding_matter
from servicedesk.clocks.services.calendars import holding_calendars
from servicedesk.notices.enums import NoticeKind
from servicedesk.notices.notify import notify, publish
from servicedesk.notices.routes import Directory
from servicedesk.notices.words import Word
from servicedesk.sla.promise import Metric
from servicedesk.tenancy.bulk import insert_made, together, update_with_history
from servicedesk.tenancy.models import Matter
from servicedesk.tenancy.plans import Statement, first_of
from servicedesk.tenancy.reading import Columns, rows_side_by_side
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person
from tickets.changes import say_changed
from tickets.enums import Kind
from tickets.models import Entry, Ticket
from tickets.people import Whom, told_of

KEPT = [field.name for field in Ticket._meta.concrete_fields if not field.primary_key and field.name != "due_at"]


def locked(ticket: Ticket, *, seen: int | None = None) -> Ticket:
    """As it is now. `seen` is the version the person had before them: another one since then stops the act and says so.

    The hospital's calendars stand still and the matter is held before the ticket: what changes clocks by other ways
    goes through these as well, and a trigger brings it here. NO KEY: rows that point here are not held up.
    """
    assert ticket.matter_id, "read it first: what is held before it is known by it alone"
    held = _held(ticket, using=ticket._state.db or DEFAULT_DB_ALIAS)
    if seen is not None and seen != held.version:
        raise Refused(
            _("Somebody changed this ticket meanwhile. See what is new; what you wrote is kept."), code="stale"
        )
    return held


# In this order, and in one message.
TICKET, MATTER, CONTRACT = Columns(Ticket, "t"), Columns(Matter, "m"), Columns(Contract, "c", without=["draft"])
HOLD = Statement.of(
    "hold_ticket",
    f"""SELECT {TICKET.words}, {MATTER.words}, {CONTRACT.words}
          FROM tickets_ticket t
          JOIN tenancy_matter m ON m.id = t.matter_id JOIN contracts_contract c ON c.id = t.contract_id
         WHERE t.id = %s::uuid FOR NO KEY UPDATE OF t""",  # noqa: S608 - names of fields
)


def _held(ticket: Ticket, *, using: str) -> Ticket:
    before = [holding_calendars(ticket.hospital_id), holding_matter(ticket.matter_id)]
    found = first_of([*before, (HOLD, [ticket.pk])], using=using)
    if found is None:
        raise Ticket.DoesNotExist
    held: Ticket
    held, held.matter, held.contract = rows_side_by_side((TICKET, MATTER, CONTRACT), found, using=using)
    return held


def changed(
    ticket: Ticket, act: Act, *, by: Person | None, at: datetime, text: str = "",
    facts: Mapping[str, Any] | None = None, known: Directory | None = None,
) -> Entry:  # fmt: skip
    """Saves the ticket with its new version, and writes the act into stream and trail."""
    with together(using=ticket._state.db or DEFAULT_DB_ALIAS):
        keep(ticket, at=at)
        record(act, ticket, by=by, at=at)
        return write(ticket, Kind.ACT, act=act, by=by, at=at, text=text, facts=facts, known=known)


def announced(
    ticket: Ticket, act: Act, kind: NoticeKind = NoticeKind.TICKET_ANSWERED, *, to: Whom | None = None,
    on_duty: Whom | None = None, besides: Collection[UUID | None] = (), by: Person | None, at: datetime,
    text: str = "", facts: Mapping[str, Any] | None = None, words: Mapping[str, Any] | None = None, key: str = "",
) -> Entry:  # fmt: skip
    """The same, and whom it is told: asked in one question, written in one message. `besides`: whom the act itself
    names, such as who was sent."""
    told = told_of(ticket, act, others=besides, at=at)
    with together(using=ticket._state.db or DEFAULT_DB_ALIAS):
        entry = changed(ticket, act, by=by, at=at, text=text, facts=facts, known=told.directory)
        people = {*(to(told, ticket) if to else ()), *besides}
        duty = [one for one in on_duty(told, ticket) if one] if on_duty else []
        tell(ticket, kind, to=people, on_duty=duty, by=by, at=at, words=words, key=key, known=told.directory)
    return entry


def keep(ticket: Ticket, *, at: datetime) -> None:
    """With its next version. The due time is the trigger's, which has been there since this row was read."""
    ticket.version += 1
    ticket.changed_at = at
    update_with_history(ticket, KEPT, using=ticket._state.db or DEFAULT_DB_ALIAS)
    say_changed(ticket)


def write(
    ticket: Ticket, kind: Kind, *, act: Act | None = None, by: Person | None, at: datetime,
    known: Directory | None = None, **more: Any,
) -> Entry:  # fmt: skip
    entry = enter(ticket, kind, act=act, by=by, at=at, **more)
    tell_programs(ticket, act or Act.TICKET_ANSWERED, entry, by=by, at=at, known=known)
    return entry


def enter(
    ticket: Ticket, kind: Kind, *, by: Person | None, at: datetime, text: str = "", act: Act | None = None,
    facts: Mapping[str, Any] | None = None, name: str = "",
) -> Entry:  # fmt: skip
    """The line alone, of which no program is told."""
    entry = Entry(
        **of(ticket),
        kind=kind,
        act=act or "",
        at=at,
        by=by.membership_id if by else None,
        by_name=by.name if by else name,
        by_side=by.side if by else "",
        by_token=by.token_id if by else None,
        text=text,
        facts=dict(facts or {}),
    )
    insert_made([entry], using=ticket._state.db or DEFAULT_DB_ALIAS)
    return entry


def tell_programs(
    ticket: Ticket, act: Act, row: Any, *, by: Person | None, at: datetime, turn: object = "",
    known: Directory | None = None,
) -> None:  # fmt: skip
    """Those of both parties: which act on which ticket, and the row it made or changed; `turn` tells its events apart.
    What was written they fetch; notes never come here."""
    kind = row._meta.model_name
    words: dict[str, Word] = {
        "matter": ticket.number,
        "ticket": str(ticket.pk),
        kind: str(row.pk),
        "number_elsewhere": ticket.external_number,
        "source": ticket.external_source,
        "state": ticket.state,
        "severity": ticket.severity,
        "version": ticket.version,
        "by_side": by.side.value if by else "",
        "by_token": str(by.token_id) if by and by.token_id else "",
    }
    key = f"entry:{row.pk}" if kind == "entry" else f"{kind}:{row.pk}:{act}:{turn}"
    publish(key, act, subject=ticket, words=words, url=ticket.get_absolute_url(), at=at, known=known)


def tell_programs_beside(row: Any, act: Act, *, label: str, url: str, by: Person | None, at: datetime) -> None:
    """Of what hangs on a contract and on no ticket."""
    words: dict[str, Word] = {
        "matter": label,
        row._meta.model_name: str(row.pk),
        "by_side": by.side.value if by else "",
        "by_token": str(by.token_id or "") if by else "",
    }
    publish(f"{row._meta.model_name}:{row.pk}:{act}", act, subject=row, words=words, url=url, at=at)


def of(ticket: Ticket) -> dict[str, Any]:
    """The owner columns of what hangs on a ticket."""
    return {"hospital_id": ticket.hospital_id, "vendor_id": ticket.vendor_id, "ticket": ticket}


def tell(
    ticket: Ticket, kind: NoticeKind, *, to: Collection[UUID | None], at: datetime, by: Person | None = None,
    on_duty: Collection[UUID] = (), words: Mapping[str, Any] | None = None, key: str = "",
    known: Directory | None = None,
) -> None:  # fmt: skip
    """Whoever did it is not told of it. `key` tells events of one version apart; `known`: what was asked before."""
    oneself = by.membership_id if by else None
    told = {member for member in to if member} - {oneself}
    duty = set(on_duty) - {oneself}
    if told or duty:
        notify(
            f"ticket:{ticket.pk}:{kind}:{key or ticket.version}",
            to=told,
            on_duty=duty,
            kind=kind,
            subject=ticket,
            words={"matter": ticket.number, **(words or {})},
            url=ticket.get_absolute_url(),
            at=at,
            known=known,
        )


def metrics(changed: Collection[Metric]) -> dict[str, Any]:
    """Which promises an act ended or moved, for the stream."""
    return {"metrics": [metric.value for metric in changed]} if changed else {}
