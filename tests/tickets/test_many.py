"""Acts on several tickets at once: each with its own result, what can be undone is; fifty hands, one winner. Views."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from re import findall

import pytest
from django.utils import timezone

from servicedesk.clocks.models import Clock
from servicedesk.notices.models import InboxItem, Message
from servicedesk.sla.promise import Severity
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.ids import uuid7
from servicedesk.tenancy.models import Membership
from tests.accounts.people import acts, browser_of
from tests.tickets.examples import make_ticket
from tests.tickets.queueing import counts, page, reported, shown
from tests.world import make_member
from tickets.enums import State
from tickets.models import Entry, QueueView, Ticket
from tickets.services import working

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def now():
    return timezone.now().replace(microsecond=0)


def post(client, act: str, *tickets, **more) -> str:
    """What the page says after the act; an act that only asks back says that."""
    sent = {"ticket": [str(getattr(one, "pk", one)) for one in tickets], **more}
    response = client.post(f"/tickets/{act}/", sent, follow=True)
    return unescape(response.content.decode())


def results(text: str) -> tuple[list[str], list[str]]:
    """Numbers of what was done, sentences of what was refused."""
    block = text.partition('class="result-rows"')[2].partition("</ul>")[0]
    done = [line for line in block.split("</li>") if "<strong>" not in line]
    return findall(r">([A-Z]+-\d+-\d+)</a>", "".join(done)), findall(r"<strong>(.+?)</strong>", block)


def test_each_ticket_has_a_result_of_its_own(desk, world, now):
    """Queue: bulk acts with a result per row; what one refuses stops no other."""
    new, other = reported(desk, now), reported(desk, now)
    taken = desk.accepted(at=now)
    desk.act(working.give, taken, to=desk.colleague, by=desk.manager, at=now)
    foreign = make_ticket(world.h3, world.v2)
    text = post(browser_of(desk.engineer), "accept", new, taken, foreign, other)
    done, refused = results(text)
    assert done == [new.number, other.number]
    assert refused[0].startswith(desk.colleague.name)
    assert refused[1] == "没有这张工单。"
    assert [desk.fresh(one).assignee_id for one in (new, other)] == [desk.engineer.pk] * 2
    assert desk.fresh(taken).assignee_id == desk.colleague.pk


def test_accepting_one_is_told_the_reporter_and_stops_the_response(desk, now):
    ticket = reported(desk, now - 5 * MINUTE)
    post(browser_of(desk.engineer), "accept", ticket)
    assert desk.clocks(ticket)["respond"] == "met"
    with desk.inside():
        assert InboxItem.objects.filter(kind="ticket_accepted", membership=desk.ward).count() == 1


def test_giving_asks_to_whom_and_can_be_taken_back(desk, now):
    """Undo: as it was before, for the clocks' ladder too, unless something has happened since."""
    new, mine = reported(desk, now), desk.accepted(at=now)
    client = browser_of(desk.engineer)
    asked = post(client, "give", new, mine)
    assert desk.colleague.name in asked
    assert desk.it.name not in asked
    assert asked.count('name="ticket"') == 2
    done, _refused = results(given := post(client, "give", new, mine, to=str(desk.colleague.pk)))
    assert done == [new.number, mine.number]
    assert f"2 张工单已转给 {desk.colleague.name}" in given
    assert {desk.fresh(one).assignee_id for one in (new, mine)} == {desk.colleague.pk}
    done, _refused = results(undone := post(client, "give/undo"))
    assert "张工单已撤回转派" in undone
    assert set(done) == {new.number, mine.number}
    assert [desk.fresh(one).assignee_id for one in (new, mine)] == [None, desk.engineer.pk]
    with desk.inside():
        assert set(Clock.objects.filter(matter_id=new.matter_id).values_list("assignee", flat=True)) == {None}
        assert Entry.objects.filter(ticket=mine, act="tickets.put_back").get().facts == {"to": desk.engineer.name}
    with desk.acting(desk.colleague):
        assert InboxItem.objects.filter(kind="ticket_put_back", membership=desk.colleague).count() == 2


def test_what_happened_since_is_not_undone(desk, now):
    ticket = reported(desk, now)
    client = browser_of(desk.engineer)
    post(client, "give", ticket, to=str(desk.colleague.pk))
    desk.act(working.accept, ticket, by=desk.colleague, at=now + MINUTE)
    _done, refused = results(post(client, "give/undo"))
    assert refused == ["此工单刚被他人更新。请先查看新内容，您写的文字已保留。"]
    assert desk.fresh(ticket).assignee_id == desk.colleague.pk


def test_nothing_to_take_back_is_said(desk):
    assert "没有可以撤回的操作。" in post(browser_of(desk.engineer), "give/undo")


