"""Remote access in the browser, from asking to the export (ICU-15)."""

from __future__ import annotations

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from servicedesk.tenancy.enums import Role
from tests.tickets.people import make_desk
from tests.tickets.visits import go, signed_in
from tests.world import make_member
from tickets.enums import Access
from tickets.forms.remote import in_state
from tickets.models import RemoteAuthorisation
from tickets.services import remote
from tickets.services.remote import Wish

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def test_remote_access_from_asking_to_the_export(world, now):
    """ICU-15, in the browser: asked, shortened, used, listed for auditors, exported by the same filter."""
    icu = make_desk(world, "icu")
    engineer, it = signed_in(icu.engineer), signed_in(icu.it)
    url = reverse("ask_remote")
    post = {"contract": icu.contract.pk, "what": "=数据库", "why": "慢查询", "minutes": 120, "submission": uuid4()}
    for odd in ({"what": ""}, {"minutes": 7}, {"contract": uuid4()}, {"why": "x" * 301}, {"submission": "x"}):
        assert engineer.post(url, post | odd).status_code == 409, odd
    for _ in range(2):
        assert engineer.post(url, post).status_code == 302
    with icu.inside():
        row = RemoteAuthorisation.objects.get()
    assert go(it, "refuse_remote", row, said="").status_code == 409
    assert go(it, "grant_remote", row, minutes=480).status_code == 409
    assert go(it, "grant_remote", row, minutes=30).status_code == 302
    assert go(engineer, "start_remote", row).status_code == 302
    assert go(engineer, "start_remote", row).status_code == 409
    assert go(engineer, "end_remote", row, work="").status_code == 409
    assert go(engineer, "end_remote", row, work="加索引").status_code == 302
    assert go(it, "revoke_remote", row, why="x").status_code == 409
    auditor = signed_in(make_member(Role.HOSPITAL_AUDITOR, world.h1))
    assert "=数据库" in auditor.get(reverse("remote_accesses"), {"state": "ended"}).content.decode()
    assert "=数据库" not in auditor.get(reverse("remote_accesses"), {"state": "asked"}).content.decode()
    book = load_workbook(io.BytesIO(auditor.post(reverse("export_remote"), {"state": "ended"}).content)).active
    _titles, line = book.iter_rows(values_only=True)
    assert (line[4], book["E2"].data_type, book["E2"].quotePrefix) == ("=数据库", "s", True)
    assert auditor.post(reverse("export_remote"), {"state": "nonsense"}).status_code == 409
    for odd in ("9999-12-31", "0001-01-01", "gestern"):
        assert auditor.get(reverse("remote_accesses"), {"to_on": odd}).status_code == 200
        assert auditor.post(reverse("export_remote"), {"to_on": odd}).status_code == 409
    assert auditor.post(reverse("grant_remote", args=[row.pk])).status_code == 403


def test_the_list_and_one_row_agree_on_every_state(world, now):
    icu = make_desk(world, "icu")
    rows = []
    for number, change in enumerate(range(7)):
        wish = Wish(contract=icu.contract, what=f"{number}", why="x", minutes=60)
        row = icu.act(remote.ask_remote, wish, by=icu.engineer, at=now)
        if change == 1:
            row = icu.act(remote.refuse_remote, row, by=icu.it, at=now, said="x")
        elif change > 1:
            row = icu.act(remote.grant_remote, row, by=icu.it, at=now, minutes=60 if change != 2 else 1)
        if change > 3:
            row = icu.act(remote.start_remote, row, by=icu.engineer, at=now)
        if change == 5:
            row = icu.act(remote.end_remote, row, by=icu.engineer, at=now, work="x")
        if change == 6:
            row = icu.act(remote.revoke_remote, row, by=icu.it, at=now, why="x")
        rows.append(row)
    at = now + 10 * MINUTE
    found = {}
    with icu.inside():
        for access in Access:
            for row in RemoteAuthorisation.objects.filter(in_state(access, at)):
                assert row.pk not in found
                found[row.pk] = access
    assert found == {row.pk: row.access_at(at) for row in rows}
    assert set(found.values()) == set(Access)
