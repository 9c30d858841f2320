"""How an act has its address: who may, which service, the fields it takes, what it answers. One table, one view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from servicedesk.tenancy.api_doors import api_door
from servicedesk.tenancy.api_parts import Json, problems, shown
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.models.base import Walled
from servicedesk.tenancy.permissions import Permission
from servicedesk.tenancy.reading import row_of
from servicedesk.tenancy.wall import Person
from tickets.api import shapes
from tickets.api.once import IDEMPOTENCY, once
from tickets.api.patients import PATIENT_DATA, read
from tickets.api.versions import IF_MATCH, refuse_stale, tag_of, tagged
from tickets.calls import raise_awaited
from tickets.models import (
    Call,
    HospitalTask,
    MajorIncident,
    Objection,
    Outage,
    PlanTick,
    RemoteAuthorisation,
    ReviewAction,
    TermsWish,
    Ticket,
    TicketLink,
    Visit,
)

Do = Callable[..., Any]
WAITS = "Kept: only the phone may raise it so far, so it begins with `log-call`; the ticket is as it was"
Shape = type[serializers.BaseSerializer[Any]]
# Where the acts of each kind of row have their addresses.
PLACES: dict[type[Walled], str] = {
    Ticket: "tickets", Visit: "visits", Call: "calls", TermsWish: "terms-wishes", Objection: "objections",
    TicketLink: "links", Outage: "outages", MajorIncident: "incidents", ReviewAction: "measures",
    PlanTick: "plan-steps", HospitalTask: "hospital-tasks", RemoteAuthorisation: "remote-accesses",
}  # fmt: skip


@dataclass(frozen=True)
class Act:
    """`shows` is the shape of what the service returns; without it the ticket is answered, as it is afterwards. `makes`
    says that it is a new row with an address of its own."""

    name: str
    may: Permission
    do: Do
    takes: type[serializers.Serializer[Any]] = shapes.Nothing
    words: str = ""
    of: type[Walled] = Ticket
    shows: Shape | None = None
    makes: bool = False
    is_list: bool = False
    may_await_call: bool = False  # 202: kept, and so once somebody has called
    is_secret: bool = False  # what it answers is said once, and so not kept for whoever sends it again


class ActView(APIView):
    act: Act
    parser_classes = [Json]

    def done(self, request: Request, row: Any) -> HttpResponse:
        given = read(self.act.takes, request)
        ticket = row if isinstance(row, Ticket) else row.ticket
        if ticket is not None:
            refuse_stale(request, ticket)
        result = self.act.do(row, by=request._request.person, at=timezone.now(), **given)
        return self._ticket(ticket) if self.act.shows is None else _answer(self.act, self.act.shows, result)

    def _ticket(self, ticket: Ticket) -> HttpResponse:
        now = row_of(Ticket, ticket.pk, using=DEFAULT_DB_ALIAS)
        assert now
        waits = self.act.may_await_call and raise_awaited(now)
        return tagged(Response, now, status=202 if waits else 200)  # type: ignore[no-any-return]


def _answer(act: Act, shape: Shape, result: Any) -> HttpResponse:
    if act.is_list:
        return Response([shown(shape, one) for one in result])
    headers = {"ETag": tag_of(result)} if isinstance(result, Ticket) else {}
    if act.makes:
        headers["Location"] = f"/api/v1/{PLACES[type(result)]}/{result.pk}/"
    return Response(shown(shape, result), status=201 if act.makes or act.is_secret else 200, headers=headers)


def address_of(act: Act) -> Any:
    """The view of one act, behind its door."""
    view = type(f"{act.of.__name__}_{act.name}", (ActView,), {"act": act, "post": _described(act)}).as_view()
    return api_door(act.may, methods=("POST",), of=act.of)(view if act.is_secret else once(view))


def route_of(act: Act) -> tuple[str, str]:
    """Its path, and its name."""
    return f"{PLACES[act.of]}/<uuid:pk>/{act.name}/", f"api_{act.of._meta.model_name}_{act.name}"


def texts_of(act: Act) -> list[str]:
    """Whether it takes any; the first is enough to know."""
    fields = act.takes().fields.items()
    return [name for name, field in fields if isinstance(field, serializers.CharField | serializers.Serializer)][:1]


def _described(act: Act) -> Any:
    def post(self: ActView, request: Request, row: Any) -> HttpResponse:
        return self.done(request, row)

    shape: Any = act.shows or shapes.TicketShape
    refusals = (400, 404, 409, 412, 413, 415, *(() if act.is_secret else (422,)))
    return extend_schema(
        operation_id=f"{act.of._meta.model_name}_{act.name.replace('-', '_')}",
        tags=[PLACES[act.of].replace("-", " ")],
        summary=act.words,
        parameters=[IF_MATCH, *(() if act.is_secret else (IDEMPOTENCY,)), *(PATIENT_DATA for _text in texts_of(act))],
        request=None if act.takes is shapes.Nothing else act.takes,
        responses={
            201 if act.makes or act.is_secret else 200: shape(many=True) if act.is_list else shape,
            **({202: OpenApiResponse(shape, WAITS)} if act.may_await_call else {}),
            **problems(*refusals),
        },
    )(post)


# ── ids become rows that this person may see, or an error beside their field ─────────────────────────────────────────
def ticket_named(field: str, pk: Any, by: Person) -> Ticket:
    return named(field, Ticket.objects.visible_to(by), pk)  # type: ignore[no-any-return]


def named(field: str, rows: Any, pk: Any) -> Any:
    found = rows.filter(pk=pk).first()
    if found is None:
        raise no_such(field)
    return found


def no_such(field: str) -> serializers.ValidationError:
    return serializers.ValidationError({field: _("There is no such row, or it is not yours to see.")})


def colleague(field: str, pk: Any, by: Person) -> Membership:
    found = row_of(Membership, pk, using=DEFAULT_DB_ALIAS) if by.vendor_id else None
    if found is None or found.vendor_id != by.vendor_id or found.is_machine:
        raise serializers.ValidationError({field: _("There is nobody like this in your organisation.")})
    return found