def test_one_message_on_several(desk, now):
    first, second = reported(desk, now), reported(desk, now)
    client = browser_of(desk.it)
    assert "留言（双方可见）" in post(client, "say", first, second)
    post(client, "say", first, second, text="今晚停机升级 😀 <b>请保存</b>")
    with desk.inside():
        said = Entry.objects.filter(kind="message").values_list("ticket_id", "text")
        assert set(said) == {(one.pk, "今晚停机升级 😀 <b>请保存</b>") for one in (first, second)}


@pytest.mark.parametrize("text", ["", "   ", "x" * 1_000_000])
def test_a_message_that_cannot_be_is_refused_beside_its_field(desk, now, text):
    ticket = reported(desk, now)
    answer = post(browser_of(desk.it), "say", ticket, text=text)
    assert 'id="error_1_id_text"' in answer or "invalid-feedback" in answer
    with desk.inside():
        assert not Entry.objects.filter(kind="message").exists()


def test_haste_is_asked_for_each_and_can_be_taken_back(desk, now, settings):
    """Undo: whoever was told of it is told that it is no longer so; what was asked for since stays."""
    settings.EMAIL_HOST = "127.0.0.1"
    with desk.acting(desk.manager):
        Membership.objects.filter(pk=desk.engineer.pk).update(email="wang@example.cn")
    new, other = reported(desk, now), reported(desk, now)
    with desk.inside():
        Ticket.objects.filter(pk=other.pk).update(urged_at=now - 60 * MINUTE)
    client = browser_of(desk.it)
    text = post(client, "urge", new, other, back="view=new")
    assert ("已催办" in text, "/tickets/urge/undo/" in text) == (True, True)
    assert 'name="back" value="view=new"' in text.partition('action="/tickets/urge/undo/"')[2].partition("</form>")[0]
    done, _refused = results(undone := post(client, "urge/undo"))
    assert "张工单已撤回催办" in undone
    assert set(done) == {new.number, other.number}
    assert [desk.fresh(one).urged_at for one in (new, other)] == [None, now - 60 * MINUTE]
    with desk.acting(desk.engineer):
        assert InboxItem.objects.filter(kind="urge_taken_back", membership=desk.engineer).count() == 2
    assert "没有可以撤回的操作。" in post(client, "urge/undo")
    assert results(post(client, "urge", new))[0] == [new.number], "it is not lost, though nothing rings so soon again"
    assert desk.fresh(new).urged_at
    with desk.acting(desk.engineer):
        rung = Message.objects.filter(kind="ticket_urged", subject_id=str(new.pk))
        assert list(rung.order_by("id").values_list("comes_through", flat=True)) == [True, False]
    _done, refused = results(post(client, "urge", new))
    assert refused == ["刚刚已催办过。"]


def test_what_was_urged_again_since_stays_so(desk, now):
    ticket, client = reported(desk, now), browser_of(desk.it)
    post(client, "urge", ticket)
    with desk.inside():
        Ticket.objects.filter(pk=ticket.pk).update(urged_at=now + 60 * MINUTE)
    _done, refused = results(post(client, "urge/undo"))
    assert refused == ["其间又有人催办，这次催办不撤回。"]
    assert desk.fresh(ticket).urged_at == now + 60 * MINUTE


def test_what_cannot_be_taken_back_says_why(desk, now):
    first, second = reported(desk, now), reported(desk, now)
    text = post(browser_of(desk.engineer), "accept", first, second)
    assert ("接单不能撤回：响应计时已停止" in text, "undo" in text) == (True, False)
    assert "留言不能撤回" in post(browser_of(desk.it), "say", first, second, text="今晚停机")


def test_whose_tickets_were_taken_over_is_named_to_both(desk):
    """PACS-16: what was raised is answered anew by whoever accepts it, in the queue too: who did it reads whose it was,
    whose it was reads who has it, and the stream says both. What a colleague works on otherwise stays theirs."""
    at = timezone.now() - 30 * MINUTE
    raised = desk.raised(desk.accepted(at=at), Severity.ONE, at=at + 10 * MINUTE)
    theirs, free = desk.accepted(at=at), desk.report(at=at)
    text = post(browser_of(desk.colleague), "accept", raised, theirs, free)
    done, refused = results(text)
    assert (done, len(refused)) == ([raised.number, free.number], 1)
    assert text.count(f"此前由 {desk.engineer.name} 处理，已通知其本人。") == 1
    given = post(browser_of(desk.manager), "give", theirs, to=str(desk.colleague.pk))
    assert f"此前由 {desk.engineer.name} 处理，已通知其本人。" in given
    inbox = unescape(browser_of(desk.engineer).get("/inbox/").content.decode())
    for ticket in (raised, theirs):
        assert f"{ticket.number} 现由 {desk.colleague.name} 处理，不再由您处理。" in inbox
    stream = unescape(browser_of(desk.engineer).get(f"/tickets/{raised.pk}/").content.decode())
    assert f"接单（此前由 {desk.engineer.name} 处理）" in stream


