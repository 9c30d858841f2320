"""First pages by role: what asks for this person first, the same cost however much there is."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from servicedesk.notices.enums import NoticeKind
from servicedesk.notices.models import InboxItem
from servicedesk.sla.promise import Channel, Severity
from servicedesk.tenancy.enums import Role
from tests.matrix.principals import sign_in
from tests.tickets.closing import resolved
from tests.tickets.examples import make_ticket
from tests.world import give_second_factor, make_member
from tickets.at_home import AtHome, tickets_at_home
from tickets.board import board_of
from tickets.enums import State, WaitsOn
from tickets.models import Ticket, Visit
from tickets.queue.wanted import month_of
from tickets.services.calls import Phoned, log_call
from tickets.services.levels import propose_severity
from tickets.services.outages import announce_outage, end_outage
from tickets.services.visiting import call_for_visit, dispatch
from tickets.services.working import ask_back, hand_over, withdraw
from tickets.stream import tell

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def at_home(member) -> str:
    client = _client(member)
    answer = client.get("/")
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def _client(member) -> Client:
    client = Client(headers={"accept-language": "en"})
    type(member.user).objects.filter(pk=member.user_id).update(language="en")
    if member.role in {Role.IT_LEAD, Role.PROJECT_MANAGER, Role.VENDOR_MANAGER}:
        give_second_factor(member.user)
    sign_in(client, member)
    return client


@pytest.fixture
def now():
    return timezone.now()


def test_a_reporter_sees_their_own_and_known_outages(desk, now):
    """ALL-6: what the hospital announced, of whichever department and system; a grave ticket alone is not known."""
    mine = desk.report(at=now, title="我的打印机卡纸", reporter=desk.ward, severity=Severity.C)
    grave = desk.report(
        at=now, title="张三的片子", reporter=None, severity=Severity.A, channel=Channel.PHONE, by=desk.it
    )
    pharmacy = desk.world.pharmacy[desk.world.h1.id]
    other = desk.report(at=now, title="药房扫码失灵", reporter=None, department=pharmacy)
    assert "Known outages" not in main_of(at_home(desk.ward))
    facts = {"title": "全院扫码中断", "words": "先手工录入", "expected_at": now + timedelta(hours=1)}
    outage = desk.act(announce_outage, other, by=desk.it, at=now, **facts)
    page = main_of(at_home(desk.ward))
    assert page.index("Known outages") < page.index("全院扫码中断") < page.index(mine.title)
    assert "先手工录入" in page
    assert f"/outages/#{outage.pk}" in page
    for hidden in (other.title, grave.title, str(other.pk)):
        assert hidden not in page
    desk.act(end_outage, outage, by=desk.it, at=now + MINUTE)
    assert "全院扫码中断" not in at_home(desk.ward)


def test_the_colour_of_time_is_one_wherever_a_ticket_stands(desk, now):
    """PACS-16: 40 of 60 minutes left are grey, on the first page and the board as in the queue."""
    ticket = desk.report(at=now - 20 * MINUTE, title="还早")
    seen = {}
    for member, *paths in ((desk.engineer, "/", "/tickets/", f"/tickets/{ticket.pk}/"), (desk.manager, "/board/")):
        client = _client(member)
        for path in paths:
            shown = main_of(unescape(client.get(path).content.decode()))
            seen[path] = set(re.findall(r'class="countdown" data-state="(\w+)"', shown))
    with desk.inside():  # as after a refused solution: what runs now began later
        Ticket.objects.filter(pk=ticket.pk).update(reported_at=now - timedelta(days=9))
    for path in ("/", "/tickets/?"):
        shown = main_of(_client(desk.ward).get(path).content.decode())
        seen[f"ward {path}"] = set(re.findall(r'class="countdown" data-state="(\w+)"', shown))
    assert list(seen.values()) == [{"calm"}] * 6


def test_what_waits_for_the_reporter_is_said_first_and_on_the_ticket(desk, now):
    """PACS-6, SMART-8, SMART-10: to call, to answer, to sign; what a colleague reported waits for the colleague."""
    mine = {"reporter": desk.ward, "at": now - 90 * MINUTE}
    uncalled = desk.report(severity=Severity.ONE, by=desk.ward, **mine)
    solved, asked = resolved(desk, title="修好了", **mine), desk.accepted(title="要检查号", **mine)
    running, nobodys = desk.accepted(**mine), resolved(desk, reporter=None, at=now - 90 * MINUTE)
    why = {"why": "等检查号", "wakes_at": now + 60 * MINUTE}
    desk.act(ask_back, asked, by=desk.engineer, at=now, who=WaitsOn.REPORTER, **why)
    page, theirs = main_of(at_home(desk.ward)), {str(one.pk) for one in (uncalled, solved, asked)}
    section = page[page.index('id="asked-of-us"') : page.index("</section>", page.index('id="asked-of-us"'))]
    assert set(re.findall(r"/tickets/([0-9a-f-]{36})/", section)) == theirs
    assert ("Waits for you" in section, "view=ours" in section) == (True, False)
    assert page.count(str(solved.pk)) == page.count(str(running.pk)) == 1
    shown = unescape(_client(desk.ward).get("/tickets/?view=department").content.decode())
    said = dict(re.findall(r'data-ticket="([0-9a-f-]{36})".*?</a>.*?</div>\s*(<div><strong>)?', shown, re.S))
    assert {key for key, words in said.items() if words} == theirs
    assert str(nobodys.pk) in said


def main_of(page: str) -> str:
    return page[page.index("<main") : page.index("</main")]


def test_the_hospitals_word_is_asked_for_first(desk, now):
    """PACS-6, PACS-16, SMART-8: a call that nobody made, or logged late, a proposed severity, a ticket handed over, a
    solution to sign; what was asked back of its IT, or of a reporter who has no account to read it with. The queue
    counts the same tickets."""
    late = desk.report(
        at=now - 30 * MINUTE, title="补记的来电", severity=Severity.A, channel=Channel.PHONE, by=desk.engineer,
        call=Phoned(now - 90 * MINUTE, "刘敏"),
    )  # fmt: skip
    handed = desk.accepted(at=now - 20 * MINUTE, title="不是我方问题")
    desk.act(hand_over, handed, by=desk.engineer, at=now, why="网络科的")
    wished = desk.accepted(at=now - 20 * MINUTE, title="也许没那么重")
    desk.act(propose_severity, wished, by=desk.engineer, at=now, severity=Severity.C, why="有替代")
    waiting = {}
    for who in WaitsOn:
        waiting[who] = desk.accepted(at=now - 20 * MINUTE, title=f"等{who.label}")
        desk.act(ask_back, waiting[who], by=desk.engineer, at=now, why="要日志", who=who, wakes_at=now + 60 * MINUTE)
    nobodys = desk.accepted(at=now - 20 * MINUTE, title="扫码来的", reporter=None)
    reporter = {"who": WaitsOn.REPORTER, "wakes_at": now + 60 * MINUTE}
    desk.act(ask_back, nobodys, by=desk.engineer, at=now, why="要日志", **reporter)
    uncalled = desk.report(at=now, title="全黑了", severity=Severity.ONE, by=desk.ward)
    solved = resolved(desk, at=now - 90 * MINUTE, title="修好了")
    theirs = (late, handed, wished, waiting[WaitsOn.HOSPITAL], nobodys, uncalled, solved)
    for member in (desk.it, desk.lead):
        page = at_home(member)
        section = page[page.index('id="asked-of-us"') : page.index("</section>", page.index('id="asked-of-us"'))]
        assert set(re.findall(r"/tickets/([0-9a-f-]{36})/", section)) == {str(ticket.pk) for ticket in theirs}
        for words in ("an answer of yours is waited for", "by phone only", '<a href="/tickets/?view=ours">All</a>'):
            assert words in section
        queue = unescape(_client(member).get("/tickets/?view=ours").content.decode())
        assert set(re.findall(r'data-ticket="([0-9a-f-]{36})"', queue)) == {str(ticket.pk) for ticket in theirs}
        assert f'Waits for our word<span class="count">{len(theirs)}</span>' in queue
        for words in ("an answer of yours is waited for", "by phone only", "to be signed", "Not theirs, they say"):
            assert words in queue
    inbox = unescape(_client(desk.lead).get("/inbox/").content.decode())
    assert f"{uncalled.number} was reported. Now: Waits for the call." in inbox
    assert f"{nobodys.number} was reported. Now: To be accepted." in inbox
    assert uncalled.title in inbox
    auditor = make_member(Role.HOSPITAL_AUDITOR, desk.world.h1)
    assert 'id="asked-of-us"' not in at_home(auditor)
    read = main_of(unescape(_client(auditor).get("/tickets/?view=ours").content.decode()))
    assert [words in read for words in ("All open", "Waits for our word", "Reported by me", "Next ticket")] == [
        True, False, False, False,
    ]  # fmt: skip
    assert "Waits for our word" not in at_home(desk.engineer)


def test_the_inbox_names_a_ticket_to_those_alone_who_may_see_it(desk, world, now):
    """Beside its number, as it is called now; no notice holds it."""
    ticket = desk.report(at=now, title="张三的片子调不出", reporter=desk.ward)
    pharmacist = make_member(Role.WARD_REPORTER, world.h1, department=world.pharmacy[world.h1.id])
    with desk.inside():
        tell(ticket, NoticeKind.TICKET_ANSWERED, to=[desk.ward.pk, pharmacist.pk], at=now)
        assert not any(ticket.title in str(words) for words in InboxItem.objects.values_list("words", flat=True))
    for member, is_named in ((desk.ward, True), (pharmacist, False)):
        inbox = _client(member).get("/inbox/").content.decode()
        assert (ticket.number in inbox, ticket.title in inbox) == (True, is_named)


def test_a_count_that_stops_says_that_there_are_more():
    home = AtHome([], [], [], [], [], [], [], {"mine": 99, "team": 100}, {})
    assert home.figures == {"mine": "99", "team": "99+"}


def test_what_is_late_is_counted_by_vendor_and_system(desk, now):
    with desk.inside():
        system = desk.contract.systems.order_by("name").first()
        module = desk.contract.systems.create(hospital_id=system.hospital_id, vendor_id=system.vendor_id,
                                              name="三维重建", part_of=system)  # fmt: skip
    late = desk.report(at=now - 90 * MINUTE, title="早该响应", system=system)
    part = desk.report(at=now - 80 * MINUTE, title="也早该响应", system=module)
    desk.report(at=now, title="还有时间")
    page = at_home(desk.it)
    section = page[page.index('id="overdue"') :]
    assert late.title in section
    assert system.name in section
    (leads_to,) = re.findall(r'<p class="late-by"><a href="([^"]+)".*<strong class="number">2</strong>', section)
    shown = _client(desk.it).get(leads_to).content.decode()
    assert re.findall(r'data-ticket="([0-9a-f-]{36})"', shown) == [str(late.pk), str(part.pk)]
    assert desk.world.v1.short_name in section
    assert '<a href="/tickets/?view=overdue">All</a>' in section
    assert "还有时间" not in section


def test_todays_visits_stand_on_both_sides_pages(desk, now):
    ticket = desk.accepted(at=now - 20 * MINUTE)
    visit = desk.act(call_for_visit, ticket, by=desk.it, at=now, why="远程看不出")
    desk.act(dispatch, visit, by=desk.engineer, at=now, engineer=desk.engineer, planned_at=now + MINUTE)
    for member in (desk.it, desk.engineer):
        page = at_home(member)
        assert desk.engineer.name in page[page.index('id="visits"') :]
    with desk.inside():
        Visit.objects.filter(pk=visit.pk).update(planned_at=now - timedelta(days=1))
    assert f"expected {timezone.localtime(now - timedelta(days=1)):%m-%d %H:%M}" in at_home(desk.it)


def test_an_engineer_sees_what_is_theirs_and_what_nobody_has(desk, now):
    mine = desk.accepted(at=now - 5 * MINUTE, title="我接的")
    free = desk.report(at=now, title="没人接的")
    page = at_home(desk.engineer)
    assert page.index('id="mine"') < page.index(mine.title) < page.index('id="to-accept"') < page.index(free.title)
    figures = re.findall(r'class="figure[^"]*">\s*(\d+)', page)
    assert figures[:4] == ["1", "1", "2", "0"]  # mine, to be accepted, my company's, overdue
    leads_to = re.findall(r'<a href="/tickets/([^"]*)" class="stat', page)
    assert leads_to == ["?view=mine", "?view=new", "", "?view=overdue"]
    assert 'href="/tickets/next/"' in page
    colleague = at_home(desk.colleague)
    assert 'id="mine"' not in colleague
    assert free.title in colleague


def test_a_stranger_sees_none_of_it(desk, world, now):
    ticket = desk.report(at=now - 90 * MINUTE, severity=Severity.A, channel=Channel.PHONE)
    strangers = [
        make_member(Role.IT_ENGINEER, world.h2),
        make_member(Role.VENDOR_ENGINEER, world.v2),
        make_member(Role.WARD_REPORTER, world.h1, department=world.pharmacy[world.h1.id]),
        make_member(Role.VENDOR_MANAGER, world.v2),
    ]
    for stranger in strangers:
        assert f"/tickets/{ticket.pk}/" not in at_home(stranger)
        with desk.acting(stranger) as person:
            assert not tickets_at_home(person, at=now)


def test_the_functions_keep_to_the_wall_even_when_lied_to(desk, world, now):
    desk.report(at=now - 90 * MINUTE)
    with desk.acting(make_member(Role.IT_ENGINEER, world.h2)), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM tickets_home_of_hospital(%s, true, true, %s)", [world.h1.id, now])
        assert cursor.fetchall() == []
        cursor.execute("SELECT * FROM tickets_home_late(%s, %s)", [world.h1.id, now])
        assert cursor.fetchall() == []


@pytest.mark.parametrize(("who", "most"), [("it", 10), ("ward", 8), ("engineer", 13), ("lead", 17), ("manager", 16)])
def test_it_costs_the_same_at_three_and_at_three_hundred(desk, world, now, who, most):
    client, counted = _client(getattr(desk, who)), []

    def weigh():
        client.get("/")
        with CaptureQueriesContext(connection) as asked:
            page = client.get("/")
        counted.append((len(asked), len(page.content)))

    facts = {"contract": desk.contract, "department": world.radiology[world.h1.id], "severity": "A"}
    for count in (3, 27):
        for number in range(count):
            ticket = make_ticket(world.h1, world.v1, **facts, title=f"第{number:02}个", reporter=desk.ward)
            with desk.inside():
                Ticket.objects.filter(pk=ticket.pk).update(due_at=now - MINUTE)
        weigh()
    assert counted[0][0] == counted[1][0] <= most
    assert counted[1][1] < 60_000


def test_the_board_says_who_has_how_much_and_how_the_week_went(desk, now):
    for number in range(3):
        desk.accepted(at=now - 5 * MINUTE, title=f"第{number}单")
    desk.report(at=now - 90 * MINUTE, title="没人接的")
    desk.report(at=now - 50 * MINUTE, title="快到时限")
    gone = desk.report(at=now, title="报错了")
    with desk.inside():
        Ticket.objects.filter(pk=gone.pk).update(state=State.CLOSED, closed_at=now)
    client = _client(desk.manager)
    assert 'hx-get="/board/"' in unescape(client.get("/").content.decode())
    page = unescape(client.get("/board/").content.decode())
    assert desk.engineer.name in page
    assert "nobody yet" in page
    assert "1 overdue" in page
    part = client.get("/board/", headers={"HX-Request": "true"}).content.decode()
    assert ('<a href="/board/">' in part, '<a href="/board/">' in page) == (True, False)
    assert "<html" not in part
    assert 'data-chart="bar"' in part
    trend = re.findall(r'<td class="number">(\d+)</td><td class="number">(\d+)</td>', part)
    assert [sum(map(int, column)) for column in zip(*trend, strict=True)] == [6, 1]  # it may be just after midnight
    assert re.findall(r'<th scope="row">([^<]+)</th>', part)[-1] == f"{timezone.localtime(now):%m-%d}"
    breaching = part.partition("<h2>Breaches next")[2].partition("<h2>")[0]
    assert "快到时限" in breaching
    assert "没人接的" not in breaching  # that is late already
    assert _client(desk.engineer).get("/board/").status_code == 403


def test_the_board_counts_each_kind_and_leads_to_its_rows(desk, now):
    """PACS-2: each kind of service has its own figures, and each figure is the number of rows it leads to."""
    desk.report(at=now)
    desk.report(at=now - 90 * MINUTE)
    other = desk.report(at=now, category="consultation")
    gone = desk.report(at=now, category="consultation")
    desk.act(withdraw, gone, by=desk.it, at=now, why="误报")
    foreign = make_ticket(desk.world.h3, desk.world.v2)
    lately = 1 + (month_of(now - 90 * MINUTE) == month_of(now))
    for member in (desk.manager, desk.lead):
        client = _client(member)
        part = unescape(client.get("/board/").content.decode()).partition('id="kinds"')[2].partition("</section>")[0]
        rows = [re.findall(r'href="/tickets/([^"]+)">([^<]+)</a>|>(0)<', row) for row in part.split("<tr>")[2:]]
        figures = [[figure or zero for _where, figure, zero in row] for row in rows]
        assert [row[1:] for row in figures] == [["2", "1", str(lately)], ["1", "0", "2"]]
        assert figures[1][0] == other.category_name
        for where, figure, zero in (cell for row in rows for cell in row[1:]):
            shown = re.findall(r'data-ticket="([0-9a-f-]{36})"', client.get(f"/tickets/{where}").content.decode())
            assert zero or len(shown) == int(figure), where
            assert str(foreign.pk) not in shown


def test_what_waited_for_its_call_over_the_first_counts_when_it_was_called_about(desk, now, monkeypatch):
    """PACS-2, PACS-6: written down the minute before midnight, reported by the call the minute after."""
    first = now + 60 * MINUTE
    for room in ("tickets.board", "tickets.queue.wanted"):
        monkeypatch.setattr(f"{room}.month_of", lambda at: first)
    ticket = desk.report(at=now, severity=Severity.ONE)
    desk.act(log_call, ticket, by=desk.engineer, at=first + MINUTE, call=Phoned(first + MINUTE, "刘敏"))
    with desk.acting(desk.manager) as person:
        assert [one.this_month for one in board_of(person, at=first + 2 * MINUTE).kinds] == [1]
    assert str(ticket.pk) in _client(desk.manager).get("/tickets/?this_month=1").content.decode()


def test_beyond_its_bound_a_figure_says_that_there_are_more(desk, now, monkeypatch):
    monkeypatch.setattr("tickets.board.SCANNED_BACK", 2)
    for _ in range(3):
        desk.report(at=now)
    page = _client(desk.manager).get("/board/").content.decode()
    assert ">2+</a>" in page
    assert ">3</a>" in page


def test_this_months_figures_read_no_older_ticket(desk, now):
    """However many there are: a range of the newest, by an index that is there for the lists."""
    desk.report(at=now)
    with desk.acting(desk.manager) as person, CaptureQueriesContext(connection) as asked:
        board_of(person, at=now)
    (sql,) = [one["sql"] for one in asked if "max(category_name)" in one["sql"]]
    with desk.acting(desk.manager), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {sql}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert re.search(r"Index Scan using tickets_of_vendor.*\n.*Index Cond: .*id >=", plan), plan


def test_the_board_of_a_stranger_is_empty(desk, world, now):
    desk.accepted(at=now - 5 * MINUTE)
    page = unescape(_client(make_member(Role.VENDOR_MANAGER, world.v2)).get("/board/").content.decode())
    assert desk.engineer.name not in page
    assert "Nothing is open." in page
