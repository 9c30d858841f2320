"""A lead's first day: the second step set up through the pages, and every way in that comes of it. G10.

PICTURES=1 leaves a picture of each step on both devices in var/screenshots.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Membership
from tests.accounts.people import current_code
from tests.browser.language import latin_sentences
from tests.browser.visitor import Visitor
from tests.world import PASSWORD, World, make_member, make_user

PICTURES = Path(settings.BASE_DIR) / "var" / "screenshots" if os.environ.get("PICTURES") else None
# What a phone with a fingerprint says to the browser, which finds it by itself.
PHONE_WITH_FINGER = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def lead(world: World) -> Membership:
    return make_member(Role.IT_LEAD, world.h1, user=make_user("wang.lead"), name="王小明")


def look(visitor: Visitor, name: str) -> Page:
    """Chinese, nothing cut off, nobody kept out: these pages appear only on the way."""
    page = visitor.page
    for options in visitor.on_each_device():
        assert visitor.overflow() == 0, name
        assert visitor.axe() == [], name
        if PICTURES:
            PICTURES.mkdir(parents=True, exist_ok=True)
            width, theme = options["viewport"]["width"], options["color_scheme"]
            page.screenshot(path=PICTURES / f"second-step-{name}-{width}-{theme}.png", full_page=True)
    assert latin_sentences(page.content()) == [], name
    return page


def type_password(visitor: Visitor) -> Page:
    page = visitor.visit("/accounts/login/")
    page.get_by_label("用户名").fill("wang.lead")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    return page


def sign_out(visitor: Visitor) -> None:
    page = visitor.visit("/accounts/logout/")
    page.locator("main").get_by_role("button", name="退出").click()
    page.wait_for_url("**/accounts/login/**")


def fresh_code(secret: str) -> str:
    """A code that will still be right when it arrives."""
    if (left := 30 - time.time() % 30) < 4:
        time.sleep(left)
    return current_code(secret)


def type_code(visitor: Visitor, code: str) -> None:
    visitor.page.wait_for_url("**/accounts/2fa/authenticate/")
    visitor.page.locator("#id_code").fill(code)
    visitor.page.get_by_role("button", name="登录", exact=True).click()


def assert_inside(visitor: Visitor) -> None:
    visitor.page.wait_for_url(lambda address: "/accounts/" not in address)
    visitor.visit("/people/")
    expect(visitor.page.locator("h1")).to_have_text("人员")


def test_a_lead_sets_up_the_codes_of_a_phone(visitor: Visitor, lead: Membership) -> None:
    page = type_password(visitor)
    page.wait_for_url("**/accounts/2fa/")
    look(visitor, "totp-1-stopped")
    page.locator("a[href='/accounts/2fa/totp/activate/']").click()
    secret = page.locator("#secret").inner_text()
    look(visitor, "totp-2-picture")
    page.locator("#id_code").fill("000000")
    page.locator("main button[type=submit]").click()
    expect(page.locator(".invalid-feedback")).to_be_visible()
    look(visitor, "totp-3-wrong-code")
    secret = page.locator("#secret").inner_text()
    page.locator("#id_code").fill(fresh_code(secret))
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**/accounts/2fa/recovery-codes/")
    look(visitor, "totp-4-recovery-codes")
    codes = page.locator("#codes li").all_inner_texts()
    assert len(codes) == 10
    with page.expect_download() as download:
        page.get_by_role("link", name="下载").click()
    assert set(codes) <= set(Path(download.value.path()).read_text().split())
    visitor.visit("/accounts/2fa/")
    look(visitor, "totp-5-set-up")

    sign_out(visitor)
    type_password(visitor).wait_for_url("**/accounts/2fa/authenticate/")
    look(visitor, "totp-6-asked")
    expect(page.locator("#security-key")).to_have_count(0)  # there is none to use
    type_code(visitor, "000000")
    expect(page.locator(".invalid-feedback")).to_be_visible()
    look(visitor, "totp-7-wrong")
    type_code(visitor, fresh_code(secret))
    assert_inside(visitor)

    sign_out(visitor)
    type_password(visitor)
    type_code(visitor, codes[0])
    assert_inside(visitor)
    visitor.visit("/accounts/2fa/recovery-codes/")
    assert page.locator("#codes li").all_inner_texts() == codes[1:]
    look(visitor, "totp-8-one-code-less")


def test_a_lead_signs_in_by_finger(visitor: Visitor, lead: Membership) -> None:
    page = type_password(visitor)
    debugger = visitor.context.new_cdp_session(page)
    debugger.send("WebAuthn.enable")
    debugger.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE_WITH_FINGER})
    page.wait_for_url("**/accounts/2fa/")
    page.locator("a[href='/accounts/2fa/webauthn/add/']").click()
    look(visitor, "key-1-add")
    page.locator("#id_name").fill("工作手机")
    expect(page.locator("#id_passwordless")).to_be_checked()
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/accounts/2fa/recovery-codes/**")
    look(visitor, "key-2-recovery-codes")
    visitor.visit("/accounts/2fa/webauthn/")
    expect(page.locator("td.title")).to_contain_text("工作手机")
    look(visitor, "key-3-list")
    page.get_by_role("link", name="改名").click()
    page.wait_for_url("**/edit/")
    look(visitor, "key-3-name")
    visitor.visit("/accounts/2fa/webauthn/")
    page.get_by_role("link", name="移除").click()
    page.wait_for_url("**/remove/")
    look(visitor, "key-3-remove")
    assert "/webauthn/" in visitor.visit("/accounts/2fa/webauthn/reauthenticate/?next=/me/").url
    look(visitor, "key-3-is-it-you")

    sign_out(visitor)
    look(visitor, "key-4-sign-in")
    page.locator("#passkey button").click()
    assert_inside(visitor)

    sign_out(visitor)
    type_password(visitor).wait_for_url("**/accounts/2fa/authenticate/")
    look(visitor, "key-5-asked")
    page.locator("#security-key button").click()
    assert_inside(visitor)


def test_a_finger_that_is_not_known_is_told_so(visitors: Callable[[], Visitor], lead: Membership) -> None:
    visitor = visitors()
    page = visitor.visit("/accounts/login/")
    debugger = visitor.context.new_cdp_session(page)
    debugger.send("WebAuthn.enable")
    debugger.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE_WITH_FINGER})
    page.locator("#passkey button").click()
    expect(page.locator(".toast-note")).to_be_visible()
    look(visitor, "key-6-unknown")