@pytest.mark.parametrize("sent", [(), ("nonsense",), ("\x00", "<script>")])
def test_nothing_chosen_is_said(desk, sent):
    assert "请先选择工单。" in post(browser_of(desk.engineer), "accept", *sent)


def test_too_many_are_refused_whole(desk, now):
    ticket = reported(desk, now)
    text = post(browser_of(desk.engineer), "accept", ticket, *(uuid7() for _ in range(50)))
    assert "一次最多处理 50 张工单。" in text
    assert desk.fresh(ticket).state == State.REPORTED


def test_the_way_back_is_our_own_list(desk, now):
    ticket = reported(desk, now)
    sent = {"ticket": str(ticket.pk), "back": "view=new&severity=B"}
    client = browser_of(desk.engineer)
    assert client.post("/tickets/accept/", sent).headers["Location"] == "/tickets/?view=new&severity=B"
    for bad in ("https://evil.example/", "//evil.example", "a\r\nSet-Cookie: x=1"):
        where = client.post("/tickets/accept/", sent | {"back": bad}).headers["Location"]
        assert where.startswith("/tickets/"), where
        assert "\n" not in where


def test_a_hospital_accepts_nothing_and_an_auditor_does_nothing(desk, world, now):
    ticket = reported(desk, now)
    assert browser_of(desk.it).post("/tickets/accept/", {"ticket": str(ticket.pk)}).status_code == 403
    auditor = browser_of(make_member(Role.HOSPITAL_AUDITOR, world.h1))
    assert auditor.post("/tickets/say/", {"ticket": str(ticket.pk), "text": "x"}).status_code == 403
    assert "queue-acts" in page(auditor)
    assert 'name="ticket"' not in page(auditor)


# ── views that people keep ───────────────────────────────────────────────────────────────────────────────────────────
def keep(client, name: str, query: str, **more):
    return client.post(f"/tickets/views/keep/?{query}", {"name": name, **more})


def test_a_kept_view_is_a_tab_with_its_exact_count(desk, now):
    reported(desk, now)
    reported(desk, now)
    client = browser_of(desk.engineer)
    assert keep(client, "我的急单", "severity=B&unassigned=1&junk=1").status_code == 302
    text = page(client)
    assert counts(text)["我的急单"] == "2"
    address = findall(r'href="\?(severity=B&unassigned=1&saved=[0-9a-f-]+)"', text)[0]
    assert len(shown(page(client, address))) == 2
    assert acts(desk.world.v1, act="tickets.view_kept") == ["tickets.view_kept"]


def test_own_views_are_nobody_elses_and_shared_ones_are_the_organisations(desk, world, now):
    """Matrix of a view: keeper, colleague, the other party, a stranger; the wall itself says so too."""
    client = browser_of(desk.engineer)
    keep(client, "私有", "state=reported")
    keep(client, "共用", "state=reported", is_shared="on")
    people = (desk.engineer, desk.colleague, desk.it, make_member(Role.VENDOR_ENGINEER, world.v2))
    seen = [[name for name in ("私有", "共用") if name in counts(page(browser_of(member)))] for member in people]
    assert seen == [["私有", "共用"], ["共用"], [], []]
    with desk.acting(desk.colleague):
        assert list(QueueView.objects.values_list("name", flat=True)) == ["共用"]


def test_a_view_is_dropped_by_its_keeper_or_a_manager(desk, now):
    reported(desk, now)
    keep(browser_of(desk.engineer), "共用", "state=reported", is_shared="on")
    with desk.acting(desk.engineer):
        view = QueueView.objects.get()
    url = f"/tickets/views/{view.pk}/drop/"
    colleague = browser_of(desk.colleague)
    text = page(colleague, f"state=reported&saved={view.pk}")
    assert ("只有保存该视图的人" in text, url in text) == (True, False)  # no button that would be refused
    assert colleague.post(url).status_code == 409
    replaced = keep(colleague, "共用", "severity=C", is_shared="on")
    assert (replaced.status_code, desk_query(desk)) == (200, "state=reported")
    assert browser_of(desk.it).post(url).status_code == 404
    assert browser_of(desk.manager).post(url).status_code == 302
    with desk.acting(desk.engineer):
        assert not QueueView.objects.exists()


def desk_query(desk) -> str:
    with desk.acting(desk.engineer):
        return QueueView.objects.get().query


def test_kept_again_under_its_name_it_is_the_same_view(desk, now):
    client = browser_of(desk.engineer)
    keep(client, "夜班", "severity=A")
    keep(client, "夜班", "severity=B")
    with desk.acting(desk.engineer):
        assert [(one.name, one.query) for one in QueueView.objects.all()] == [("夜班", "severity=B")]


@pytest.mark.parametrize("name", ["", "  ", "x" * 21, "a\x00b"])
def test_a_name_that_cannot_be_is_refused_beside_its_field(desk, name):
    response = keep(browser_of(desk.engineer), name, "severity=A")
    assert response.status_code == 200
    assert "invalid-feedback" in response.content.decode()
