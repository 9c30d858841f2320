"""The pages of contracts as people use them: list, page, wizard, lists that hang on a contract, renewing, staff."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contracts.enums import Status
from contracts.models import Expiry, Signing, System
from servicedesk.tenancy.enums import Role
from tests.accounts.people import browser_of
from tests.contracts.examples import make_contract
from tests.contracts.people import in_force, manager_of
from tests.contracts.visits import in_hospital, text, today
from tests.world import make_member

pytestmark = pytest.mark.django_db


# ── the list ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_party_sees_its_own_contracts(world):
    """ALL-1"""
    names = ("省医东软", "省医卫宁", "二院东软", "中医院卫宁")
    parties = ((world.h1, world.v1), (world.h1, world.v2), (world.h2, world.v1), (world.h3, world.v2))
    for (hospital, vendor), name in zip(parties, names, strict=True):
        make_contract(hospital, vendor, name=name)
    lead, manager = make_member(Role.IT_LEAD, world.h1), manager_of(world.v1)
    of_hospital = text(browser_of(lead).get("/contracts/"))
    assert [name for name in names if name in of_hospital] == ["省医东软", "省医卫宁"]
    of_vendor = text(browser_of(manager).get("/contracts/"))
    assert [name for name in names if name in of_vendor] == ["省医东软", "二院东软"]


def test_the_list_is_cut_by_state(world):
    make_contract(world.h1, world.v1, name="旧合同", starts_on=date(2024, 1, 1), ends_on=date(2024, 12, 31))
    make_contract(world.h1, world.v1, name="在准备", activated_at=None)
    make_contract(world.h1, world.v1, name="年签已失效", is_signed_yearly=True)
    client = browser_of(make_member(Role.IT_LEAD, world.h1))
    for chosen, shown in ((Status.ENDED, "旧合同"), (Status.DRAFT, "在准备"), (Status.LAPSED, "年签已失效")):
        page = text(client.get(f"/contracts/?status={chosen}"))
        assert [name for name in ("旧合同", "在准备", "年签已失效") if name in page] == [shown]


def test_one_and_ten_contracts_cost_the_same_number_of_queries(world):
    client = browser_of(manager_of(world.v1))
    make_contract(world.h1, world.v1)
    client.get("/contracts/")
    with CaptureQueriesContext(connection) as few:
        client.get("/contracts/")
    for _ in range(9):
        make_contract(world.h2, world.v1)
    with CaptureQueriesContext(connection) as many:
        assert text(client.get("/contracts/")).count('class="title"') == 10
    assert len(many) == len(few) <= 15


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_contract_reads_like_the_contract(world):
    """PACS-1, PACS-2, PACS-16, ALL-9: term, promises, catalogue with clauses, plans, deliverables, people to call."""
    contract, _, lead = in_force(world.h1, world.v1)
    page = text(browser_of(lead).get(f"/contracts/{contract.pk}/"))
    for words in (
        "2026-03-01", "2028-02-29", "省人民医院", "东软维保有限公司", "5 分钟", "4 小时", "PACS-16", "PACS-17",
        "报表数据修正", "上门巡检", "年度运维总结报告", "不改变系统核心架构", 'href="tel:400-800-1234"',
        "厂商project_manager", 'href="tel:13800000000"',
    ):  # fmt: skip
        assert words in page, words


@pytest.mark.parametrize(
    ("code", "words"), [("smart", "智能候诊信息系统"), ("icu", "新增报表"), ("hrp", "成本核算管理系统")]
)
def test_every_blueprint_has_its_page(world, code, words):
    """SMART-1, ICU-3, HRP-1"""
    contract, _, lead = in_force(world.h1, world.v1, code)
    assert words in text(browser_of(lead).get(f"/contracts/{contract.pk}/"))


def test_more_rows_cost_no_more_queries(world):
    contract, _, lead = in_force(world.h1, world.v1, "smart")
    client = browser_of(lead)
    client.get(f"/contracts/{contract.pk}/")
    with CaptureQueriesContext(connection) as few:
        client.get(f"/contracts/{contract.pk}/")
    with in_hospital(world):
        facts = {"hospital": world.h1, "vendor": world.v1, "contract": contract}
        System.objects.bulk_create(System(**facts, name=f"模块{number}") for number in range(20))
        Expiry.objects.bulk_create(
            Expiry(**facts, kind="licence", name=f"许可{number}", expires_on=today()) for number in range(20)
        )
    with CaptureQueriesContext(connection) as many:
        assert "模块19" in text(client.get(f"/contracts/{contract.pk}/"))
    assert len(many) == len(few) <= 36


def test_a_lapsed_contract_says_why_and_whom_to_call(world):
    """PACS-1"""
    contract, _, lead = in_force(world.h1, world.v1)
    with in_hospital(world):
        Signing.objects.filter(contract=contract).update(to_on=today() - timedelta(days=3))
    page = text(browser_of(lead).get(f"/contracts/{contract.pk}/"))
    assert "已失效" in page
    assert str(today() - timedelta(days=3)) in page
    assert "厂商account_manager" in page


# ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_next_year_is_offered_and_signed(world):
    """PACS-1"""
    contract, manager, _ = in_force(world.h1, world.v1)
    client = browser_of(manager)
    page = text(client.get(f"/contracts/{contract.pk}/sign/"))
    assert 'value="2027-03-01"' in page
    assert 'value="2028-02-29"' in page
    wrong = client.post(
        f"/contracts/{contract.pk}/sign/", {"number": "N", "from_on": "2027-02-01", "to_on": "2028-01-31"}
    )
    assert "重叠" in text(wrong)
    right = {"number": "N", "from_on": "2027-03-01", "to_on": "2028-02-29"}
    assert client.post(f"/contracts/{contract.pk}/sign/", right).status_code == 302
    with in_hospital(world):
        assert Signing.objects.filter(contract=contract).count() == 2


def test_renewing_shows_first_what_goes_over(world):
    """PACS-1"""
    contract, manager, _ = in_force(world.h1, world.v1, "icu")
    client = browser_of(manager)
    page = text(client.get(f"/contracts/{contract.pk}/renew/"))
    for words in ("嘉和重症系统", "线上巡检", "系统接口文档", "新增报表", "厂商project_manager"):
        assert words in page
    given = {"number": "HT-ICU-2", "starts_on": "2027-03-01", "ends_on": "2028-02-29"}
    answer = client.post(f"/contracts/{contract.pk}/renew/", given)
    assert answer.status_code == 302
    assert "HT-ICU-2" in text(client.get(answer.url))
    assert "已续签" in text(client.post(f"/contracts/{contract.pk}/renew/", {**given, "number": "HT-3"}))


def test_ending_early(world):
    contract, manager, _ = in_force(world.h1, world.v1)
    client = browser_of(manager)
    assert client.post(f"/contracts/{contract.pk}/end/", {"reason": "协商一致"}).status_code == 302
    assert "协商一致" in text(client.get(f"/contracts/{contract.pk}/"))


def test_the_hospital_decides_what_goes_beyond_a_quota(world):
    """ICU-3"""
    contract, manager, lead = in_force(world.h1, world.v1, "icu")
    quota = contract.quotas.get()
    vendor, hospital = browser_of(manager), browser_of(lead)
    vendor.post(f"/contracts/quotas/{quota.pk}/", {"what": "十张报表", "amount": 10})
    vendor.post(f"/contracts/quotas/{quota.pk}/", {"what": "第十一张", "amount": 1})
    assert "待院方决定" in text(vendor.get(f"/contracts/{contract.pk}/"))
    with in_hospital(world):
        beyond = quota.uses.get(is_beyond=True)
    url = f"/contracts/quota-uses/{beyond.pk}/decide/"
    assert vendor.post(url, {"granted": "yes"}).status_code == 403
    assert hospital.post(url, {"granted": "no", "said": "下年度再做"}).status_code == 302
    assert "下年度再做" in text(vendor.get(f"/contracts/quotas/{quota.pk}/"))


# ── people ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_list_says_how_many_days_are_left(world):
    """PACS-1"""
    make_contract(world.h1, world.v1, ends_on=today() + timedelta(days=25), name="快到期")
    page = text(browser_of(make_member(Role.IT_LEAD, world.h1)).get("/contracts/"))
    assert "剩 25 天" in page


def test_fewer_residents_than_agreed_are_shown(world):
    """SMART-5"""
    contract, _, lead = in_force(world.h1, world.v1, "smart")
    page = text(browser_of(lead).get(f"/contracts/{contract.pk}/"))
    assert "约定驻场 2 人，现有 1 人" in page
    assert "少于约定" in page
