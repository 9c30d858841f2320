"""CHK-e: a duty changes hands between two, when who keeps the roster says so; both learn of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from servicedesk.audit.models import Record
from servicedesk.clocks.models import Duty, Swap
from servicedesk.clocks.services import swaps
from servicedesk.clocks.shifts import moment
from servicedesk.notices.enums import NoticeKind
from servicedesk.notices.models import InboxItem
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import NOBODY, Context, opened
from tests.accounts.people import browser_of
from tests.clocks.rosters import FRIDAY, NOW
from tests.world import enter, make_member

pytestmark = pytest.mark.django_db
SATURDAY = FRIDAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def duty(crew):
    return crew.put(crew.zhang, moment(SATURDAY, 480), moment(SATURDAY, 1080))


def ask(crew, duty, to=None, **more):
    return swaps.ask_swap(duty, to=to or crew.li, why="孩子发烧", by=enter(crew.zhang), at=NOW, **more)


def told(member, kind):
    with opened(NOBODY):
        return [item.text for item in InboxItem.objects.visible_to(enter(member)).filter(kind=kind)]


def test_asked_approved_and_changed_hands(crew, duty, world):
    stranger = make_member(Role.PROJECT_MANAGER, world.v2)
    swap = ask(crew, duty)
    (asked,) = told(crew.manager, NoticeKind.APPROVAL_ASKED)
    assert "影像组 2026-11-28 08:00–18:00" in asked
    swaps.grant_swap(swap, by=crew.person, at=NOW)
    changed = Duty.objects.get(pk=duty.pk)
    assert changed.member_id == crew.li.pk
    assert changed.history.first().history_change_reason == "孩子发烧"
    for both in (crew.zhang, crew.li):
        assert len(told(both, NoticeKind.APPROVAL_DECIDED)) == 1
    for nobody in (crew.wang, stranger):
        assert told(nobody, NoticeKind.APPROVAL_DECIDED) + told(nobody, NoticeKind.APPROVAL_ASKED) == []
    with opened(Context.of_vendor(world.v1.id)):
        acts = list(
            Record.objects.filter(act__startswith="clocks.").order_by("recorded_at", "id").values_list("act", flat=True)
        )
    assert acts == ["clocks.swap_asked", "clocks.swap_granted"]


def test_refused_leaves_the_duty_where_it_is_and_tells_both(crew, duty):
    swap = ask(crew, duty)
    swaps.refuse_swap(swap, by=crew.person, at=NOW)
    assert Duty.objects.get(pk=duty.pk).member_id == crew.zhang.pk
    (sentence,) = told(crew.zhang, NoticeKind.APPROVAL_DECIDED)
    assert "refused" in sentence
    enter(crew.manager)
    with pytest.raises(Refused, match="already"):
        swaps.grant_swap(swap, by=crew.person, at=NOW)


def test_only_ones_own_duty_and_once(crew, duty):
    with pytest.raises(Refused, match="not yours"):
        swaps.ask_swap(duty, to=crew.wang, why="x", by=enter(crew.li), at=NOW)
    ask(crew, duty)
    with pytest.raises(Refused, match="asked already"):
        ask(crew, duty, to=crew.wang)


def test_what_has_begun_is_not_swapped(crew, duty):
    with pytest.raises(Refused, match="has begun"):
        swaps.ask_swap(duty, to=crew.li, why="x", by=enter(crew.zhang), at=moment(SATURDAY, 480))
    swap = ask(crew, duty)
    with pytest.raises(Refused, match="has begun"):
        swaps.grant_swap(swap, by=crew.person, at=moment(SATURDAY, 480))


def test_a_colleague_who_is_on_duty_then_or_has_left_cannot_take_it(crew, duty):
    crew.put(crew.li, moment(SATURDAY, 1079), moment(SATURDAY, 1200))
    with pytest.raises(Refused, match="on duty on this level"):
        ask(crew, duty)
    swap = ask(crew, duty, to=crew.wang)
    with opened(Context.of_vendor(crew.world.v1.id)):
        Membership.objects.filter(pk=crew.wang.pk).update(until_at=moment(SATURDAY, 600))
    with pytest.raises(Refused, match="not at the company"):
        swaps.grant_swap(swap, by=crew.person, at=NOW)
    assert Duty.objects.get(pk=duty.pk).member_id == crew.zhang.pk


def test_on_another_level_or_touching_is_no_hindrance(crew, duty):
    crew.put(crew.li, moment(SATURDAY, 480), moment(SATURDAY, 1080), level=2)
    crew.put(crew.li, moment(SATURDAY, 1080), moment(SATURDAY, 1200))
    swaps.grant_swap(ask(crew, duty), by=crew.person, at=NOW)
    assert Duty.objects.get(pk=duty.pk).member_id == crew.li.pk


def test_on_the_pages_from_asking_to_approving(crew):
    """With forms alone; a colleague's duty is answered with a sentence."""
    tomorrow = timezone.localdate() + timedelta(days=1)
    duty = crew.put(crew.zhang, moment(tomorrow, 480), moment(tomorrow, 1080))
    engineer, manager = browser_of(crew.zhang), browser_of(crew.manager)
    assert "duties/" in engineer.get("/roster/swaps/").content.decode()
    url = f"/roster/duties/{duty.pk}/swap/"
    assert browser_of(crew.wang).get(url).status_code == 409
    lost = engineer.post(url, {"to": "", "why": "孩子发烧"}).content.decode()
    assert 'value="孩子发烧"' in lost
    assert engineer.post(url, {"to": str(crew.li.pk), "why": "孩子发烧"}).url == "/roster/swaps/"
    with opened(Context.of_vendor(crew.world.v1.id)):
        swap = Swap.objects.get()
    assert engineer.post(f"/roster/swaps/{swap.pk}/grant/").status_code == 403
    assert "孩子发烧" in manager.get("/roster/swaps/").content.decode()
    assert manager.post(f"/roster/swaps/{swap.pk}/grant/").url == "/roster/swaps/"
    with opened(Context.of_vendor(crew.world.v1.id)):
        assert Duty.objects.get().member_id == crew.li.pk


def test_who_asked_may_take_it_back(crew, duty):
    swap = ask(crew, duty)
    with pytest.raises(Refused, match="Only the person"):
        swaps.withdraw_swap(swap, by=enter(crew.li), at=NOW)
    swaps.withdraw_swap(swap, by=enter(crew.zhang), at=NOW)
    assert Swap.objects.get().is_granted is False
    assert ask(crew, duty, to=crew.wang).decided_at is None
