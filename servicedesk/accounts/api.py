"""What programs may read of people: who belongs to the organisation, by name and role."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from servicedesk.accounts.selectors import people as members
from servicedesk.tenancy.api_doors import api_door
from servicedesk.tenancy.api_parts import PAGING, Paging, page_of, problems, read
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.permissions import SEE_PEOPLE


class PersonShape(serializers.ModelSerializer[Membership]):
    class Meta:
        model = Membership
        fields = ("id", "name", "role", "department", "from_at", "until_at")
        read_only_fields = fields


class PeoplePage(serializers.Serializer[Any]):
    results = PersonShape(many=True)
    next = serializers.CharField(allow_null=True)


class People(APIView):
    @extend_schema(
        operation_id="list_people", tags=["people"], summary="Who belongs to the organisation now",
        parameters=PAGING, responses={200: PeoplePage, **problems(400)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        asked = read(Paging, request.query_params.dict())
        rows = members(request._request.person, at=timezone.now())
        return Response(page_of(rows, ("id",), **asked).answer(PersonShape, request))


people = api_door(SEE_PEOPLE)(People.as_view())
