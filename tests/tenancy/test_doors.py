"""What a request leaves behind, and what it is answered. ALL-1, PACS-18, ICU-13."""

from __future__ import annotations

import pytest
from django.db import connections
from django.test import Client

from tests.matrix.principals import sign_in
from tests.tenancy.catalogue import walled_tables
from tests.world import make_matter, make_member

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])


@pytest.fixture(autouse=True)
def pages(settings):
    settings.ROOT_URLCONF = "tests.tenancy.pages"


@pytest.fixture
def lead(world):
    from servicedesk.tenancy.enums import Role

    member = make_member(Role.IT_LEAD, world.h1)
    client = Client(raise_request_exception=False)
    sign_in(client, member)
    return client


def everything() -> dict[str, int]:
    with connections["watch"].cursor() as cursor:
        counts = {}
        for table in walled_tables():
            cursor.execute(f"SELECT count(*) FROM {table}")
            counts[table] = cursor.fetchone()[0]
        return counts


def without_trail(counts: dict[str, int]) -> dict[str, int]:
    """A denial is on record; nothing else may be."""
    return {table: count for table, count in counts.items() if not table.startswith("audit_")}


@pytest.mark.parametrize(("path", "status"), [("/breaks/", 500), ("/unhung/", 500), ("/refuses/", 409)])
def test_an_act_that_fails_half_way_leaves_nothing_behind(lead, path, status):
    before = without_trail(everything())
    response = lead.post(path)
    assert response.status_code == status
    assert without_trail(everything()) == before


def test_a_page_that_fails_while_reading_leaves_nothing_behind(lead):
    before = without_trail(everything())
    assert lead.get("/breaks/").status_code == 500
    assert without_trail(everything()) == before


def test_a_refusal_says_its_sentence(lead):
    assert "这个科室还有未关闭的报修" in lead.post("/refuses/").content.decode()


def test_a_streamed_page_is_made_inside_its_own_wall(lead):
    response = lead.get("/streams/")
    assert b"".join(response.streaming_content).decode().split() == ["放射科§shengyi", "药剂科§shengyi"]


def test_who_lacks_the_permission_is_told_so(world, lead):
    from servicedesk.tenancy.enums import Role

    assert lead.get("/leads/").status_code == 200
    other = Client()
    sign_in(other, make_member(Role.IT_ENGINEER, world.h1))
    assert other.get("/leads/").status_code == 403
    assert Client().get("/leads/").status_code == 302


def test_who_may_only_read_is_refused_before_anything_happens(world):
    """A vendor whose engagement ended yesterday still reads, and changes nothing."""
    from datetime import timedelta

    from django.utils import timezone

    from servicedesk.tenancy.enums import Role
    from servicedesk.tenancy.models import Engagement, Matter
    from servicedesk.tenancy.wall import Context, opened

    matter = make_matter(world.h1, world.v1)
    client = Client()
    sign_in(client, make_member(Role.VENDOR_ENGINEER, world.v1))
    assert client.post(f"/matters/{matter.pk}/").status_code == 200
    today = timezone.localdate()
    with opened(Context.of_platform()):
        Engagement.objects.filter(hospital=world.h1).update(to_on=today - timedelta(days=1), read_until=today)
    with opened(Context.of_hospital(world.h1.id)):
        Matter.objects.filter(pk=matter.pk).update(label="before")
    assert client.post(f"/matters/{matter.pk}/").status_code == 403
    with opened(Context.of_hospital(world.h1.id)):
        assert Matter.objects.get(pk=matter.pk).label == "before"


def test_an_ended_membership_never_slips_into_another(world):
    """The act was meant for one organisation; it must not land in the person's other one."""
    from django.utils import timezone

    from servicedesk.tenancy.enums import Role
    from servicedesk.tenancy.models import Membership
    from servicedesk.tenancy.wall import Context, opened
    from tests.world import make_user

    user = make_user()
    first, second = (make_member(Role.IT_ENGINEER, hospital, user=user) for hospital in (world.h1, world.h2))
    client = Client(raise_request_exception=False)
    sign_in(client, first)
    with opened(Context.of_hospital(world.h1.id)):
        Membership.objects.filter(pk=first.pk).update(until_at=timezone.now())
    before = without_trail(everything())
    assert client.post("/refuses/").status_code == 302
    assert without_trail(everything()) == before
    response = client.get("/streams/")
    assert b"".join(response.streaming_content).decode().split() == ["放射科§eryuan", "药剂科§eryuan"]
    assert second.pk != first.pk
