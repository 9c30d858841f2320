"""The list of maintenance records and its spreadsheet: the same rows for the same filters (HRP-6, SMART-10)."""

from __future__ import annotations

import io
import random
from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.models import Q
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from openpyxl import load_workbook

from servicedesk.audit.models import Record
from servicedesk.tenancy import wall
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.ids import uuid7
from servicedesk.tenancy.wall import Context
from servicedesk.ui.tables import page_of
from tests.clocks.examples import AT
from tests.matrix.principals import sign_in
from tests.tickets.closing import closed
from tests.tickets.examples import make_ticket
from tests.world import make_member
from tickets import searching
from tickets.enums import Cause, Ending, Satisfaction
from tickets.forms.records import KINDS, RecordFilter
from tickets.models import MaintenanceRecord
from tickets.records import figures, records
from tickets.services import working
from tickets.services.exporting import export_records
from tickets.views.records import SORTS

pytestmark = pytest.mark.django_db
WORDS = ("打印机", "调图", "=1+1", "@SUM(A1)", "网关", "")


def make_records(desk, count, *, hospital=None, contract=None, seed=7):
    dice, found = random.Random(seed), []
    hospital, contract = hospital or desk.world.h1, contract or desk.contract
    for place in range(count):
        ticket = make_ticket(hospital, desk.world.v1, contract=contract)
        with wall.opened(Context.of_hospital(hospital.id)):
            found.append(
                MaintenanceRecord.objects.create(
                    hospital=hospital, vendor=desk.world.v1, ticket=ticket, contract=contract, number=ticket.number,
                    title=f"{dice.choice(WORDS)}{place}", category="fault", category_name="故障",
                    severity=dice.choice(["1", "A", "B", "C"]), cause=dice.choice(Cause.values),
                    satisfaction=dice.choice(["", *Satisfaction.values]), solution=dice.choice(WORDS),
                    ending=dice.choice([Ending.HOSPITAL, Ending.SILENCE]), closed_why="已离岗",
                    cycles=dice.choice([1, 1, 2]), missed=dice.choice([0, 0, 1]), is_recurring=dice.random() < 0.2,
                    closed_at=AT + timedelta(days=dice.randrange(30), hours=place % 5), facts={}, sha256="0" * 64,
                )
            )  # fmt: skip
    return found


def on_screen(person, query):
    """Every page of the list, by its own links to the next."""
    form, found = RecordFilter(query, person), []
    assert form.is_valid(), form.errors
    while True:
        page = page_of(records(person, form.condition()), query, sorts=SORTS, default="-closed", size=4)
        found += [row.number for row in page.rows]
        if not page.next:
            return found
        query = QueryDict(page.next.removeprefix("?"))


def in_book(content):
    sheet = load_workbook(io.BytesIO(content)).active
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]


def _asked(dice, contract):
    choices = {
        "q": WORDS, "contract": ("", "", str(contract.pk)), "severity": ("", "", "A", "B"),
        "cause": ("", "", "software", "network"), "satisfaction": ("", "", *Satisfaction.values),
        "ending": ("", "", *Ending.values), "kind": ("", "", *(name for name, *_ in KINDS)),
        "from_on": ("", "", "2026-11-05"), "to_on": ("", "", "2026-11-20"), "sort": ("", "-number", "closed"),
    }  # fmt: skip
    query = QueryDict(mutable=True)
    query.update({name: dice.choice(values) for name, values in choices.items() if dice.random() < 0.3})
    return query


@pytest.mark.slow
def test_screen_and_spreadsheet_hold_the_same_rows_for_random_filters(desk):
    """Another product's export kept its own filter, and leaked."""
    make_records(desk, 40)
    dice, sizes = random.Random(11), []
    with desk.acting(desk.it) as person:
        for _round in range(60):
            query = _asked(dice, desk.contract)
            form = RecordFilter(query, person)
            assert form.is_valid(), form.errors
            book = [row[0] for row in in_book(export_records(form.condition(), by=person, at=AT))]
            shown = on_screen(person, query)
            assert sorted(book) == sorted(shown)
            assert len(shown) == len(set(shown))
            sizes.append(len(shown))
    assert len(set(sizes)) > 8, "the filters choose different things"


