"""The daily acts of a ticket, a line each. What decides is in the services."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from contracts.models import CatalogueItem
from servicedesk.clocks.models import TimeWish
from servicedesk.clocks.permissions import ASK_WAIVER, DECIDE_WAIVER
from servicedesk.sla.promise import Metric, Severity
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person
from tickets.api import shapes
from tickets.api import shapes_linked as linked
from tickets.api.acting import Act, colleague, ticket_named
from tickets.enums import Cause, Proof, Remedy, WaitsOn
from tickets.models import Call, TermsWish, Ticket, Visit
from tickets.permissions import (
    DECIDE_TICKETS,
    JUDGE_CALLS,
    KEEP_NUMBERS_ELSEWHERE,
    LOG_CALLS,
    REPORT_FAULTS,
    SPEAK,
    TAKE_PART,
    WORK_TICKETS,
)
from tickets.services import (
    calls,
    elsewhere,
    levels,
    phoning,
    recurring,
    solving,
    timing,
    visiting,
    waiving,
    working,
)


def _accept(ticket: Ticket, *, to: Any, by: Person, **more: Any) -> Any:
    return working.accept(ticket, to=colleague("to", to, by) if to else None, by=by, **more)


def _give(ticket: Ticket, *, to: Any, by: Person, **more: Any) -> Any:
    return working.give(ticket, colleague("to", to, by), by=by, **more)


def _ask_back(ticket: Ticket, *, who: str, **more: Any) -> Any:
    return working.ask_back(ticket, who=WaitsOn(who), **more)


def _dispatch(visit: Visit, *, engineer: Any, by: Person, **more: Any) -> Any:
    return visiting.dispatch(visit, colleague("engineer", engineer, by), by=by, **more)


def _resolve(ticket: Ticket, *, cause: str, remedy: str, **more: Any) -> Any:
    return solving.resolve(ticket, cause=Cause(cause), remedy=Remedy(remedy), **more)


def _arrive(visit: Visit, *, proof: str, **more: Any) -> Any:
    return visiting.arrive(visit, proof=Proof(proof), **more)


def _severity(ticket: Ticket, *, severity: str, call: dict[str, Any] | None, by: Person, at: Any, why: str) -> Any:
    """With the call that raised it, where one began it (PACS-6)."""
    levels.change_severity(ticket, Severity(severity), why=why, by=by, at=at)
    if call:
        calls.log_call(ticket, calls.Phoned(**call), by=by, at=at)


def _propose(ticket: Ticket, *, severity: str, **more: Any) -> Any:
    return levels.propose_severity(ticket, Severity(severity), **more)


def _category(ticket: Ticket, *, category: str, **more: Any) -> Any:
    return levels.change_category(ticket, _item(ticket, category), **more)


def _propose_category(ticket: Ticket, *, category: str, **more: Any) -> Any:
    return levels.propose_category(ticket, _item(ticket, category), **more)


def _item(ticket: Ticket, category: str) -> CatalogueItem:
    item = CatalogueItem.objects.filter(contract_id=ticket.contract_id, category=category).first()
    if item is None:
        raise serializers.ValidationError({"category": _("The contract has no such kind of service.")})
    return item


def _call(ticket: Ticket, *, by: Person, at: Any, **call: Any) -> Any:
    return calls.log_call(ticket, calls.Phoned(**call), by=by, at=at)


def _propose_time(ticket: Ticket, *, metric: str, **more: Any) -> Any:
    return timing.propose_time(ticket, Metric(metric), **more)


def _decide_time(ticket: Ticket, **more: Any) -> Any:
    wish = TimeWish.objects.filter(matter_id=ticket.matter_id, decided_at=None).first()
    if wish is None:
        raise Refused(_("No time is proposed."))
    return timing.decide_time(ticket, wish, **more)


def _ask_waiver(ticket: Ticket, *, metric: str, **more: Any) -> Any:
    return waiving.ask_waiver(ticket, Metric(metric), **more)


def _decide_waiver(ticket: Ticket, *, metric: str, **more: Any) -> Any:
    return waiving.decide_waiver(ticket, Metric(metric), **more)


def _same(ticket: Ticket, *, earlier: Any, by: Person, **more: Any) -> Any:
    return recurring.say_same(ticket, ticket_named("earlier", earlier, by), by=by, **more)


def _different(ticket: Ticket, *, earlier: Any, by: Person, **more: Any) -> Any:
    return recurring.say_different(ticket, ticket_named("earlier", earlier, by), by=by, **more)


OF_TICKETS: tuple[Act, ...] = (
    Act("accept", WORK_TICKETS, _accept, shapes.Taken, "Take it; whoever reported it is told who"),
    Act("give", WORK_TICKETS, _give, shapes.To, "Give it to a colleague"),
    Act("ask-back", WORK_TICKETS, _ask_back, shapes.AskBack, "Wait for an answer; no clock pauses by it"),
    Act("go-on", TAKE_PART, working.go_on, words="Wait no longer"),
    Act("hand-over", WORK_TICKETS, working.hand_over, shapes.Why, "Not ours: to the hospital, and the clocks run"),
    Act("give-back", DECIDE_TICKETS, working.give_back, shapes.Why, "The hospital says: it is the vendor's"),
    Act("urge", REPORT_FAULTS, working.urge, words="Ask for haste; once in ten minutes"),
    Act("withdraw", REPORT_FAULTS, working.withdraw, shapes.Why, "It was nothing"),
    Act("pause", DECIDE_TICKETS, working.pause, shapes.Why, "Pause its clocks"),
    Act("resume", DECIDE_TICKETS, working.resume, words="Let its clocks run on"),
    Act("propose-time", TAKE_PART, _propose_time, linked.AgreedTime, "Where the contract leaves a time to both"),
    Act("decide-time", TAKE_PART, _decide_time, shapes.Decision, "The other side's word on it"),
    Act("ask-waiver", ASK_WAIVER, _ask_waiver, linked.NotNeeded, "A promise is not needed any more, and since when"),
    Act("decide-waiver", DECIDE_WAIVER, _decide_waiver, linked.OnWaiver, "The hospital's word on it"),
    Act("move-start", DECIDE_TICKETS, timing.move_start_to_call, shapes.Why, "The visit counts from its call"),
    Act("start-emergency-service", WORK_TICKETS, solving.start_emergency_service, words="Emergency service began"),
    Act("work-around", WORK_TICKETS, solving.work_around, shapes.Words, "Work goes on by another way"),
    Act("resolve", WORK_TICKETS, _resolve, shapes.Resolution, "A solution, with its cause"),
    Act("confirm", DECIDE_TICKETS, solving.confirm, words="The hospital confirms what was signed"),
    Act("close-unsigned", DECIDE_TICKETS, solving.close_unsigned, shapes.Why, "Close without a signature"),
    Act("refuse-solution", DECIDE_TICKETS, solving.refuse_solution, shapes.Why, "Not solved: the next cycle begins",
        may_await_call=True),
    Act("say-same", SPEAK, _same, linked.Earlier, "An earlier fault came back: counted as recurring"),
    Act("say-different", DECIDE_TICKETS, _different, linked.Earlier, "It is not that earlier fault"),
    Act("change-severity", DECIDE_TICKETS, _severity, shapes.Raised, "The hospital decides", may_await_call=True),
    Act("propose-severity", WORK_TICKETS, _propose, shapes.Graver, "The vendor proposes"),
    Act("keep-level", DECIDE_TICKETS, phoning.keep_level, shapes.Why, "A raise that waits for its call is none"),
    Act("mark-emergency", DECIDE_TICKETS, levels.mark_emergency, shapes.Why, "An emergency"),
    Act("change-category", DECIDE_TICKETS, _category, shapes.OtherCategory, "The hospital says: something else",
        may_await_call=True),
    Act("propose-category", WORK_TICKETS, _propose_category, shapes.OtherCategory, "The vendor proposes"),
    Act("call-for-visit", TAKE_PART, visiting.call_for_visit, shapes.Why, "Somebody has to come"),
    Act("log-call", LOG_CALLS, _call, shapes.PhoneCall, "Write down a call; the first one starts what waits for it"),
    Act("number-elsewhere", KEEP_NUMBERS_ELSEWHERE, elsewhere.set_number_elsewhere, shapes.NumberElsewhere,
        "Its number in another system, once per hospital and system; an empty one takes it away"),
)  # fmt: skip
OF_VISITS: tuple[Act, ...] = (
    Act("dispatch", WORK_TICKETS, _dispatch, shapes.Dispatch, "Who comes, and about when", Visit),
    Act("arrive", TAKE_PART, _arrive, shapes.Arrival, "The engineer is there", Visit),
    Act("leave", WORK_TICKETS, visiting.leave, shapes.Work, "What was done there", Visit),
    Act("drop", TAKE_PART, visiting.drop, shapes.Why, "Nobody needs to come any more", Visit),
)
OF_CALLS: tuple[Act, ...] = (
    Act("agree", JUDGE_CALLS, calls.agree_to_call, words="Yes, the call was then", of=Call),
    Act("dispute", JUDGE_CALLS, calls.dispute_call, shapes.Why, "No, it was not", Call),
)
OF_WISHES: tuple[Act, ...] = (
    Act(
        "decide",
        DECIDE_TICKETS,
        levels.decide_wish,
        shapes.Decision,
        "The hospital's word on it",
        TermsWish,
        may_await_call=True,
    ),
)
ACTS = (*OF_TICKETS, *OF_VISITS, *OF_CALLS, *OF_WISHES)
