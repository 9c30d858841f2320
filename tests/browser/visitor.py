"""A person in a real Chromium: what they see, and everything that went wrong while they looked."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Browser, ConsoleMessage, Page, Route

from servicedesk.tenancy.middleware import CHOSEN
from servicedesk.tenancy.models import Membership

HOME = frozenset({"127.0.0.1", "localhost"})
AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
GRAVE = ("serious", "critical")
# The narrow screen in the dark is where pages break; the desk by daylight doubles the time and is walked on request:
# EVERY_DEVICE=1 make test
ON_A_DESK, ON_A_PHONE = {"color_scheme": "light"}, {"color_scheme": "dark", "viewport": PHONE}
DEVICES: tuple[dict[str, Any], ...] = (ON_A_DESK, ON_A_PHONE) if os.environ.get("EVERY_DEVICE") else (ON_A_PHONE,)


@dataclass
class Visitor:
    browser: Browser
    address: str
    foreign: list[str] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    expects: tuple[str, ...] = ()  # parts of console messages that belong to the test, such as a 404 it asked for

    def __post_init__(self) -> None:
        self._open({})

    def _open(self, options: dict[str, Any]) -> None:
        cookies = self.context.cookies() if hasattr(self, "context") else []
        if hasattr(self, "context"):
            self.context.close()
        self.context = self.browser.new_context(
            base_url=self.address, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce",
            **{"viewport": DESK, **options},
        )  # fmt: skip
        self.context.add_cookies(cookies)
        self.context.route("**/*", self._route)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.trouble.append(f"script: {error}"))
        self.page.set_default_timeout(8000)

    def _route(self, route: Route) -> None:
        parts = urlsplit(route.request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in HOME:
            self.foreign.append(route.request.url)
            route.abort()
        else:
            route.continue_()

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

    def set_cookie(self, name: str, value: str) -> None:
        self.context.add_cookies([{"name": name, "value": value, "url": self.address}])

    def with_device(self, **options: Any) -> Visitor:
        """`viewport=PHONE`, `color_scheme="dark"`, `java_script_enabled=False`: the same person, another device."""
        self._open(options)
        return self

    def visit(self, path: str) -> Page:
        self.page.goto(path, wait_until="load")
        return self.page

    # ── what is asserted about every page ────────────────────────────────────────────────────────────────────────────
    def assert_nothing_wrong(self) -> None:
        assert self.foreign == [], f"asked foreign hosts: {self.foreign}"
        assert self.trouble == [], "\n".join(self.trouble)

    def overflow(self) -> int:
        """How many pixels the page is wider than the window."""
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    def axe(self) -> list[str]:
        """Findings that keep somebody out. The script goes in through the debugger, so the CSP stands as it is."""
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{violation['id']}: {node['target']} {node.get('failureSummary', '')}"
            for violation in found["violations"]
            if violation["impact"] in GRAVE
            for node in violation["nodes"]
        ]

    def close(self) -> None:
        self.context.close()
