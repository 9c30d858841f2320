"""Tickets for programs: list, report, read, write on them, their files and clocks. The acts are in `acts`."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from servicedesk.clocks.models import Clock
from servicedesk.clocks.permissions import SEE_CLOCKS
from servicedesk.clocks.selectors.promises import shown as clocks_shown
from servicedesk.files.models import StoredFile
from servicedesk.files.permissions import ADD_FILES, SEE_FILES
from servicedesk.files.selectors import files_of
from servicedesk.files.views.files import contents_of
from servicedesk.tenancy.api_doors import api_door
from servicedesk.tenancy.api_parts import PAGING, Json, Moment, Paging, asked, page_of, problems, shown
from tickets.api import shapes
from tickets.api import shapes_linked as linked
from tickets.api.once import IDEMPOTENCY, once
from tickets.api.patients import PATIENT_DATA, read
from tickets.api.reports import report_of
from tickets.api.versions import IF_MATCH, refuse_stale, tag_of, tagged
from tickets.enums import Kind, State
from tickets.hanging import what_hangs
from tickets.models import Entry, Ticket
from tickets.permissions import LOG_CALLS, REPORT_FAULTS, SEE_TICKETS, SPEAK
from tickets.services.attaching import attach
from tickets.services.calls import Phoned
from tickets.services.elsewhere import one_ticket_per_number
from tickets.services.reporting import report_fault
from tickets.services.working import say


class Filters(Paging):
    state = serializers.MultipleChoiceField(choices=State.values, required=False)
    severity = serializers.MultipleChoiceField(choices=shapes.SEVERITIES, required=False)
    contract = serializers.UUIDField(required=False)
    changed_since = Moment(required=False)
    number = serializers.CharField(required=False, max_length=40)
    external_number = serializers.CharField(required=False, max_length=60)
    external_source = serializers.CharField(required=False, max_length=30, allow_blank=True)


def _many(name: str, values: list[str]) -> OpenApiParameter:
    kind = {"type": "array", "items": {"type": "string", "enum": values}}
    return OpenApiParameter(name, kind, OpenApiParameter.QUERY, explode=True)


FILTERS = [
    *PAGING,
    _many("state", list(State.values)),
    _many("severity", shapes.SEVERITIES),
    OpenApiParameter("contract", OpenApiTypes.UUID, OpenApiParameter.QUERY),
    OpenApiParameter(
        "changed_since", OpenApiTypes.DATETIME, OpenApiParameter.QUERY,
        description="In the order of their changes, oldest first; ask a minute before your last answer, so that what "
        "was being written then is not missed",
    ),
    OpenApiParameter("number", str, OpenApiParameter.QUERY),
    OpenApiParameter("external_number", str, OpenApiParameter.QUERY),
    OpenApiParameter("external_source", str, OpenApiParameter.QUERY),
]  # fmt: skip
ORDER, BY_CHANGE = ("-id",), ("changed_at", "id")


class Tickets(APIView):
    parser_classes = [Json]

    @extend_schema(
        operation_id="list_tickets", tags=["tickets"], summary="Tickets, newest first; by change with changed_since",
        parameters=FILTERS, responses={200: shapes.TicketPage, **problems(400)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        wanted = asked(Filters, request.query_params)
        cursor, limit = wanted.pop("cursor", ""), wanted.pop("limit")
        since = wanted.pop("changed_since", None)
        many = {f"{name}__in": sorted(wanted.pop(name, ())) for name in ("state", "severity")}
        chosen = {name: values for name, values in many.items() if values}
        rows = Ticket.objects.visible_to(request._request.person).filter(**chosen, **wanted)
        if since:
            rows = rows.filter(changed_at__gte=since)
        page = page_of(rows, BY_CHANGE if since else ORDER, cursor=cursor, limit=limit)
        return Response(page.answer(shapes.TicketShape, request))

    @extend_schema(
        operation_id="report_fault", tags=["tickets"], summary="Report a fault or a request",
        description="What only the phone may report is kept and waits for the call.",
        parameters=[IDEMPOTENCY, PATIENT_DATA], request=shapes.Reported,
        responses={201: shapes.TicketShape, **problems(400, 409, 413, 415, 422)},
    )  # fmt: skip
    def post(self, request: Request) -> HttpResponse:
        return _reported(request, read(shapes.Reported, request), None)


class PhonedTickets(APIView):
    parser_classes = [Json]

    @extend_schema(
        operation_id="log_phoned_fault", tags=["tickets"], summary="Write down a fault that was phoned in",
        parameters=[IDEMPOTENCY, PATIENT_DATA], request=shapes.PhonedIn,
        responses={201: shapes.TicketShape, **problems(400, 409, 413, 415, 422)},
    )  # fmt: skip
    def post(self, request: Request) -> HttpResponse:
        given = read(shapes.PhonedIn, request)
        return _reported(request, given, Phoned(**given.pop("call")))


def _reported(request: Request, given: dict[str, Any], call: Phoned | None) -> HttpResponse:
    person, at = request._request.person, timezone.now()
    report = report_of(given, is_phoned=call is not None, by=person)
    with one_ticket_per_number():
        ticket = report_fault(report, by=person, at=at, call=call)
    answer = tagged(Response, ticket, status=201)
    answer.headers["Location"] = f"/api/v1/tickets/{ticket.pk}/"
    return answer


# What `hanging` knows to be there or not, by the names of the shape's sources. A past outage is no more shown.
HANGS = {
    "links": ("ticketlink_set", "linked_from"), "part": ("faultpart_set",), "outage": ("outage_set",),
    "incident": ("majorincident_set",), "ticks": ("plantick_set",), "tasks": ("hospitaltask_set",),
}  # fmt: skip


class OneTicket(APIView):
    @extend_schema(
        operation_id="read_ticket", tags=["tickets"], summary="One ticket with its visits, calls and solutions",
        responses={200: linked.WholeShape, **problems(404)},
    )  # fmt: skip
    def get(self, request: Request, ticket: Ticket) -> Response:
        ask_only_what_is_there(ticket)
        return Response(shown(linked.WholeShape, ticket), headers={"ETag": tag_of(ticket)})


def ask_only_what_is_there(ticket: Ticket) -> None:
    """Most of what may hang on a ticket does not: one question instead of nine."""
    there = what_hangs(ticket)
    kept: Any = ticket
    kept._prefetched_objects_cache = {
        name: getattr(ticket, name).none() for what, names in HANGS.items() if what not in there for name in names
    }


class Comments(APIView):
    parser_classes = [Json]

    @extend_schema(
        operation_id="list_comments", tags=["tickets"], summary="What both sides wrote; internal notes never come here",
        parameters=PAGING, responses={200: shapes.EntryPage, **problems(400, 404)},
    )  # fmt: skip
    def get(self, request: Request, ticket: Ticket) -> Response:
        return _entries(request, ticket, Kind.MESSAGE)

    @extend_schema(
        operation_id="write_comment", tags=["tickets"], summary="Write what both sides read",
        parameters=[IF_MATCH, IDEMPOTENCY, PATIENT_DATA], request=shapes.Comment,
        responses={201: shapes.EntryShape, **problems(400, 404, 409, 412, 413, 415, 422)},
    )  # fmt: skip
    def post(self, request: Request, ticket: Ticket) -> Response:
        given = read(shapes.Comment, request)
        refuse_stale(request, ticket)
        entry = say(ticket, given["text"], by=request._request.person, at=timezone.now())
        return Response(shapes.EntryShape(entry).data, status=201)


class Acts(APIView):
    @extend_schema(
        operation_id="list_acts", tags=["tickets"], summary="Every act on a ticket, oldest first",
        parameters=PAGING, responses={200: shapes.EntryPage, **problems(400, 404)},
    )  # fmt: skip
    def get(self, request: Request, ticket: Ticket) -> Response:
        return _entries(request, ticket, Kind.ACT)


def _entries(request: Request, ticket: Ticket, kind: Kind) -> Response:
    rows = Entry.objects.visible_to(request._request.person).filter(ticket=ticket, kind=kind)
    page = page_of(rows, ("at", "id"), **asked(Paging, request.query_params))
    return Response(page.answer(shapes.EntryShape, request))


class Clocks(APIView):
    @extend_schema(
        operation_id="list_clocks", tags=["tickets"], summary="Its promises: by when, and why",
        responses={200: shapes.ClockShape(many=True), **problems(404)},
    )  # fmt: skip
    def get(self, request: Request, ticket: Ticket) -> Response:
        person = request._request.person
        rows = Clock.objects.visible_to(person).filter(matter_id=ticket.matter_id).order_by("cycle", "metric", "id")
        rows = rows.prefetch_related("spans", "escalations", "steps")
        return Response(shapes.ClockShape(clocks_shown(rows, person, timezone.now()), many=True).data)


class Attachments(APIView):
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="list_attachments", tags=["tickets"], summary="Its files",
        responses={200: shapes.FileShape(many=True), **problems(404)},
    )  # fmt: skip
    def get(self, request: Request, ticket: Ticket) -> Response:
        return Response(shapes.FileShape(files_of(ticket.matter, request._request.person), many=True).data)

    @extend_schema(
        operation_id="add_attachment", tags=["tickets"], summary="Add a file; it is checked before it is kept",
        request={"multipart/form-data": {"type": "object", "required": ["file"],
                                         "properties": {"file": {"type": "string", "format": "binary"}}}},
        responses={201: shapes.FileShape, **problems(400, 404, 409, 413, 415)},
    )  # fmt: skip
    def post(self, request: Request, ticket: Ticket) -> Response:
        upload = request.FILES.get("file")
        if upload is None:
            raise serializers.ValidationError({"file": _("Choose a file first.")})
        (stored,) = attach(ticket, [upload], by=request._request.person, at=timezone.now())
        return Response(shapes.FileShape(stored).data, status=201)


class FileContents(APIView):
    @extend_schema(
        operation_id="read_file", tags=["files"], summary="The bytes of a file",
        responses={(200, "*/*"): OpenApiResponse(OpenApiTypes.BINARY, "The bytes"), **problems(404)},
    )  # fmt: skip
    def get(self, request: Request, stored: StoredFile) -> HttpResponseBase:
        return contents_of(stored, by=request._request.person)


BOTH = ("GET", "POST")
tickets = api_door(SEE_TICKETS, methods=BOTH, writes=REPORT_FAULTS)(once(Tickets.as_view()))
phoned = api_door(LOG_CALLS, methods=("POST",))(once(PhonedTickets.as_view()))
one_ticket = api_door(SEE_TICKETS, of=Ticket)(OneTicket.as_view())
comments = api_door(SEE_TICKETS, methods=BOTH, of=Ticket, writes=SPEAK)(once(Comments.as_view()))
acts = api_door(SEE_TICKETS, of=Ticket)(Acts.as_view())
clocks = api_door(SEE_CLOCKS, of=Ticket)(Clocks.as_view())
attachments = api_door(SEE_FILES, methods=BOTH, of=Ticket, writes=ADD_FILES)(Attachments.as_view())
file_contents = api_door(SEE_FILES, of=StoredFile)(FileContents.as_view())