WAYS = {
    "few are named": {},
    "on the way": {"FEW": -1, "_is_soon_met": lambda *_: True},
    "more are named": {"FEW": -1},
    "in its midst": {"FEW": -1, "MOST": 0},
}


@pytest.mark.parametrize("way", WAYS)
def test_records_are_found_as_tickets_are(desk, monkeypatch, way):
    """One letter and two, full-width and narrow, signers and those who closed, several words; and no note of the other
    side. Common words are met on the way through the list, rare ones' tickets are named: the same rows either way."""
    for name, value in WAYS[way].items():
        monkeypatch.setattr(searching, name, value)
    ticket = closed(desk, title="ＰＡＣＳ 胶片偏暗")
    other = closed(desk, title="登记台卡住")
    desk.act(working.note, other, by=desk.engineer, at=AT, text="院方网管态度恶劣")
    asked = {
        "胶": {ticket}, "偏暗": {ticket}, "pacs": {ticket}, "ｐａｃｓ": {ticket}, "刘敏": {ticket, other}, "猫": set(),
        "登记 刘敏": {other}, "登记 偏暗": set(), ticket.number: {ticket}, "恶劣": set(), "%": set(),
    }  # fmt: skip
    with desk.acting(desk.it) as person:
        for words, tickets in asked.items():
            rows = records(person, searching.saying(person, words))
            assert set(rows.values_list("ticket_id", flat=True)) == {each.pk for each in tickets}, words
            is_named = any(str(each.pk) in str(rows.query) for each in tickets)
            assert is_named is (bool(tickets) and way.endswith("named"))  # else no list of megabytes goes to and fro
    with desk.acting(desk.engineer) as person:
        assert records(person, searching.saying(person, "恶劣")).count() == 1


def test_filters_choose_what_they_say(desk):
    rows = make_records(desk, 40)
    with desk.acting(desk.it) as person:

        def found(**query):
            form = RecordFilter(query, person)
            assert form.is_valid()
            return set(records(person, form.condition()).values_list("pk", flat=True))

        assert found(severity="A") == {row.pk for row in rows if row.severity == "A"}
        assert found(q="打印机") == {row.pk for row in rows if "打印机" in row.title + row.solution}
        assert found(kind="again") == {row.pk for row in rows if row.cycles > 1}
        both = {row.pk for row in rows if "打印机" in row.title + row.solution and row.severity == "A"}
        assert found(q="打印机", severity="A") == both
        assert found(kind="recurring") == {row.pk for row in rows if row.is_recurring}
        day = date(2026, 11, 10)
        of_day = {row.pk for row in rows if (row.closed_at + timedelta(hours=8)).date() == day}
        assert found(from_on="2026-11-10", to_on="2026-11-10") == of_day != set()


def test_a_contracts_list_counts_what_returned(desk):
    """ICU-2: counted; the figures are of the same rows as the list."""
    rows = make_records(desk, 30)
    with desk.acting(desk.it) as person:
        found = figures(person, Q(contract=desk.contract))
    assert found == {
        "closed": 30,
        "returned": sum(row.is_recurring for row in rows),
        "missed": sum(row.missed > 0 for row in rows),
        "dissatisfied": sum(row.satisfaction == "dissatisfied" for row in rows),
        "interfaces": 0,
    }
    client = Client()
    sign_in(client, desk.it)
    with wall.opened(Context()):
        page = client.get(reverse("records"), {"contract": str(desk.contract.pk)}).content.decode()
    assert page.count('class="stat') == 5


def test_what_a_spreadsheet_would_calculate_is_text(desk):
    rows = make_records(desk, 12)
    assert any(row.solution.startswith("=") for row in rows)
    with desk.acting(desk.it) as person:
        book = load_workbook(io.BytesIO(export_records(Q(), by=person, at=AT)))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    odd = [cell for cell in cells if isinstance(cell.value, str) and cell.value.startswith(("=", "@"))]
    assert odd
    assert all(cell.quotePrefix for cell in odd)


