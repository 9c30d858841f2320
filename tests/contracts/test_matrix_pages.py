"""The matrix editor as people use it: without JavaScript, cell by cell, and through the hospital's word into force.

ALL-2, ICU-19.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contracts.drafts import ladders_of, mark, promise_in
from contracts.matrices import draft_of, matrix_at
from contracts.services import amending
from servicedesk.sla.promise import Metric, Severity
from servicedesk.tenancy.enums import Role
from tests.accounts.people import browser_of
from tests.clocks.examples import AT
from tests.contracts.people import in_force, manager_of, started
from tests.contracts.visits import posted, text
from tests.world import enter, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def drafted(world):
    contract, manager, lead = in_force(world.h1, world.v1)
    amending.begin_draft(contract, by=enter(manager), at=AT)
    return contract, draft_of(contract), manager, lead


def cell(draft, line=2, metric="respond"):
    return reverse("edit_cell", args=[draft.pk]) + f"?line={line}&metric={metric}"


def test_a_draft_is_begun_from_the_contracts_page(world):
    contract, manager, _ = in_force(world.h1, world.v1)
    client = browser_of(manager)
    address = reverse("edit_matrix", args=[contract.pk])
    assert address in text(client.get(reverse("contract", args=[contract.pk])))
    assert "从 v1 开始起草" in text(client.get(address))
    assert client.post(address).status_code == 302
    page = text(client.get(address))
    assert all(words in page for words in ("承诺草稿 v2", "5 分钟", "4 小时", "PACS-16", "升级路径 1"))


def test_one_cell_is_changed_and_the_rest_stands(drafted):
    contract, draft, manager, _ = drafted
    client = browser_of(manager)
    form = client.get(cell(draft)).context["form"]
    assert (form.initial["number"], form.initial["unit"]) == (1, "elapsed_minutes:60")
    data = posted([form], number="45", unit="elapsed_minutes:1")
    done = client.post(cell(draft), data)
    assert done["Location"].endswith("#line-2")
    enter(manager)
    was, now = draft.rows, draft_of(contract).rows
    assert promise_in(now[2], "respond") == promise_in(was[2], "respond") | {"target": 45}
    assert [row for row in now if row != now[2]] == [row for row in was if row != was[2]]
    assert promise_in(now[2], "on_site") == promise_in(was[2], "on_site")


@pytest.mark.parametrize("number", ["0", "-5", "100000", "soon", ""])
def test_a_time_that_cannot_be_is_refused_beside_its_field(drafted, number):
    _contract, draft, manager, _ = drafted
    client = browser_of(manager)
    data = posted([client.get(cell(draft)).context["form"]], number=number, clause="PACS-99")
    page = client.post(cell(draft), data)
    assert list(page.context["form"].errors) == ["number"]
    assert "PACS-99" in text(page)


def test_what_somebody_else_changed_is_not_overwritten_unseen(drafted):
    """The typed words stay; saving once more is a decision."""
    contract, draft, manager, _ = drafted
    client = browser_of(manager)
    data = posted([client.get(cell(draft)).context["form"]], number="45", unit="elapsed_minutes:1")
    client.post(cell(draft), data | {"number": "50"})
    page = client.post(cell(draft), data)
    assert page.status_code == 200
    assert "期间已有人改动过这一行" in text(page)
    again = posted([page.context["form"]])
    assert again["number"] == "45"
    assert client.post(cell(draft), again).status_code == 302
    enter(manager)
    assert promise_in(draft_of(contract).rows[2], "respond")["target"] == 45


def test_a_cell_is_opened_in_its_place_by_htmx(drafted):
    _contract, draft, manager, _ = drafted
    piece = text(browser_of(manager).get(cell(draft), headers={"HX-Request": "true"}))
    assert "<html" not in piece
    assert f'action="{reverse("edit_cell", args=[draft.pk])}?line=2' in piece


def test_a_promise_is_added_and_taken_away(drafted):
    contract, draft, manager, _ = drafted
    client, address = browser_of(manager), reverse("edit_cell", args=[draft.pk]) + "?line=2"
    form = client.get(address).context["form"]
    data = posted([form], metric="restore", number="2", unit="working_days:1", clause="PACS-3")
    assert client.post(address, data).status_code == 302
    enter(manager)
    added = promise_in(draft_of(contract).rows[2], "restore")
    assert (added["target"], added["unit"], len(added["ladder"])) == (2, "working_days", 4)
    data = {"was": mark(draft_of(contract).rows[2]), "remove": "1"}
    client.post(cell(draft, metric="restore"), data)
    enter(manager)
    assert promise_in(draft_of(contract).rows[2], "restore") is None


def test_a_line_is_added_narrowed_and_removed(drafted):
    contract, draft, manager, _ = drafted
    client, address = browser_of(manager), reverse("edit_row", args=[draft.pk])
    data = {"categories": ["fault"], "severities": ["C"], "window": "24x7", "channels": ["phone"]}
    assert client.post(address, data)["Location"].endswith("#line-4")
    page = client.post(address, data | {"categories": []})
    assert list(page.context["form"].errors) == ["categories"]
    enter(manager)
    made = draft_of(contract).rows[4]
    assert (made["categories"], made["severities"], made["promises"]) == (["fault"], ["C"], [])
    gone = {"line": "4", "was": mark(made)}
    assert client.post(reverse("copy_row", args=[draft.pk]), gone)["Location"].endswith("?line=5")
    assert client.post(reverse("remove_row", args=[draft.pk]), gone).status_code == 302
    assert client.post(reverse("remove_row", args=[draft.pk]), {"line": "77"}).status_code == 409


def test_a_ladder_is_a_list_of_its_own(drafted):
    contract, draft, manager, _ = drafted
    client = browser_of(manager)
    ladder = ladders_of(draft.rows)[2]
    address = reverse("edit_ladder", args=[draft.pk]) + f"?ladder={ladder.mark}"
    formset = client.get(address).context["formset"]
    data = posted([formset])
    new = {"rungs-4-number": "120", "rungs-4-anchor": "due", "rungs-4-tell": ["hospital_lead"]}
    wrong = client.post(address, data | new | {"rungs-4-anchor": "share"})
    assert list(wrong.context["formset"].forms[4].errors) == ["number"]
    nobody = client.post(address, data | {key: value for key, value in new.items() if "tell" not in key})
    assert list(nobody.context["formset"].forms[4].errors) == ["tell"]
    assert client.post(address, data | new).status_code == 302
    enter(manager)
    assert [len(each.rungs) for each in ladders_of(draft_of(contract).rows)] == [5, 5, 5]


def test_a_finding_leads_to_its_cell(drafted):
    """ALL-2: named in a sentence, with the way there; errors keep the draft from being asked for."""
    contract, draft, manager, _ = drafted
    client = browser_of(manager)
    client.post(cell(draft), posted([client.get(cell(draft)).context["form"]], number="3", unit="elapsed_minutes:1"))
    page = client.get(reverse("check_matrix", args=[draft.pk]))
    sentences = [(finding.sentence, link) for finding, link in page.context["errors"]]
    assert len(sentences) == 2
    for sentence, link in sentences:
        assert "比较轻级别的 3 分钟 还慢" in sentence
        assert client.get(link).context["form"].initial["metric"] == "respond"
    assert "请先消除错误" in text(page)
    asked = client.post(reverse("ask_hospital", args=[draft.pk]), {"from_on": timezone.localdate(), "why": "试"})
    assert "请先消除错误" in text(asked)
    enter(manager)
    assert draft_of(contract).asked_at is None


def test_a_gap_leads_to_the_line_that_closes_it(drafted):
    contract, draft, manager, _ = drafted
    client = browser_of(manager)
    client.post(reverse("remove_row", args=[draft.pk]), {"line": "3", "was": mark(draft.rows[3])})
    ((finding, link),) = client.get(reverse("check_matrix", args=[draft.pk])).context["errors"]
    assert finding.wanted["severities"] == ["C"]
    form = client.get(link).context["form"]
    assert client.post(link, posted([form])).status_code == 302
    enter(manager)
    assert draft_of(contract).rows[3]["severities"] == ["C"]


def test_from_a_draft_into_force_by_both_parties(drafted):
    """ALL-2: the vendor proposes, the hospital agrees, each on its own page."""
    contract, draft, manager, lead = drafted
    vendor, hospital = browser_of(manager), browser_of(lead)
    vendor.post(cell(draft), posted([vendor.get(cell(draft)).context["form"]], number="45", unit="elapsed_minutes:1"))
    from_on = timezone.localdate() + timedelta(days=10)
    ask = reverse("ask_hospital", args=[draft.pk])
    for wrong, words in ((timezone.localdate() - timedelta(days=1), "不能追溯过去"), ("9999-01-01", "")):
        page = vendor.post(ask, {"from_on": wrong, "why": "增派工程师"})
        assert list(page.context["form"].errors) == ["from_on"]
        assert words in text(page)
        assert "增派工程师" in text(page)
    assert vendor.post(ask, {"from_on": from_on, "why": "增派工程师"}).status_code == 302
    assert "院方尚未答复" in text(hospital.get(reverse("contract", args=[contract.pk])))
    assert reverse("matrix_version", args=[draft.pk]) in text(hospital.get("/"))
    assert reverse("matrix_version", args=[draft.pk]) not in text(vendor.get("/"))
    page = text(hospital.get(reverse("matrix_version", args=[draft.pk])))
    assert all(words in page for words in ("1 小时", "45 分钟", "增派工程师", "院方是否同意"))
    decide = reverse("decide_version", args=[draft.pk])
    assert vendor.post(decide, {"decision": "agree", "from_on": from_on}).status_code == 403
    unsaid = hospital.post(decide, {"decision": "refuse", "from_on": from_on, "why": " "})
    assert list(unsaid.context["form"].errors) == ["why"]
    assert hospital.post(decide, {"decision": "agree", "from_on": from_on}).status_code == 302
    enter(lead)
    begins = timezone.make_aware(timezone.datetime.combine(from_on, timezone.datetime.min.time()))
    answered = [matrix_at(contract, at).terms("fault", Severity.B, at)[Metric.RESPOND].target
                for at in (begins - timedelta(seconds=1), begins)]  # fmt: skip
    assert answered == [60, 45]
    listed = text(vendor.get(reverse("matrix_versions", args=[contract.pk]), {"old": "1", "new": "2"}))
    assert all(words in listed for words in ("已同意", "现行", "45 分钟"))


def test_a_draft_of_a_contract_is_edited_in_the_same_way(world):
    """ICU-19 stays the wizard's question; what the check finds keeps the contract from being put into force."""
    manager = manager_of(world.v1)
    contract = started(world.h1, world.v1, by=enter(manager))
    draft, client = draft_of(contract), browser_of(manager)
    page = client.get(reverse("edit_matrix", args=[contract.pk]))
    assert "返回合同准备" in text(page)
    client.post(cell(draft), posted([client.get(cell(draft)).context["form"]], number="3", unit="elapsed_minutes:1"))
    assert "比较轻级别的 3 分钟 还慢" in text(client.get(reverse("prepare_summary", args=[contract.pk])))


def test_others_read_and_do_not_edit(drafted, world):
    contract, draft, *_ = drafted
    engineer = browser_of(make_member(Role.VENDOR_ENGINEER, world.v1))
    shown = text(engineer.get(reverse("contract", args=[contract.pk])))
    assert f'"{reverse("edit_matrix", args=[contract.pk])}"' not in shown
    assert f'"{reverse("try_promises", args=[contract.pk])}"' in shown
    assert engineer.get(reverse("edit_matrix", args=[contract.pk])).status_code == 403
    assert engineer.get(reverse("matrix_version", args=[draft.pk])).status_code == 200
    assert browser_of(manager_of(world.v2)).get(reverse("matrix_version", args=[draft.pk])).status_code == 404


def test_more_lines_cost_no_more_queries(drafted):
    contract, draft, manager, _ = drafted
    client, address = browser_of(manager), reverse("edit_matrix", args=[contract.pk])
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    enter(manager)
    draft.rows = draft.rows * 5
    draft.save()
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(few) == len(many) <= 25
