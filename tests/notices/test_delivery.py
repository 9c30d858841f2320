"""Nothing is lost, whatever fails: G5c. The clock is injected; no test waits for an hour to pass."""

import random
import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, connections

from servicedesk.notices.backoff import GIVE_UP_AFTER, SENT
from servicedesk.notices.channels import SEND
from servicedesk.notices.enums import Channel, NoticeKind, Reason, State
from servicedesk.notices.models import Breaker, Message, Receiver
from servicedesk.notices.services import breaker, delivery, sweep
from servicedesk.notices.services.sweep import due_messages, hand_over_due_messages
from servicedesk.notices.tasks import deliver as deliver_task
from servicedesk.notices.wire import Patience
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Engagement
from servicedesk.tenancy.wall import Context, opened
from tests.notices.conftest import NOON, SHORT, Clock, give_address
from tests.world import make_matter, make_member

in_one_transaction = pytest.mark.django_db
for_real = pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])
IMPATIENT = Patience(connect=0.5, total=0.05)


@pytest.fixture
def engineer(desk):
    return make_member(Role.VENDOR_ENGINEER, desk.world.v1)


@pytest.fixture
def hook(desk, engineer):
    server = desk.web()
    desk.receiver(desk.world.v1, server.url)
    return server


@for_real
def test_thirty_percent_faults_and_nothing_is_lost(desk, hook, engineer):
    """G5c: 200 messages, three tries in ten answered with 429, 500, a hang or a cut: all arrive, one key each."""
    dice = random.Random(7)
    faults = Counter()

    def answer():
        word = dice.choice(["429", "500", "cut", "deaf", "hang"]) if dice.random() < 0.3 else "ok"
        faults[word] += 1
        return word

    hook.choose = answer
    for number in range(4):
        desk.receiver(desk.world.v1, f"{hook.url}/{number}")
    matter = make_matter(desk.world.h1, desk.world.v1)
    for number in range(40):
        desk.tell(engineer, key=f"event:{number}", subject=matter)
    messages = waiting = desk.messages()
    while waiting:
        for message in waiting:
            delivery.deliver(message.id, context=message.context, now=desk.clock, patience=IMPATIENT)
            desk.clock.pass_by(seconds=3)
        desk.clock.pass_by(minutes=6)
        waiting = [message for message in desk.messages() if message.state == State.WAITING]
    assert Counter(message.state for message in desk.messages()) == {State.SENT: 200}
    assert set(hook.accepted) == {str(message.id) for message in messages}
    keys = {}
    for seen in hook.seen:
        keys.setdefault((seen.json["event"], seen.head.split()[1]), set()).add(seen.key)
    assert Counter(len(used) for used in keys.values()) == {1: 200}
    assert faults.total() - faults["ok"] > 50
    assert desk.clock.at - NOON < timedelta(hours=24)


