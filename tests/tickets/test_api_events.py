"""Every act on a ticket reaches the programs of both parties: signed, once, again when asked. SMART-11."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from servicedesk.audit.enums import Act
from servicedesk.notices import nudge as nudging
from servicedesk.notices.enums import Channel, NoticeKind, State, Wants
from servicedesk.notices.models import Message, Receiver, Target
from servicedesk.notices.sealing import seal
from servicedesk.notices.services.delivery import deliver
from servicedesk.notices.wire import Patience
from servicedesk.tenancy import wall
from servicedesk.tenancy.models import Engagement, Hospital
from servicedesk.tenancy.wall import Context
from tests.accounts.people import browser_of
from tests.clocks.examples import AT
from tests.notices.receivers import HttpReceiver
from tickets.models import Entry
from tickets.services.working import accept, note, say

SECRET = "a key of both sides, long enough"


@pytest.fixture(autouse=True)
def _nothing_is_handed_over(monkeypatch):
    monkeypatch.setattr(nudging, "_silent_until", float("inf"))


@pytest.fixture
def web():
    server = HttpReceiver([])
    yield server
    server.close()


def context_of(organisation: Any) -> Context:
    return (Context.of_hospital if isinstance(organisation, Hospital) else Context.of_vendor)(organisation.id)


def subscribe(organisation: Any, port: int = 9, events: tuple[str, ...] = (), **more: Any) -> Receiver:
    owner = {"hospital" if isinstance(organisation, Hospital) else "vendor": organisation}
    facts = {"name": "平台", "channel": Channel.WEBHOOK, "wants": Wants.ACTS, "shown": "-"} | more
    with wall.opened(context_of(organisation)):
        Target.objects.get_or_create(host="127.0.0.1", port=port, **owner)
        sealed = seal(f"http://127.0.0.1:{port}/in", SECRET)
        return Receiver.objects.create(**owner, events=list(events), sealed=sealed, **facts)


def told(receiver: Receiver) -> list[Message]:
    organisation = receiver.hospital or receiver.vendor
    here = Context.of_hospital(organisation.id) if receiver.hospital else _of_vendor(organisation)
    with wall.opened(here):
        return list(Message.objects.filter(receiver=receiver).order_by("id"))


def _of_vendor(vendor: Any) -> Context:
    with wall.opened(Context.of_platform()):
        return Context.of_vendor(vendor.id, *Hospital.objects.values_list("id", flat=True))


def acts(receiver: Receiver) -> list[str]:
    return [message.words["act"] for message in told(receiver)]


def test_every_act_is_told_once_to_both_parties_and_to_nobody_else(desk):
    """Own, other vendor of the hospital, other hospital of the vendor, stranger."""
    world = desk.world
    programs = {name: subscribe(getattr(world, name)) for name in ("h1", "h2", "h3", "v1", "v2")}
    ticket = desk.accepted()
    desk.act(say, ticket, by=desk.it, at=AT + timedelta(minutes=5), text="见附件")
    expected = ["tickets.reported", "tickets.accepted", "tickets.answered"]
    assert {name: acts(program) for name, program in programs.items()} == {
        "h1": expected, "v1": expected, "h2": [], "h3": [], "v2": []
    }  # fmt: skip
    with desk.inside():
        entries = Entry.objects.filter(ticket=ticket).count()
    assert entries == len(expected)


def test_an_internal_note_is_told_to_nobody(desk):
    program = subscribe(desk.world.h1)
    ticket = desk.report()
    desk.act(note, ticket, by=desk.it, at=AT, text="内部暗语")
    assert acts(program) == ["tickets.reported"]
    assert Act.NOTE_WRITTEN not in acts(program)


def test_only_the_acts_that_were_chosen_and_nothing_while_off(desk):
    some = subscribe(desk.world.h1, events=("tickets.accepted",))
    off = subscribe(desk.world.h1, is_on=False)
    people = subscribe(desk.world.h1, wants=Wants.EVERYTHING)
    desk.accepted()
    assert acts(some) == ["tickets.accepted"]
    assert told(off) == []
    assert {message.kind for message in told(people)} & {NoticeKind.TICKET_ACT} == set()
    assert told(people)  # what people read goes there as before


def test_it_arrives_signed_with_ids_and_no_names(desk, web, settings):
    settings.LOCAL_TARGETS = [f"127.0.0.1:{web.port}"]
    program = subscribe(desk.world.h1, web.port)
    ticket = desk.report(words="患者张三", external_number="WO-7", external_source="oa")
    (message,) = told(program)
    deliver(message.id, context=message.context, now=timezone.now, patience=Patience(connect=1, total=2))
    (seen,) = web.seen
    expected = hmac.new(SECRET.encode(), seen.header("X-Servicedesk-Timestamp").encode() + b"." + seen.body,
                        hashlib.sha256).hexdigest()  # fmt: skip
    assert seen.header("X-Servicedesk-Signature") == f"sha256={expected}"
    data = seen.json["data"]
    assert (data["act"], data["ticket"], data["number_elsewhere"], data["source"]) == (
        "tickets.reported", str(ticket.pk), "WO-7", "oa",
    )  # fmt: skip
    assert data["version"] == desk.fresh(ticket).version
    body = seen.body.decode()
    assert "张三" not in body
    assert desk.ward.name not in body
    assert desk.it.name not in body


def test_what_was_lost_is_sent_again_from_a_page(desk, web, settings):
    settings.LOCAL_TARGETS = [f"127.0.0.1:{web.port}"]
    program = subscribe(desk.world.h1, web.port)
    now = timezone.now()
    desk.report(at=now - timedelta(hours=2))
    desk.report(at=now - timedelta(minutes=5))
    for message in told(program):
        deliver(message.id, context=message.context, now=timezone.now, patience=Patience(connect=1, total=2))
    assert [message.state for message in told(program)] == [State.SENT] * 2
    browser, path = browser_of(desk.lead), f"/notices/receivers/{program.pk}/acts/"
    page = browser.get(path).content.decode()
    assert page.count("tickets.reported") == 2
    since = timezone.localtime(now - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    assert browser.post(path, {"since": since}).status_code == 302
    assert [message.state for message in told(program)] == [State.SENT, State.WAITING]
    again = told(program)[1]
    deliver(again.id, context=again.context, now=timezone.now, patience=Patience(connect=1, total=2))
    keys = [seen.key for seen in web.seen]
    assert len(keys) == 3
    assert keys[1] == keys[2]


@pytest.mark.parametrize("since", ["", "nonsense", "1999-01-01T00:00", "2099-01-01T00:00", "0001-01-01T00:00", "\0"])
def test_a_replay_of_nonsense_is_refused_beside_its_field(desk, since):
    program = subscribe(desk.world.h1)
    answer = browser_of(desk.lead).post(f"/notices/receivers/{program.pk}/acts/", {"since": since})
    assert answer.status_code == 200
    assert "since" in answer.context["form"].errors


def test_a_vendor_that_may_no_longer_read_is_told_nothing(desk):
    program = subscribe(desk.world.v1)
    ticket = desk.report()
    with wall.opened(Context.of_platform()):
        rows = Engagement.objects.filter(hospital=desk.world.h1, vendor=desk.world.v1)
        yesterday = timezone.localdate() - timedelta(days=1)
        rows.update(to_on=yesterday, read_until=yesterday)
    desk.act(say, ticket, by=desk.it, at=AT + timedelta(minutes=5), text="还在吗")
    assert acts(program) == ["tickets.reported"]


def test_who_may_not_write_to_the_hospital_learns_of_no_program(desk):
    """The look-up passes the wall: only for whoever acts there."""
    from django.db import connection

    subscribe(desk.world.h1)

    def asked(context):
        with wall.opened(context), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM notices_subscribers(%s, %s)", [desk.world.h1.id, desk.world.v1.id])
            return cursor.fetchone()[0]

    world = desk.world
    assert asked(Context.of_hospital(world.h1.id)) == asked(Context.of_vendor(world.v1.id, world.h1.id)) == 1
    for stranger in (Context.of_hospital(world.h2.id), Context.of_vendor(world.v2.id, world.h1.id), wall.NOBODY):
        assert asked(stranger) == 0


def test_a_program_is_added_by_its_form(desk):
    browser = browser_of(desk.lead)
    with desk.inside():
        Target.objects.create(hospital=desk.world.h1, host="oa.hospital.cn", port=443)
    facts = {"name": "OA", "channel": "webhook", "url": "https://oa.hospital.cn/in", "secret": SECRET, "wants": "acts",
             "events": ["tickets.accepted", "tickets.closed"]}  # fmt: skip
    assert browser.post("/notices/receivers/new/", facts | {"channel": "wecom"}).context["form"].errors["wants"]
    assert browser.post("/notices/receivers/new/", facts | {"events": ["tickets.note_written"]}).context["form"].errors
    assert browser.post("/notices/receivers/new/", facts).status_code == 302
    with desk.inside():
        program = Receiver.objects.get(name="OA")
    assert program.events == ["tickets.accepted", "tickets.closed"]
    desk.act(accept, desk.report(), by=desk.engineer, at=AT + timedelta(minutes=1))
    assert acts(program) == ["tickets.accepted"]