def test_the_spreadsheet_is_one_to_work_with(desk):
    """SMART-10: moments that can be sorted and counted, headings that stay, columns as wide as their words."""
    ticket = closed(desk, title="阅片工作站调图很慢，需要重新登录才能继续阅片")
    with desk.acting(desk.it) as person, translation.override("zh-hans"):
        sheet = load_workbook(io.BytesIO(export_records(Q(), by=person, at=AT))).active
        row = MaintenanceRecord.objects.get()
    heads, first = ([cell.value for cell in line] for line in sheet.iter_rows(max_row=2))
    said = dict(zip(heads, first, strict=True))
    assert said["编号"] == ticket.number
    assert said[heads[11]] == timezone.make_naive(row.closed_at).replace(microsecond=0)
    assert said["到场时间"] is None
    assert sheet.freeze_panes == "B2"
    widths = {heads[place]: sheet.column_dimensions[letter].width for place, letter in enumerate("ABCDEFGH")}
    assert widths["故障现象"] > 2 * widths["级别"] > 16


def test_control_letters_and_emoji_survive_the_spreadsheet(desk):
    (row,) = make_records(desk, 1)
    ticket = make_ticket(desk.world.h1, desk.world.v1, contract=desk.contract)
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    with desk.acting(desk.it) as person:
        values |= {"id": uuid7(), "ticket_id": ticket.pk, "number": "X", "title": "坏\x07\x1b👍\u202e<b>"}
        MaintenanceRecord(**values).save(force_insert=True)
        titles = [line[7] for line in in_book(export_records(Q(), by=person, at=AT))]
    assert len(titles) == 2


def test_taking_them_along_is_on_record_with_how_many(desk):
    make_records(desk, 5)
    client = Client()
    sign_in(client, desk.it)
    with wall.opened(Context()):
        response = client.post(reverse("export_records"), {"q": "患者张三", "severity": "A"})
    assert response.status_code == 200
    with desk.inside():
        words = Record.objects.get(act="tickets.records_exported").words
    assert (words["q"], words["severity"], words["is_whole"]) == ("given", "A", True)
    assert words["rows"] == len(in_book(response.content))
    assert "张三" not in str(words)


@pytest.mark.parametrize(
    "query", [{"from_on": "2026-12-01", "to_on": "2026-11-01"}, {"severity": "Z"}, {"from_on": "gestern"},
              {"q": "x" * 61}, {"contract": "1"}, {"kind": "<script>"}, {"q": "a\x00"}],
)  # fmt: skip
def test_filters_that_do_not_fit_are_sentences(desk, query):
    make_records(desk, 2)
    client = Client()
    sign_in(client, desk.it)
    with wall.opened(Context()):
        page, book = client.get(reverse("records"), query), client.post(reverse("export_records"), query)
    assert (page.status_code, book.status_code) == (200, 409)
    assert 'role="alert"' in page.content.decode()
    assert "<script>alert" not in page.content.decode()


def test_each_sees_their_own_hospitals_and_no_other_vendors(desk, world):
    from tests.contracts.people import in_force

    with wall.opened(Context()):
        other, *_ = in_force(world.h2, world.v1, "icu")
    here = make_records(desk, 3)
    there = make_records(desk, 2, hospital=world.h2, contract=other)
    auditor = make_member(Role.HOSPITAL_AUDITOR, world.h1)
    stranger = make_member(Role.VENDOR_MANAGER, world.v2)
    ward = desk.ward
    expected = {desk.engineer: {*here, *there}, auditor: set(here), stranger: set(), ward: set()}
    for member, rows in expected.items():
        with desk.acting(member) as person:
            assert set(records(person, Q())) == rows, member


def test_as_many_queries_for_three_rows_as_for_twenty_five(desk):
    client, counts = Client(), []
    sign_in(client, desk.it)
    with wall.opened(Context()):
        client.get(reverse("records"))  # the first look of a session writes that it began
    for count in (3, 22):
        make_records(desk, count, seed=count)
        with wall.opened(Context()), CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("records")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_word_is_soon_met_where_a_page_of_records_with_it_is_near(desk, monkeypatch):
    """Not where its newest tickets have no record yet, nor where theirs are far down the list."""
    old, new = (make_records(desk, 26, seed=seed) for seed in (1, 2))
    with desk.acting(desk.it) as person:
        newest = [row.ticket_id for row in new]
        assert not searching._is_soon_met(person, newest[:25])
        assert searching._is_soon_met(person, newest)
        monkeypatch.setattr(searching, "SOON", 10)
        last = sorted([*old, *new], key=lambda row: row.closed_at)[:26]
        assert not searching._is_soon_met(person, [row.ticket_id for row in last])
