"""Why an act on a ticket is not possible now: a sentence for the button's tooltip, or an empty one where it is."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.sla.promise import Metric
from servicedesk.tenancy.wall import Person
from tickets import states
from tickets.enums import State
from tickets.models import Ticket
from tickets.objections import UNDECIDED
from tickets.permissions import JUDGE_CALLS
from tickets.services.working import URGED_AGAIN
from tickets.situation import Situation
from tickets.states import IN_HAND, Move

WhyNot = Callable[[Ticket, Person, Situation], str]


def never(ticket: Ticket, person: Person, situation: Situation) -> str:
    """Nothing speaks against it."""
    return ""


def move(step: Move) -> WhyNot:
    return lambda ticket, person, situation: states.why_not(ticket, step, person.side)


def accept(ticket: Ticket, person: Person, situation: Situation) -> str:
    if situation.is_taken_again:
        return states.why_not(ticket, Move.TAKE_AGAIN, person.side)
    if ticket.state == State.WORKING and ticket.accepted_at and ticket.assignee_id != person.membership_id:
        at = timezone.localtime(ticket.accepted_at).strftime("%H:%M")
        return _("%(name)s accepted it at %(at)s.") % {"name": ticket.assignee_name, "at": at}
    return states.why_not(ticket, Move.ACCEPT, person.side)


def unless_over(ticket: Ticket, person: Person, situation: Situation) -> str:
    return "" if ticket.is_open else now(ticket)


def unless_in_hand(ticket: Ticket, person: Person, situation: Situation) -> str:
    return "" if State(ticket.state) in IN_HAND else now(ticket)


def now(ticket: Ticket) -> str:
    return str(states.NOT_NOW[State(ticket.state)])


def working(ticket: Ticket, person: Person, situation: Situation) -> str:
    return "" if ticket.state in (State.WORKING, State.WAITING) else now(ticket)


def call(ticket: Ticket, person: Person, situation: Situation) -> str:
    if situation.visit:
        return _("Somebody is called for already.")
    return unless_in_hand(ticket, person, situation)


def send(ticket: Ticket, person: Person, situation: Situation) -> str:
    if not situation.visit:
        return _("Nobody is called for.")
    return _("The engineer is there already.") if situation.visit["arrived_at"] else ""


def leave(ticket: Ticket, person: Person, situation: Situation) -> str:
    return "" if situation.visit and situation.visit["arrived_at"] else _("Nobody has arrived yet.")


def emergency(ticket: Ticket, person: Person, situation: Situation) -> str:
    return "" if situation.runs(Metric.EMERGENCY) else _("No emergency service is waited for.")


def propose(ticket: Ticket, person: Person, situation: Situation) -> str:
    if situation.wish:
        return _("Something else was proposed already; the hospital has not decided yet.")
    return unless_in_hand(ticket, person, situation)


def decide(ticket: Ticket, person: Person, situation: Situation) -> str:
    return "" if situation.wish else _("Nothing else was proposed.")


def mark(ticket: Ticket, person: Person, situation: Situation) -> str:
    if ticket.is_emergency:
        return _("It is marked an emergency already.")
    return unless_in_hand(ticket, person, situation)


def pause(ticket: Ticket, person: Person, situation: Situation) -> str:
    return "" if ticket.is_open and situation.can_pause else _("No promise runs that could be paused.")


def resume(ticket: Ticket, person: Person, situation: Situation) -> str:
    return "" if situation.has_paused else _("No promise is paused.")


def agree(ticket: Ticket, person: Person, situation: Situation) -> str:
    return "" if ticket.is_open and situation.by_agreement else _("The contract leaves no time to an agreement here.")


def decide_time(ticket: Ticket, person: Person, situation: Situation) -> str:
    if not situation.proposed or not situation.proposed_clock:
        return _("No time is proposed.")
    if situation.proposed["asked_side"] == person.side:
        return _("The other side decides on a time that yours proposed.")
    return ""


def ask_waiver(ticket: Ticket, person: Person, situation: Situation) -> str:
    if situation.waivable:
        return ""
    if situation.waivers:
        return _("A waiver was asked for already; the hospital has not decided yet.")
    return _("No promise runs that could be waived.")


def decide_waiver(ticket: Ticket, person: Person, situation: Situation) -> str:
    return "" if situation.waivers else _("No waiver is asked for.")


def move_start(ticket: Ticket, person: Person, situation: Situation) -> str:
    clock = situation.standing.get(Metric.ON_SITE)
    if clock and clock.is_open and clock.row.called_at:
        return "" if clock.row.called_at > clock.row.counts_from else _("The visit counts from the call already.")
    return _("No visit was called for whose time could be moved.")


def call_word(ticket: Ticket, person: Person, situation: Situation) -> str:
    return dispute(ticket, person, situation) if situation.late_call else _("No call waits for your word.")


def dispute(ticket: Ticket, person: Person, situation: Situation) -> str:
    if not situation.call:
        return _("Only a first call is disputed, and within seven days.")
    if situation.call["logged_side"] == person.side:
        return _("The other side is asked, not the one that wrote it down.")
    return ""


def urge(ticket: Ticket, person: Person, situation: Situation) -> str:
    if not ticket.is_open:
        return now(ticket)
    if ticket.urged_at and situation.at - ticket.urged_at < URGED_AGAIN:
        return _("You asked for haste less than ten minutes ago; they know.")
    return ""


def to_call(ticket: Ticket, person: Person, situation: Situation) -> str:
    return "" if situation.awaits_call else _("The first call was made already.")


def keep_level(ticket: Ticket, person: Person, situation: Situation) -> str:
    is_raise = situation.awaits_call and ticket.state != State.CALL_AWAITED
    return "" if is_raise else _("No raise waits for a call.")


def write_call(ticket: Ticket, person: Person, situation: Situation) -> str:
    """A ward makes the first call of its own report; what is said later is written down by those who work on it."""
    return "" if JUDGE_CALLS.reach_of(person) else to_call(ticket, person, situation)


def end(step: Move) -> WhyNot:
    """While a signer's 'no' waits to be decided, nobody signs and nothing is closed."""
    return lambda ticket, person, situation: (
        states.why_not(ticket, step, person.side) or (str(UNDECIDED) if situation.objection else "")
    )


def objection(ticket: Ticket, person: Person, situation: Situation) -> str:
    return "" if situation.objection else _("Nobody refused to sign.")


def unless_running(ticket: Ticket, person: Person, situation: Situation) -> str:
    return "" if ticket.is_open else _("This ticket is over; report anew what happens again.")


def split(ticket: Ticket, person: Person, situation: Situation) -> str:
    if ticket.state == State.CALL_AWAITED:
        return now(ticket)
    return unless_running(ticket, person, situation)


def incident(ticket: Ticket, person: Person, situation: Situation) -> str:
    if "open_incident" in situation.hangs:
        return _("A major incident is declared on this ticket already.")
    return unless_running(ticket, person, situation)
