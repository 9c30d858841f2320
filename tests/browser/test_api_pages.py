"""The pages beside the interface for programs: tokens, what a program was told, a ticket's number elsewhere. ALL-8."""

from __future__ import annotations

import os
from pathlib import Path

from allauth.account.internal.flows.login import _AUTHENTICATION_METHODS_USER_SESSION_KEY as OF_USER
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.utils import timezone

from servicedesk.tenancy.models import Membership
from tests.browser.contract_pages import look
from tests.browser.language import latin_sentences
from tests.browser.visitor import Visitor
from tests.tickets.machines import make_machine
from tests.tickets.people import make_desk
from tests.tickets.test_api_events import subscribe
from tests.world import World, give_second_factor

PICTURES = os.environ.get("PICTURES", "")  # a folder: what was walked is kept there to be looked at


def _room(world: World) -> tuple[dict[str, str], Membership]:
    with transaction.atomic():
        desk = make_desk(world)
        subscribe(world.h1)
        make_machine(desk.lead)
        old = make_machine(desk.lead)
        with desk.acting(desk.lead):
            type(old.token).objects.filter(pk=old.token.pk).update(revoked_at=timezone.now())
        program = subscribe(world.h1, name="集成平台")
        ticket = desk.accepted(external_number="OA-2026-00017", external_source="oa")
    give_second_factor(desk.lead.user)
    return {
        "tokens": "/tokens/",
        "make-token": "/tokens/new/",
        "acts": f"/notices/receivers/{program.pk}/acts/",
        "receiver": f"/notices/receivers/{program.pk}/",
        "number-elsewhere": f"/tickets/{ticket.pk}/number-elsewhere/",
    }, desk.lead


def _proved(visitor: Visitor, member: Membership) -> None:
    visitor.sign_in(member)
    key = next(one["value"] for one in visitor.context.cookies() if one["name"] == settings.SESSION_COOKIE_NAME)
    session = SessionStore(key)
    session[OF_USER] = str(member.user_id)
    session.save()


def test_every_page_beside_the_interface(visitor: Visitor, world: World) -> None:
    paths, lead = _room(world)
    _proved(visitor, lead)
    for name, path in paths.items():
        look(visitor, path)
        _keep(visitor, name)
        assert latin_sentences(visitor.page.content()) == [], path
    page = visitor.visit("/tokens/new/")
    page.fill("[name=name]", "集成平台")
    page.check("[name=scopes][value='tickets.report']")
    page.click("form.stack button[type=submit]")
    for _ in visitor.on_each_device():
        assert page.input_value("#secret").startswith("sdt_")
        assert visitor.overflow() <= 0
        assert visitor.axe() == []
    _keep(visitor, "token-made")


def _keep(visitor: Visitor, name: str) -> None:
    if not PICTURES:
        return
    for options in visitor.on_each_device():
        size = options["viewport"]
        height = visitor.page.evaluate("document.documentElement.scrollHeight")
        visitor.page.set_viewport_size({**size, "height": max(height, size["height"])})
        visitor.page.screenshot(path=Path(PICTURES) / f"{name}-{size['width']}.png")
