"""CHK-e: the roster with people in it, on a phone and a desk, in both themes; test_every_page sees it empty."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from servicedesk.clocks.models import Desk, Duty, Swap
from servicedesk.clocks.shifts import moment
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.wall import Context, opened
from tests.browser.language import latin_sentences
from tests.browser.test_every_page import too_small
from tests.browser.visitor import PHONE, Visitor
from tests.clocks.rosters import Crew, make_crew
from tests.world import World, give_second_factor


@pytest.fixture
def crew(world: World) -> Crew:
    """Two levels, three people in turn, a hole in three days, an odd duty from another cut, a swap that waits."""
    made = make_crew(world, levels=2)
    give_second_factor(made.manager.user)
    people, today = (made.zhang, made.li, made.wang), timezone.localdate()
    with opened(Context.of_vendor(world.v1.id)):
        for number in range(-10, 40):
            on = today + timedelta(days=number)
            for shift, (start, end) in enumerate(((480, 1080), (1080, 1920))):
                if number in {3, 9} and shift:
                    continue
                for level in (1, 2):
                    Duty.objects.create(
                        vendor=world.v1, team=made.team, level=level, member=people[(number + shift + level) % 3],
                        starts_at=moment(on, start), ends_at=moment(on, end if (number, level) != (5, 2) else end - 60),
                    )  # fmt: skip
        duty = Duty.objects.filter(starts_at__gt=timezone.now(), level=1).order_by("starts_at")[2]
        other = next(one for one in people if one.pk != duty.member_id)
        Swap.objects.create(
            vendor=world.v1, duty=duty, asked_by_id=duty.member_id, to=other, why="孩子发烧", asked_at=timezone.now()
        )
    with opened(Context.of_hospital(world.h1.id)):
        Desk.objects.create(hospital=world.h1, vendor=world.v1, label="RIS 运维", url="/", hotline="0571-8888 0000")
    return made


def fill_url(crew: Crew) -> str:
    first = timezone.localdate() + timedelta(days=1)
    asked = f"from_on={first}&until_on={first + timedelta(days=6)}&level=1&shift=1&turn=day&off=own"
    return f"/roster/{crew.team.pk}/fill/?{asked}&work_1={crew.zhang.pk}&work_2={crew.li.pk}&rest_1={crew.wang.pk}"


def pages(crew: Crew) -> dict[str, tuple[str, Membership]]:
    base, tomorrow = f"/roster/{crew.team.pk}/", timezone.localdate() + timedelta(days=1)
    with opened(Context.of_vendor(crew.world.v1.id)):
        duty = Duty.objects.filter(member=crew.zhang, starts_at__gt=timezone.now()).earliest("starts_at")
    return {
        "month": (base, crew.manager),
        "month-engineer": (base, crew.zhang),
        "day": (f"{base}day/?on={tomorrow}", crew.manager),
        "day-past": (f"{base}day/?on={tomorrow - timedelta(days=2)}", crew.manager),
        "teams": ("/roster/", crew.manager),
        "team": (f"{base}team/", crew.manager),
        "fill": (fill_url(crew), crew.manager),
        "clear": (f"{base}clear/?from_on={tomorrow}&until_on={tomorrow}&level=", crew.manager),
        "copy": (f"{base}copy/?month={tomorrow + timedelta(days=30):%Y-%m}", crew.manager),
        "import": (f"{base}import/", crew.manager),
        "swaps": ("/roster/swaps/", crew.manager),
        "swaps-engineer": ("/roster/swaps/", crew.zhang),
        "swap": (f"/roster/duties/{duty.pk}/swap/", crew.zhang),
        "on-duty": ("/on-duty/", crew.manager),
        "home-manager": ("/", crew.manager),
        "home-engineer": ("/", crew.zhang),
    }


def test_a_full_roster(visitors, crew: Crew) -> None:
    visitor: Visitor = visitors()
    for path, member in pages(crew).values():
        page = visitor.sign_in(member).visit(path)
        for _ in visitor.on_each_device():
            assert visitor.overflow() == 0, path
            assert visitor.axe() == [], path
        assert too_small(visitor) == [], path
        assert latin_sentences(page.content()) == [], path


@pytest.mark.parametrize("scripts", [True, False])
def test_on_a_friday_evening_somebody_else_takes_tomorrows_shift(visitors, crew: Crew, scripts: bool) -> None:
    """CHK-e: on a phone, with a thumb; in place with scripts, on a page of its own without."""
    visitor: Visitor = visitors().sign_in(crew.manager)
    page = visitor.with_device(viewport=PHONE, java_script_enabled=scripts).visit(f"/roster/{crew.team.pk}/")
    on = timezone.localdate() + timedelta(days=1)
    page = visitor.visit(f"/roster/{crew.team.pk}/?month={on:%Y-%m}")
    cell = page.locator(f"#day-{on:%Y%m%d} a.roster-cell").first
    assert cell.bounding_box()["height"] >= 43.5
    cell.click()
    box = page.locator(f"#id_{on:%Y%m%d}-1-0")
    before = box.input_value()
    other = next(one for one in (crew.zhang, crew.li, crew.wang) if str(one.pk) != before)
    box.select_option(str(other.pk))
    page.get_by_role("button", name="保存").click()
    row = page.locator(f"#day-{on:%Y%m%d}")
    row.locator("a.roster-cell").first.wait_for()
    assert other.name in row.locator("a.roster-cell").first.inner_text()
    with opened(Context.of_vendor(crew.world.v1.id)):
        assert Duty.objects.get(team=crew.team, level=1, starts_at=moment(on, 480)).member_id == other.pk


def test_the_list_of_holes_shrinks_when_one_is_filled_in_place(visitors, crew: Crew) -> None:
    visitor: Visitor = visitors().sign_in(crew.manager)
    on = timezone.localdate() + timedelta(days=3)
    page = visitor.visit(f"/roster/{crew.team.pk}/?month={on:%Y-%m}")
    count = int(page.locator("#holes .badge").inner_text())
    page.locator(f"#day-{on:%Y%m%d} td.is-hole a").first.click()
    page.locator(f"#id_{on:%Y%m%d}-1-1").select_option(str(crew.zhang.pk))
    page.get_by_role("button", name="保存").click()
    page.locator("#holes .badge", has_text=str(count - 1)).wait_for()
    page.locator(f"#day-{on:%Y%m%d} td.is-hole a").first.click()
    page.get_by_role("link", name="取消").click()
    page.locator(f"#day-{on:%Y%m%d} td.is-hole a").first.wait_for()
