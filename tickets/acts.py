"""What can be done about a ticket, a line each: verb, who may, and the sentence that says why it is not possible now.

A part of the room adds its `Button` to BUTTONS; the page asks nobody else. `rare` ones are not shown unless possible.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise as Text
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from contracts.permissions import SEE_CONTRACTS
from servicedesk.clocks.permissions import ASK_WAIVER, DECIDE_WAIVER
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.permissions import Permission
from servicedesk.tenancy.wall import Person
from tickets import why_not
from tickets.enums import State
from tickets.paths import path_of
from tickets.permissions import (
    ASK_REMOTE,
    ASK_SIGNATURE,
    DECIDE_TICKETS,
    DECLARE_INCIDENTS,
    HANDLE_TICKETS,
    JUDGE_CALLS,
    KEEP_NUMBERS_ELSEWHERE,
    LEAD_FAULTS,
    LINK_TICKETS,
    LOG_CALLS,
    REPORT_FAULTS,
    SEE_TICKETS,
    SIGN_FEEDBACK,
    WORK_TICKETS,
)
from tickets.situation import Situation
from tickets.states import Move
from tickets.why_not import WhyNot


class Group(Enum):
    """Under which heading an act is found, in this order."""

    WORK = pgettext_lazy("acts", "Work on it")
    SITE = pgettext_lazy("acts", "On site")
    TERMS = pgettext_lazy("acts", "Severity and promises")
    END = pgettext_lazy("acts", "Sign and close")
    AROUND = pgettext_lazy("acts", "What belongs to it")


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
    group: Group = Group.WORK
    is_direct: bool = False  # done at once, without a form
    question: str | Text = ""  # asked before a direct act
    is_page: bool = False  # leads to a page of its own instead of opening a form over the ticket
    path: Callable[[Situation], str] | None = None  # where the address is not made of the ticket alone
    is_quiet: bool = False  # never the loud one, though it may be what comes next
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


def next_of(offered: list[Offer], situation: Situation) -> list[Offer]:
    """What this person most likely does next, from what is possible."""
    possible = {offer.button.url_name: offer for offer in offered if offer.is_possible}
    most = 1 if situation.awaits_call else 2  # before the call, nothing but the call
    return [possible[name] for name in _likely(situation) if name in possible][:most]


def grouped(offered: list[Offer]) -> list[tuple[str | Text, list[Offer]]]:
    """What is possible, under its headings."""
    groups = [(group.value, [each for each in offered if each.is_possible and each.button.group is group])
              for group in Group]  # fmt: skip
    return [(words, found) for words, found in groups if found]


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
    return Offer(button, "" if sentence else _href(button, situation), sentence)


def _href(button: Button, situation: Situation) -> str:
    return button.path(situation) if button.path else path_of(button.url_name, situation.ticket.pk)


# ── what comes next ──────────────────────────────────────────────────────────────────────────────────────────────────
NEXT: dict[State, tuple[str, ...]] = {
    State.CALL_AWAITED: (),
    State.REPORTED: ("ticket_decide_severity", "ticket_accept", "ticket_urge"),
    State.WORKING: ("ticket_decide_severity", "ticket_start_emergency", "ticket_arrive", "ticket_resolve",
                    "ticket_urge"),
    State.WAITING: ("ticket_decide_severity", "ticket_go_on", "ticket_resolve"),
    State.HANDED_OVER: ("ticket_give_back",),
    State.RESOLVED: ("decide_objection", "sign_here", "sign", "make_signing_link", "ticket_refuse"),
    State.SIGNED: ("ticket_confirm", "ticket_refuse"),
    State.CLOSED: (),
    State.MERGED: (),
    State.WITHDRAWN: (),
}  # fmt: skip
assert set(NEXT) == set(State)


def _likely(situation: Situation) -> dict[str, None]:
    """Whose response still runs is answered first; the word on a call can wait a minute, the reporter can't."""
    state = State(situation.ticket.state)
    accept = ("ticket_accept",) if state is State.REPORTED or situation.is_taken_again else ()
    nobody_sent = situation.visit is not None and not situation.visit["engineer_id"]
    send = ("ticket_dispatch",) if nobody_sent else ()
    call = ("call_now", "call_about") if situation.awaits_call else ()
    return dict.fromkeys(
        (*accept, "ticket_agree_call", *call, "ticket_decide_time", "ticket_decide_waiver", *send, *NEXT[state])
    )


# ── the table ────────────────────────────────────────────────────────────────────────────────────────────────────────
V, H = Side.VENDOR, Side.HOSPITAL
GO_ON_VERB = pgettext_lazy("ticket", "Go on")


def _of_vendor(verb: str | Text, icon: str, name: str, why_not: WhyNot, **more: Any) -> Button:
    return Button(verb, icon, name, WORK_TICKETS, why_not, V, **more)


