"""Tickets for programs: list, report, read, write on them, their files and clocks. The acts are in `acts`."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

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
from servicedesk.clocks.selectors.promises import shown
from servicedesk.files.models import StoredFile
from servicedesk.files.permissions import ADD_FILES, SEE_FILES
from servicedesk.files.selectors import files_of
from servicedesk.files.services.uploads import add_file
from servicedesk.files.views.files import contents_of
from servicedesk.tenancy.api_doors import api_door
from servicedesk.tenancy.api_parts import PAGING, Json, Moment, Paging, page_of, problems, read
from tickets.api import shapes
from tickets.api.acts import IDEMPOTENCY
from tickets.api.reports import report_of
from tickets.api.versions import IF_MATCH, refuse_stale, tag_of, tagged
from tickets.enums import Kind, State
from tickets.models import Entry, Ticket
from tickets.permissions import LOG_CALLS, REPORT_FAULTS, SEE_TICKETS, SPEAK
from tickets.services.elsewhere import one_ticket_per_number
from tickets.services.reporting import Phoned, report_fault
from tickets.services.working import say

KEYS = UUID("6a1f4c0e-6f0b-5d0e-9a54-0c2b7d3f9e11")  # of submissions that programs name by words of their own


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
        asked = _asked(Filters, request)
        cursor, limit = asked.pop("cursor", ""), asked.pop("limit")
        since = asked.pop("changed_since", None)
        many = {f"{name}__in": sorted(asked.pop(name, ())) for name in ("state", "severity")}
        chosen = {name: values for name, values in many.items() if values}
        rows = Ticket.objects.visible_to(request._request.person).filter(**chosen, **asked)
        if since:
            rows = rows.filter(changed_at__gte=since)
        page = page_of(rows, BY_CHANGE if since else ORDER, cursor=cursor, limit=limit)
        return Response(page.answer(shapes.TicketShape, request))

    @extend_schema(
        operation_id="report_fault", tags=["tickets"], summary="Report a fault or a request",
        description="201; 200 when this Idempotency-Key was sent before. What only the phone may report is kept and "
        "waits for the call.",
        parameters=[IDEMPOTENCY], request=shapes.Reported,
        responses={201: shapes.TicketShape, 200: shapes.TicketShape, **problems(400, 409, 413, 415)},
    )  # fmt: skip
    def post(self, request: Request) -> HttpResponse:
        return _reported(request, read(shapes.Reported, request.data), None)


class PhonedTickets(APIView):
    parser_classes = [Json]

    @extend_schema(
        operation_id="log_phoned_fault", tags=["tickets"], summary="Write down a fault that was phoned in",
        parameters=[IDEMPOTENCY], request=shapes.PhonedIn,
        responses={201: shapes.TicketShape, 200: shapes.TicketShape, **problems(400, 409, 413, 415)},
    )  # fmt: skip
    def post(self, request: Request) -> HttpResponse:
        given = read(shapes.PhonedIn, request.data)
        return _reported(request, given, Phoned(**given.pop("call")))


def _asked(shape: Any, request: Request) -> dict[str, Any]:
    """Of a query; what is not known there is refused like a field that is not."""
    unknown = set(request.query_params) - set(shape().fields)
    if unknown:
        raise serializers.ValidationError({name: _("There is no such parameter.") for name in sorted(unknown)})
    asked = shape(data=request.query_params)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def _reported(request: Request, given: dict[str, Any], call: Phoned | None) -> HttpResponse:
    person, at = request._request.person, timezone.now()
    report = report_of(given, submission=_submission(request), is_phoned=call is not None, by=person)
    with one_ticket_per_number():
        ticket = report_fault(report, by=person, at=at, call=call)
    answer = tagged(Response, ticket, status=201 if ticket.recorded_at == at else 200)
    answer.headers["Location"] = f"/api/v1/tickets/{ticket.pk}/"
    return answer


def _submission(request: Request) -> UUID | None:
    """Another machine's equal key is another sending."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not 0 < len(key) <= 200:
        raise serializers.ValidationError({"Idempotency-Key": _("Between 1 and 200 characters.")})
    return uuid5(KEYS, f"{request._request.person.membership_id}:{key}")


class OneTicket(APIView):
    @extend_schema(
        operation_id="read_ticket", tags=["tickets"], summary="One ticket with its visits, calls and solutions",
        responses={200: shapes.WholeShape, **problems(404)},
    )  # fmt: skip
    def get(self, request: Request, ticket: Ticket) -> Response:
        return Response(shapes.WholeShape(ticket).data, headers={"ETag": tag_of(ticket)})


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
        parameters=[IF_MATCH], request=shapes.Comment,
        responses={201: shapes.EntryShape, **problems(400, 404, 409, 412, 413, 415)},
    )  # fmt: skip
    def post(self, request: Request, ticket: Ticket) -> Response:
        given = read(shapes.Comment, request.data)
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
    page = page_of(rows, ("at", "id"), **_asked(Paging, request))
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
        return Response(shapes.ClockShape(shown(rows, person, timezone.now()), many=True).data)


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
        stored = add_file(ticket.matter, upload, by=request._request.person, at=timezone.now())
        return Response(shapes.FileShape(stored).data, status=201)


class FileContents(APIView):
    @extend_schema(
        operation_id="read_file", tags=["files"], summary="The bytes of a file",
        responses={(200, "*/*"): OpenApiResponse(OpenApiTypes.BINARY, "The bytes"), **problems(404)},
    )  # fmt: skip
    def get(self, request: Request, stored: StoredFile) -> HttpResponseBase:
        return contents_of(stored, by=request._request.person)


BOTH = ("GET", "POST")
tickets = api_door(SEE_TICKETS, methods=BOTH, writes=REPORT_FAULTS)(Tickets.as_view())
phoned = api_door(LOG_CALLS, methods=("POST",))(PhonedTickets.as_view())
one_ticket = api_door(SEE_TICKETS, of=Ticket)(OneTicket.as_view())
comments = api_door(SEE_TICKETS, methods=BOTH, of=Ticket, writes=SPEAK)(Comments.as_view())
acts = api_door(SEE_TICKETS, of=Ticket)(Acts.as_view())
clocks = api_door(SEE_CLOCKS, of=Ticket)(Clocks.as_view())
attachments = api_door(SEE_FILES, methods=BOTH, of=Ticket, writes=ADD_FILES)(Attachments.as_view())
file_contents = api_door(SEE_FILES, of=StoredFile)(FileContents.as_view())
