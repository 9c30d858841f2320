"""A person in a real Chromium: what they see, and everything that went wrong while they looked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from allauth.account.internal.flows.login import _AUTHENTICATION_METHODS_USER_SESSION_KEY as OF_USER
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Request, TimeoutError

from servicedesk.tenancy.middleware import CHOSEN
from servicedesk.tenancy.models import Membership
from tests.ui.test_main_sheet import MAIN, TABLER, named_in

HOME = frozenset({"127.0.0.1", "localhost"})
AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
GRAVE = ("serious", "critical")
ON_A_DESK = {"viewport": DESK, "color_scheme": "light"}
ON_A_PHONE = {"viewport": PHONE, "color_scheme": "dark"}
OTHER_LIGHT = {"light": "dark", "dark": "light"}
DEVICES: tuple[dict[str, Any], ...] = (ON_A_DESK, ON_A_PHONE)
WIDE = """[...document.querySelectorAll("body *")]
    .filter(one => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 9).map(one => one.outerHTML.slice(0, 120))"""
COLOURS = ["color-contrast"]
# Of findings only the grave ones are asserted, and a rule says beforehand how grave its findings are.
FIND = """rules => axe.run(document, {resultTypes: ['violations'], preload: false, runOnly: {type: 'rule',
    values: rules || axe._audit.rules.filter(rule => rule.enabled && !['minor', 'moderate'].includes(rule.impact))
        .map(rule => rule.id)}})"""
CLASSES = "[...new Set([...document.querySelectorAll('body *')].flatMap(one => [...one.classList]))]"
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@cache
def axe_script() -> str:
    return AXE.read_text()


@cache
def left_out() -> frozenset[str]:
    """Classes of Tabler that the build left out, because no page was seen to use them."""
    return frozenset(named_in(TABLER) - named_in(MAIN))


class Contexts:
    """Browser contexts that are handed on: a new one would fetch and compile every script and font again. Cookies are
    taken away in between; we keep nothing else in a browser."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.idle: dict[str, list[BrowserContext]] = {}

    def take(self, address: str, options: dict[str, Any]) -> BrowserContext:
        idle = self.idle.setdefault(f"{address} {options}", [])
        return idle.pop() if idle else self.browser.new_context(
            base_url=address, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce", **options
        )  # fmt: skip

    def give_back(self, context: BrowserContext, address: str, options: dict[str, Any]) -> None:
        for page in context.pages:
            closed(page)
        context.clear_cookies()
        self.idle[f"{address} {options}"].append(context)


def closed(page: Page) -> None:
    """Chromium loses the wish to close a page that is about to show another, and a close that waits waits for ever: no
    test of a whole run ended after one had. Asked again, it closes."""
    for _again in range(10):
        with suppress(TimeoutError), page.expect_event("close", timeout=1_000):
            page.close(run_before_unload=True)  # says so and does not wait
        if page.is_closed():
            return
    raise AssertionError(f"{page.url} does not close")


