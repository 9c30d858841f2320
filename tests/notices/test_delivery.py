"""Nothing is lost, whatever fails: G5c. The clock is injected; no test waits for an hour to pass."""

import random
import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, connections

from servicedesk.notices.backoff import GIVE_UP_AFTER, SENT
from servicedesk.notices.channels import SEND
from servicedesk.notices.enums import Channel, Reason, State
from servicedesk.notices.models import Breaker
from servicedesk.notices.services import breaker, delivery
from servicedesk.notices.tasks import deliver as deliver_task
from servicedesk.notices.wire import Patience
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.wall import opened
from tests.notices.conftest import NOON, SHORT, Clock
from tests.world import make_matter, make_member

in_one_transaction = pytest.mark.django_db
for_real = pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])
IMPATIENT = Patience(connect=0.5, total=0.05)


@pytest.mark.slow
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
