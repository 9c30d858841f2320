"""The wall itself, at the level of the database. ALL-1, PACS-18, ICU-13."""

import pytest
from django.db import connection

from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Department, Vendor
from servicedesk.tenancy.wall import Context, opened
from tests.world import enter, make_member

pytestmark = pytest.mark.django_db


def test_tests_sign_in_as_the_application():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("servicedesk_app", False, False)


def test_without_a_context_there_are_no_rows(world):
    assert Department.objects.count() == 0
    with opened(Context.of_hospital(world.h1.id)):
        assert {department.hospital_id for department in Department.objects.all()} == {world.h1.id}
    assert Department.objects.count() == 0


def test_a_membership_opens_the_wall(world):
    engineer = enter(make_member(Role.VENDOR_ENGINEER, world.v1))
    assert engineer.hospitals == (world.h1.id, world.h2.id)
    assert {department.hospital_id for department in Department.objects.all()} == {world.h1.id, world.h2.id}
    assert {vendor.id for vendor in Vendor.objects.all()} == {world.v1.id}
