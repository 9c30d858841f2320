"""Search finds what the person may read, and nothing else. ALL-1, PACS-18, ICU-13."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from servicedesk.tenancy import wall
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.wall import Context
from tests.clocks.examples import AT
from tests.tickets.examples import make_ticket
from tests.world import make_member
from tickets.enums import Cause, Remedy
from tickets.models import SearchText, Ticket
from tickets.searching import found_tickets
from tickets.services.solving import resolve
from tickets.services.working import note, say

pytestmark = pytest.mark.django_db


def find(desk, member, query):
    with desk.acting(member) as person:
        return [hit.number for hit in found_tickets(person, query).hits]


WORDS = ["调图", "图", "阅片工作站", "无法 阅片", "刘敏", "放射科", "PACS", "pacs", "ＰＡＣＳ", "闪退"]


@pytest.mark.parametrize("query", WORDS)
def test_it_finds_chinese_of_any_length_and_latin(desk, query):
    words = "pacs 客户端一打开就闪退"
    ticket = desk.report(words=words, reporter_name="刘敏")
    assert find(desk, desk.it, query) == [ticket.number]
    assert find(desk, desk.engineer, query) == [ticket.number]


def test_every_word_must_stand_in_the_ticket_wherever(desk):
    ticket = desk.report(title="胶片打印机卡纸")
    desk.act(say, ticket, by=desk.it, at=AT, text="三号楼的那一台")
    assert find(desk, desk.it, "打印机 三号楼") == [ticket.number]
    assert find(desk, desk.it, "打印机 四号楼") == []


def test_messages_and_solutions_are_found_and_shown(desk):
    ticket = desk.accepted()
    desk.act(say, ticket, by=desk.engineer, at=AT + timedelta(minutes=3), text="已重启网关，请再试一次")
    with desk.acting(desk.it) as person:
        (hit,) = found_tickets(person, "网关").hits
    assert "已重启网关" in hit.where
    solved = {"words": "更换加密狗", "cause": Cause.LICENCE, "remedy": Remedy.REPLACED}
    desk.act(resolve, ticket, by=desk.engineer, at=AT + timedelta(hours=1), **solved)
    assert find(desk, desk.it, "加密狗") == [ticket.number]


@pytest.mark.parametrize(("writer", "own", "other"), [("engineer", "colleague", "it"), ("it", "lead", "engineer")])
def test_a_word_of_a_private_note_finds_nothing_for_the_other_side(desk, writer, own, other):
    ticket = desk.report()
    desk.act(note, ticket, by=getattr(desk, writer), at=AT, text="客户难缠，悄悄降级处理")
    for query in ("难缠", "缠", "悄悄降级"):
        assert find(desk, getattr(desk, own), query) == [ticket.number]
        assert find(desk, getattr(desk, other), query) == []
        assert find(desk, getattr(desk, other), f"阅片 {query}") == []
        assert find(desk, desk.ward, query) == []


def test_whose_tickets_they_are_decides_who_finds_them(desk, world):
    ticket = desk.report(title="独一无二的故障")
    strangers = [
        make_member(Role.IT_ENGINEER, world.h2),
        make_member(Role.VENDOR_ENGINEER, world.v2),
        make_member(Role.IT_LEAD, world.h3),
        make_member(Role.SYSTEM_ADMINISTRATOR),
        make_member(Role.WARD_REPORTER, world.h1, department=world.pharmacy[world.h1.id]),
    ]
    assert [find(desk, one, "独一无二") for one in strangers] == [[]] * 5
    owners = [desk.ward, desk.it, desk.lead, desk.engineer, desk.manager]
    assert [find(desk, one, "独一无二") for one in owners] == [[ticket.number]] * 5


def test_the_function_itself_keeps_to_the_wall(desk):
    """Asked by hand with every argument open, it gives no foreign id and no foreign note."""
    ticket = desk.report(title="独一无二的故障")
    desk.act(note, ticket, by=desk.engineer, at=AT, text="悄悄降级")

    def ask(context, word):
        with wall.opened(context), connection.cursor() as cursor:
            cursor.execute("SELECT * FROM tickets_find(%s, 10, NULL, true, NULL, NULL, 10)", [word])
            return cursor.fetchall()

    w = desk.world
    assert ask(Context.of_hospital(w.h1.id), "独一无二") == [(ticket.pk,)]
    assert ask(Context.of_hospital(w.h1.id), "悄悄") == []
    assert ask(Context.of_vendor(w.v1.id, w.h1.id), "悄悄") == [(ticket.pk,)]
    for context in (
        wall.NOBODY,
        Context.of_platform(),
        Context.of_hospital(w.h2.id),
        Context.of_vendor(w.v2.id, w.h1.id),
        Context.of_vendor(w.v1.id, w.h2.id),
        Context.of_vendor(w.v1.id),
    ):
        assert ask(context, "独一无二") == []


@pytest.mark.parametrize("query", ["打印机", "x", "打印机 x"])
def test_walked_or_looked_up_it_finds_the_same(desk, query):
    """A single Latin letter has no gram and is walked for; newest first, the older ones without a gap or a double."""
    made = [desk.report(title=f"打印机X第{number}次卡纸", at=AT + timedelta(minutes=number)) for number in range(30)]
    with desk.acting(desk.it) as person:
        first = found_tickets(person, query)
        rest = found_tickets(person, query, below=first.older)
    assert [hit.number for hit in [*first.hits, *rest.hits]] == [ticket.number for ticket in reversed(made)]
    assert rest.older is None


@pytest.mark.parametrize("query", ["%", "_", "%%%", "\\", "'; DROP TABLE x; --", "{a}", "a:b", "$1", "打%"])
def test_signs_of_like_and_sql_are_letters(desk, query):
    desk.report()
    assert find(desk, desk.it, query) == []
    odd = desk.report(title=f"屏幕显示 {query} 字样")
    assert find(desk, desk.it, query) == [odd.number]


@pytest.mark.parametrize("query", ["\x00", "\u202e", "   ", "\x07\x08", "😀", "a" * 1_000_000, "调 " * 500])
def test_nothing_breaks_it(desk, query):
    desk.report()
    find(desk, desk.it, query)


def test_what_is_not_seen_is_not_searched_for(desk):
    ticket = desk.report()
    assert find(desk, desk.it, "\u202e调\u200b图\x00") == [ticket.number]


def test_a_changed_ticket_is_found_by_its_new_words_only(desk):
    ticket = desk.accepted()
    with desk.inside():
        Ticket.objects.filter(pk=ticket.pk).update(title="网络中断")
        assert "网络中断" in SearchText.objects.get(pk=ticket.pk).text
    assert find(desk, desk.it, "网络中断") == [ticket.number]
    assert find(desk, desk.it, "调图") == []


@pytest.fixture
def at_desk(desk, client):
    client.force_login(desk.it.user)
    return client


@pytest.mark.parametrize("around", ["{}", " {} ", "请看工单{}，急", "number: {}.", "{lower}"])
def test_a_number_anywhere_in_the_search_opens_its_ticket(desk, at_desk, around):
    ticket = desk.report()
    pasted = around.format(ticket.number, lower=ticket.number.lower())
    answer = at_desk.get("/search/", {"q": pasted})
    assert (answer.status_code, answer.headers.get("Location")) == (302, f"/tickets/{ticket.pk}/")


def test_a_number_that_two_hospitals_have_shows_both(desk, client, world):
    """A vendor's page does not guess: letters before the number are each hospital's own choice."""
    ticket = desk.report()
    other = make_ticket(world.h2, world.v1, number=ticket.number, title="二院的工单")
    client.force_login(desk.engineer.user)
    page = client.get("/search/", {"q": ticket.number})
    assert page.status_code == 200
    assert all(f"/tickets/{one.pk}/" in page.content.decode() for one in (ticket, other))
    client.force_login(desk.it.user)
    assert client.get("/search/", {"q": ticket.number}).headers["Location"] == f"/tickets/{ticket.pk}/"


def test_a_foreign_number_finds_nothing(desk, client, world):
    ticket = desk.report()
    client.force_login(make_member(Role.IT_ENGINEER, world.h2).user)
    page = client.get("/search/", {"q": ticket.number})
    assert page.status_code == 200
    assert "没有找到" in page.content.decode()


def test_the_page_marks_what_was_found_and_escapes_the_rest(desk, at_desk):
    desk.report(title="<b>打印机</b>卡纸", words="<script>alert(1)</script>")
    page = at_desk.get("/search/", {"q": "打印机"}).content.decode()
    assert "&lt;b&gt;<mark>打印机</mark>&lt;/b&gt;" in page
    page = at_desk.get("/search/", {"q": "<script>"}).content.decode()
    assert "<mark>&lt;script&gt;</mark>alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


def test_too_long_a_search_is_refused_beside_its_field(at_desk):
    for length in (101, 1_000_000):
        page = at_desk.get("/search/", {"q": "调" * length})
        assert page.status_code == 200
        assert "搜索最多 100 个字" in page.content.decode()
        assert f'value="{"调" * 100}"' in page.content.decode()


def test_systems_and_people_stand_on_the_page_too(desk, at_desk):
    with desk.inside():
        name = desk.contract.systems.order_by("name").first().name
    assert name in at_desk.get("/search/", {"q": name[:2]}).content.decode()
    assert desk.lead.name in at_desk.get("/search/", {"q": desk.lead.name}).content.decode()
    assert desk.engineer.name not in at_desk.get("/search/", {"q": desk.lead.name[:1]}).content.decode()


def test_the_palette_offers_commands_and_finds(desk, at_desk):
    ticket = desk.report()
    commands = at_desk.get("/search/palette/").content.decode()
    assert 'href="/inbox/"' in commands
    assert 'href="/organisations/"' in commands
    assert 'href="/roster/"' not in commands
    found = at_desk.get("/search/palette/", {"q": "调图"}).content.decode()
    assert f'href="/tickets/{ticket.pk}/"' in found
    assert 'href="/inbox/"' not in found
    assert f'href="/tickets/{ticket.pk}/"' in at_desk.get("/search/palette/", {"q": ticket.number}).content.decode()
    with desk.inside():
        system = desk.contract.systems.order_by("name").first().name
    for name, other in ((system, desk.lead.name), (desk.lead.name, system)):
        options = at_desk.get("/search/palette/", {"q": name}).content.decode()
        assert name in marked_off(options)
        assert other not in marked_off(options)
    assert at_desk.get("/search/palette/", {"q": "x" * 1_000_000}).status_code == 200


def marked_off(page):
    return page.replace("<mark>", "").replace("</mark>", "")


def test_searching_costs_the_same_at_one_and_at_twenty_five(desk, at_desk):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            assert at_desk.get("/search/", {"q": "网关"}).status_code == 200
        return len(seen)

    desk.report(words="网关")
    queries()
    one = queries()
    for number in range(25):
        desk.report(words=f"网关 {number}")
    assert queries() == one <= 12
