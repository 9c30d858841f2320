"""A ready-made answer, filled in for one ticket."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from servicedesk.tenancy.wall import Person
from tickets.enums import MacroFor
from tickets.models import Macro, Ticket
from tickets.situation import Situation

FORMS = {MacroFor.ASK_BACK: "ticket_ask_back", MacroFor.WORK_AROUND: "ticket_work_around",
         MacroFor.RESOLVE: "ticket_resolve"}  # fmt: skip


def macro_in(query: Mapping[str, Any], person: Person) -> Macro | None:
    """The one the address names; a foreign or broken id is as good as none."""
    try:
        return Macro.objects.visible_to(person).filter(pk=UUID(str(query.get("macro", "")))).first()
    except (ValueError, ValidationError):
        return None


def filled(macro: Macro, ticket: Ticket, person: Person) -> str:
    """Three words stand for facts; anything else in braces is left as it was written."""
    words = {"{number}": ticket.number, "{reporter}": ticket.reporter_name, "{me}": person.name}
    text = macro.words
    for mark, word in words.items():
        text = text.replace(mark, word)
    return text


def initial_of(macro: Macro, situation: Situation, person: Person) -> dict[str, Any]:
    """For the form it leads to; what that form does not have is passed over by it."""
    text = filled(macro, situation.ticket, person)
    given: dict[str, Any] = {"text": text, "words": text, "why": text[:200]}
    given |= {"cause": macro.cause, "remedy": macro.remedy, "is_remote": macro.is_remote}
    if macro.waits_hours:
        given["wakes_at"] = timezone.localtime(situation.at) + timedelta(hours=macro.waits_hours)
    return given


def address_of(macro: Macro, ticket: Ticket) -> str:
    name = FORMS.get(MacroFor(macro.leads_to), "ticket")
    return f"{reverse(name, args=[ticket.pk])}?macro={macro.pk}"
