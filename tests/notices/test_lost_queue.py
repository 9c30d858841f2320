"""The queue is a hint: what it loses the sweeper finds, and an act never waits for it."""

import time

import pytest

from servicedesk.notices.enums import NoticeKind, State
from servicedesk.notices.models import Message
from servicedesk.notices.services import delivery, sweep
from servicedesk.notices.services.sweep import due_messages, hand_over_due_messages
from servicedesk.notices.tasks import deliver as deliver_task
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.wall import Context
from tests.notices.conftest import SHORT, give_address
from tests.world import make_member

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])


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


def test_a_night_of_messages_is_handed_over_in_one_sweep(desk, hook, engineer, monkeypatch):
    handed = []
    monkeypatch.setattr(sweep, "AT_ONCE", 2)
    monkeypatch.setattr(deliver_task, "apply_async", lambda *_, **__: handed.append(1))
    for number in range(5):
        desk.tell(engineer, key=f"event:{number}")
    handed.clear()
    assert hand_over_due_messages(at=desk.clock()) == len(handed) == 5


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
