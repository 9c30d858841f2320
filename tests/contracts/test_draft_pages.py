"""A contract is written page by page: what is typed is kept, what is impossible refused beside its field."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from contracts.enums import Status
from contracts.models import Contract, Signing, StaffMember, System
from contracts.selectors import status
from contracts.terms import last_day
from servicedesk.clocks.models import Desk, WorkCalendar
from servicedesk.tenancy.enums import Role
from tests.accounts.people import browser_of
from tests.contracts.examples import make_contract
from tests.contracts.people import in_force, manager_of
from tests.contracts.visits import draft, in_hospital, posted, text, today
from tests.world import make_member

pytestmark = pytest.mark.django_db


# ── the wizard ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _forms(page):
    return page.context["forms"].values()


def test_a_vendor_manager_builds_a_contract_page_by_page(world):
    """PACS-1, ALL-2: from the blueprint to a contract in force, without leaving the browser."""
    manager = manager_of(world.v1, name="钱经理")
    client = browser_of(manager)
    answer = client.post("/contracts/new/", {"code": "pacs", "hospital": world.h1.id, "name": "PACS 三期运维"})
    with in_hospital(world):
        contract = Contract.objects.get(name="PACS 三期运维")
    base = f"/contracts/{contract.pk}/prepare/"
    assert answer.url == f"{base}parties/"
    begins = today() - timedelta(days=10)
    facts = {"number": "HT-2026-7", "name": contract.name, "starts_on": begins, "is_signed_yearly": "on"}
    answer = client.post(f"{base}parties/", {**facts, "hotline": "400-100", "residents_agreed": 0})
    assert answer.url == f"{base}systems/"
    page = client.get(answer.url)
    answer = client.post(answer.url, posted(_forms(page), **{"systems-1-name": "影像归档模块"}))
    assert answer.url == f"{base}promises/", answer.context["forms"]["systems"].errors
    answer = client.post(answer.url, {"agreed": "time", "number": "8", "unit": "elapsed_minutes"})
    assert answer.url == f"{base}people/"
    people = {}
    for prefix, form in client.get(answer.url).context["forms"].items():
        role = form.instance.role
        people |= {f"{prefix}-role": role, f"{prefix}-name": f"人员{role}", f"{prefix}-from_on": begins}
        if role.value not in ("hospital_lead", "hospital_it"):
            people[f"{prefix}-account"] = str(manager.pk)
    answer = client.post(answer.url, people)
    assert answer.url == f"{base}plans/"
    answer = client.post(answer.url, posted(_forms(client.get(answer.url))))
    assert answer.url == f"{base}summary/"
    assert "影像归档模块" in text(client.get(answer.url))
    assert client.post(f"/contracts/{contract.pk}/activate/").url == f"/contracts/{contract.pk}/"
    with in_hospital(world):
        contract.refresh_from_db()
        assert status(contract, on=today()) == Status.ACTIVE
        assert contract.ends_on == last_day(begins, months=24)
        assert Signing.objects.get(contract=contract).to_on == last_day(begins, months=12)
    assert "8 小时" in text(client.get(f"/contracts/{contract.pk}/"))


def test_what_is_typed_half_way_is_kept(world):
    """Nothing typed is lost, even what is not fit yet."""
    contract, client = draft(world)
    url = f"/contracts/{contract.pk}/prepare/parties/"
    typed = {"number": "HT-9", "name": "半途", "starts_on": "2026-05-01", "ends_on": "2026-04-01", "later": "1"}
    assert client.post(url, {**typed, "residents_agreed": 0}).url == f"/contracts/{contract.pk}/"
    page = text(client.get(url))
    assert 'value="半途"' in page
    assert 'value="2026-04-01"' in page
    assert "早于开始日" in page
    assert "尚未完成" in text(client.get(f"/contracts/{contract.pk}/"))


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "field"),
    [
        ("2026-05-01", "2026-04-30", "ends_on"),
        ("1900-01-01", "2026-04-30", "starts_on"),
        ("2026-05-01", "9999-12-31", "ends_on"),
        ("", "2026-04-30", "starts_on"),
        ("sometime", "", "starts_on"),
    ],
)
def test_impossible_terms_are_refused_beside_their_field(world, starts_on, ends_on, field):
    """Nothing else typed is lost."""
    contract, client = draft(world)
    typed = {"number": "HT-77", "name": "我写的名字", "starts_on": starts_on, "ends_on": ends_on, "residents_agreed": 0}
    answer = client.post(f"/contracts/{contract.pk}/prepare/parties/", typed)
    assert list(answer.context["forms"]["form"].errors) == [field]
    assert "我写的名字" in text(answer)
    with in_hospital(world):
        assert Contract.objects.get(pk=contract.pk).name != "我写的名字"


def test_a_number_is_taken_once(world):
    make_contract(world.h1, world.v1, number="HT-1")
    contract, client = draft(world, number="HT-2")
    typed = {"number": "HT-1", "name": "x", "residents_agreed": 0}
    answer = client.post(f"/contracts/{contract.pk}/prepare/parties/", typed)
    assert answer.status_code == 200
    assert "已有这个编号" in text(answer)


def test_two_systems_of_one_name_are_refused(world):
    """SMART-1"""
    contract, client = draft(world)
    url = f"/contracts/{contract.pk}/systems/"
    page = client.get(url)
    data = posted([page.context["formset"]], **{"systems-1-name": "同名", "systems-2-name": "同名"})
    answer = client.post(url, data)
    assert "已有同名系统" in text(answer)
    data |= {"systems-2-name": "别名", "systems-2-starts_on": "2026-03-01", "systems-2-ends_on": "2026-02-01"}
    assert "早于" in text(client.post(url, data))
    data |= {"systems-2-ends_on": "2027-02-28"}
    assert client.post(url, data).status_code == 302
    with in_hospital(world):
        assert System.objects.get(contract=contract, name="别名").ends_on == date(2027, 2, 28)


def test_an_incomplete_draft_is_not_put_into_force(world):
    """ICU-19"""
    contract, client = draft(world, "icu", number="")
    page = text(client.get(f"/contracts/{contract.pk}/prepare/summary/"))
    assert "没有合同编号" in page
    assert "约定" in page
    answer = client.post(f"/contracts/{contract.pk}/activate/")
    assert answer.status_code == 409
    assert "没有合同编号" in answer.content.decode()


def test_a_draft_can_be_thrown_away(world):
    contract, client = draft(world)
    assert client.post(f"/contracts/{contract.pk}/discard/").url == "/contracts/"
    with in_hospital(world):
        assert not Contract.objects.filter(pk=contract.pk).exists()
        assert not WorkCalendar.objects.exists()
        assert not Desk.objects.exists()
    kept, manager, _ = in_force(world.h1, world.v1, "icu")
    assert browser_of(manager).post(f"/contracts/{kept.pk}/discard/").status_code == 409


# ── people ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_owed_is_not_the_vendors_to_rewrite(world):
    contract, manager, _ = in_force(world.h1, world.v1, "icu")
    url = f"/contracts/{contract.pk}/quotas/"
    client = browser_of(manager)
    page = client.get(url)
    answer = client.post(url, posted([page.context["formset"]], **{"quotas-0-amount": "3"}))
    assert "院方" in text(answer)
    with in_hospital(world):
        assert contract.quotas.get().amount == 10


def test_expiries_are_written_down(world):
    """ALL-12"""
    contract, manager, _ = in_force(world.h1, world.v1)
    url = f"/contracts/{contract.pk}/expiries/"
    client = browser_of(manager)
    page = client.get(url)
    first = {"expiries-0-kind": "dongle", "expiries-0-name": "加密狗A", "expiries-0-expires_on": "9999-01-01"}
    assert "expires_on" in client.post(url, posted([page.context["formset"]], **first)).context["formset"].errors[0]
    first["expiries-0-expires_on"] = "2027-01-01"
    assert client.post(url, posted([page.context["formset"]], **first)).status_code == 302
    assert "加密狗A" in text(client.get(f"/contracts/{contract.pk}/"))


def test_a_list_left_half_way_comes_back_as_it_was_typed(world):
    contract, client = draft(world)
    url = f"/contracts/{contract.pk}/prepare/systems/"
    typed = {"systems-1-name": "RIS", "systems-1-starts_on": "1900-01-01", "later": "1"}
    assert client.post(url, posted(_forms(client.get(url)), **typed)).status_code == 302
    page = text(client.get(url))
    assert 'value="RIS"' in page
    assert "年份不合理" in page
    with in_hospital(world):
        assert not System.objects.filter(contract=contract, name="RIS").exists()


def test_a_used_quota_stays(world):
    """ICU-3"""
    contract, manager, lead = in_force(world.h1, world.v1, "icu")
    quota = contract.quotas.get()
    browser_of(manager).post(f"/contracts/quotas/{quota.pk}/", {"what": "报表", "amount": 1})
    client, url = browser_of(lead), f"/contracts/{contract.pk}/quotas/"
    page = client.get(url)
    answer = client.post(url, posted([page.context["formset"]], **{"quotas-0-DELETE": "on"}))
    assert "已有使用" in text(answer)
    with in_hospital(world):
        assert contract.quotas.count() == 1


def test_the_hospitals_lead_starts_one_too(world):
    lead = make_member(Role.IT_LEAD, world.h1)
    client = browser_of(lead)
    page = text(client.get("/contracts/new/"))
    assert "卫宁服务有限公司" in page
    answer = client.post("/contracts/new/", {"code": "icu", "vendor": world.v2.id, "name": ""})
    assert answer.status_code == 302
    with in_hospital(world):
        contract = Contract.objects.get()
        assert (contract.hospital_id, contract.vendor_id) == (world.h1.id, world.v2.id)
    assert "name" not in client.post("/contracts/new/", {"code": "xray", "vendor": world.v2.id}).context["form"].errors
    stranger = client.post("/contracts/new/", {"code": "icu", "vendor": 999999})
    assert "vendor" in stranger.context["form"].errors


def test_nobody_starts_a_contract_for_a_foreign_hospital(world):
    """ALL-1"""
    client = browser_of(manager_of(world.v1))
    page = text(client.get("/contracts/new/"))
    assert "市中医医院" not in page
    answer = client.post("/contracts/new/", {"code": "icu", "hospital": world.h3.id})
    assert "hospital" in answer.context["form"].errors


def test_the_words_of_a_severity_are_the_hospitals_to_change(world):
    """PACS-16"""
    contract, _, lead = in_force(world.h1, world.v1)
    client, url = browser_of(lead), f"/contracts/{contract.pk}/levels/"
    page = client.get(url)
    assert client.post(url, posted([page.context["formset"]], **{"levels-0-means": "全院停诊"})).status_code == 302
    assert "全院停诊" in text(client.get(f"/contracts/{contract.pk}/"))


def test_somebody_named_by_mistake_in_a_draft_is_left_out(world):
    contract, client = draft(world)
    given = {"role": "engineer", "name": "误填", "from_on": "2030-01-01"}
    assert client.post(f"/contracts/{contract.pk}/staff/new/", given).status_code == 302
    with in_hospital(world):
        wrong = StaffMember.objects.get(contract=contract)
    assert "误填" in text(client.get(f"/contracts/staff/{wrong.pk}/leave/"))
    assert client.post(f"/contracts/staff/{wrong.pk}/leave/").status_code == 302
    with in_hospital(world):
        assert not StaffMember.objects.filter(contract=contract).exists()
