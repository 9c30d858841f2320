"""What programs may ask of contracts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from contracts.matrices import offer_of, version_at
from contracts.models import Contract
from contracts.permissions import SEE_CONTRACTS
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


class FieldProblem(serializers.Serializer[Any]):
    field = serializers.CharField()
    detail = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """RFC 9457"""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = serializers.ListField(child=FieldProblem(), required=False)  # type: ignore[assignment]


def _parameter(name: str, words: str, **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.QUERY, description=words, **more)


PARAMETERS = [
    _parameter("category", "The code of a kind of service of this contract", required=True),
    _parameter("severity", "1, A, B or C, where the contract has levels", enum=_choices(Severity)),
    _parameter("at", "When it is reported, with its zone: 2026-10-01T09:00+08:00", required=True),
    _parameter("reported_by", "How it is reported", enum=_choices(Channel)),
    OpenApiParameter("emergency", bool, OpenApiParameter.QUERY, description="Marked an emergency"),
]
REFUSALS = {
    400: "Not to be answered like this: each error names its parameter",
    401: "Not signed in",
    403: "The person's role does not include this",
    404: "No such contract, or another organisation's",
    409: "Nothing is promised at that moment",
}


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
            **{status: OpenApiResponse(Problem, words) for status, words in REFUSALS.items()},
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