@in_one_transaction
def test_killed_after_sending_before_writing_it_down(desk, hook, engineer, monkeypatch):
    """The next try repeats it with the same key, once the lease has run out."""
    desk.tell(engineer)

    def killed(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(delivery, "settle", killed)
    with pytest.raises(KeyboardInterrupt):
        desk.deliver()
    monkeypatch.undo()
    assert (len(hook.seen), desk.message().state) == (1, State.WAITING)
    desk.deliver()
    assert len(hook.seen) == 1  # the lease still holds
    desk.clock.pass_by(seconds=61)
    assert desk.deliver().state == State.SENT
    assert [seen.key for seen in hook.seen] == [str(desk.message().id)] * 2


@in_one_transaction
@pytest.mark.parametrize("point", ["_letter", "_called"])
def test_killed_before_sending(desk, hook, engineer, monkeypatch, point):
    desk.tell(engineer)

    def killed(*args, **kwargs):
        raise SystemExit

    monkeypatch.setattr(delivery, point, killed)
    with pytest.raises(SystemExit):
        desk.deliver()
    monkeypatch.undo()
    assert hook.seen == []
    desk.clock.pass_by(seconds=61)
    assert desk.deliver().state == State.SENT


@in_one_transaction
def test_who_comes_late_writes_nothing(desk, hook, engineer):
    """A deliverer that was stopped longer than its lease finds that somebody else has finished the message."""
    desk.tell(engineer)
    message = desk.message()
    with opened(message.context):
        first = delivery.take(message.id, at=desk.clock())
    desk.clock.pass_by(seconds=61)
    assert desk.deliver().state == State.SENT
    with opened(message.context):
        delivery.settle(first, delivery.Outcome(Reason.BROKEN), at=desk.clock())
    assert (desk.message().state, desk.message().failures) == (State.SENT, 0)


@in_one_transaction
def test_a_fault_of_ours_is_tried_again_and_seen(desk, hook, engineer, monkeypatch):
    desk.tell(engineer)
    monkeypatch.setitem(SEND, Channel.WEBHOOK, lambda letter, patience: 1 / 0)
    assert (desk.deliver().state, desk.message().reason) == (State.WAITING, Reason.FAULT)


@in_one_transaction
def test_a_receiver_that_never_gets_well_leaves_a_dead_letter(desk, engineer):
    server = desk.web()
    server.choose = lambda: "500"
    desk.receiver(desk.world.v1, server.url)
    desk.tell(engineer)
    while desk.message().state == State.WAITING:
        desk.clock.at = max(desk.clock.at, desk.message().due_at)
        desk.deliver()
    assert (desk.message().state, desk.clock.at - NOON) == (State.DEAD, GIVE_UP_AFTER)
    assert {seen.key for seen in server.seen} == {str(desk.message().id)}


@for_real
def test_the_call_stands_outside_any_transaction(desk, hook, engineer, monkeypatch):
    desk.tell(engineer)
    inside = []

    def look(letter, patience):
        inside.append(connection.in_atomic_block)
        return SENT

    monkeypatch.setitem(SEND, Channel.WEBHOOK, look)
    message = desk.message()
    deliver_task.apply(args=[str(message.id)], kwargs={"wall": [[desk.world.h1.id], desk.world.v1.id, "vendor"]}).get()
    assert (inside, desk.message().state) == ([False], State.SENT)


@for_real
def test_of_two_deliverers_one_sends(desk, hook, engineer):
    desk.tell(engineer)
    message = desk.message()
    together = threading.Barrier(4)

    def one():
        together.wait()
        try:
            delivery.deliver(message.id, context=message.context, now=Clock(), patience=SHORT)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(hook.seen), desk.message().attempt, desk.message().state) == (1, 1, State.SENT)


class Queue:
    """Takes what is handed over, as Celery would carry it; `flush` loses it."""

    def __init__(self, monkeypatch):
        self.ids = []
        monkeypatch.setattr(deliver_task, "apply_async", self.put)

    def put(self, args, kwargs, **options):
        self.ids.append((args, kwargs))

    def work(self, desk):
        for (message_id,), kwargs in self.ids:
            hospitals, vendor, side = kwargs["wall"]
            context = Context(side, tuple(hospitals), tuple(hospitals), vendor)
            delivery.deliver(message_id, context=context, now=desk.clock, patience=SHORT)
        self.ids.clear()


@for_real
def test_after_a_lost_queue_everything_is_found_again(desk, hook, engineer, monkeypatch):
    """Valkey was flushed: the sweeper, who sees all tenants, hands everything over again, and only what is due."""
    lead = give_address(make_member(Role.IT_LEAD, desk.world.h2))
    desk.mail()
    for number in range(5):
        desk.tell(engineer, key=f"event:{number}")
    desk.tell(lead, hospital=desk.world.h2)
    queue = Queue(monkeypatch)
    assert hand_over_due_messages(at=desk.clock()) == 6
    queue.ids.clear()
    desk.clock.pass_by(seconds=30)
    assert hand_over_due_messages(at=desk.clock()) == 0  # it may still be queued
    desk.clock.pass_by(seconds=31)
    assert hand_over_due_messages(at=desk.clock()) == 6
    queue.work(desk)
    assert {message.state for message in desk.messages()} == {State.SENT}
    assert hand_over_due_messages(at=desk.clock()) == 0


