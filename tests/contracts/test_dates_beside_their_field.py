"""Issue 3, bad input: a date or number that cannot be is refused beside its own field, and nothing typed is lost."""

from __future__ import annotations

from html import unescape

import pytest

from contracts.models import Contract, Signing
from servicedesk.tenancy import wall
from servicedesk.tenancy.wall import Context
from tests.accounts.people import browser_of
from tests.contracts.people import in_force

pytestmark = pytest.mark.django_db
YEAR = {"from_on": "2027-03-01", "to_on": "2028-02-29"}
NEXT = {"starts_on": "2028-03-01", "ends_on": "2029-02-28", "number": "HT-2"}


def refused(client, url, typed):
    """Which field the sentence stands beside; the page holds what was typed."""
    answer = client.post(url, typed)
    assert answer.status_code == 200
    page = unescape(answer.content.decode())
    assert all(f'value="{text}"' in page for text in typed.values() if text.strip())
    return list(answer.context["form"].errors)


def test_a_year_that_cannot_be_signed(world):
    """PACS-1"""
    contract, manager, _ = in_force(world.h1, world.v1)
    client, url = browser_of(manager), f"/contracts/{contract.pk}/sign/"
    for wrong, field in (
        ({"to_on": "2028-03-31"}, "to_on"),
        ({"from_on": "2026-01-01", "to_on": "2026-12-31"}, "from_on"),
        ({"from_on": "2027-02-01"}, "from_on"),
        ({"to_on": "2027-02-01"}, "to_on"),
        ({"from_on": "1900-01-01"}, "from_on"),
        ({"to_on": "9999-12-31"}, "to_on"),
        ({"to_on": "someday"}, "to_on"),
    ):
        assert refused(client, url, {"number": "HT-年签-2", **YEAR, **wrong}) == [field], wrong
    with wall.opened(Context.of_hospital(world.h1.id)):
        assert Signing.objects.filter(contract=contract).count() == 1


def test_a_renewal_that_cannot_be(world):
    """PACS-1"""
    contract, manager, _ = in_force(world.h1, world.v1)
    client, url = browser_of(manager), f"/contracts/{contract.pk}/renew/"
    for wrong, field in (
        ({"starts_on": "2028-02-01"}, "starts_on"),
        ({"ends_on": "2028-02-01"}, "ends_on"),
        ({"ends_on": "9999-12-31"}, "ends_on"),
        ({"starts_on": "1900-01-01"}, "starts_on"),
        ({"number": contract.number}, "number"),
    ):
        assert refused(client, url, {**NEXT, **wrong}) == [field], wrong
    with wall.opened(Context.of_hospital(world.h1.id)):
        assert not Contract.objects.filter(renews=contract).exists()
