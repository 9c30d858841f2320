"""A report that was sent before the chosen system's own fields had arrived."""

from __future__ import annotations

import pytest

from contracts.models import CatalogueItem
from tests.contracts.people import in_force
from tests.tickets.test_report_pages import browser, given, text, tickets

pytestmark = pytest.mark.django_db


def test_a_severity_of_another_contract_says_nothing_where_there_are_no_levels(desk):
    """It made no ticket, and the sentence stood beside a field that the page does not show."""
    contract, *_ = in_force(desk.world.h1, desk.world.v2, "smart")
    with desk.inside():
        system = str((contract.systems.first() or contract).pk)
        category = CatalogueItem.objects.filter(contract=contract).order_by("id").values_list("category", flat=True)[0]
    answer = browser(desk.it).post("/report/", given(desk, system=system, category=category, severity="B"))
    assert answer.status_code == 302, text(answer)
    (ticket,) = tickets(desk)
    assert (ticket.contract_id, ticket.severity) == (contract.pk, "")


def test_without_its_fields_a_sentence_stands_beside_each(desk):
    typed = given(desk)
    said = text(browser(desk.it).post("/report/", {name: typed[name] for name in ("system", "title", "words")}))
    assert said.count("This field is required.") == 2
    assert all(words in said for words in (typed["title"], typed["words"]))
    assert tickets(desk) == []