@for_real
def test_the_sweeper_takes_later_tries_when_they_are_due_and_urgent_ones_first(desk, hook, engineer, monkeypatch):
    hook.script[:] = ["500"]
    desk.tell(engineer, key="first")
    queue = Queue(monkeypatch)
    hand_over_due_messages(at=desk.clock())
    queue.work(desk)
    assert hand_over_due_messages(at=desk.clock()) == 0
    desk.clock.at = desk.message().due_at
    assert hand_over_due_messages(at=desk.clock()) == 1
    give_address(engineer)
    desk.mail()
    desk.tell(engineer, key="routine")
    desk.tell(engineer, key="escalation", kind=NoticeKind.DEADLINE_PASSED)
    channels = [message.id for message in due_messages(desk.clock())]
    urgent = [Message.objects.using("watch").get(id=key).comes_through for key in channels]
    assert urgent == sorted(urgent, reverse=True)


@for_real
@pytest.mark.parametrize("line", ["redis+socket:///nowhere/valkey.sock", "silent"])
def test_the_act_succeeds_quickly_when_valkey_is_gone(desk, hook, engineer, settings, monkeypatch, line):
    """Refused or silent: the request is not failed, and it is asked to wait once only."""
    import socket

    from kombu import Connection

    from servicedesk.celery import app
    from servicedesk.notices import nudge

    deaf = socket.create_server(("127.0.0.1", 0))
    url = f"redis://127.0.0.1:{deaf.getsockname()[1]}/0" if line == "silent" else line
    monkeypatch.setattr(nudge, "_silent_until", 0.0)
    monkeypatch.setattr(app, "connection_for_write", lambda **more: Connection(url, **more))
    attempts = []
    original = deliver_task.apply_async
    monkeypatch.setattr(
        deliver_task, "apply_async", lambda *args, **more: attempts.append(1) or original(*args, **more)
    )
    for number in range(5):
        desk.tell(engineer, key=f"event:{number}")
    deaf.close()
    assert len(attempts) == 1
    assert len(desk.messages()) == 5
    assert due_messages(desk.clock()).count() == 5


@for_real
def test_an_act_that_tells_many_nudges_the_sweeper_once(desk, hook, engineer, monkeypatch):
    """Publishing hundreds of tasks one by one held the watch up for a third of a second a batch."""
    from servicedesk.notices import nudge, tasks

    asked = []
    monkeypatch.setattr(nudge, "_silent_until", 0.0)
    monkeypatch.setattr(tasks.hand_over_due_messages, "apply_async", lambda *_, **how: asked.append(how["queue"]))
    monkeypatch.setattr(deliver_task, "apply_async", lambda *_, **__: asked.append("one"))
    for number in range(nudge.FEW):
        desk.receiver(desk.world.v1, f"{hook.url}/{number}")
    desk.tell(engineer)
    assert asked == ["watch"]


@for_real
def test_a_night_of_messages_is_handed_over_in_one_sweep(desk, hook, engineer, monkeypatch):
    handed = []
    monkeypatch.setattr(sweep, "AT_ONCE", 2)
    monkeypatch.setattr(deliver_task, "apply_async", lambda *_, **__: handed.append(1))
    for number in range(5):
        desk.tell(engineer, key=f"event:{number}")
    handed.clear()
    assert hand_over_due_messages(at=desk.clock()) == len(handed) == 5


@for_real
def test_the_whole_way_through_valkey_and_a_worker(desk, hook, engineer, monkeypatch):
    """From the act's commit to the receiver, with a real queue and a real worker between."""
    from celery.contrib.testing.worker import start_worker

    from servicedesk.celery import app
    from servicedesk.notices import nudge

    app.control.purge()
    monkeypatch.setattr(nudge, "_silent_until", 0.0)
    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=20):
        desk.tell(engineer)
        until = time.monotonic() + 20
        while desk.message().state == State.WAITING and time.monotonic() < until:
            time.sleep(0.05)
    message = desk.message()
    assert (message.state, message.handed_at, [seen.key for seen in hook.seen]) == (State.SENT, None, [str(message.id)])


