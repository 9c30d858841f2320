"""@name: in a note a colleague of one's own side, in a message anybody who has to do with the ticket."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from servicedesk.notices.enums import NoticeKind
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.wall import Person
from tickets.models import Entry, Ticket
from tickets.permissions import SEE_NOTES
from tickets.stream import tell

MARK = "@"
Names = dict[str, set[UUID]]


def tell_mentioned(ticket: Ticket, text: str, *, by: Person, at: datetime, key: str, is_inside: bool) -> None:
    """A notice names the ticket and never the words; those of a note would tell the other side of it."""
    if MARK not in text:
        return
    found = mentioned(text, people_of(ticket, by=by, at=at, is_inside=is_inside))
    tell(ticket, NoticeKind.MENTIONED, to=found, by=by, at=at, key=key)


def mentioned(text: str, names: Names) -> set[UUID]:
    """The longer name first: who writes @王小明 does not mean 王小."""
    found: set[UUID] = set()
    for name in sorted(names, key=len, reverse=True):
        if MARK + name in text:
            found |= names[name]
            text = text.replace(MARK + name, "")
    return found


def people_of(ticket: Ticket, *, by: Person, at: datetime, is_inside: bool) -> Names:
    """Whom this person may mention here, by name. Nobody learns a name that the ticket does not show them already."""
    names: Names = {}
    for name, member in [*_colleagues(by, at), *([] if is_inside else _involved(ticket))]:
        if name and member != by.membership_id:
            names.setdefault(name, set()).add(member)
    return names


def _colleagues(by: Person, at: datetime) -> list[tuple[str, UUID]]:
    """Those of one's own organisation who may read its notes; a ward reporter sees nobody but oneself."""
    roles = [role for role in SEE_NOTES.grants if role.side is by.side]
    own = {"hospital_id": by.hospital_id} if by.side is Side.HOSPITAL else {"vendor_id": by.vendor_id}
    rows = Membership.objects.visible_to(by).active(at=at).filter(**own, role__in=roles)
    return list(rows.order_by("name").values_list("name", "id"))


def _involved(ticket: Ticket) -> list[tuple[str, UUID]]:
    """Who reported it, who works on it, who has written or acted on it; a machine that did is nobody to call."""
    written = Entry.objects.filter(ticket=ticket, by__isnull=False, by_token=None).exclude(by_name="")
    found = list(written.order_by("by_name").values_list("by_name", "by").distinct())
    named = [(ticket.reporter_name, ticket.reporter_id), (ticket.assignee_name, ticket.assignee_id)]
    return [*found, *((name, member) for name, member in named if member)]  # type: ignore[list-item]
