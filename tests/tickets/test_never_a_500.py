"""Bad input is refused with a sentence or answered as nothing: a page never breaks by what was sent to it."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from servicedesk.accounts.models import Tries
from servicedesk.audit.models import Record
from servicedesk.tenancy import wall
from servicedesk.tenancy.models import Engagement
from tests.accounts.people import browser_of
from tests.tickets.test_call_pages import called
from tests.tickets.test_scan_pages import send, tickets
from tests.tickets.test_scanning import stick
from tickets.models import Draft, RemoteAuthorisation

pytestmark = pytest.mark.django_db
FAR = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00")
BAD = {
    "a page opened in year one": ("engineer", "/tickets/{ticket}/hand-over/", {"why": "", "since": FAR[0]}),
    "a page opened in year 9999": ("engineer", "/tickets/{ticket}/hand-over/", {"why": "", "since": FAR[1]}),
    "said by a page of year one": ("engineer", "/tickets/{ticket}/say/", {"text": "", "since": FAR[0]}),
    "stale since year one": ("engineer", "/tickets/{ticket}/say/", {"text": "在查", "seen": "99", "since": FAR[0]}),
    "a field of no name": ("engineer", "/tickets/{ticket}/draft/", {"kind": "reply", "a\x00b": "x"}),
    "the last day there is": ("it", "/records/?to_on=9999-12-31", None),
    "the first day there is": ("it", "/records/?from_on=0001-01-01", None),
    "exported to the last day there is": ("it", "/records/export/", {"to_on": "9999-12-31"}),
    "a day in another country's words": ("it", "/records/export/", {"from_on": "Oct 25 2006"}),
}


@pytest.fixture
def ticket(desk):
    return desk.accepted(at=timezone.now() - timedelta(minutes=10))


@pytest.mark.parametrize("name", BAD)
def test_it_is_answered(desk, ticket, name):
    who, path, given = BAD[name]
    member = getattr(desk, who)
    member.user.language = "en"
    member.user.save()
    client, path = browser_of(member), path.format(ticket=ticket.pk)
    answer = client.get(path) if given is None else client.post(path, given)
    assert answer.status_code in (200, 302, 400, 409)


def test_an_exports_days_stand_in_the_trail_as_dates(desk):
    desk.it.user.language = "en"
    desk.it.user.save()
    assert browser_of(desk.it).post("/records/export/", {"from_on": "Oct 25 2006"}).status_code == 200
    with desk.inside():
        assert Record.objects.get(act="tickets.records_exported").words["from_on"] == "2006-10-25"


def test_a_drafts_names_are_measured_as_its_texts_are(desk, ticket):
    written = urlencode({"kind": "reply", "n" * 30_000: "x"})
    answer = browser_of(desk.engineer).post(
        f"/tickets/{ticket.pk}/draft/", written, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 409
    with desk.inside():
        assert not Draft.objects.exists()


def test_an_address_behind_a_sticker_may_be_anything(desk):
    """From a browser that holds a receipt, so that its tickets are looked up."""
    Tries.objects.all().delete()
    (one,) = stick(desk)
    phone = Client()
    send(phone, f"/r/{one.token}/")
    (sent,) = tickets(desk)
    for odd in ("%00", f"{sent.number}%00", "%F0%9F%98%B1", "x" * 3_000):
        for path in (f"/r/{one.token}/t/{odd}/", f"/r/{odd}/"):
            assert phone.get(path).status_code in (404, 410)
        assert phone.post(f"/r/{one.token}/t/{odd}/urge/").status_code in (404, 410)
        assert phone.post(f"/r/{one.token}/t/{odd}/me-too/").status_code in (404, 410)


@pytest.fixture
def over(desk):
    """The vendor serves the hospital no more and may read on for a while."""
    with wall.opened(wall.Context.of_platform()):
        ours = Engagement.objects.filter(hospital=desk.world.h1, vendor=desk.world.v1)
        yesterday = timezone.localdate() - timedelta(days=1)
        ours.update(to_on=yesterday, read_until=yesterday + timedelta(days=30))
    desk.engineer.user.language = "en"
    desk.engineer.user.save()
    return browser_of(desk.engineer)


def test_who_may_only_read_writes_down_no_call_and_loses_no_word(desk, over):
    """PACS-1: the hospital calls after the end. The sentence stands in the form, and what was typed stays."""
    answer = over.post("/calls/new/", called(desk, title="数据库宕机"))
    page = answer.content.decode()
    assert "You may read this but no longer change it." in page
    assert "数据库宕机" in page
    assert tickets(desk) == []


def test_who_may_only_read_asks_for_no_access(desk, over):
    facts = {"contract": desk.contract.pk, "what": "数据库服务器", "why": "查看日志", "minutes": 60}
    answer = over.post("/remote/ask/", facts | {"submission": uuid4()})
    assert answer.status_code == 409
    assert "You may read this but no longer change it." in answer.content.decode()
    with desk.inside():
        assert not RemoteAuthorisation.objects.exists()
