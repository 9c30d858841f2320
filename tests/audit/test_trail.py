"""The trail's pages: filters, paging, names, places in the chain, export. PACS-18, ALL-1; G14."""

from __future__ import annotations

import csv
import hashlib
import io
import random
import re
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from servicedesk.audit import selectors
from servicedesk.audit.enums import Act, Result
from servicedesk.audit.forms import TrailFilter
from servicedesk.audit.models import Record
from servicedesk.audit.record import record
from servicedesk.audit.services import exporting
from servicedesk.audit.services.exporting import harmless
from servicedesk.audit.services.sealing import seal
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.wall import Context, opened
from servicedesk.ui.tables import page_of
from tests.audit.trails import NOW
from tests.matrix.principals import sign_in
from tests.world import make_matter, make_member, person_of

db = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])
ROW = re.compile(r'href="/trail/([0-9a-f-]{36})/"')


def client_of(membership) -> Client:
    client = Client(headers={"accept-language": "en"})
    type(membership.user).objects.filter(pk=membership.user_id).update(language="en")
    sign_in(client, membership)
    return client


def shown(response) -> list[str]:
    assert response.status_code == 200
    return ROW.findall(response.content.decode())


@pytest.fixture
def auditor(world):
    return make_member(Role.HOSPITAL_AUDITOR, world.h1, name="审计员")


@pytest.fixture
def busy(world, auditor):
    """Sixty records at 省医 by four people, some of them at the same instant, and two elsewhere."""
    rng = random.Random(7)
    people = [person_of(make_member(role, world.h1)) for role in (Role.IT_LEAD, Role.IT_ENGINEER, Role.WARD_REPORTER)]
    people.append(person_of(make_member(Role.VENDOR_ENGINEER, world.v1)))
    subjects = [world.radiology[world.h1.id], make_matter(world.h1, world.v1)]
    with opened(Context.of_hospital(world.h1.id)):
        for _ in range(60):
            record(
                rng.choice([Act.FILE_READ, Act.SIGNED_IN, Act.DENIED]),
                rng.choice(subjects),
                by=rng.choice(people),
                at=NOW - timedelta(hours=12 * rng.randint(0, 8)),
                result=rng.choice(list(Result)),
            )
    for hospital in (world.h2, world.h3):
        with opened(Context.of_hospital(hospital.id)):
            record(Act.SIGNED_IN, world.radiology[hospital.id], by=None, at=NOW)
    return people


def random_filter(rng: random.Random, people) -> dict[str, str]:
    today = timezone.localdate()
    offered = {
        "act": rng.choice(["files.read", "accounts.signed_in", "doors.denied"]),
        "result": rng.choice(Result.values),
        "kind": rng.choice(["tenancy.department", "tenancy.matter"]),
        "from_on": str(today - timedelta(days=rng.randint(0, 5))),
        "to_on": str(today - timedelta(days=rng.randint(0, 3))),
        "by": str(rng.choice(people).user_id),
        "who": "§shengyi",
    }
    return {name: value for name, value in offered.items() if rng.random() < 0.35}


def by_hand(person, said: dict[str, str], names: dict) -> list[str]:
    """The same question asked in plain Python."""

    def fits(row: Record) -> bool:
        day = str(timezone.localtime(row.at).date())
        return (
            said.get("act") in {None, row.act}
            and said.get("result") in {None, row.result}
            and said.get("kind") in {None, row.subject_kind}
            and said.get("by") in {None, str(row.by_user)}
            and said.get("from_on", "") <= day <= said.get("to_on", "9999")
            and ("who" not in said or said["who"] in names.get(row.by_user, ""))
        )

    with opened(person.context):
        rows = [row for row in Record.objects.all() if fits(row)]
    return [str(row.pk) for row in sorted(rows, key=lambda row: (row.at, row.pk), reverse=True)]


@db
def test_pages_and_export_hold_what_the_filter_says_for_random_filters(world, auditor, busy):
    """Page by page the rows found by hand, and the export the same rows in the same order."""
    rng, person, met = random.Random(11), person_of(auditor), 0
    names = {one.user_id: one.name for one in busy if one.side == "hospital"}
    for _ in range(40):
        said = random_filter(rng, busy)
        with opened(person.context):
            form = TrailFilter(said, person)
            if not form.is_valid():
                assert said["from_on"] > said["to_on"]
                continue
            paged = walked(selectors.trail(person, form.condition()))
            exported = [row["Record"] for row in rows_of(exported_and_undone(form, person))]
        assert paged == exported == by_hand(person, said, names), said
        met += len(paged)
    assert met > 100


def walked(records) -> list[str]:
    found, query = [], QueryDict()
    while True:
        page = page_of(records, query, sorts={"at": "at"}, default="-at", size=7)
        found += [str(row.pk) for row in page.rows]
        if not page.next:
            return found
        query = QueryDict(page.next.removeprefix("?"))


def exported_and_undone(form, person) -> bytes:
    """The export is on record too, and would be among the rows of the next one."""
    with transaction.atomic(), translation.override("en"):
        content = exporting.export_trail(form.condition(), by=person, at=NOW)
        transaction.set_rollback(True)
    return content


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


@db
def test_the_page_shows_the_trail_and_says_who(world, auditor, busy):
    client = client_of(auditor)
    first = client.get("/trail/")
    assert len(shown(first)) == 50
    following = re.search(r'rel="next" href="([^"]+)"', first.content.decode())[1].replace("&amp;", "&")
    rest = shown(client.get(f"/trail/{following}"))
    assert len(rest) == 10
    assert not set(rest) & set(shown(first))
    text = first.content.decode()
    assert busy[0].name in text
    assert "somebody of 东软" in text, "a vendor's people are not the hospital's to see"
    assert busy[3].name not in text
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d</time>", text)
    assert "Asia/Shanghai" in text


