"""Parts of a page that are drawn once hold nothing of the page before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.accounts.people import browser_of
from tests.clocks.examples import AT
from tickets.enums import Writing
from tickets.services import drafts

pytestmark = pytest.mark.django_db


def text_of(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_the_bar_of_the_queue_leads_back_to_its_own_page(desk):
    client = browser_of(desk.engineer)
    addresses = ("severity=A", "severity=B&unassigned=1", 'severity=C&x="><script>')
    pages = [text_of(client, f"/tickets/?{address}") for address in addresses]
    backs = [page.partition('name="back" value="')[2].partition('"')[0] for page in pages]
    assert backs == ["severity=A", "severity=B&amp;unassigned=1", "severity=C&amp;x=%22%3E%3Cscript%3E"]
    assert 'href="/tickets/filter/?severity=B&amp;unassigned=1"' in pages[1]


def test_the_composer_shows_what_each_began_here_and_nothing_of_others(desk):
    first, second = (desk.accepted(at=timezone.now() - timedelta(minutes=10)) for _ in range(2))
    written = {"text": "<b>等备件</b>\n明天到"}
    desk.act(drafts.keep_draft, first, by=desk.engineer, at=AT, kind=Writing.REPLY, fields=written)
    client, other = browser_of(desk.engineer), browser_of(desk.colleague)
    assert "&lt;b&gt;等备件&lt;/b&gt;\n明天到</textarea>" in text_of(client, f"/tickets/{first.pk}/")
    for browser, ticket in ((client, second), (other, first), (other, second)):
        page = text_of(browser, f"/tickets/{ticket.pk}/")
        assert "等备件" not in page
        assert page.count("</textarea>") == 2
