"""A background task opens the wall itself and checks again who started it. ALL-1."""

from __future__ import annotations

import pytest
from celery import shared_task
from django.utils import timezone

from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Department, Membership
from servicedesk.tenancy.wall import Context, opened
from tests.world import make_member

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
seen: list[object] = []


@shared_task
def look(by=None) -> None:
    seen[:] = [by, {department.hospital_id for department in Department.objects.all()}]


@pytest.fixture(autouse=True)
def at_once():
    from servicedesk.celery import app

    app.conf.task_always_eager = True
    seen.clear()
    yield
    app.conf.task_always_eager = False


def test_a_task_without_a_context_sees_nothing(world):
    look.delay()
    assert seen == [None, set()]


def test_a_task_sees_the_owner_it_was_given(world):
    look.inside(Context.of_owner(world.h2.id, None))
    assert seen == [None, {world.h2.id}]
    look.inside(Context.of_owner(None, world.v1.id))
    assert seen == [None, set()]


def test_a_task_has_the_rights_its_starter_has_now(world):
    from servicedesk.tenancy.wall import Person

    member = make_member(Role.IT_ENGINEER, world.h1)
    person = Person(member.user_id, member.id, Role.IT_ENGINEER, member.name, "")
    look.started_by(person)
    assert seen[0].hospital_id == world.h1.id
    assert seen[1] == {world.h1.id}
    with opened(Context.of_hospital(world.h1.id)):
        Membership.objects.filter(pk=member.pk).update(until_at=timezone.now())
    seen.clear()
    look.started_by(person)
    assert seen == []
    assert not Department.objects.exists()
