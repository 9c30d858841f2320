"""The pages of contracts as people use them: list, page, wizard, lists that hang on a contract, renewing, staff."""

from __future__ import annotations

from datetime import date, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contracts.enums import Status
from contracts.models import Contract, Expiry, Signing, StaffMember, System
from contracts.selectors import status
from contracts.terms import last_day
from servicedesk.clocks.models import Desk, Duty, WorkCalendar
from servicedesk.tenancy import wall
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.wall import Context
from tests.accounts.people import browser_of
from tests.contracts.examples import make_contract
from tests.contracts.people import in_force, manager_of, started
from tests.world import enter, make_member

pytestmark = pytest.mark.django_db


def text(response) -> str:
    assert response.status_code == 200, response.status_code
    return unescape(response.content.decode())


def in_hospital(world):
    return wall.opened(Context.of_hospital(world.h1.id))


def today() -> date:
    return timezone.localdate()


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


# ── the wizard ───────────────────────────────────────────────────────────────────────────────────────────────────────


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


def draft(world, code="pacs", **more):
    manager = manager_of(world.v1)
    contract = started(world.h1, world.v1, code, by=enter(manager), **more)
    return contract, browser_of(manager)


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


def test_the_staff_list_is_there_for_the_hospital_to_read_and_print(world):
    """SMART-9, SMART-5, CHK-e"""
    contract, _, lead = in_force(world.h1, world.v1, "smart")
    page = text(browser_of(lead).get(f"/contracts/{contract.pk}/staff/"))
    assert "厂商responsible_engineer" in page
    assert "13800000000" in page
    assert "data-prints" in page
    assert "约定驻场 2 人" in page  # one is named


def test_replacing_the_project_manager_shows_the_reason(world):
    """ICU-17"""
    contract, manager, lead = in_force(world.h1, world.v1, "icu")
    with in_hospital(world):
        old = StaffMember.objects.get(contract=contract, role="project_manager")
    client = browser_of(manager)
    given = {"name": "李新", "phone": "139", "from_on": today(), "account": str(manager.pk)}
    assert "why" in client.post(f"/contracts/staff/{old.pk}/replace/", given).context["form"].errors
    assert client.post(f"/contracts/staff/{old.pk}/replace/", {**given, "why": "原经理离职"}).status_code == 302
    page = text(browser_of(lead).get(f"/contracts/{contract.pk}/staff/"))
    assert "李新" in page
    assert "原经理离职" in page
    assert "厂商project_manager" in page


def test_each_party_names_its_own_accounts(world):
    contract, manager, lead = in_force(world.h1, world.v1, "icu")
    client = browser_of(manager)
    given = {"role": "hospital_it", "name": "周工", "from_on": today(), "account": str(manager.pk)}
    assert "account" in client.post(f"/contracts/{contract.pk}/staff/new/", given).context["form"].errors
    foreign = {**given, "role": "engineer", "account": str(lead.pk)}
    assert "account" in client.post(f"/contracts/{contract.pk}/staff/new/", foreign).context["form"].errors
    assert client.post(f"/contracts/{contract.pk}/staff/new/", {**given, "account": ""}).status_code == 302


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


def test_two_project_managers_are_refused_and_nothing_typed_is_lost(world):
    """ICU-17"""
    contract, client = draft(world, "icu")
    url = f"/contracts/{contract.pk}/prepare/people/"
    typed = {}
    for number, (prefix, form) in enumerate(client.get(url).context["forms"].items()):
        role = "project_manager" if number < 2 else form.instance.role
        typed |= {f"{prefix}-role": role, f"{prefix}-name": f"候选{number}", f"{prefix}-from_on": "2026-03-01"}
    answer = client.post(url, typed)
    assert "已有项目经理" in text(answer)
    assert 'value="候选1"' in text(answer)
    with in_hospital(world):
        assert not StaffMember.objects.filter(contract=contract).exists()


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


def test_the_vendor_says_which_team_answers(world):
    """CHK-e: whoever is on duty stands on the contract's page, for the hospital as well."""
    from tests.clocks.examples import make_team

    contract, manager, lead = in_force(world.h1, world.v1, "pacs-checklist")
    team, engineer = make_team(world.v1), make_member(Role.VENDOR_ENGINEER, world.v1, name="值班王工")
    now = timezone.now()
    with wall.opened(Context.of_vendor(world.v1.id)):
        Duty.objects.create(
            vendor=world.v1,
            team=team,
            member=engineer,
            starts_at=now - timedelta(hours=1),
            ends_at=now + timedelta(hours=1),
        )
    client, url = browser_of(manager), f"/contracts/{contract.pk}/change/"
    given = {"number": contract.number, "name": contract.name, "hotline": "400-1", "residents_agreed": 0}
    assert client.post(url, {**given, "team": str(team.pk)}).status_code == 302
    hospital = browser_of(lead)
    assert "值班王工" in text(hospital.get(f"/contracts/{contract.pk}/"))
    assert hospital.post(url, given).status_code == 302  # the hospital's own change leaves the team as it is
    with in_hospital(world):
        assert Desk.objects.get(pk=contract.desk_id).team_id == team.pk


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
