"""Pictures and logs that come after the report: on the ticket's matter, and a line in its stream."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from servicedesk.audit.enums import Act
from servicedesk.files.models import StoredFile
from servicedesk.files.services.uploads import Ready, add_file, looked_through
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person
from tickets.models import Ticket
from tickets.people import Told
from tickets.stream import announced, locked

AT_ONCE = 10


def attach(ticket: Ticket, uploads: Sequence[Any], *, by: Person, at: datetime) -> list[StoredFile]:
    """All of them or, where one is refused, none. The other side is told. They are looked through before the ticket is
    held: whoever acts on it does not wait for the scanner."""
    if not uploads:
        raise Refused(_("Choose a file first."), code="no_file")
    if len(uploads) > AT_ONCE:
        raise Refused(_("At most %(count)s files at once.") % {"count": AT_ONCE}, code="no_file")
    with looked_through(uploads, hospital_id=ticket.hospital_id) as ready:
        return _attach(ticket, ready, by=by, at=at)


@transaction.atomic
def _attach(ticket: Ticket, ready: Sequence[Ready], *, by: Person, at: datetime) -> list[StoredFile]:
    ticket = locked(ticket)
    stored = [add_file(ticket.matter, one, by=by, at=at) for one in ready]
    facts = {"names": [one.name for one in stored]}
    announced(ticket, Act.FILES_ATTACHED, to=Told.other_side(by), by=by, at=at, facts=facts)
    return stored
