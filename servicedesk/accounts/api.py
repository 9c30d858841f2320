"""What programs may read of people and places: who belongs to the organisation, and where a fault can be."""

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
from servicedesk.tenancy.api_parts import PAGING, Paging, asked, page_of, problems
from servicedesk.tenancy.models import Department, Membership, Place
from servicedesk.tenancy.permissions import SEE_DEPARTMENTS, SEE_PEOPLE


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
        rows = members(request._request.person, at=timezone.now())
        return _page(request, rows, PersonShape)


def _page(request: Request, rows: Any, shape: Any) -> Response:
    page = page_of(rows, ("id",), **asked(Paging, request.query_params))
    return Response(page.answer(shape, request))


class DepartmentShape(serializers.ModelSerializer[Department]):
    class Meta:
        model = Department
        fields = ("id", "hospital", "name", "phone", "closed_at")
        read_only_fields = fields


class DepartmentPage(serializers.Serializer[Any]):
    results = DepartmentShape(many=True)
    next = serializers.CharField(allow_null=True)


class Departments(APIView):
    @extend_schema(
        operation_id="list_departments", tags=["departments and places"], summary="The hospital's departments",
        parameters=PAGING, responses={200: DepartmentPage, **problems(400)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        return _page(request, Department.objects.visible_to(request._request.person), DepartmentShape)


class PlaceShape(serializers.ModelSerializer[Place]):
    name = serializers.CharField(source="__str__", read_only=True, help_text="Campus, building, floor and room")

    class Meta:
        model = Place
        fields = ("id", "hospital", "department", "name", "campus", "building", "floor", "room", "closed_at")
        read_only_fields = fields


class PlacePage(serializers.Serializer[Any]):
    results = PlaceShape(many=True)
    next = serializers.CharField(allow_null=True)


class Places(APIView):
    @extend_schema(
        operation_id="list_places", tags=["departments and places"], summary="Where something stands or happens",
        parameters=PAGING, responses={200: PlacePage, **problems(400)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        return _page(request, Place.objects.visible_to(request._request.person), PlaceShape)


people = api_door(SEE_PEOPLE)(People.as_view())
departments = api_door(SEE_DEPARTMENTS)(Departments.as_view())
places = api_door(SEE_DEPARTMENTS)(Places.as_view())
