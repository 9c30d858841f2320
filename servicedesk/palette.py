"""Ctrl-K: every page, act, ticket, system and person, by a few letters and the keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.permissions import START_CONTRACTS
from servicedesk.accounts.permissions import INVITE_PEOPLE
from servicedesk.navigation import Entry, Link, Shell
from servicedesk.tenancy.doors import Audience, door
from servicedesk.ui.marking import words_of
from tickets.permissions import LOG_CALLS, WORK_TICKETS
from tickets.searching import LONGEST, Found, found_tickets, ticket_of_number
from tickets.searching_others import found_people, found_systems

A_FEW = 5
# What one begins, beside where one goes: the rail names the rest. An act without its page yet is not offered.
BEGIN: tuple[Entry, ...] = (
    Entry(_("Write down a call"), "phone-call", "new_call", LOG_CALLS),
    Entry(_("Next ticket"), "bolt", "next_ticket", WORK_TICKETS),
    Entry(_("Invite people"), "user-plus", "invite", INVITE_PEOPLE),
    Entry(_("Start a contract from a blueprint"), "file-certificate", "start_contract", START_CONTRACTS),
)


@door(Audience.MEMBER)
def palette(request: Any) -> HttpResponse:
    """The options alone: the page that is open puts them into its palette."""
    query, person = request.GET.get("q", "").strip()[:LONGEST], request.person
    context: dict[str, Any] = {"query": query, "commands": list(_commands(Shell(request), query))}
    if query:
        exact = ticket_of_number(person, query)
        context |= {
            "exact": exact,
            "found": Found([], []) if exact else found_tickets(person, query, most=A_FEW),
            "systems": found_systems(person, query, most=A_FEW),
            "people": found_people(person, query, at=timezone.now(), most=A_FEW),
        }
    return render(request, "palette.html", context)


def _commands(shell: Shell, query: str) -> Iterator[Link]:
    words = words_of(query)
    places = [link for section in shell.rail for link in section.entries]
    for link in [*shell.links(BEGIN), *places, *shell.own]:
        if all(word in str(link.label).lower() for word in words):
            yield link
