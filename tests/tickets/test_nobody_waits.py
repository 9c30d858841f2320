"""While somebody's file is looked through, others go on: the scanner may take seconds, and nothing is held by then."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection, connections
from django.test import Client
from django.utils import timezone

from contracts.services import keeping
from servicedesk.accounts.models import Tries
from servicedesk.accounts.services.me import change_details
from servicedesk.files import storage
from servicedesk.files.models import StoredFile
from servicedesk.files.services.sweeping import sweep
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Context, opened
from tests.files.test_scanner import clamd
from tests.tickets.people import Desk, make_desk
from tests.tickets.test_report_pages import browser, given
from tests.tickets.test_scan_pages import PIXEL, send
from tests.tickets.test_scanning import stick
from tests.world import make_world
from tickets.services.attaching import attach
from tickets.services.working import say

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])


@pytest.fixture
def desk(transactional_db: None, settings: Any, tmp_path: Any) -> Desk:
    settings.MEDIA_ROOT = tmp_path
    Tries.objects.all().delete()
    with opened(Context()):
        return make_desk(make_world())


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("a.png", PIXEL)


def hurried(act: Callable[[], Any]) -> Any:
    """By a connection of its own that soon loses its patience."""
    try:
        connection.cursor().execute("SET lock_timeout = '300ms'")
        return act()
    except OperationalError:
        return "waits"
    finally:
        connections.close_all()


def beside(settings: Any, act: Callable[[], Any], other: Callable[[], Any]) -> tuple[Any, Any]:
    """What both came to; the scanner answers to the first when the other is through, or has waited."""
    came_to: list[Any] = []

    def behave(line: Any, _content: bytes) -> None:
        came_to.append(hurried(other))
        line.sendall(b"stream: OK\0")

    with clamd(behave) as address:
        settings.CLAMAV_ADDRESS = address
        first = act()
    return first, *came_to  # type: ignore[return-value]


def test_a_report_its_neighbours_and_a_tickets_others_wait_for_no_scanner(desk: Desk, settings: Any) -> None:
    """PACS-7, PACS-14: in the browser, by a sticker beside the same sticker, and on one ticket."""
    ward, it, (one,) = browser(desk.ward), browser(desk.it), stick(desk)
    ticket, page = desk.accepted(at=timezone.now()), f"/r/{one.token}/"
    answered = beside(
        settings,
        lambda: ward.post("/report/", given(desk, file=photo())).status_code,
        lambda: desk.report(at=timezone.now()).state,
    )
    assert answered == (302, "reported")
    scanned = beside(
        settings,
        lambda: send(Client(), page, photo=photo()).status_code,
        lambda: send(Client(), page).status_code,
    )
    assert scanned == (302, 302)
    attached = beside(
        settings,
        lambda: it.post(f"/tickets/{ticket.pk}/files/add/", {"file": photo()}).status_code,
        lambda: desk.act(say, ticket, by=desk.engineer, at=timezone.now(), text="日志收到").text,
    )
    assert attached == (302, "日志收到")
    with desk.inside():
        assert StoredFile.objects.count() == 3
    settings.CLAMAV_ADDRESS = ""
    assert while_its_contract_is_signed(desk) == "reported"


def test_the_last_of_the_space_is_kept_once_and_swept_by_nobody(desk: Desk, settings: Any) -> None:
    """ALL-1: of two at once one is refused, though both were looked through. Litter of old that somebody is about to
    name is not swept from below them."""
    one, other = (desk.accepted(at=timezone.now()) for _ in range(2))
    with desk.acting(desk.it) as person:
        (stored,) = attach(one, [photo()], by=person, at=timezone.now())
    with desk.inside():
        StoredFile.objects.all().delete()
    settings.UPLOAD_QUOTA_GIGABYTES = 1.5 * stored.size / 2**30

    def unscanned() -> str:
        settings.CLAMAV_ADDRESS = ""
        return _attached(desk, other)

    assert beside(settings, lambda: _attached(desk, one), unscanned) == ("quota", "kept")
    with desk.inside():
        StoredFile.objects.all().delete()
    settings.CLAMAV_ADDRESS, tomorrow = "", timezone.now() + timedelta(days=2)
    with ThreadPoolExecutor(1) as pool:
        with desk.acting(desk.it) as person:
            attach(one, [photo()], by=person, at=timezone.now())
            assert pool.submit(hurried, lambda: sweep(at=tomorrow)).result() == "waits"
        assert pool.submit(hurried, lambda: sweep(at=tomorrow)).result() == 0
    assert storage.path_of(stored.hospital_id, stored.sha256).exists()


def _attached(desk: Desk, ticket: Any) -> str:
    try:
        desk.act(attach, ticket, by=desk.it, at=timezone.now(), uploads=[photo()])
    except Refused as refusal:
        return refusal.code
    return "kept"


def while_its_contract_is_signed(desk: Desk) -> Any:
    """And while who reports changes their own phone number: both are pointed at by the ticket, and neither loses its
    key."""
    with desk.acting(desk.ward) as ward, ThreadPoolExecutor(1) as pool:
        change_details(name=ward.name, phone="8106", email="", by=ward, at=timezone.now())
        with desk.acting(desk.lead):
            keeping.locked(desk.contract)
        return pool.submit(hurried, lambda: desk.report(at=timezone.now()).state).result()