def _of_hospital(verb: str | Text, icon: str, name: str, why_not: WhyNot, **more: Any) -> Button:
    return Button(verb, icon, name, DECIDE_TICKETS, why_not, H, **more)


def _of_both(verb: str | Text, icon: str, name: str, why_not: WhyNot, **more: Any) -> Button:
    return Button(verb, icon, name, HANDLE_TICKETS, why_not, **more)


def _page(verb: str | Text, icon: str, name: str, who: Permission, why_not: WhyNot, **more: Any) -> Button:
    return Button(verb, icon, name, who, why_not, **({"group": Group.AROUND} | more), is_page=True)


def _on_site(of: Callable[..., Button], verb: str | Text, icon: str, name: str, why_not: WhyNot, **more: Any) -> Button:
    return of(verb, icon, name, why_not, group=Group.SITE, **more)


BUTTONS: tuple[Button, ...] = (
    _page(pgettext_lazy("acts", "Call the hotline"), "phone", "call_now", SEE_TICKETS, why_not.to_call,
          group=Group.WORK, side=H, is_rare=True),
    _of_vendor(pgettext_lazy("ticket", "Accept"), "user-check", "ticket_accept", why_not.accept,
               key="a", is_direct=True),
    _of_vendor(gettext_lazy("Record the solution"), "circle-check", "ticket_resolve", why_not.move(Move.RESOLVE),
               key="s"),
    _of_vendor(gettext_lazy("Ask back and wait"), "hourglass", "ticket_ask_back", why_not.move(Move.ASK_BACK),
               key="w"),
    _of_both(GO_ON_VERB, "player-play", "ticket_go_on", why_not.move(Move.GO_ON), key="o", is_direct=True,
             is_rare=True),
    _of_vendor(gettext_lazy("Workaround"), "tool", "ticket_work_around", why_not.working, key="u"),
    _of_vendor(gettext_lazy("Emergency service started"), "bolt", "ticket_start_emergency", why_not.emergency,
               is_direct=True, is_rare=True),
    _of_vendor(gettext_lazy("Give to a colleague"), "user", "ticket_give", why_not.unless_over, key="t"),
    _of_vendor(gettext_lazy("Not ours: to the hospital"), "switch-horizontal", "ticket_hand_over",
               why_not.move(Move.HAND_OVER)),
    _of_hospital(gettext_lazy("It is yours: back to the vendor"), "switch-horizontal", "ticket_give_back",
                 why_not.move(Move.GIVE_BACK), is_rare=True),
    Button(gettext_lazy("Write down the call"), "phone-call", "call_about", LOG_CALLS, why_not.write_call, key="b"),
    Button(gettext_lazy("Ask for haste"), "bell-ringing", "ticket_urge", REPORT_FAULTS, why_not.urge, H,
           key="h", is_direct=True, is_quiet=True),
    Button(gettext_lazy("Withdraw"), "ban", "ticket_withdraw", REPORT_FAULTS, why_not.move(Move.WITHDRAW), H),
    # on site
    _on_site(_of_both, gettext_lazy("Call for a visit"), "map-pin", "ticket_call_visit", why_not.call, key="c"),
    _on_site(_of_vendor, gettext_lazy("Send somebody"), "route", "ticket_dispatch", why_not.send, key="d",
             is_rare=True),
    _on_site(_of_vendor, gettext_lazy("Check in on site"), "map-pin", "ticket_arrive", why_not.send, key="i",
             is_rare=True),
    _on_site(_of_hospital, gettext_lazy("The engineer is here"), "user-check", "ticket_arrived", why_not.send,
             is_rare=True),
    _on_site(_of_vendor, gettext_lazy("Leave the site"), "logout", "ticket_leave", why_not.leave, key="l",
             is_rare=True),
    _on_site(_of_both, gettext_lazy("Nobody needs to come"), "x", "ticket_drop_visit", why_not.send, is_rare=True),
    # severity and promises
    _of_vendor(gettext_lazy("Propose another severity"), "flag", "ticket_propose_severity", why_not.propose,
               group=Group.TERMS),
    _of_hospital(gettext_lazy("Decide on what the vendor proposes"), "flag", "ticket_decide_severity", why_not.decide,
                 group=Group.TERMS, is_rare=True),
    _of_hospital(gettext_lazy("Change the severity"), "flag", "ticket_change_severity", why_not.unless_in_hand,
                 group=Group.TERMS, key="v"),
    _of_hospital(gettext_lazy("It stays as it is: no call"), "x", "ticket_keep_level", why_not.keep_level,
                 group=Group.TERMS, is_rare=True),
    _of_hospital(gettext_lazy("Mark as emergency"), "bolt", "ticket_mark_emergency", why_not.mark, group=Group.TERMS),
    _of_hospital(gettext_lazy("Another kind of service"), "tag", "ticket_change_category", why_not.unless_in_hand,
                 group=Group.TERMS),
    _of_vendor(gettext_lazy("Propose another kind of service"), "tag", "ticket_propose_category", why_not.propose,
               group=Group.TERMS),
    _of_hospital(gettext_lazy("Pause the promises"), "player-pause", "ticket_pause", why_not.pause,
                 group=Group.TERMS, key="p"),
    _of_hospital(gettext_lazy("Let the promises run on"), "player-play", "ticket_resume", why_not.resume,
                 group=Group.TERMS, is_direct=True, is_rare=True),
    _of_both(gettext_lazy("Propose a time"), "calendar-event", "ticket_propose_time", why_not.agree,
             group=Group.TERMS, is_rare=True),
    _of_both(gettext_lazy("Decide on the proposed time"), "calendar-event", "ticket_decide_time", why_not.decide_time,
             group=Group.TERMS, is_rare=True),
    Button(gettext_lazy("Ask to waive a promise"), "hourglass", "ticket_ask_waiver", ASK_WAIVER, why_not.ask_waiver, V,
           group=Group.TERMS),
    Button(gettext_lazy("Decide on the waiver"), "hourglass", "ticket_decide_waiver", DECIDE_WAIVER,
           why_not.decide_waiver, H, group=Group.TERMS, is_rare=True),
    _of_hospital(gettext_lazy("Let the visit count from the call"), "clock", "ticket_move_start", why_not.move_start,
                 group=Group.TERMS, is_rare=True),
    Button(gettext_lazy("The time of the call is right"), "phone-call", "ticket_agree_call", JUDGE_CALLS,
           why_not.call_word, group=Group.TERMS, is_direct=True, is_rare=True),
    Button(gettext_lazy("The time of the call is wrong"), "phone", "ticket_dispute_call", JUDGE_CALLS,
           why_not.dispute, group=Group.TERMS, is_rare=True),
    # sign and close
    _page(gettext_lazy("Sign"), "signature", "sign", SIGN_FEEDBACK, why_not.end(Move.SIGN), group=Group.END, side=H,
          key="e"),
    _page(gettext_lazy("Hand over to sign"), "device-mobile", "sign_here", WORK_TICKETS, why_not.end(Move.SIGN),
          group=Group.END, side=V, key="e"),
    Button(gettext_lazy("Code or link to sign"), "qrcode", "make_signing_link", ASK_SIGNATURE, why_not.end(Move.SIGN),
           group=Group.END, is_direct=True),
    _of_hospital(gettext_lazy("Confirm and close"), "circle-check", "ticket_confirm", why_not.move(Move.CONFIRM),
                 group=Group.END, key="y", is_direct=True,
                 question=gettext_lazy("Close this ticket? Afterwards nobody can call it unsolved.")),
    _page(gettext_lazy("Decide on the refusal to sign"), "alert-triangle", "decide_objection", DECIDE_TICKETS,
          why_not.objection, group=Group.END, side=H, is_rare=True,
          path=lambda now: path_of("decide_objection", (now.objection or {})["id"])),
    Button(gettext_lazy("Not solved"), "circle-x", "ticket_refuse", SIGN_FEEDBACK, why_not.move(Move.REFUSE), H,
           group=Group.END, is_quiet=True),
    _of_hospital(gettext_lazy("Close without a signature"), "archive", "ticket_close_unsigned",
                 why_not.end(Move.CLOSE_UNSIGNED), group=Group.END, is_quiet=True),
    # what belongs to it
    _page(gettext_lazy("Link or merge"), "link", "ticket_links", LINK_TICKETS, why_not.never, key="k"),
    _page(gettext_lazy("Split the ticket"), "versions", "split_ticket", LINK_TICKETS, why_not.split),
    _page(gettext_lazy("Outage with many tickets"), "users-group", "ticket_outage", LINK_TICKETS, why_not.never),
    _page(gettext_lazy("Several vendors"), "building-store", "shared_fault", LEAD_FAULTS, why_not.never, side=H),
    _page(gettext_lazy("Declare a major incident"), "flag", "declare_incident", DECLARE_INCIDENTS, why_not.incident),
    _page(gettext_lazy("Emergency plan"), "checklist", "emergency_plan", SEE_CONTRACTS, why_not.never,
          path=lambda now: path_of("emergency_plan", now.ticket.contract_id)),
    _page(pgettext_lazy("acts", "Add a task of the hospital"), "clipboard-list", "add_hospital_task", DECIDE_TICKETS,
          why_not.unless_running, side=H),
    _page(gettext_lazy("Ask for remote access"), "key", "ask_remote", ASK_REMOTE, why_not.unless_over, side=V,
          path=lambda now: f"{reverse('ask_remote')}?ticket={now.ticket.pk}"),
    _page(gettext_lazy("Number elsewhere"), "external-link", "number_elsewhere", KEEP_NUMBERS_ELSEWHERE,
          why_not.never),
)  # fmt: skip
