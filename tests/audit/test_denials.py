"""Who was turned away is on record, in their own organisation's trail, whatever the request's transaction did.
G7; 等保 8.1.4.3; PACS-18."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from servicedesk.audit.enums import Act, Result
from servicedesk.audit.models import Record
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.ids import uuid7
from servicedesk.tenancy.models import Department, Engagement
from servicedesk.tenancy.wall import Context, opened
from tests.matrix.principals import sign_in
from tests.world import make_matter, make_member, make_user

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])


@pytest.fixture(autouse=True)
def pages(settings):
    settings.ROOT_URLCONF = "tests.audit.pages"


def client_of(membership, **options) -> Client:
    client = Client(raise_request_exception=False, **options)
    sign_in(client, membership)
    return client


def denials(world) -> list[Record]:
    """Everybody's."""
    owners = [(hospital.id, None) for hospital in (world.h1, world.h2, world.h3)]
    owners += [(None, vendor.id) for vendor in (world.v1, world.v2)] + [(None, None)]
    found = []
    for owner in owners:
        with opened(Context.of_owner(*owner)):
            found += Record.objects.filter(act=Act.DENIED)
    return sorted(found, key=lambda row: row.pk)


def only_denial(world) -> Record:
    (row,) = denials(world)
    assert row.result == Result.DENIED
    return row


def test_a_role_that_does_not_suffice(world):
    membership = make_member(Role.IT_ENGINEER, world.h1)
    assert client_of(membership).get("/leads/", REMOTE_ADDR="10.3.2.1").status_code == 403
    row = only_denial(world)
    assert row.words == {"code": "role", "method": "GET", "view": "leads"}
    assert (row.by_user, row.by_membership, row.by_role) == (membership.user_id, membership.pk, Role.IT_ENGINEER)
    assert (row.hospital_id, row.vendor_id, row.address) == (world.h1.id, None, "10.3.2.1")
    assert len(row.request_id) >= 8


def test_a_permission_that_does_not_reach(world):
    membership = make_member(Role.IT_LEAD, world.h1, department=world.radiology[world.h1.id])
    assert client_of(membership).get(f"/own/{world.pharmacy[world.h1.id].pk}/").status_code == 403
    assert only_denial(world).words["code"] == "reach"


def test_a_foreign_row_and_a_missing_one_leave_the_same_line(world):
    client = client_of(make_member(Role.IT_ENGINEER, world.h1))
    for pk in (make_matter(world.h2, world.v1).pk, uuid7()):
        assert client.get(f"/matter/{pk}/").status_code == 404
    first, second = denials(world)
    assert first.words == second.words == {"code": "not_found", "method": "GET", "view": "matter"}
    assert {first.hospital_id, second.hospital_id} == {world.h1.id}, "the other hospital's trail says nothing of it"


def test_a_vendor_who_may_only_read_is_on_record_at_the_vendor(world):
    matter, today = make_matter(world.h1, world.v1), timezone.localdate()
    with opened(Context.of_platform()):
        Engagement.objects.filter(hospital=world.h1).update(to_on=today - timedelta(days=1), read_until=today)
    client = client_of(make_member(Role.VENDOR_ENGINEER, world.v1))
    assert client.get(f"/matter/{matter.pk}/").status_code == 200
    assert client.post(f"/matter/{matter.pk}/").status_code == 403
    row = only_denial(world)
    assert (row.words["code"], row.words["method"]) == ("read_only", "POST")
    assert (row.hospital_id, row.vendor_id) == (None, world.v1.id)


def test_an_operator_is_on_record_at_the_platform(world):
    assert client_of(make_member(Role.AUDIT_ADMINISTRATOR)).get("/leads/").status_code == 403
    row = only_denial(world)
    assert (row.hospital_id, row.vendor_id, row.by_role) == (None, None, Role.AUDIT_ADMINISTRATOR)


@committed
def test_a_refused_act_is_undone_and_its_denial_stays(world):
    assert client_of(make_member(Role.IT_LEAD, world.h1)).post("/refuses/").status_code == 409
    assert only_denial(world).words["code"] == "refused"
    assert not Department.objects.using("watch").filter(name="新科室").exists()


def test_a_post_without_its_token(world):
    client = client_of(make_member(Role.IT_LEAD, world.h1), enforce_csrf_checks=True)
    assert client.post("/refuses/").status_code == 403
    row = only_denial(world)
    assert row.words == {"code": "csrf", "method": "POST", "view": "refuses"}
    assert row.hospital_id == world.h1.id


@pytest.mark.parametrize(("method", "path", "said"), [
    ("DELETE", "/leads/", {"code": "method", "method": "DELETE", "view": "leads"}),
    ("BREW\nforged", "/leads/", {"code": "method", "method": "other", "view": "leads"}),
    ("POST", "/bare/", {"code": "not_allowed", "method": "POST", "view": "bare_page"}),
])  # fmt: skip
def test_a_change_refused_elsewhere(world, method, path, said):
    client_of(make_member(Role.IT_LEAD, world.h1)).generic(method, path)
    assert only_denial(world).words == said


def test_an_account_without_membership_is_named_in_the_platforms_trail(world):
    user = make_user()
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    assert client.post("/bare/").status_code == 403
    row = only_denial(world)
    assert (row.hospital_id, row.vendor_id, row.by_user) == (None, None, None)
    assert (row.subject_kind, row.subject_id) == ("accounts.user", str(user.pk))


def test_reading_an_address_that_is_none_and_strangers_leave_nothing(world):
    client_of(make_member(Role.IT_LEAD, world.h1)).get("/no-such-page/")
    client_of(make_member(Role.IT_LEAD, world.h1)).get("/refuses/")
    Client().get("/leads/")
    Client(enforce_csrf_checks=True).post("/bare/")
    assert denials(world) == []


@committed
def test_a_denial_that_cannot_be_recorded_is_no_page(world):
    """Fail closed: somebody who can stop the trail does not get to knock unseen."""
    client = client_of(make_member(Role.IT_ENGINEER, world.h1))
    with connections["owner"].cursor() as cursor:
        cursor.execute("REVOKE INSERT ON audit_record FROM servicedesk_app")
        try:
            assert client.get("/leads/").status_code == 500
        finally:
            cursor.execute("GRANT INSERT ON audit_record TO servicedesk_app")
