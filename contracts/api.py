"""What programs may ask of contracts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from contracts.enums import Status
from contracts.matrices import offer_of, version_at
from contracts.models import CatalogueItem, Contract, Level, System
from contracts.permissions import SEE_CONTRACTS
from contracts.selectors import status
from contracts.trying import (
    Misfit,
    Offer,
    Report,
    answer,
    beside,
    category_in,
    channel_from,
    moment_from,
    severity_in,
    tried,
)
from servicedesk.sla.calendar import Impossible
from servicedesk.sla.promise import Armed, Channel, Metric, Severity, Unit, Window
from servicedesk.tenancy.api_doors import api_door, problem
from servicedesk.tenancy.api_parts import PAGING, Paging, page_of, problems, read

PLUS = re.compile(r"(T.*) (\d\d:?\d\d)$")  # a plus that was not quoted arrives as a blank
YES = {"true": True, "1": True, "false": False, "0": False, "": False}


def _choices(kind: Any) -> list[str]:
    return [each.value for each in kind if each.value]


class ExplainedClock(serializers.Serializer[Any]):
    metric = serializers.ChoiceField(_choices(Metric))
    due_at = serializers.DateTimeField(allow_null=True, help_text="null: waits to be called for")
    window = serializers.ChoiceField(_choices(Window))
    target = serializers.IntegerField()
    unit = serializers.ChoiceField(_choices(Unit))
    armed = serializers.ChoiceField(_choices(Armed))
    provisional = serializers.BooleanField(help_text="the days off of a year it touches are not published yet")
    clause = serializers.CharField()
    house_default = serializers.BooleanField(help_text="not from the contract")
    house_window = serializers.BooleanField()
    by_agreement = serializers.BooleanField()
    because = serializers.ListField(child=serializers.CharField())


class Explained(serializers.Serializer[Any]):
    contract = serializers.CharField(help_text="the blueprint it was started from")
    name = serializers.CharField()
    clocks = ExplainedClock(many=True)


def _parameter(name: str, words: str, **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.QUERY, description=words, **more)


PARAMETERS = [
    _parameter("category", "The code of a kind of service of this contract", required=True),
    _parameter("severity", "1, A, B or C, where the contract has levels", enum=_choices(Severity)),
    _parameter("at", "When it is reported, with its zone: 2026-10-01T09:00+08:00", required=True),
    _parameter("reported_by", "How it is reported", enum=_choices(Channel)),
    OpenApiParameter("emergency", bool, OpenApiParameter.QUERY, description="Marked an emergency"),
]


class ExplainContract(APIView):
    @extend_schema(
        operation_id="explain_contract",
        tags=["contracts"],
        summary="All due times of a report, and why",
        description="What a report at a moment would be promised, by the version in force then. "
        "Nothing is started by it. The sentences come in the reader's language.",
        parameters=PARAMETERS,
        responses={
            200: Explained,
            **problems(400, 404, 409),
        },
    )
    def get(self, request: Request, contract: Contract) -> Response | HttpResponse:
        asked = request.query_params
        errors: list[tuple[str, str]] = []
        at = _taken(errors, "at", lambda: moment_from(PLUS.sub(r"\1+\2", asked.get("at", ""))))
        in_force = version_at(contract, at or timezone.now())
        version = in_force or contract.versions.select_related("contract", "calendar").first()
        if version is None:
            return problem(409, _("At that moment this contract promises nothing yet."))
        offer = offer_of(version)
        report = _report(offer, asked, at, errors)
        if report is None:
            return problem(400, errors[0][1], errors=errors)
        try:
            if in_force is None:
                return problem(409, _("At that moment this contract promises nothing yet."))
            return Response(answer(offer, tried(offer, report)))
        except Misfit as misfit:
            return problem(400, misfit.sentence, errors=[(misfit.field, misfit.sentence)])


def _report(offer: Offer, asked: Any, at: Any, errors: list[tuple[str, str]]) -> Report | None:
    if at:
        _taken(errors, "at", lambda: offer.matrix.calendar.day_of(at))
    category = _taken(errors, "category", lambda: category_in(offer, asked.get("category", "")))
    severity = _taken(errors, "severity", lambda: severity_in(offer, asked.get("severity", "")))
    channel = _taken(errors, "reported_by", lambda: channel_from(asked.get("reported_by", "")))
    emergency = _taken(errors, "emergency", lambda: _yes_or_no(asked.get("emergency", "")))
    if errors or category is None or severity is None:
        return None
    return Report(category, severity, at, channel, bool(emergency))


def _yes_or_no(text: str) -> bool:
    if text.lower() not in YES:
        raise Impossible("'%(text)s' is neither true nor false.", text=text)
    return YES[text.lower()]


Value = TypeVar("Value")


def _taken(errors: list[tuple[str, str]], field: str, read: Callable[[], Value]) -> Value | None:
    try:
        with beside(field):
            return read()
    except Misfit as misfit:
        errors.append((field, misfit.sentence))
        return None


explain_contract = api_door(SEE_CONTRACTS, of=Contract)(ExplainContract.as_view())


class ItemShape(serializers.ModelSerializer[CatalogueItem]):
    class Meta:
        model = CatalogueItem
        fields = ("category", "name")
        read_only_fields = fields


class LevelShape(serializers.ModelSerializer[Level]):
    class Meta:
        model = Level
        fields = ("severity", "means")
        read_only_fields = fields


class SystemShape(serializers.ModelSerializer[System]):
    class Meta:
        model = System
        fields = ("id", "name", "version", "part_of", "interface_to")
        read_only_fields = fields


class ContractShape(serializers.ModelSerializer[Contract]):
    hospital = serializers.CharField(source="hospital.name", read_only=True)
    vendor = serializers.CharField(source="vendor.name", read_only=True)
    status = serializers.SerializerMethodField()
    catalogue = ItemShape(many=True, read_only=True)
    levels = LevelShape(many=True, read_only=True)
    systems = SystemShape(many=True, read_only=True)

    class Meta:
        model = Contract
        fields = (
            "id", "number", "name", "hospital", "vendor", "starts_on", "ends_on", "status", "catalogue", "levels",
            "systems",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField([status.value for status in Status]))
    def get_status(self, contract: Contract) -> str:
        return status(contract, on=timezone.localdate()).value


class ContractPage(serializers.Serializer[Any]):
    results = ContractShape(many=True)
    next = serializers.CharField(allow_null=True)


PARTS = ("catalogue", "levels", "systems", "signings")


class Contracts(APIView):
    @extend_schema(
        operation_id="list_contracts",
        tags=["contracts"],
        summary="Contracts with what can be reported under them",
        parameters=PAGING,
        responses={200: ContractPage, **problems(400)},
    )
    def get(self, request: Request) -> Response:
        person = request._request.person  # type: ignore[attr-defined]
        rows = Contract.objects.visible_to(person).select_related("hospital", "vendor")
        page = page_of(rows.prefetch_related(*PARTS), ("id",), **read(Paging, request.query_params.dict()))
        return Response(page.answer(ContractShape, request))


class OneContract(APIView):
    @extend_schema(
        operation_id="read_contract",
        tags=["contracts"],
        summary="One contract",
        responses={200: ContractShape, **problems(404)},
    )
    def get(self, request: Request, contract: Contract) -> Response:
        return Response(ContractShape(contract).data)


contracts = api_door(SEE_CONTRACTS)(Contracts.as_view())
one_contract = api_door(SEE_CONTRACTS, of=Contract)(OneContract.as_view())