@db
@pytest.mark.parametrize(
    "query", ["from_on=2026-02-31", "act=nonsense", "by=me", "from_on=2026-02-02&to_on=2026-02-01"]
)
def test_a_filter_that_makes_no_sense_is_said_and_shows_nothing(auditor, busy, query):
    response = client_of(auditor).get(f"/trail/?{query}")
    assert shown(response) == []
    assert 'role="alert"' in response.content.decode()


@db
def test_an_empty_trail_says_what_belongs_there(world):
    with opened(Context.of_hospital(world.h3.id)):
        assert Record.objects.count() == 0
    client = client_of(make_member(Role.HOSPITAL_AUDITOR, world.h3))
    assert "Nothing is on record yet" in client.get("/trail/").content.decode()
    assert "Nothing on record fits" in client.get("/trail/?act=files.read").content.decode()


@db
def test_the_number_of_questions_does_not_grow_with_the_rows(world, auditor):
    client = client_of(auditor)
    lead, vendor = (
        person_of(make_member(Role.IT_LEAD, world.h1)),
        person_of(make_member(Role.VENDOR_ENGINEER, world.v1)),
    )
    matter = make_matter(world.h1, world.v1)

    def questions(count: int) -> int:
        with opened(Context.of_hospital(world.h1.id)):
            for number in range(count):
                record(Act.FILE_READ, matter, by=(lead, vendor)[number % 2], at=NOW)
        client.get("/trail/")
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert shown(client.get("/trail/"))
        return len(captured)

    assert questions(2) == questions(30)


@committed
def test_a_record_says_where_it_stands_and_whether_it_still_holds(world, data, auditor):
    lead = person_of(make_member(Role.IT_LEAD, world.h1))
    with opened(lead.context):
        ids = [record(Act.FILE_READ, by=lead, at=NOW, words={"code": "role"}).pk for _ in range(3)]
    client = client_of(auditor)
    assert "Not sealed yet" in client.get(f"/trail/{ids[1]}/").content.decode()
    seal(at=NOW)
    text = client.get(f"/trail/{ids[1]}/").content.decode()
    assert "Unchanged since it was sealed" in text
    assert f"hospital-{world.h1.id}" in text
    assert "the role does not include it" in text
    assert "Sealed up to block 1" in client.get("/trail/").content.decode()
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE audit_record NO FORCE ROW LEVEL SECURITY")
        cursor.execute("UPDATE audit_record SET result = 'failed' WHERE id = %s", [str(ids[1])])
        cursor.execute("ALTER TABLE audit_record FORCE ROW LEVEL SECURITY")
    assert "Not what was sealed" in client.get(f"/trail/{ids[1]}/").content.decode()


@committed
def test_a_vendor_reads_the_place_of_its_record_in_the_hospitals_chain(world, data):
    vendor = person_of(make_member(Role.VENDOR_ENGINEER, world.v1))
    matter = make_matter(world.h1, world.v1)
    with opened(vendor.context):
        made = record(Act.FILE_READ, matter, by=vendor, at=NOW)
    with opened(Context.of_hospital(world.h1.id)):
        hidden = record(Act.FILE_READ, by=person_of(make_member(Role.IT_LEAD, world.h1)), at=NOW)
    seal(at=NOW)
    client = client_of(make_member(Role.VENDOR_MANAGER, world.v1))
    assert f"hospital-{world.h1.id}" in client.get(f"/trail/{made.pk}/").content.decode()
    assert client.get(f"/trail/{hidden.pk}/").status_code == 404


@db
def test_taking_the_trail_out_is_on_record(world, auditor, busy):
    response = client_of(auditor).post("/trail/export/", {"act": "files.read", "who": "§shengyi"})
    assert response["Content-Type"].startswith("text/csv")
    rows = rows_of(response.content)
    with opened(Context.of_hospital(world.h1.id)):
        taken = Record.objects.get(act=Act.TRAIL_EXPORTED)
    assert taken.by_membership == auditor.pk
    assert taken.words == {
        "act": "files.read",
        "who": "given",
        "rows": len(rows),
        "is_whole": True,
        "sha256": hashlib.sha256(response.content).hexdigest(),
    }


@db
def test_an_export_that_is_not_whole_says_so(world, auditor, busy, monkeypatch):
    monkeypatch.setattr(exporting, "LIMIT", 5)
    text = client_of(auditor).post("/trail/export/").content.decode()
    assert text.count("\r\n") == 1 + 5 + 1
    assert "Only the newest 5 rows are here" in text


@committed
def test_an_export_that_cannot_be_recorded_does_not_leave(world, auditor):
    client = client_of(auditor)
    client.raise_request_exception = False
    with connections["owner"].cursor() as cursor:
        cursor.execute("REVOKE INSERT ON audit_record FROM servicedesk_app")
        try:
            assert client.post("/trail/export/").status_code == 500
        finally:
            cursor.execute("GRANT INSERT ON audit_record TO servicedesk_app")


@pytest.mark.parametrize("lead", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_cell_is_a_formula(lead):
    assert harmless(f"{lead}1+1") == f"'{lead}1+1"
    assert harmless(f"王{lead}") == f"王{lead}"


@db
def test_a_name_that_is_a_formula_leaves_as_text(world, auditor):
    lead = person_of(make_member(Role.IT_LEAD, world.h1, name="=HYPERLINK(1)"))
    with opened(lead.context):
        record(Act.SIGNED_IN, by=lead, at=NOW)
    (row,) = rows_of(client_of(auditor).post("/trail/export/").content)
    assert row["Who"] == "'=HYPERLINK(1)"
