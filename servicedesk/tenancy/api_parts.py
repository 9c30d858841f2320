"""What every address for programs shares: bodies read with care, pages by key, moments with a zone, problems."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError as Invalid
from django.db.models import Model, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request

BODY = 1_000_000  # bytes
FIRST, LAST = 2000, 2100  # years that somebody can mean
PAGE, LARGEST = 50, 200


class FieldProblem(serializers.Serializer[Any]):
    field = serializers.CharField()
    detail = serializers.CharField()
    masked = serializers.CharField(required=False, help_text="The same text without what looks like a patient")


class Problem(serializers.Serializer[Any]):
    """RFC 9457"""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = serializers.ListField(child=FieldProblem(), required=False)  # type: ignore[assignment]


WORDS = {
    400: "Cannot be read, or not to be answered like this: each error names its field",
    401: "No token that holds, and not signed in",
    403: "The token's scopes or the role do not include this",
    404: "No such row, or another organisation's",
    409: "The state of things forbids it; the sentence says why",
    412: "Somebody changed the ticket since the version in If-Match",
    413: "The body is too large",
    415: "Not a media type that is read here",
    422: "This Idempotency-Key was used for another request, or a text looks like a patient's; `errors` says which",
    429: "Too many requests in this minute; Retry-After says how long to wait",
}


def problems(*statuses: int) -> dict[Any, Any]:
    """For `extend_schema(responses=…)`."""
    media = "application/problem+json"
    return {(status, media): OpenApiResponse(Problem, WORDS[status]) for status in sorted({401, 403, 429, *statuses})}


class TooLarge(APIException):
    status_code = 413


class Json(JSONParser):
    """Of a size that fits into memory, and not nested without end."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        body = stream.read(BODY + 1)
        if len(body) > BODY:
            raise TooLarge(_("This is more than a megabyte."))
        try:
            return json.loads(body.decode("utf-8"), parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise ParseError(_("The body is no JSON that can be read.")) from error


def _refuse(word: str) -> None:
    raise ValueError(word)


class Moment(serializers.DateTimeField):
    """With its zone, in a year that somebody can mean."""

    def enforce_timezone(self, value: datetime) -> datetime:
        if timezone.is_naive(value):
            raise serializers.ValidationError(_("The moment needs a time zone."))
        if not FIRST <= value.year < LAST:
            raise serializers.ValidationError(_("This year cannot be meant."))
        return super().enforce_timezone(value)


def read(shape: type[serializers.Serializer[Any]], given: Any) -> dict[str, Any]:
    """What is right, or a ValidationError that names every field that is wrong."""
    if not isinstance(given, Mapping):
        raise serializers.ValidationError(_("Send an object with its fields."))
    return _valid(shape, given, _("There is no such field here."))


def asked(shape: type[serializers.Serializer[Any]], query: Any) -> dict[str, Any]:
    """Of a query; what is not known there is refused like a field that is not."""
    return _valid(shape, query, _("There is no such parameter."))


def _valid(shape: type[serializers.BaseSerializer[Any]], given: Mapping[str, Any], unknown: str) -> dict[str, Any]:
    fields = _form(shape, translation.get_language())
    if odd := sorted(set(map(str, given)) - set(fields.fields)):  # type: ignore[attr-defined]
        raise serializers.ValidationError(dict.fromkeys(odd, unknown))
    return dict(fields.run_validation(given))


@cache  # as below; by language, because a field keeps the sentence that it once said
def _form(shape: type[serializers.BaseSerializer[Any]], _language: str) -> serializers.BaseSerializer[Any]:
    return shape()


# ── pages by key: what is added or changed meanwhile neither doubles a row nor hides one ─────────────────────────────
class Paging(serializers.Serializer[Any]):
    cursor = serializers.CharField(required=False, max_length=400)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST, default=PAGE)


PAGING = [
    OpenApiParameter("cursor", str, OpenApiParameter.QUERY, description="From `next` of the page before"),
    OpenApiParameter(
        "limit", {"type": "integer", "minimum": 1, "maximum": LARGEST, "default": PAGE}, OpenApiParameter.QUERY
    ),
]


@dataclass(frozen=True)
class Page:
    rows: list[Any]
    cursor: str | None

    def answer(self, shape: type[serializers.BaseSerializer[Any]], request: Request) -> dict[str, Any]:
        return {"results": [shown(shape, row) for row in self.rows], "next": self._next(request)}

    def _next(self, request: Request) -> str | None:
        if self.cursor is None:
            return None
        asked = request.query_params.copy()
        asked["cursor"] = self.cursor
        return f"{request.path}?{asked.urlencode()}"


def shown(shape: type[serializers.BaseSerializer[Any]], row: Any) -> Any:
    return _shape(shape).to_representation(row)


@cache  # the framework works a shape's fields out anew for each instance, which took a sixth of a whole report
def _shape(shape: type[serializers.BaseSerializer[Any]]) -> serializers.BaseSerializer[Any]:
    return shape()


def page_of(rows: QuerySet[Any], order: Sequence[str], *, cursor: str = "", limit: int = PAGE) -> Page:
    if cursor:
        rows = rows.filter(_after(order, _opened(rows.model, order, cursor)))
    found = list(rows.order_by(*order)[: limit + 1])
    more = len(found) > limit
    return Page(found[:limit], _closed(found[limit - 1], order) if more else None)


def _after(order: Sequence[str], values: Sequence[Any]) -> Q:
    beyond, equal = Q(), {}
    for field, value in zip(order, values, strict=True):
        name, way = field.lstrip("-"), "lt" if field.startswith("-") else "gt"
        beyond |= Q(**equal, **{f"{name}__{way}": value})
        equal[name] = value
    first = order[0].lstrip("-")
    return beyond & Q(**{f"{first}__{'lte' if order[0].startswith('-') else 'gte'}": values[0]})


def _closed(row: Model, order: Sequence[str]) -> str:
    values = [getattr(row, field.lstrip("-")) for field in order]
    plain = [value.isoformat() if isinstance(value, datetime) else str(value) for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def _opened(model: type[Model], order: Sequence[str], cursor: str) -> list[Any]:
    try:
        plain = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        if not isinstance(plain, list) or len(plain) != len(order):
            raise ValueError(cursor)
        if not all(isinstance(value, str) and "\0" not in value and value.encode() for value in plain):
            raise ValueError(cursor)
        fields = [model._meta.get_field(field.lstrip("-")) for field in order]
        return [field.to_python(value) for field, value in zip(fields, plain, strict=True)]  # type: ignore[union-attr]
    except (ValueError, binascii.Error, Invalid, RecursionError) as error:
        raise serializers.ValidationError({"cursor": _("This cursor is not one of ours.")}) from error
