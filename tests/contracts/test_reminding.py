"""What runs out is told 90, 60, 30 and 7 days before, to those whose business it is, once each."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone

from contracts.models import Expiry, StaffMember
from contracts.services.reminding import look_after
from contracts.services.renewing import renew_contract
from contracts.services.signing import sign_year
from contracts.services.staffing import replace_staff
from contracts.terms import ONE_DAY
from servicedesk.clocks.models import Post
from servicedesk.notices.models import InboxItem
from servicedesk.schedule import BEAT
from servicedesk.tenancy import wall
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.wall import Context
from tests.clocks.examples import AT
from tests.contracts.examples import make_contract
from tests.contracts.people import in_force, started
from tests.world import enter, make_member, make_world

pytestmark = pytest.mark.django_db
YEAR_END, TERM_END = date(2027, 2, 28), date(2028, 2, 29)


def noon(day):
    return timezone.make_aware(datetime.combine(day, time(12)))


def told(world, contract, days):
    """On each of these days the daily task runs; who was told what, over all of them."""
    with wall.opened(Context.of_hospital(world.h1.id)):
        for day in days:
            look_after(contract.pk, managers=[], at=noon(day))
    return [*read(Context.of_hospital(world.h1.id)), *read(Context.of_vendor(world.v1.id, world.h1.id))]


def read(context):
    """Each side reads its own inbox."""
    with wall.opened(context):
        items = InboxItem.objects.filter(kind="expiry_near").order_by("at")
        return [(item.membership_id, item.words["on"]["on"], timezone.localdate(item.at)) for item in items]


def test_a_signing_is_told_four_times_and_no_more(world):
    """PACS-1: every day of half a year the task runs; the project manager hears of it four times."""
    contract, manager, lead = in_force(world.h1, world.v1)
    days = [YEAR_END - timedelta(days=left) for left in range(180, -1, -1)]
    heard = told(world, contract, days)
    expected = [(YEAR_END - timedelta(days=left)) for left in (90, 60, 30, 7)]
    assert [day for member, _, day in heard if member == manager.pk] == expected
    assert [day for member, _, day in heard if member == lead.pk] == expected
    assert {on for _, on, _ in heard} == {YEAR_END.isoformat()}


def test_a_missed_day_is_made_up_for(world):
    """PACS-1: the machine stood still on the day itself."""
    contract, manager, _ = in_force(world.h1, world.v1)
    days = [YEAR_END - timedelta(days=left) for left in (88, 87, 20, 19)]
    heard = [day for member, _, day in told(world, contract, days) if member == manager.pk]
    assert heard == [YEAR_END - timedelta(days=88), YEAR_END - timedelta(days=20)]


def test_once_the_next_year_is_signed_nobody_is_reminded(world):
    """PACS-1"""
    contract, manager, _ = in_force(world.h1, world.v1)
    sign_year(contract, from_on=YEAR_END + ONE_DAY, to_on=TERM_END, by=enter(manager), at=AT)
    assert told(world, contract, [YEAR_END - timedelta(days=30)]) == []
    heard = told(world, contract, [TERM_END - timedelta(days=60)])
    assert {on for _, on, _ in heard} == {TERM_END.isoformat()}


def test_a_renewed_contract_runs_out_in_silence(world):
    contract, manager, _ = in_force(world.h1, world.v1, "icu")
    days = {"starts_on": date(2027, 3, 1), "ends_on": TERM_END}
    renew_contract(contract, number="HT-2", **days, by=enter(manager), at=AT)
    assert told(world, contract, [YEAR_END - timedelta(days=30)]) == []


def test_dongles_and_certificates_are_told_as_well(world):
    """ALL-12"""
    contract, manager, _ = in_force(world.h1, world.v1)
    enter(manager)
    ends = date(2026, 12, 1)
    Expiry.objects.create(
        hospital=world.h1, vendor=world.v1, contract=contract, kind="dongle", name="加密狗", expires_on=ends
    )
    heard = told(world, contract, [ends - timedelta(days=left) for left in (100, 90, 7, 6, 0, -1)])
    mine = [(on, day) for member, on, day in heard if member == manager.pk and on == ends.isoformat()]
    assert mine == [(ends.isoformat(), ends - timedelta(days=left)) for left in (90, 7)]


@pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])
def test_the_vendors_managers_are_handed_over_with_the_contract(monkeypatch):
    """The watch role looks across tenants for ids only; drafts and contracts that are over are passed over."""
    from contracts import tasks
    from contracts.services import reminding

    world = make_world()
    with wall.opened(Context()):
        contract, manager, _ = in_force(world.h1, world.v1)
        started(world.h1, world.v1, "icu", by=enter(manager))
        make_contract(world.h2, world.v1, ends_on=date(2026, 10, 31))
    other = make_member(Role.VENDOR_MANAGER, world.v2)
    handed = []
    monkeypatch.setattr(tasks.look_after, "inside", lambda *args: handed.append(args))
    assert reminding.hand_over(at=AT) == 1
    assert handed == [(Context.of_hospital(world.h1.id), str(contract.pk), [str(manager.pk)])]
    assert str(other.pk) not in str(handed)
    assert BEAT["look after contracts"]["options"]["queue"] == "watch"


def test_posts_change_on_the_day_people_do(world):
    """ICU-17: a successor named for later takes over by themselves."""
    contract, manager, _ = in_force(world.h1, world.v1, "icu")
    successor = make_member(Role.PROJECT_MANAGER, world.v1)
    by = enter(manager)
    old = StaffMember.objects.get(contract=contract, role="project_manager")
    later = date(2026, 12, 1)
    new = StaffMember(name="李新", of_vendor=successor)
    replace_staff(old, new, from_on=later, reason="换岗", by=by, at=AT)

    def holder():
        return Post.objects.get(desk_id=contract.desk_id, role="project_manager").of_vendor_id

    assert holder() == manager.pk
    told(world, contract, [later])
    with wall.opened(Context.of_hospital(world.h1.id)):
        assert holder() == successor.pk


def test_a_hospital_that_named_nobody_is_told_through_its_leads(world):
    contract, _, lead = in_force(world.h1, world.v1)
    with wall.opened(Context.of_hospital(world.h1.id)):
        StaffMember.objects.filter(contract=contract).update(of_hospital=None)
    heard = told(world, contract, [YEAR_END - timedelta(days=90)])
    assert lead.pk in [member for member, _, _ in heard]


def test_a_systems_own_term_is_told_as_well(world):
    """SMART-1"""
    contract, manager, _ = in_force(world.h1, world.v1, "smart")
    ends = date(2026, 12, 20)
    with wall.opened(Context.of_hospital(world.h1.id)):
        contract.systems.filter(name="智能候诊信息系统").update(ends_on=ends)
    heard = told(world, contract, [ends - timedelta(days=left) for left in (60, 59, 30)])
    mine = [day for member, on, day in heard if member == manager.pk and on == ends.isoformat()]
    assert mine == [ends - timedelta(days=left) for left in (60, 30)]


def test_what_went_over_to_the_next_contract_is_told_once(world):
    """ALL-12: the dongle hangs on both contracts while the first one runs."""
    contract, manager, _ = in_force(world.h1, world.v1, "icu")
    by, ends = enter(manager), date(2027, 3, 20)
    Expiry.objects.create(
        hospital=world.h1, vendor=world.v1, contract=contract, kind="dongle", name="加密狗", expires_on=ends
    )
    days = {"starts_on": date(2027, 3, 1), "ends_on": TERM_END}
    following = renew_contract(contract, number="HT-2", **days, by=by, at=AT)
    told(world, following, [ends - timedelta(days=30)])
    heard = told(world, contract, [ends - timedelta(days=30)])
    assert [day for member, on, day in heard if member == manager.pk] == [ends - timedelta(days=30)]
