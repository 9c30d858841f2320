"""One address per act, a line each: who may, which service, the fields it takes. What decides is in the services."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from contracts.models import CatalogueItem
from servicedesk.sla.promise import Severity
from servicedesk.tenancy.api_doors import api_door
from servicedesk.tenancy.api_parts import Json, problems, read
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.models.base import Walled
from servicedesk.tenancy.permissions import Permission
from servicedesk.tenancy.wall import Person
from tickets.api import shapes
from tickets.api.versions import IF_MATCH, refuse_stale, tagged
from tickets.enums import Cause, Proof, Remedy
from tickets.models import Call, SeverityWish, Ticket, Visit
from tickets.permissions import (
    DECIDE_TICKETS,
    KEEP_NUMBERS_ELSEWHERE,
    LOG_CALLS,
    REPORT_FAULTS,
    TAKE_PART,
    WORK_TICKETS,
)
from tickets.services import elsewhere, levels, reporting, solving, visiting, working

Do = Callable[..., Any]
Shape = type[serializers.Serializer[Any]]


@dataclass(frozen=True)
class Act:
    name: str
    may: Permission
    do: Do
    takes: Shape = shapes.Nothing
    words: str = ""
    of: type[Walled] = Ticket


def _accept(ticket: Ticket, *, to: Any, by: Person, **more: Any) -> Any:
    if to is None and by.token_id:
        raise serializers.ValidationError({"to": _("A program names the person who takes it.")})
    return working.accept(ticket, to=_colleague("to", to, by) if to else None, by=by, **more)


def _give(ticket: Ticket, *, to: Any, by: Person, **more: Any) -> Any:
    return working.give(ticket, _colleague("to", to, by), by=by, **more)


def _dispatch(visit: Visit, *, engineer: Any, by: Person, **more: Any) -> Any:
    return visiting.dispatch(visit, _colleague("engineer", engineer, by), by=by, **more)


def _colleague(field: str, pk: Any, by: Person) -> Membership:
    found = Membership.objects.filter(vendor_id=by.vendor_id, pk=pk, tokens=None).first() if by.vendor_id else None
    if found is None:
        raise serializers.ValidationError({field: _("There is nobody like this in your organisation.")})
    return found


def _resolve(ticket: Ticket, *, cause: str, remedy: str, **more: Any) -> Any:
    return solving.resolve(ticket, cause=Cause(cause), remedy=Remedy(remedy), **more)


def _arrive(visit: Visit, *, proof: str, **more: Any) -> Any:
    return visiting.arrive(visit, proof=Proof(proof), **more)


def _severity(ticket: Ticket, *, severity: str, **more: Any) -> Any:
    return levels.change_severity(ticket, Severity(severity), **more)


def _propose(ticket: Ticket, *, severity: str, **more: Any) -> Any:
    return levels.propose_severity(ticket, Severity(severity), **more)


def _category(ticket: Ticket, *, category: str, **more: Any) -> Any:
    item = CatalogueItem.objects.filter(contract_id=ticket.contract_id, category=category).first()
    if item is None:
        raise serializers.ValidationError({"category": _("The contract has no such kind of service.")})
    return levels.change_category(ticket, item, **more)


def _call(ticket: Ticket, *, by: Person, at: Any, **call: Any) -> Any:
    return reporting.log_call(ticket, reporting.Phoned(**call), by=by, at=at)


ACTS: tuple[Act, ...] = (
    Act("accept", WORK_TICKETS, _accept, shapes.Taker, "Take it; who reported it is told. A program names whose it is"),
    Act("give", WORK_TICKETS, _give, shapes.To, "Give it to a colleague"),
    Act("ask-back", WORK_TICKETS, working.ask_back, shapes.AskBack, "Wait for an answer; no clock pauses by it"),
    Act("go-on", TAKE_PART, working.go_on, words="Wait no longer"),
    Act("hand-over", WORK_TICKETS, working.hand_over, shapes.Why, "Not ours: to the hospital, and the clocks run"),
    Act("give-back", DECIDE_TICKETS, working.give_back, shapes.Why, "The hospital says: it is the vendor's"),
    Act("urge", REPORT_FAULTS, working.urge, words="Ask for haste; once in ten minutes"),
    Act("withdraw", DECIDE_TICKETS, working.withdraw, shapes.Why, "It was nothing"),
    Act("pause", DECIDE_TICKETS, working.pause, shapes.Why, "Pause its clocks"),
    Act("resume", DECIDE_TICKETS, working.resume, words="Let its clocks run on"),
    Act("start-emergency-service", WORK_TICKETS, solving.start_emergency_service, words="Emergency service began"),
    Act("work-around", WORK_TICKETS, solving.work_around, shapes.Words, "Work goes on by another way"),
    Act("resolve", WORK_TICKETS, _resolve, shapes.Resolution, "A solution, with its cause"),
    Act("confirm", DECIDE_TICKETS, solving.confirm, words="The hospital confirms what was signed"),
    Act("close-unsigned", DECIDE_TICKETS, solving.close_unsigned, shapes.Why, "Close without a signature"),
    Act("refuse-solution", DECIDE_TICKETS, solving.refuse_solution, shapes.Why, "Not solved: the next cycle begins"),
    Act("change-severity", DECIDE_TICKETS, _severity, shapes.Graver, "The hospital decides"),
    Act("propose-severity", WORK_TICKETS, _propose, shapes.Graver, "The vendor proposes"),
    Act("mark-emergency", DECIDE_TICKETS, levels.mark_emergency, shapes.Why, "An emergency"),
    Act("change-category", TAKE_PART, _category, shapes.OtherCategory, "It is something else"),
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
    Act("agree", LOG_CALLS, reporting.agree_to_call, words="Yes, the call was then", of=Call),
    Act("dispute", LOG_CALLS, reporting.dispute_call, shapes.Why, "No, it was not", Call),
)
OF_WISHES: tuple[Act, ...] = (
    Act("decide", DECIDE_TICKETS, levels.decide_wish, shapes.Decision, "The hospital's word on it", SeverityWish),
)


def address_of(act: Act) -> Any:
    """The view of one act, behind its door."""
    view = type(f"{act.of.__name__}_{act.name}", (ActView,), {"act": act, "post": _described(act)})
    return api_door(act.may, methods=("POST",), of=act.of)(view.as_view())


class ActView(APIView):
    act: Act
    parser_classes = [Json]

    def done(self, request: Request, row: Any) -> HttpResponse:
        given = read(self.act.takes, request.data)
        ticket = row if isinstance(row, Ticket) else row.ticket
        refuse_stale(request, ticket)
        self.act.do(row, by=request._request.person, at=timezone.now(), **given)
        return tagged(Response, Ticket.objects.get(pk=ticket.pk))


def _described(act: Act) -> Any:
    def post(self: ActView, request: Request, row: Any) -> HttpResponse:
        return self.done(request, row)

    group = {Ticket: "tickets", Visit: "visits", Call: "calls", SeverityWish: "severity wishes"}[act.of]
    return extend_schema(
        operation_id=f"{act.of._meta.model_name}_{act.name.replace('-', '_')}",
        tags=[group],
        summary=act.words,
        parameters=[IF_MATCH],
        request=None if act.takes is shapes.Nothing else act.takes,
        responses={200: shapes.TicketShape, **problems(400, 404, 409, 412, 413, 415)},
    )(post)


IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 200},
    OpenApiParameter.HEADER,
    description="The same key again is the same ticket, however often it is sent",
)
