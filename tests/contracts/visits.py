"""Visiting a contract's pages with a browser, as its parties' people do."""

from __future__ import annotations

from datetime import date
from html import unescape

from django.utils import timezone

from servicedesk.tenancy import wall
from servicedesk.tenancy.wall import Context
from tests.accounts.people import browser_of
from tests.contracts.people import manager_of, started
from tests.world import enter


def text(response) -> str:
    assert response.status_code == 200, response.status_code
    return unescape(response.content.decode())


def in_hospital(world):
    return wall.opened(Context.of_hospital(world.h1.id))


def today() -> date:
    return timezone.localdate()


def draft(world, code="pacs", **more):
    manager = manager_of(world.v1)
    contract = started(world.h1, world.v1, code, by=enter(manager), **more)
    return contract, browser_of(manager)


def posted(forms, **changes):
    """All fields of a page's forms as the browser would send them."""
    data = {}
    for form in forms:
        members = [form.management_form, *form.forms] if hasattr(form, "management_form") else [form]
        for each in members:
            for bound in each:
                value = bound.value()
                if isinstance(value, list | tuple):
                    data[bound.html_name] = value
                elif value is not None and value is not False:
                    data[bound.html_name] = "on" if value is True else str(getattr(value, "pk", value))
    return {**data, **changes}
