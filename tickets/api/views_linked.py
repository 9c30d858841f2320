"""Major incidents and remote access for programs: list, read, ask. What is done about them is in `acts_linked`."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from contracts.models import Contract, System
from servicedesk.tenancy.api_doors import api_door
from servicedesk.tenancy.api_parts import PAGING, Json, Paging, asked, page_of, problems, shown
from tickets.api import shapes_linked as linked
from tickets.api.acting import named, ticket_named
from tickets.api.acts_linked import as_of
from tickets.api.once import IDEMPOTENCY, once
from tickets.api.patients import PATIENT_DATA, read
from tickets.models import MajorIncident, RemoteAuthorisation
from tickets.permissions import ASK_REMOTE, SEE_INCIDENTS, SEE_REMOTE
from tickets.services.remote import Wish, ask_remote


class Filters(Paging):
    ticket = serializers.UUIDField(required=False)


FILTERS = [*PAGING, OpenApiParameter("ticket", OpenApiTypes.UUID, OpenApiParameter.QUERY)]


def _page(request: Request, model: Any, order: tuple[str, ...]) -> Any:
    chosen = asked(Filters, request.query_params)
    cursor, limit = chosen.pop("cursor", ""), chosen.pop("limit")
    rows = model.objects.visible_to(request._request.person).filter(**chosen)
    return page_of(rows, order, cursor=cursor, limit=limit)


class Incidents(APIView):
    @extend_schema(
        operation_id="list_incidents", tags=["incidents"], summary="Major incidents, newest first",
        parameters=FILTERS, responses={200: linked.IncidentPage, **problems(400)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        page = _page(request, MajorIncident, ("-declared_at", "-id"))
        return Response(page.answer(linked.IncidentShape, request))


class OneIncident(APIView):
    @extend_schema(
        operation_id="read_incident", tags=["incidents"], summary="One with its time line and measures",
        responses={200: linked.WholeIncident, **problems(404)},
    )  # fmt: skip
    def get(self, request: Request, incident: MajorIncident) -> Response:
        return Response(shown(linked.WholeIncident, incident))


class Accesses(APIView):
    parser_classes = [Json]

    @extend_schema(
        operation_id="list_remote_accesses", tags=["remote accesses"], summary="Remote access, newest first",
        parameters=FILTERS, responses={200: linked.RemotePage, **problems(400)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        page, at = _page(request, RemoteAuthorisation, ("-asked_at", "-id")), timezone.now()
        for row in page.rows:
            as_of(row, at)
        return Response(page.answer(linked.RemoteShape, request))

    @extend_schema(
        operation_id="ask_remote_access", tags=["remote accesses"], summary="Ask for it; the hospital grants it",
        parameters=[IDEMPOTENCY, PATIENT_DATA], request=linked.RemoteWish,
        responses={201: linked.RemoteShape, **problems(400, 409, 413, 415, 422)},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        at, person = timezone.now(), request._request.person
        row = as_of(ask_remote(_wish(read(linked.RemoteWish, request), person), by=person, at=at), at)
        headers = {"Location": f"/api/v1/remote-accesses/{row.pk}/"}
        return Response(shown(linked.RemoteShape, row), status=201, headers=headers)


def _wish(given: dict[str, Any], person: Any) -> Wish:
    contract = named("contract", Contract.objects.visible_to(person).select_related("desk"), given["contract"])
    systems = System.objects.filter(contract=contract)
    rows = {
        "contract": contract,
        "system": named("system", systems, given["system"]) if given["system"] else None,
        "ticket": ticket_named("ticket", given["ticket"], person) if given["ticket"] else None,
    }
    return Wish(**(given | rows))


class OneAccess(APIView):
    @extend_schema(
        operation_id="read_remote_access", tags=["remote accesses"], summary="One, and how it stands now",
        responses={200: linked.RemoteShape, **problems(404)},
    )  # fmt: skip
    def get(self, request: Request, row: RemoteAuthorisation) -> Response:
        return Response(shown(linked.RemoteShape, as_of(row, timezone.now())))


incidents = api_door(SEE_INCIDENTS)(Incidents.as_view())
one_incident = api_door(SEE_INCIDENTS, of=MajorIncident)(OneIncident.as_view())
accesses = api_door(SEE_REMOTE, methods=("GET", "POST"), writes=ASK_REMOTE)(once(Accesses.as_view()))
one_access = api_door(SEE_REMOTE, of=RemoteAuthorisation)(OneAccess.as_view())
