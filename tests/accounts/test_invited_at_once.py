"""Two administrators, one spreadsheet, one moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, connections

from servicedesk.accounts.models import Invitation
from servicedesk.accounts.services.invitation_sheets import Wanted, invite_all
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Context, opened
from tests.accounts.people import lead_of
from tests.clocks.examples import AT
from tests.world import make_world, person_of

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
SHEET = [Wanted("刘敏", Role.IT_ENGINEER.value), Wanted("陈浩", Role.IT_ENGINEER.value)]


def invite(lead) -> str:
    person = person_of(lead)
    try:
        with opened(person.context):
            connection.cursor().execute("SET LOCAL lock_timeout = '100ms'")
            return f"{len(invite_all(SHEET, by=person, at=AT))} invited"
    except OperationalError:
        return "waits"
    except Refused as refusal:
        return str(refusal.sentence)


def beside(lead) -> str:
    """By another connection."""

    def work() -> str:
        try:
            return invite(lead)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def test_the_same_sheet_twice_at_once_invites_everybody_once():
    world = make_world()
    one, other, elsewhere = lead_of(world.h1), lead_of(world.h1), lead_of(world.h2)
    with opened(person_of(one).context):
        invite_all(SHEET, by=person_of(one), at=AT)
        assert beside(other) == "waits"
        assert beside(elsewhere) == "2 invited"
    assert beside(other) == "有 2 人已加入或已被邀请：刘敏、陈浩。本次没有发出任何邀请。"
    with opened(Context.of_hospital(world.h1.id)):
        assert Invitation.objects.count() == 2
