"""Whatever waits for one's own side's word stands on the first page: a proposed time, a call that was logged late."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from servicedesk.sla.promise import Channel, Metric, Severity
from tests.accounts.people import browser_of
from tests.clocks.test_promise_pages import client_of
from tests.tickets.closing import handed, resolved
from tests.tickets.people import make_desk
from tests.tickets.queueing import counts, ids, page, shown
from tickets.enums import WaitsOn
from tickets.models import Ticket
from tickets.queue.next import next_ticket
from tickets.services import levels, remote, signing, timing, visiting, waiving, working
from tickets.services.calls import Phoned

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def asked(member) -> str:
    """What the page says waits for our word."""
    page = client_of(member).get("/").content.decode()
    return page.split('id="asked-of-us"')[1].split("</section>")[0] if 'id="asked-of-us"' in page else ""


@pytest.mark.parametrize(("proposes", "decides"), [("it", "engineer"), ("engineer", "it")])
def test_a_proposed_time_waits_for_the_other_side(world, proposes, decides):
    """HRP-3: by agreement; whoever proposed it is not asked, and nobody is once it was decided."""
    desk, now = make_desk(world, "hrp"), timezone.now()
    ticket = desk.accepted(at=now - HOUR)
    desk.act(visiting.call_for_visit, ticket, by=desk.it, at=now - HOUR, why="远程看不出")
    proposer, other = getattr(desk, proposes), getattr(desk, decides)
    wish = desk.act(timing.propose_time, ticket, by=proposer, at=now, metric=Metric.ON_SITE, time=now + 5 * HOUR)
    assert "A time is proposed" in asked(other)
    assert ticket.title in asked(other)
    assert "A time is proposed" not in asked(proposer)
    desk.act(timing.decide_time, ticket, by=other, at=now, wish=wish, is_granted=True)
    assert "A time is proposed" not in asked(other)


def test_a_time_of_what_is_over_waits_for_nobody(world):
    desk, now = make_desk(world, "hrp"), timezone.now()
    ticket = desk.report(at=now - HOUR)
    desk.act(visiting.call_for_visit, ticket, by=desk.it, at=now - HOUR, why="远程看不出")
    desk.act(timing.propose_time, ticket, by=desk.it, at=now, metric=Metric.ON_SITE, time=now + 5 * HOUR)
    desk.act(working.withdraw, ticket, by=desk.it, at=now, why="误报")
    assert asked(desk.engineer) == ""


@pytest.mark.parametrize(("logs", "is_asked"), [("it", "engineer"), ("engineer", "lead")])
def test_a_call_logged_late_waits_for_the_other_side(desk, logs, is_asked):
    """PACS-6"""
    now = timezone.now()
    call = Phoned(called_at=now - HOUR, caller="刘敏")
    ticket = desk.report(severity=Severity.A, channel=Channel.PHONE, at=now, call=call, by=getattr(desk, logs))
    assert ticket.title in asked(getattr(desk, is_asked))
    assert "written down late" in asked(getattr(desk, is_asked))
    assert asked(getattr(desk, logs)) == ""
    desk.act(working.withdraw, ticket, by=desk.it, at=now, why="误报")
    assert asked(getattr(desk, is_asked)) == "", "as in the queue: what is over stands among the calls"
    assert "Yes, it was then" in client_of(getattr(desk, is_asked)).get("/calls/").content.decode()


def test_the_queue_says_all_that_is_asked_of_a_ticket(desk):
    now = timezone.now()
    ticket = desk.accepted(at=now - 10 * MINUTE)
    facts = {"by": desk.engineer, "at": now, "why": "网络科的"}
    desk.act(levels.propose_severity, ticket, severity=Severity.C, **facts)
    who = {"who": WaitsOn.THIRD_PARTY, "wakes_at": now + HOUR}
    desk.act(working.ask_back, ticket, **facts, **who)
    said = [words in page(browser_of(desk.it), "view=ours") for words in ("提议调整级别", "等您答复", "不属其责")]
    desk.act(working.go_on, ticket, by=desk.engineer, at=now)
    desk.act(working.hand_over, ticket, **facts)
    said += [words in page(browser_of(desk.it), "view=ours") for words in ("提议调整级别", "不属其责")]
    assert said == [True, False, False, True, True]


def test_remote_access_that_was_asked_for_waits_for_the_hospital(desk):
    """ICU-15: on the first page and in the queue, one tap from where it is granted."""
    now, ticket = timezone.now(), desk.accepted(at=timezone.now() - 10 * MINUTE)
    wish = remote.Wish(contract=desk.contract, what="影像归档服务器", why="查看日志", minutes=30, ticket=ticket)
    row = desk.act(remote.ask_remote, wish, by=desk.engineer, at=now)
    for member in (desk.it, desk.lead):
        text = page(browser_of(member), "view=ours")
        assert ("申请远程接入" in text, shown(text), counts(text)["等我方答复"]) == (True, ids(ticket), "1")
        assert f'href="/remote/{row.pk}/"' in asked(member)
        assert "· 影像归档服务器" in asked(member)
    assert asked(desk.engineer) == ""
    desk.act(remote.refuse_remote, row, by=desk.it, at=now, said="今晚停机")
    assert (asked(desk.it), shown(page(browser_of(desk.it), "view=ours"))) == ("", [])


def test_what_a_signer_says_is_not_solved_waits_to_be_decided_and_not_to_be_signed(desk):
    """PACS-8: nobody signs until the hospital has decided about the refusal."""
    now = timezone.now()
    ticket = resolved(desk, at=now - 2 * HOUR)
    with desk.acting(desk.engineer) as person:
        row = signing.refuse_to_sign(ticket, why="05 号工作站仍黑屏", signer=handed(person), at=now)
    queue = page(browser_of(desk.it), "view=ours")
    assert ("签字人表示尚未解决" in queue, shown(queue)) == (True, ids(ticket))
    assert asked(desk.it).count(ticket.title) == 1
    assert [words in asked(desk.it) for words in ("not solved: is it so?", "to be signed")] == [True, False]
    assert f'href="/objections/{row.pk}/"' in asked(desk.it)
    desk.act(signing.decide_objection, row, by=desk.it, at=now, is_upheld=False, said="已换线")
    assert "to be signed" in asked(desk.it)


def test_what_waits_for_a_word_is_counted_in_the_queue_for_whoever_may_give_it(desk):
    """PACS-17: a waiver is the lead's to decide. What the first page lists stands in the queue's tab, and is next."""
    now, why = timezone.now(), "院方已自行更换工作站"
    waived, wished, _calm = (desk.accepted(at=now - 10 * MINUTE, title=title) for title in ("免到场", "降级", "没有事"))
    given = {"by": desk.engineer, "at": now}
    wish = desk.act(levels.propose_severity, wished, severity=Severity.C, why="有替代", **given)
    desk.act(waiving.ask_waiver, waived, metric=Metric.ON_SITE, solved_at=now, why=why, **given)
    for member, rows in ((desk.it, (wished,)), (desk.lead, (waived, wished))):
        client = browser_of(member)
        text = page(client, "view=ours")
        assert [one in text for one in ("申请豁免", "提议调整级别")] == [one in rows for one in (waived, wished)]
        assert (set(shown(text)), counts(text)["等我方答复"]) == (set(ids(*rows)), str(len(rows)))
        assert [one.title in asked(member) for one in (waived, wished)] == [one in rows for one in (waived, wished)]
    assert f"On site · {why}" in asked(desk.lead)
    assert client_of(desk.lead).get("/").content.decode().count(why) == 1
    desk.act(levels.decide_wish, wish, by=desk.lead, at=now, is_granted=False, said="仍重")
    with desk.acting(desk.lead) as person:
        assert next_ticket(person, at=now) == waived
    desk.act(waiving.decide_waiver, waived, by=desk.lead, at=now, metric=Metric.ON_SITE, is_granted=True)
    assert shown(page(browser_of(desk.lead), "view=ours")) == []
    assert asked(desk.lead) == ""


def test_the_inbox_says_what_its_tickets_are_about(desk):
    """A message that may leave the house bears a number and no more; here the title stands beside it, once."""
    title = "阅片室打印机卡纸"
    ticket = desk.accepted(at=timezone.now() - 10 * MINUTE, title=title)
    client = client_of(desk.ward)
    text = client.get("/inbox/").content.decode()
    lines = text.count(ticket.number)
    assert lines >= 1
    assert text.count(title) == lines
    with desk.inside():
        Ticket.objects.filter(pk=ticket.pk).update(department=None, reporter=None)
    assert title not in client.get("/inbox/").content.decode()