@dataclass
class Visitor:
    contexts: Contexts
    address: str
    foreign: list[str] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    expects: tuple[str, ...] = ()  # parts of console messages that belong to the test, such as a 404 it asked for

    def __post_init__(self) -> None:
        self._open({})

    def _open(self, options: dict[str, Any]) -> None:
        cookies = self.context.cookies() if hasattr(self, "context") else []
        if hasattr(self, "context"):
            self.close()
        self.options = {"viewport": DESK, **options}
        self.in_hand = {**ON_A_DESK, **{name: value for name, value in options.items() if name in ON_A_DESK}}
        self.context = self.contexts.take(self.address, self.options)
        self.context.add_cookies(cookies)
        self.page: Page = self.context.new_page()
        self.page.on("request", self._see)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.trouble.append(f"script: {error}"))
        self.page.set_default_timeout(20_000)  # a busy machine is no failure

    def _see(self, request: Request) -> None:
        """The browser finds no host but this one (conftest.py); what asks for another is told on."""
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in HOME:
            self.foreign.append(request.url)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(part in message.text for part in self.expects):
            self.trouble.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    # ── what a person does ───────────────────────────────────────────────────────────────────────────────────────────
    def sign_in(self, membership: Membership) -> Visitor:
        session = SessionStore()
        session[SESSION_KEY] = str(membership.user_id)
        session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
        session[HASH_SESSION_KEY] = membership.user.get_session_auth_hash()
        session[CHOSEN] = str(membership.id)
        session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
        session.save()
        self.set_cookie(settings.SESSION_COOKIE_NAME, session.session_key)
        return self

    def prove(self, membership: Membership) -> Visitor:
        """They have just typed their password: what asks for it again lets them in."""
        key = next(one["value"] for one in self.context.cookies() if one["name"] == settings.SESSION_COOKIE_NAME)
        session = SessionStore(key)
        session[OF_USER] = str(membership.user_id)
        session.save()
        return self

    def set_cookie(self, name: str, value: str) -> None:
        self.context.add_cookies([{"name": name, "value": value, "url": self.address}])

    def with_device(self, **options: Any) -> Visitor:
        """`viewport=PHONE`, `color_scheme="dark"`, `java_script_enabled=False`: the same person, another device."""
        self._open(options)
        return self

    def visit(self, path: str) -> Page:
        self._look_for_classes_left_out()
        self.page.goto(path, wait_until="load")
        return self.page

    def _look_for_classes_left_out(self) -> None:
        """As the page stands when it is left, with what scripts have added."""
        with suppress(Error):  # closed by the test, or on its way to another already
            if missing := left_out() & set(self.page.evaluate(CLASSES)):
                self.trouble.append(f"{self.page.url}: classes that main.css leaves out: {sorted(missing)}")

    def on_each_device(self) -> Iterator[dict[str, Any]]:
        """The page as it stands, on a desk by daylight and on a phone in the dark: turned over in the hand, not loaded
        again: a turn costs more than a page. It begins with the one in hand, and what follows goes on on the other."""
        for options in sorted(DEVICES, key=lambda one: one != self.in_hand):
            self.turn_to(options)
            yield options

    def turn_to(self, options: dict[str, Any]) -> None:
        if options != self.in_hand:
            self.page.set_viewport_size(options["viewport"])
            self.page.emulate_media(color_scheme=options["color_scheme"])
            self.page.evaluate(PAINTED)  # by then the page has heard of it
            self.in_hand = options

    def in_the_other_light(self) -> list[str]:
        """What cannot be read here by night, or on the phone by day: only colours differ, so only they are asked."""
        here = self.page.evaluate("document.documentElement.dataset.bsTheme")
        self.page.emulate_media(color_scheme=OTHER_LIGHT[here])
        self.page.evaluate(PAINTED)
        found = self.axe(COLOURS)
        self.page.emulate_media(color_scheme=here)
        self.page.evaluate(PAINTED)
        return found

    # ── what is asserted about every page ────────────────────────────────────────────────────────────────────────────
    def assert_nothing_wrong(self) -> None:
        assert self.foreign == [], f"asked foreign hosts: {self.foreign}"
        assert self.trouble == [], "\n".join(self.trouble)

    def overflow(self) -> int:
        """How many pixels the page is wider than the window."""
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    def wide(self) -> list[str]:
        """What sticks out, for the message of a failed test."""
        return self.page.evaluate(WIDE)

    def axe(self, rules: list[str] | None = None) -> list[str]:
        """Findings that keep somebody out. The script goes in through the debugger, so the CSP stands as it is."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(axe_script())
        found = self.page.evaluate(FIND, rules)
        return [
            f"{violation['id']}: {node['target']} {node.get('failureSummary', '')}"
            for violation in found["violations"]
            if violation["impact"] in GRAVE
            for node in violation["nodes"]
        ]

    def close(self) -> None:
        self._look_for_classes_left_out()
        self.contexts.give_back(self.context, self.address, self.options)
