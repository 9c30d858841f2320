"""What the lines of an inbox are about: a message that leaves the house bears a ticket's number and no more; whoever is
signed in reads its title beside it."""

from __future__ import annotations

from collections.abc import Sequence

from django import template

from servicedesk.notices.models import InboxItem
from servicedesk.tenancy.wall import Person
from tickets.models import Ticket

register = template.Library()
TICKET = Ticket._meta.label_lower


@register.simple_tag
def titled(items: Sequence[InboxItem], person: Person) -> list[tuple[InboxItem, str]]:
    """`{% titled items person as lines %}`: each with the title of its ticket, where it does not say it itself."""
    keys = {item.subject_id for item in items if item.subject_kind == TICKET}
    rows = Ticket.objects.visible_to(person).filter(pk__in=keys).order_by().values_list("pk", "title") if keys else ()
    titles = {str(key): title for key, title in rows}
    about = [titles.get(item.subject_id, "") for item in items]
    return [(item, "" if title in item.text else title) for item, title in zip(items, about, strict=True)]
