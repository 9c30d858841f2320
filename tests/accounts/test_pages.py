"""What the pages of people, places and organisations show, to whom, and what they keep."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from servicedesk.accounts.services import support
from servicedesk.tenancy.enums import Role, Side
from servicedesk.tenancy.models import Department, Engagement, Hospital, Membership, Place, SupportSession
from servicedesk.tenancy.permissions import granted_to
from servicedesk.tenancy.wall import NOBODY, Context, opened
from tests.accounts.people import acts, browser_of, lead_of
from tests.world import enter, make_member, make_place

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(world):
    return lead_of(world.h1, name="赵主任")


def text(response) -> str:
    return unescape(response.content.decode())


# ── people ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_list_shows_ones_own_organisation(world, lead):
    make_member(Role.IT_ENGINEER, world.h2, name="钱二院")
    make_member(Role.VENDOR_ENGINEER, world.v1, name="孙厂商")
    page = text(browser_of(lead).get("/people/"))
    assert "赵主任" in page
    assert "钱二院" not in page
    assert "孙厂商" not in page


def test_a_ward_reporter_sees_themself_only(world, lead):
    reporter = make_member(Role.WARD_REPORTER, world.h1, department=world.radiology[world.h1.id], name="李护士")
    page = text(browser_of(reporter).get("/people/"))
    assert "李护士" in page
    assert "赵主任" not in page


def test_one_and_thirty_people_cost_the_same_number_of_queries(world, lead):
    client = browser_of(lead)
    client.get("/people/")
    with CaptureQueriesContext(connection) as few:
        client.get("/people/")
    for number in range(30):
        department = world.radiology[world.h1.id] if number % 2 else world.pharmacy[world.h1.id]
        make_member(Role.WARD_REPORTER, world.h1, department=department)
    with CaptureQueriesContext(connection) as many:
        assert text(client.get("/people/")).count("<tr>") == 32
    assert len(many) == len(few) <= 15


def test_who_left_stands_on_a_page_of_their_own(world, lead):
    make_member(Role.IT_ENGINEER, world.h1, name="周已走", until_at=timezone.now() - timedelta(days=1))
    client = browser_of(lead)
    assert "周已走" not in text(client.get("/people/"))
    assert "周已走" in text(client.get("/people/?ended=1"))


def test_a_persons_page_says_all_that_the_role_may_do(world, lead):
    with translation.override("zh-hans"):
        page = text(browser_of(lead).get(f"/people/{lead.pk}/"))
        for permission in granted_to(Role.IT_LEAD):
            assert str(permission.words) in page
        assert str(Role.IT_LEAD.sentence) in page


def test_every_role_is_explained(world, lead):
    with translation.override("zh-hans"):
        page = text(browser_of(lead).get("/roles/"))
        for role in Role:
            assert str(role.label) in page
            assert str(role.sentence) in page


def test_a_person_keeps_their_own_details_per_organisation(world):
    here = make_member(Role.IT_ENGINEER, world.h1, name="吴工")
    there = make_member(Role.IT_ENGINEER, world.h2, name="吴工", user=here.user)
    browser_of(here).post("/me/details/", {"name": "吴工程师", "phone": "8105", "email": ""})
    with opened(Context.of_hospital(world.h1.id)):
        kept = Membership.objects.get(pk=here.pk)
        assert (kept.name, kept.phone) == ("吴工程师", "8105")
        assert kept.history.count() == 2
    with opened(Context.of_hospital(world.h2.id)):
        assert Membership.objects.get(pk=there.pk).name == "吴工"
    assert acts(world.h1) == ["accounts.signed_in", "accounts.details_changed"]


# ── switching ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_switching_shows_the_other_organisation_and_stands_in_its_trail(world):
    here = make_member(Role.IT_ENGINEER, world.h1)
    there = make_member(Role.VENDOR_ENGINEER, world.v2, user=here.user)
    client = browser_of(here)
    assert "卫宁" in text(client.get("/me/"))
    assert client.post("/me/organisation/", {"membership": str(there.pk)}).url == "/"
    assert "卫宁服务有限公司" in text(client.get("/me/"))
    assert acts(world.v2, act="accounts.switched") == ["accounts.switched"]
    assert acts(world.h1, act="accounts.switched") == []


def test_nobody_switches_into_somebody_elses_membership(world, lead):
    engineer = make_member(Role.IT_ENGINEER, world.h2)
    client = browser_of(engineer)
    ended = make_member(Role.IT_ENGINEER, world.h3, user=engineer.user, until_at=timezone.now())
    for wanted in (str(lead.pk), str(ended.pk), "", "x"):
        assert client.post("/me/organisation/", {"membership": wanted}).status_code == 409
    assert "市第二人民医院" in text(client.get("/me/"))


def test_without_a_membership_there_is_one_page_and_ones_own_account(world, lead):
    member = make_member(Role.IT_ENGINEER, world.h1, until_at=timezone.now() - timedelta(days=1))
    client = Client()
    client.force_login(member.user)
    assert client.get("/people/").url == "/no-membership/"
    assert client.get("/no-membership/").status_code == 200
    assert client.get("/me/").status_code == 200


# ── departments and places ───────────────────────────────────────────────────────────────────────────────────────────


def test_an_it_engineer_keeps_departments_and_places(world):
    client = browser_of(make_member(Role.IT_ENGINEER, world.h1))
    client.post("/departments/new/", {"name": "检验科", "phone": "8200"})
    with opened(Context.of_hospital(world.h1.id)):
        department = Department.objects.get(name="检验科")
    client.post("/places/new/", {"department": str(department.pk), "building": "1号楼", "floor": "3层"})
    page = text(client.get("/departments/"))
    assert "检验科" in page
    assert "1号楼 3层" in page
    client.post(f"/departments/{department.pk}/", {"name": "检验中心", "phone": "8200"})
    with opened(Context.of_hospital(world.h1.id)):
        assert Department.objects.get(pk=department.pk).history.count() == 2
    assert acts(world.h1, act__contains="kept") == [
        "accounts.department_kept",
        "accounts.place_kept",
        "accounts.department_kept",
    ]


def test_a_name_twice_is_said_beside_the_field_and_nothing_is_lost(world, lead):
    name = world.radiology[world.h1.id].name
    answer = browser_of(lead).post("/departments/new/", {"name": name, "phone": "8299"})
    assert answer.status_code == 200
    assert "8299" in text(answer)
    assert answer.context["form"].errors


def test_a_department_in_use_is_not_closed(world, lead):
    department = world.radiology[world.h1.id]
    client = browser_of(lead)
    member = make_member(Role.WARD_REPORTER, world.h1, department=department)
    assert client.post(f"/departments/{department.pk}/close/").status_code == 409
    with opened(Context.of_hospital(world.h1.id)):
        Membership.objects.filter(pk=member.pk).update(until_at=timezone.now())
    assert client.post(f"/departments/{department.pk}/close/").status_code == 302
    assert client.post(f"/departments/{department.pk}/close/").status_code == 409
    assert client.post(f"/departments/{department.pk}/reopen/").status_code == 302


def test_a_place_is_closed_and_reopened(world, lead):
    with opened(Context.of_hospital(world.h1.id)):
        place = Place.objects.create(hospital=world.h1, building="9号楼")
    client = browser_of(lead)
    client.post(f"/places/{place.pk}/close/")
    with opened(Context.of_hospital(world.h1.id)):
        assert Place.objects.get(pk=place.pk).closed_at
    client.post(f"/places/{place.pk}/reopen/")
    assert acts(world.h1, act__startswith="accounts.place") == ["accounts.place_closed", "accounts.place_reopened"]


def test_departments_cost_the_same_number_of_queries_however_many(world, lead):
    client = browser_of(lead)
    client.get("/departments/")
    with CaptureQueriesContext(connection) as few:
        client.get("/departments/")
    with opened(Context.of_hospital(world.h1.id)):
        for number in range(20):
            department = Department.objects.create(hospital=world.h1, name=f"科室{number}")
            Place.objects.create(hospital=world.h1, department=department, building=f"{number}号楼")
    with CaptureQueriesContext(connection) as many:
        client.get("/departments/")
    assert len(many) == len(few)


# ── the register ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def operator():
    return make_member(Role.SYSTEM_ADMINISTRATOR, name="平台小陈")


def test_the_system_administrator_registers_who_serves_whom(world, operator):
    client = browser_of(operator)
    hospital = {"name": "儿童医院", "short_name": "儿医", "code": "eryi", "hue": "120"}
    assert client.post("/organisations/hospitals/new/", hospital).url == "/organisations/"
    with opened(Context.of_platform()):
        made = Hospital.objects.get(code="eryi")
    client.post(
        "/organisations/engagements/new/", {"hospital": made.pk, "vendor": world.v1.pk, "from_on": "2026-02-01"}
    )
    engineer = make_member(Role.VENDOR_ENGINEER, world.v1)
    with opened(NOBODY):
        assert made.pk in enter(engineer).hospitals
    assert acts(None, act="accounts.hospital_registered") == ["accounts.hospital_registered"]
    assert acts(made) == ["accounts.engaged"]
    assert acts(None, act="accounts.engaged") == ["accounts.engaged"]


def test_the_letters_of_its_numbers_are_a_hospitals_own_and_stay(world, operator):
    """However they are chosen, a number names one hospital of the installation (PACS-7)."""
    client = browser_of(operator)
    hospital = {"name": "儿童医院", "short_name": "儿医", "code": "eryi", "hue": "120"}
    odd = {
        "SHEN": "其他医院",
        "hen": "其他医院",
        "ashen": "其他医院",
        "S0": "容易听错",
        "儿": "容易听错",
        "A" * 13: "12",
    }
    for letters, says in odd.items():
        refused = client.post("/organisations/hospitals/new/", hospital | {"letters": letters})
        assert says in str(refused.context["form"].errors["letters"])
    with CaptureQueriesContext(connection) as asked:
        client.post("/organisations/hospitals/new/", hospital | {"letters": " et "})
    said = [one["sql"] for one in asked if "hashtextextended('letters'" in one["sql"] or '"letters" FROM' in one["sql"]]
    assert "pg_advisory_xact_lock" in said[0]  # of two registered at once the second sees the first one's
    with opened(Context.of_platform()):
        made = Hospital.objects.get(code="eryi")
    client.post(f"/organisations/hospitals/{made.pk}/", hospital | {"letters": "NEW", "hue": "30"})
    with opened(Context.of_platform()):
        made.refresh_from_db()
    assert (made.letters, made.hue) == ("ET", 30)


def test_an_engagement_ends_and_the_vendor_sees_the_hospital_no_more(world, operator):
    with opened(Context.of_platform()):
        engagement = Engagement.objects.get(hospital=world.h1, vendor=world.v1)
    yesterday = timezone.localdate() - timedelta(days=1)
    sent = browser_of(operator).post(f"/organisations/engagements/{engagement.pk}/", {"to_on": yesterday.isoformat()})
    assert sent.status_code == 302
    with opened(NOBODY):
        assert world.h1.id not in enter(make_member(Role.VENDOR_ENGINEER, world.v1)).hospitals


def test_two_engagements_of_the_same_do_not_overlap(world, operator):
    answer = browser_of(operator).post(
        "/organisations/engagements/new/", {"hospital": world.h1.pk, "vendor": world.v1.pk, "from_on": "2026-05-01"}
    )
    assert answer.status_code == 409


def test_wrong_dates_are_said_beside_the_field(world, operator):
    given = {"hospital": world.h2.pk, "vendor": world.v2.pk, "from_on": "2026-05-01"}
    client = browser_of(operator)
    early = client.post("/organisations/engagements/new/", {**given, "to_on": "2026-04-01"})
    assert early.context["form"].errors["to_on"]
    reading = client.post("/organisations/engagements/new/", {**given, "read_until": "2026-06-01"})
    assert reading.context["form"].errors["read_until"]


@pytest.mark.parametrize("role", [role for role in Role if role != Role.SYSTEM_ADMINISTRATOR])
def test_nobody_else_registers(world, role):
    organisation = {Side.HOSPITAL: world.h1, Side.VENDOR: world.v1, Side.PLATFORM: None}[role.side]
    client = browser_of(make_member(role, organisation))
    assert client.post("/organisations/hospitals/new/", {}).status_code == 403
    assert client.get("/organisations/").status_code == 200


# ── support sessions ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_operator_sees_no_rows_but_in_a_session_and_the_hospital_reads_of_it(world, operator, lead):
    """The wall, ALL-1: timed, reasoned, logged."""
    client = browser_of(operator)
    page = text(client.get("/people/"))
    assert "赵主任" not in page
    assert 'href="/departments/"' not in page  # there is nothing on it
    assert "放射科" not in text(client.get("/departments/"))
    client.post("/support/open/", {"hospital": world.h1.pk, "reason": "报修单打不开，已电话说明"})
    page = text(client.get("/people/"))
    assert "赵主任" in page
    assert 'href="/departments/"' in page
    assert 'class="banner support"' in page
    assert "放射科" in text(client.get("/departments/"))
    hospitals_view = text(browser_of(lead).get("/support/"))
    assert "报修单打不开，已电话说明" in hospitals_view
    assert "平台小陈" in hospitals_view
    trail = acts(world.h1, by_user=operator.user_id)
    assert trail == ["accounts.support_opened", "accounts.support_looked", "accounts.support_looked"]
    with opened(Context.of_hospital(world.h2.id)):
        assert SupportSession.objects.count() == 0


def test_an_operator_changes_nothing_in_a_session(world, operator, lead):
    client = browser_of(operator)
    client.post("/support/open/", {"hospital": world.h1.pk, "reason": "x"})
    department = world.radiology[world.h1.id]
    assert client.post(f"/departments/{department.pk}/", {"name": "y"}).status_code == 403
    with opened(NOBODY):
        enter(operator)
        assert Department.objects.filter(pk=department.pk).update(name="y") == 0


def test_a_session_ends_after_half_an_hour_or_when_closed(world, operator, lead):
    client = browser_of(operator)
    with opened(NOBODY):
        long_ago = timezone.now() - timedelta(minutes=31)
        support.open_support(world.h1, reason="x", by=enter(operator), at=long_ago)
    assert "赵主任" not in text(client.get("/people/"))
    client.post("/support/open/", {"hospital": world.h1.pk, "reason": "x"})
    assert "赵主任" in text(client.get("/people/"))
    with opened(Context.of_platform()):
        session = SupportSession.objects.order_by("-from_at").first()
    assert client.post(f"/support/{session.pk}/close/").url == "/support/"
    assert "赵主任" not in text(client.get("/people/"))
    assert "accounts.support_closed" in acts(world.h1)


def test_the_security_administrator_ends_a_colleagues_session(world, operator):
    browser_of(operator).post("/support/open/", {"hospital": world.h1.pk, "reason": "x"})
    with opened(Context.of_platform()):
        session = SupportSession.objects.get()
    other = make_member(Role.SYSTEM_ADMINISTRATOR)
    assert browser_of(other).post(f"/support/{session.pk}/close/").status_code == 409
    security = make_member(Role.SECURITY_ADMINISTRATOR)
    assert browser_of(security).post(f"/support/{session.pk}/close/").status_code == 302


def test_one_session_at_a_time_and_never_without_a_reason(world, operator):
    client = browser_of(operator)
    assert client.post("/support/open/", {"hospital": world.h1.pk, "reason": " "}).context["form"].errors["reason"]
    client.post("/support/open/", {"hospital": world.h1.pk, "reason": "x"})
    assert client.post("/support/open/", {"hospital": world.h2.pk, "reason": "y"}).status_code == 409


def test_the_audit_administrator_reads_and_opens_nothing(world):
    client = browser_of(make_member(Role.AUDIT_ADMINISTRATOR))
    assert client.get("/support/").status_code == 200
    assert client.post("/support/open/", {"hospital": world.h1.pk, "reason": "x"}).status_code == 403
    assert client.get("/people/invite/").status_code == 403


# ── what happened to a thing ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_department_shows_who_changed_what(world, lead):
    radiology = world.radiology[world.h1.id]
    client, url = browser_of(lead), f"/departments/{radiology.pk}/"
    client.post(url, {"name": "影像中心", "phone": "8123"})
    assert history_on(client.get(url)) == [("赵主任", [f"{radiology.name} → 影像中心", "— → 8123"])]


def test_a_place_shows_who_changed_what(world, lead):
    client, url = browser_of(lead), f"/places/{make_place(world.h1).pk}/"
    client.post(url, {"building": "9号楼", "floor": "2", "room": "201"})
    ((who, changes),) = history_on(client.get(url))
    assert who == "赵主任"
    assert any(change.endswith("→ 9号楼") for change in changes)


def test_a_person_shows_who_changed_their_role(world, lead):
    member = make_member(Role.IT_ENGINEER, world.h1, name="周工")
    client = browser_of(lead)
    client.post(f"/people/{member.pk}/role/", {"role": Role.HOSPITAL_AUDITOR})
    assert ("赵主任", ["信息科工程师 → 院方审计员"]) in history_on(client.get(f"/people/{member.pk}/"))


def history_on(page):
    return [
        (entry.who, [f"{change.old} → {change.new}" for change in entry.changes])
        for entry in page.context["history"].entries
        if entry.changes
    ]