@for_real
def test_a_hanging_receiver_does_not_starve_the_others(desk, hook, engineer):
    """After three failures in a row it is left alone: only one try in each rest, however many messages wait for it."""
    hanging = desk.web()
    hanging.choose = lambda: "hang"
    slow = desk.receiver(desk.world.h1, hanging.url)
    nurse = make_member(Role.WARD_REPORTER, desk.world.h1)
    for number in range(8):
        desk.tell(nurse, engineer, key=f"event:{number}")
    messages = desk.messages()

    def everybody_delivers(patience=SHORT):
        for message in messages:
            delivery.deliver(message.id, context=message.context, now=desk.clock, patience=patience)

    everybody_delivers(IMPATIENT)
    assert (hanging.connections, len(hook.accepted)) == (breaker.TRIPS_AT, 8)
    assert Counter(message.reason for message in desk.messages())[Reason.RESTING] == 8 - breaker.TRIPS_AT
    desk.clock.pass_by(seconds=60)
    everybody_delivers(IMPATIENT)
    assert hanging.connections == breaker.TRIPS_AT + 1
    hanging.choose = None
    for _ in range(4):
        desk.clock.pass_by(minutes=6)
        everybody_delivers()
    assert {message.state for message in desk.messages()} == {State.SENT}
    assert not Breaker.objects.filter(key=str(slow.id)).exists()


@in_one_transaction
def test_waiting_for_a_resting_receiver_ends_after_a_day_too(desk, hook, engineer):
    desk.tell(engineer)
    receiver = desk.message().receiver_id
    for _ in range(30):
        Breaker.objects.update_or_create(
            key=str(receiver), defaults={"failures": 9, "rests_until": desk.clock() + timedelta(hours=1)}
        )
        desk.deliver()
        if desk.message().state == State.DEAD:
            break
        desk.clock.at = desk.message().due_at
    assert (desk.message().state, desk.message().reason) == (State.DEAD, Reason.RESTING)
    assert (desk.clock.at - NOON, hook.connections) == (GIVE_UP_AFTER, 0)


@in_one_transaction
def test_who_left_in_the_meantime_gets_nothing(desk):
    """R7: rights are checked again when the message leaves, not only when it was written."""
    server = desk.mail()
    engineer = give_address(make_member(Role.VENDOR_ENGINEER, desk.world.v1))
    desk.tell(engineer, key="left")
    give_address(engineer, until_at=desk.clock() - timedelta(seconds=1))
    assert (desk.deliver().state, desk.message().reason) == (State.WITHDRAWN, Reason.LEFT)
    assert server.connections == 0


@in_one_transaction
def test_a_vendor_that_may_no_longer_read_gets_nothing(desk):
    server = desk.mail()
    desk.tell(give_address(make_member(Role.VENDOR_ENGINEER, desk.world.v1)))
    with opened(Context.of_platform()):
        Engagement.objects.filter(vendor=desk.world.v1, hospital=desk.world.h1).update(
            to_on=NOON.date() - timedelta(days=9), read_until=NOON.date() - timedelta(days=1)
        )
    assert (desk.deliver().state, server.connections) == (State.WITHDRAWN, 0)


@in_one_transaction
def test_a_receiver_that_was_switched_off_gets_nothing(desk, hook, engineer):
    desk.tell(engineer)
    with opened(Context.of_vendor(desk.world.v1.id)):
        Receiver.objects.update(is_on=False)
    assert (desk.deliver().reason, hook.connections) == (Reason.NO_ADDRESS, 0)


@in_one_transaction
def test_mail_speaks_the_readers_language(desk):
    server = desk.mail()
    for language in ("en", "zh-hans"):
        person = give_address(make_member(Role.VENDOR_ENGINEER, desk.world.v1))
        person.user.language = language
        person.user.save()
        desk.tell(person, key=language)
    from django.utils import translation

    for message in desk.messages():
        with translation.override("en"):
            desk.deliver(message)
    from email import message_from_bytes, policy

    subjects = [message_from_bytes(seen.body, policy=policy.default)["Subject"] for seen in server.seen]
    assert subjects[0] == "工单 7 was given to you."
    with translation.override("zh-hans"):
        assert subjects[1] == desk.messages()[1].text
