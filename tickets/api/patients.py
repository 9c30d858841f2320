"""What programs send is looked through as well: what looks like a patient is answered with 422 and the text masked,
until the header says what is to become of it (ALL-15)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from servicedesk.tenancy import api_parts
from tickets.forms.texts import AS_IT_IS, MASK, NOT_SHOWN, UNSEEN, warning
from tickets.patient_data import NEVER_ONES_OWN, kinds_in, masked

HEADER = "Patient-Data"
PATIENT_DATA = OpenApiParameter(
    HEADER,
    {"type": "string", "enum": [MASK, AS_IT_IS]},
    OpenApiParameter.HEADER,
    description="What becomes of texts that look like a patient's: masked before they are kept, or kept as they are, "
    "because they are none's. Without it such a text is refused (422), with the same text masked beside its field",
)


class LooksLikePatient(APIException):
    status_code = 422

    def __init__(self, found: Mapping[str, str]) -> None:
        super().__init__(
            _("A text looks like a patient's. Send it masked, or say in the header Patient-Data what it is.")
        )
        self.errors = [(path, warning(kinds_in(text, NEVER_ONES_OWN))) for path, text in found.items()]
        self.masked = {path: masked(text, NEVER_ONES_OWN) for path, text in found.items()}


def read(shape: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """Every body that programs send comes through here, so that no text of theirs is left out: nor the signs that no
    page takes."""
    given = api_parts.read(shape, request.data)
    texts = dict(_texts(given, ""))
    if unseen := [path for path, text in texts.items() if UNSEEN.search(text)]:
        raise serializers.ValidationError(dict.fromkeys(unseen, NOT_SHOWN))
    answer = request.headers.get(HEADER, "")
    looks = {path: text for path, text in texts.items() if kinds_in(text, NEVER_ONES_OWN)}
    found = {} if answer == AS_IT_IS else looks
    if found and answer != MASK:
        raise LooksLikePatient(found)
    return _without(given) if found else given


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping | list | tuple):
        named = value.items() if isinstance(value, Mapping) else enumerate(value)
        for name, part in named:
            yield from _texts(part, f"{path}.{name}" if path else str(name))
    elif isinstance(value, str):
        yield path, value


def _without(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in given.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _without(value)
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return masked(value, NEVER_ONES_OWN) if isinstance(value, str) else value
