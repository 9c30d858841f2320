"""What can be done about a ticket, a line each: verb, who may, and the sentence that says why it is not possible now.

A part of the room adds its `Button` to BUTTONS; the page asks nobody else. `rare` ones are not shown unless possible.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise as Text
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from servicedesk.sla.promise import Metric
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.permissions import Permission
from servicedesk.tenancy.wall import Person
from tickets import states
from tickets.enums import State
from tickets.models import Ticket
from tickets.permissions import (
    DECIDE_TICKETS,
    HANDLE_TICKETS,
    LOG_CALLS,
    REPORT_FAULTS,
    SIGN_FEEDBACK,
    WORK_TICKETS,
)
from tickets.services.working import URGED_AGAIN
from tickets.situation import Situation
from tickets.states import IN_HAND, Move

WhyNot = Callable[[Ticket, Person, Situation], str]


@dataclass(frozen=True)
class Button:
    """`why_not` answers with an empty sentence where the act is possible."""

    verb: str | Text
    icon: str
    url_name: str
    who: Permission
    why_not: WhyNot
    side: Side | None = None  # None: of either side
    key: str = ""
    is_direct: bool = False  # done at once, without a form
    question: str | Text = ""  # asked before a direct act
    is_next: bool = False  # what one would do next from here, offered at the top of the page
    is_rare: bool = False


@dataclass(frozen=True)
class Offer:
    """A button as this person finds it now."""

    button: Button
    href: str
    why_not: str

    @property
    def is_possible(self) -> bool:
        return not self.why_not


def offers(situation: Situation, person: Person) -> list[Offer]:
    """All that this person's role may do here, those possible now first."""
    found = [_offer(button, situation, person) for button in BUTTONS if _is_ones_own(button, person)]
    shown = [offer for offer in found if offer.is_possible or not offer.button.is_rare]
    return sorted(shown, key=lambda offer: not offer.is_possible)


def button_of(url_name: str) -> Button:
    return next(button for button in BUTTONS if button.url_name == url_name)


def _is_ones_own(button: Button, person: Person) -> bool:
    return button.who.reach_of(person) is not None and button.side in (None, person.side)


def _offer(button: Button, situation: Situation, person: Person) -> Offer:
    ticket = situation.ticket
    if ticket.is_writable_by(person):
        sentence = button.why_not(ticket, person, situation)
    else:
        sentence = _("You may read this but no longer change it.")
    return Offer(button, reverse(button.url_name, args=[ticket.pk]), sentence)


# ── why not ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def _move(move: Move) -> WhyNot:
    return lambda ticket, person, situation: states.why_not(ticket, move, person.side)


def _why_not_accept(ticket: Ticket, person: Person, situation: Situation) -> str:
    if ticket.state == State.WORKING and ticket.accepted_at and ticket.assignee_id != person.membership_id:
        at = timezone.localtime(ticket.accepted_at).strftime("%H:%M")
        return _("%(name)s accepted it at %(at)s.") % {"name": ticket.assignee_name, "at": at}
    return states.why_not(ticket, Move.ACCEPT, person.side)


def _unless_over(ticket: Ticket, person: Person, situation: Situation) -> str:
    return "" if ticket.is_open else _now(ticket)


def _unless_in_hand(ticket: Ticket, person: Person, situation: Situation) -> str:
    return "" if State(ticket.state) in IN_HAND else _now(ticket)


def _now(ticket: Ticket) -> str:
    return str(states.NOT_NOW[State(ticket.state)])


def _working(ticket: Ticket, person: Person, situation: Situation) -> str:
    return "" if ticket.state in (State.WORKING, State.WAITING) else _now(ticket)


def _why_not_call(ticket: Ticket, person: Person, situation: Situation) -> str:
    if situation.visit:
        return _("Somebody is called for already.")
    return _unless_in_hand(ticket, person, situation)


def _why_not_send(ticket: Ticket, person: Person, situation: Situation) -> str:
    if not situation.visit:
        return _("Nobody is called for.")
    return _("The engineer is there already.") if situation.visit["arrived_at"] else ""


def _why_not_leave(ticket: Ticket, person: Person, situation: Situation) -> str:
    return "" if situation.visit and situation.visit["arrived_at"] else _("Nobody has arrived yet.")


