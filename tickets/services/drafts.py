"""What is written and not yet sent is kept on the server, per person and ticket. Nothing but sending removes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person
from tickets.around import answer_of
from tickets.models import Draft, Ticket
from tickets.permissions import KEEP_DRAFTS

FIELDS, LETTERS = 20, 25_000  # more than any form here takes


def alone(by: Person) -> dict[str, Any]:
    """The owner columns of what belongs to one organisation."""
    return {"hospital_id": by.hospital_id, "vendor_id": by.vendor_id}


@transaction.atomic
def keep_draft(ticket: Ticket, kind: str, fields: Mapping[str, str], *, by: Person, at: datetime) -> None:
    """An emptied form is no draft. Nobody but its writer sees it, so it stands in no trail."""
    if len(fields) > FIELDS or sum(len(name) + len(text) for name, text in fields.items()) > LETTERS:
        raise Refused(_("This is too long to be kept."), code="too_long")
    written = {_clean(name): _clean(text) for name, text in fields.items()}
    if not any(text.strip() for text in written.values()):
        return drop_draft(ticket, kind, by=by)
    Draft.objects.update_or_create(
        **alone(by),
        membership_id=by.membership_id,
        ticket=ticket.pk,
        kind=kind,
        defaults={"fields": written, "saved_at": at},
    )


def drop_draft(ticket: Ticket, kind: str, *, by: Person) -> None:
    """It was sent."""
    _drafts(ticket, by).filter(kind=kind).delete()


def drafts_on(ticket: Ticket, *, by: Person) -> dict[str, dict[str, Any]]:
    """What this person has begun here, by its kind."""
    if KEEP_DRAFTS.reach_of(by) is None:
        return {}
    return answer_of("ticket_drafts", ticket.pk, by.membership_id) or {}


def _drafts(ticket: Ticket, by: Person) -> Any:
    return Draft.objects.visible_to(by).filter(ticket=ticket.pk)


def _clean(text: str) -> str:
    """PostgreSQL keeps no NUL; what else is odd is said when it is sent."""
    return text.replace("\x00", "")
