"""A newcomer's way: a contract from a blueprint, a promise changed by a new version, and what changed, seen in 试算."""

from __future__ import annotations

from django.utils import timezone

from contracts.models import Contract
from contracts.services.staffing import keep_posts
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.wall import Context, opened
from tests.browser.contract_pages import look
from tests.browser.language import latin_sentences
from tests.browser.promise_pages import promises_room
from tests.browser.visitor import Visitor
from tests.contracts.people import fill_posts, manager_of
from tests.world import World, enter, give_second_factor, make_member

CODED = ("matrix-ladder", "try-wrong")  # the codes of kinds of service, named because one of them was asked for


def test_every_page_of_promises(visitor: Visitor, world: World) -> None:
    """ALL-8: nothing cut off, nothing untranslated, nobody kept out."""
    paths, manager, _ = promises_room(world)
    visitor.sign_in(manager)
    for name, path in paths.items():
        look(visitor, path)
        assert name in CODED or latin_sentences(visitor.page.content()) == [], path


def test_from_a_blueprint_to_a_changed_promise(visitor: Visitor, world: World) -> None:
    """ALL-2, ALL-3"""
    with opened(Context()):
        manager, lead = manager_of(world.v1), make_member(Role.IT_LEAD, world.h1)
    for member in (manager, lead):
        give_second_factor(member.user)
    page = visitor.sign_in(manager).visit("/contracts/new/")
    page.check("input[name=code][value=smart]")
    page.select_option("select[name=hospital]", str(world.h1.pk))
    _press(visitor, "form.stack button[type=submit], form button[type=submit].btn-primary")
    _fill(visitor, number="SMART-2026", hotline="400-800-1234", starts_on="2026-03-01")
    _press(visitor, "button.btn-primary[type=submit]")
    contract = _with_people(world, manager, lead)
    page = visitor.visit(f"/contracts/{contract.pk}/prepare/summary/")
    page.click(f"form[action$='{contract.pk}/activate/'] button")
    page.wait_for_url(f"**/contracts/{contract.pk}/")

    page.click("a[href$='/promises/']")
    _press(visitor, "form button.btn-primary")
    page.click("#line-0 .matrix-cell >> nth=0")
    page.wait_for_selector("#editor-0 form")  # in its place, without another page
    page.fill("#editor-0 input[name=number]", "20")
    _press(visitor, "#editor-0 button.btn-primary")
    assert "20 分钟" in page.inner_text("#line-0")
    page.click("a[href$='/check/']")
    page.wait_for_selector("#ask form")
    assert "30 分钟" in page.inner_text("#differences")
    page.fill("#ask textarea", "增派一名驻场工程师")
    _press(visitor, "#ask button.btn-primary")
    asked = page.url

    page = visitor.sign_in(lead).visit(asked)
    page.check("input[name=decision][value=agree]")
    _press(visitor, "#decide button.btn-primary")
    page = visitor.sign_in(manager).visit(asked)
    page.click("a[href*='/try/?version=1&other=2']")
    page.select_option("select[name=category]", "fault")
    page.fill("input[name=at]", "2026-11-25T09:00")
    page.select_option("select[name=version]", "1")
    page.select_option("select[name=other]", "2")
    page.click(".try-form button.btn-primary")
    page.wait_for_selector("#changed")
    changed = page.inner_text("#changed")
    assert "2026-11-25 09:30" in changed
    assert "2026-11-25 09:20" in changed
    assert page.locator("figure.time-line svg").count() == 2


def _press(visitor: Visitor, selector: str) -> None:
    with visitor.page.expect_navigation():
        visitor.page.click(selector)


def _fill(visitor: Visitor, **words: str) -> None:
    for name, value in words.items():
        visitor.page.fill(f"input[name={name}]", value)


def _with_people(world: World, manager: object, lead: object) -> Contract:
    """Nine people, named as the wizard's own tests name them."""
    with opened(Context()):
        by = enter(manager)
        contract = Contract.objects.get(number="SMART-2026")
        fill_posts(contract, manager, lead, by=by, at=timezone.now())
        keep_posts(contract, on=timezone.localdate())
    return contract