def _why_not_emergency(ticket: Ticket, person: Person, situation: Situation) -> str:
    return "" if situation.runs(Metric.EMERGENCY) else _("No emergency service is waited for.")


def _why_not_propose(ticket: Ticket, person: Person, situation: Situation) -> str:
    if situation.wish:
        return _("Something else was proposed already; the hospital has not decided yet.")
    return _unless_in_hand(ticket, person, situation)


def _why_not_decide(ticket: Ticket, person: Person, situation: Situation) -> str:
    return "" if situation.wish else _("Nothing else was proposed.")


def _why_not_mark(ticket: Ticket, person: Person, situation: Situation) -> str:
    if ticket.is_emergency:
        return _("It is marked an emergency already.")
    return _unless_in_hand(ticket, person, situation)


def _why_not_pause(ticket: Ticket, person: Person, situation: Situation) -> str:
    return "" if ticket.is_open and situation.can_pause else _("No promise runs that could be paused.")


def _why_not_resume(ticket: Ticket, person: Person, situation: Situation) -> str:
    return "" if situation.has_paused else _("No promise is paused.")


def _why_not_agree(ticket: Ticket, person: Person, situation: Situation) -> str:
    return "" if ticket.is_open and situation.by_agreement else _("The contract leaves no time to an agreement here.")


def _why_not_decide_time(ticket: Ticket, person: Person, situation: Situation) -> str:
    if not situation.proposed or not situation.proposed_clock:
        return _("No time is proposed.")
    if situation.proposed["asked_side"] == person.side:
        return _("The other side decides on a time that yours proposed.")
    return ""


def _why_not_move_start(ticket: Ticket, person: Person, situation: Situation) -> str:
    clock = situation.standing.get(Metric.ON_SITE)
    if clock and clock.is_open and clock.row.called_at:
        return "" if clock.row.called_at > clock.row.counts_from else _("The visit counts from the call already.")
    return _("No visit was called for whose time could be moved.")


def _why_not_call_word(ticket: Ticket, person: Person, situation: Situation) -> str:
    return _why_not_dispute(ticket, person, situation) if situation.late_call else _("No call waits for your word.")


def _why_not_dispute(ticket: Ticket, person: Person, situation: Situation) -> str:
    if not situation.call:
        return _("Only a first call is disputed, and within seven days.")
    if situation.call["logged_side"] == person.side:
        return _("The other side is asked, not the one that wrote it down.")
    return ""


def _why_not_urge(ticket: Ticket, person: Person, situation: Situation) -> str:
    if not ticket.is_open:
        return _now(ticket)
    if ticket.urged_at and situation.at - ticket.urged_at < URGED_AGAIN:
        return _("You asked for haste less than ten minutes ago; they know.")
    return ""


# ── the table ────────────────────────────────────────────────────────────────────────────────────────────────────────
V, H = Side.VENDOR, Side.HOSPITAL
GO_ON_VERB = pgettext_lazy("ticket", "Go on")


def _of_vendor(verb: str | Text, icon: str, name: str, why_not: WhyNot, **more: Any) -> Button:
    return Button(verb, icon, name, WORK_TICKETS, why_not, V, **more)


def _of_hospital(verb: str | Text, icon: str, name: str, why_not: WhyNot, **more: Any) -> Button:
    return Button(verb, icon, name, DECIDE_TICKETS, why_not, H, **more)


def _of_both(verb: str | Text, icon: str, name: str, why_not: WhyNot, **more: Any) -> Button:
    return Button(verb, icon, name, HANDLE_TICKETS, why_not, **more)


BUTTONS: tuple[Button, ...] = (
    _of_vendor(pgettext_lazy("ticket", "Accept"), "user-check", "ticket_accept", _why_not_accept,
               key="a", is_direct=True, is_next=True),
    _of_vendor(gettext_lazy("Record the solution"), "circle-check", "ticket_resolve", _move(Move.RESOLVE),
               key="s", is_next=True),
    _of_vendor(gettext_lazy("Ask back and wait"), "hourglass", "ticket_ask_back", _move(Move.ASK_BACK), key="w"),
    _of_both(GO_ON_VERB, "player-play", "ticket_go_on", _move(Move.GO_ON), key="o", is_direct=True, is_rare=True),
    _of_vendor(gettext_lazy("Workaround"), "tool", "ticket_work_around", _working, key="u"),
    _of_vendor(gettext_lazy("Emergency service started"), "bolt", "ticket_start_emergency", _why_not_emergency,
               is_direct=True, is_rare=True),
    _of_vendor(gettext_lazy("Give to a colleague"), "user", "ticket_give", _unless_over, key="t"),
    _of_vendor(gettext_lazy("Not ours: to the hospital"), "switch-horizontal", "ticket_hand_over",
               _move(Move.HAND_OVER)),
    _of_vendor(gettext_lazy("Propose another severity"), "flag", "ticket_propose_severity", _why_not_propose),
    _of_hospital(gettext_lazy("Confirm and close"), "circle-check", "ticket_confirm", _move(Move.CONFIRM),
                 key="y", is_direct=True, is_next=True, question=gettext_lazy("Close this ticket?")),
    Button(gettext_lazy("Not solved"), "circle-x", "ticket_refuse", SIGN_FEEDBACK, _move(Move.REFUSE), H),
    _of_hospital(gettext_lazy("Close without a signature"), "archive", "ticket_close_unsigned",
                 _move(Move.CLOSE_UNSIGNED)),
    _of_hospital(gettext_lazy("Decide on what the vendor proposes"), "flag", "ticket_decide_severity", _why_not_decide,
                 is_next=True, is_rare=True),
    _of_hospital(gettext_lazy("It is yours: back to the vendor"), "switch-horizontal", "ticket_give_back",
                 _move(Move.GIVE_BACK), is_next=True, is_rare=True),
    _of_hospital(gettext_lazy("Change the severity"), "flag", "ticket_change_severity", _unless_in_hand, key="v"),
    _of_hospital(gettext_lazy("Mark as emergency"), "bolt", "ticket_mark_emergency", _why_not_mark),
    _of_hospital(gettext_lazy("Pause the promises"), "player-pause", "ticket_pause", _why_not_pause, key="p"),
    _of_hospital(gettext_lazy("Let the promises run on"), "player-play", "ticket_resume", _why_not_resume,
                 is_direct=True, is_rare=True),
    _of_both(gettext_lazy("Propose a time"), "calendar-event", "ticket_propose_time", _why_not_agree, is_rare=True),
    _of_both(gettext_lazy("Decide on the proposed time"), "calendar-event", "ticket_decide_time",
             _why_not_decide_time, is_next=True, is_rare=True),
    _of_hospital(gettext_lazy("Let the visit count from the call"), "clock", "ticket_move_start", _why_not_move_start,
                 is_rare=True),
    _of_both(gettext_lazy("Call for a visit"), "map-pin", "ticket_call_visit", _why_not_call, key="c"),
    _of_vendor(gettext_lazy("Send somebody"), "route", "ticket_dispatch", _why_not_send, key="d", is_rare=True),
    _of_vendor(gettext_lazy("Check in on site"), "map-pin", "ticket_arrive", _why_not_send, key="i", is_rare=True),
    _of_hospital(gettext_lazy("The engineer is here"), "user-check", "ticket_arrived", _why_not_send, is_rare=True),
    _of_vendor(gettext_lazy("Leave the site"), "logout", "ticket_leave", _why_not_leave, key="l", is_rare=True),
    _of_both(gettext_lazy("Nobody needs to come"), "x", "ticket_drop_visit", _why_not_send, is_rare=True),
    _of_hospital(gettext_lazy("Another kind of service"), "tag", "ticket_change_category", _unless_in_hand),
    _of_vendor(gettext_lazy("Propose another kind of service"), "tag", "ticket_propose_category", _why_not_propose),
    Button(gettext_lazy("The time of the call is right"), "phone-call", "ticket_agree_call", LOG_CALLS,
           _why_not_call_word, is_direct=True, is_rare=True),
    Button(gettext_lazy("The time of the call is wrong"), "phone", "ticket_dispute_call", LOG_CALLS,
           _why_not_dispute, is_rare=True),
    Button(gettext_lazy("Ask for haste"), "bell-ringing", "ticket_urge", REPORT_FAULTS, _why_not_urge, H,
           key="h", is_direct=True),
    Button(gettext_lazy("Withdraw"), "ban", "ticket_withdraw", REPORT_FAULTS, _move(Move.WITHDRAW), H),
)  # fmt: skip
