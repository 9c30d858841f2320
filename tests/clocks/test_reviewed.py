"""What a cold reader tried to break: on real rows, through the roles that act on them.

PACS-16, PACS-17, SMART-2, ALL-3.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Thread
from time import sleep
from typing import Any

import pytest
from django.db import ProgrammingError, connections, transaction
from django.utils import timezone

from servicedesk.clocks.models import Escalation, Step
from servicedesk.clocks.promises import restored, stored
from servicedesk.clocks.services import clocks as acts
from servicedesk.clocks.services import waivers
from servicedesk.clocks.watch.firing import fire_due
from servicedesk.clocks.watch.loop import Watch
from servicedesk.clocks.watch.setting_aside import set_aside_count
from servicedesk.notices.models import InboxItem
from servicedesk.sla.ladder import Ladder, Recipient
from servicedesk.sla.promise import Armed, Metric, Promise, Severity, Unit
from servicedesk.tenancy import wall
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Vendor
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Context
from tests.clocks.desks import LADDER, ON_SITE, RESPOND, Place, engineer, lead, make_place
from tests.world import make_member, make_world

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"])
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
VISIT = replace(ON_SITE, armed=Armed.AT_REPORT)


@pytest.fixture
def place(transactional_db) -> Place:
    with transaction.atomic():
        return make_place(make_world())


def reported(place: Place, passed: timedelta, *promises: Promise, **more: Any) -> Any:
    with transaction.atomic():
        return place.reported(*(promises or (RESPOND,)), at=timezone.now() - passed, **more)


def test_a_promise_of_the_same_day_is_kept_and_read_back():
    """Nought days is the day itself; nought is not 'left out'."""
    same_day = Promise(Metric.RESTORE, 0, Unit.WORKING_DAYS, ladder=LADDER)
    assert restored(stored(same_day)) == same_day


def test_the_watch_lives_on_when_its_ear_is_cut(place, monkeypatch):
    """PostgreSQL is restarted under it: it is waited for, the process does not die."""
    watch, looks = Watch(), []

    def look(self: Watch) -> float:
        looks.append(timezone.now())
        if len(looks) == 1:
            with connections["watch"].cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND query = 'LISTEN clocks_step'"
                )
                assert cursor.fetchall() == [(True,)]
        if len(looks) == 3:
            self.stop()
        return 1.0

    monkeypatch.setattr(Watch, "_look", look)
    watch.run()
    assert len(looks) == 3


def test_a_watch_of_another_release_waits_and_sets_nothing_aside(place):
    """The morning of an update: the tables are newer than the process that still runs."""
    reported(place, 3 * HOUR)
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE notices_inboxitem RENAME COLUMN url TO address")
    try:
        with pytest.raises(ProgrammingError):
            fire_due()
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute("ALTER TABLE notices_inboxitem RENAME COLUMN address TO url")
    assert (set_aside_count(), fire_due()) == (0, 4)


def test_a_database_that_is_not_ready_does_not_end_the_watch(place, monkeypatch):
    """Neither a table that is not there yet nor a standby that may only be read."""
    watch, looks = Watch(), []

    def look(self: Watch) -> float:
        looks.append(timezone.now())
        with connections["watch"].cursor() as cursor:
            if len(looks) == 1:
                cursor.execute("SELECT * FROM of_the_next_release")
            if len(looks) == 2:
                cursor.execute("SET default_transaction_read_only = on")
                cursor.execute("UPDATE clocks_step SET fired_at = NULL")
        self.stop()
        return 0

    monkeypatch.setattr(Watch, "_look", look)
    watch.run()
    assert len(looks) == 3


def test_what_cannot_even_be_read_starves_nobody(place):
    """A moment that no date can hold breaks the batch, then itself, and then the alarm's own look at it."""
    poisoned, healthy = reported(place, 3 * HOUR), reported(place, 2 * HOUR)
    with connections["watch"].cursor() as cursor:
        cursor.execute("UPDATE clocks_clock SET due_at = '20000-01-01' WHERE matter_id = %s", [poisoned.pk])
    assert fire_due() == 4
    assert {e.matter_id for e in Escalation.objects.using("watch")} == {healthy.pk}
    assert (set_aside_count(), fire_due()) == (4, 0)


def test_health_forgets_what_was_set_aside_once_the_promise_has_its_result(place):
    """Else it says for ever that somebody must be phoned."""
    matter = reported(place, 3 * HOUR)
    Step.objects.using("watch").filter(rung=0).update(set_aside_at=timezone.now(), reason="KeyError")
    assert set_aside_count() == 1
    with place.inside():
        acts.stop_clock(matter, Metric.RESPOND, by=engineer(place), at=timezone.now())
    assert set_aside_count() == 0


def test_a_matter_that_nobody_took_while_nobody_is_on_duty_is_a_hole(transactional_db):
    """The assignee's stand-in is missing: the manager's name in the same rung does not hide it."""
    with transaction.atomic():
        place = make_place(make_world(), on_duty=False)
    roles = frozenset({Recipient.ASSIGNEE, Recipient.PROJECT_MANAGER})
    near = replace(LADDER.rungs[0], recipients=roles)
    reported(place, MINUTE, replace(RESPOND, ladder=Ladder((near, LADDER.rungs[3]))))
    assert fire_due() == 2  # the second comes at once
    assert InboxItem.objects.using("watch").filter(kind="nobody_on_duty").exists()


# ── two acts at once ─────────────────────────────────────────────────────────────────────────────────────────────────
def beside(job: Any) -> tuple[Thread, list[BaseException]]:
    """In another thread, on lines of its own."""
    faults: list[BaseException] = []

    def run() -> None:
        try:
            job()
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    thread = Thread(target=run)
    thread.start()
    return thread, faults


def wait_until_one_waits(cursor: Any) -> None:
    for _ in range(500):
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        if cursor.fetchone()[0]:
            return
        sleep(0.01)
    raise AssertionError("nobody waits")


def test_a_waiver_that_is_asked_for_twice_at_once_is_refused_in_words(place):
    matter, at = reported(place, MINUTE), timezone.now()

    def ask() -> None:
        with transaction.atomic(), place.inside():
            waivers.ask_waiver(place.clock(matter), solved_at=at, why="重复报修", by=engineer(place), at=at)

    with transaction.atomic():
        ask()
        thread, faults = beside(ask)
        with connections["watch"].cursor() as cursor:
            wait_until_one_waits(cursor)
    thread.join(10)
    assert [type(fault) for fault in faults] == [Refused]


def test_an_act_that_waited_for_a_raise_acts_upon_the_clock_that_the_raise_started(place):
    """The lead raises while the engineer answers: the answer stops the graver promise, and is no 500."""
    matter, at = reported(place, MINUTE, severity=Severity.C), timezone.now()

    def answer() -> None:
        with transaction.atomic(), place.inside():
            acts.stop_clock(matter, Metric.RESPOND, by=engineer(place), at=at)

    with transaction.atomic(), place.inside():
        raised = place.terms(replace(RESPOND, target=5), severity=Severity.ONE)
        acts.change_terms(matter, was=Severity.C, terms=raised, by=lead(place), at=at)
        thread, faults = beside(answer)
        with connections["watch"].cursor() as cursor:
            wait_until_one_waits(cursor)
    thread.join(10)
    stands = place.clock(matter)
    assert (faults, stands.severity, stands.outcome) == ([], "1", "met")


def test_what_stopped_while_somebody_waived_it_keeps_its_result(place):
    """The page was open when the engineer answered: the result stands, and no waiver is written down as granted."""
    matter, at = reported(place, MINUTE), timezone.now()
    seen = place.clock(matter)
    with place.inside():
        acts.stop_clock(matter, Metric.RESPOND, by=engineer(place), at=at)
        with pytest.raises(Refused):
            waivers.ask_waiver(seen, solved_at=at, why="重复报修", by=engineer(place), at=at)
    assert place.clock(matter).outcome == "met"


# ── waivers, reopenings and other promises ───────────────────────────────────────────────────────────────────────────
def test_refusing_an_old_remote_solution_leaves_the_waiver_of_the_promise_that_took_its_place(place):
    """PACS-17: solved, raised, solved again; the second is granted and the first refused."""
    matter, at = reported(place, HOUR, VISIT, severity=Severity.A), timezone.now()
    with place.inside():
        solve = {"why": "远程", "by": engineer(place), "at": at}
        first = waivers.solved_remotely(place.clock(matter, Metric.ON_SITE), **solve)
        raised = place.terms(VISIT, severity=Severity.ONE)
        acts.change_terms(matter, was=Severity.A, terms=raised, by=lead(place), at=at)
        second = waivers.solved_remotely(place.clock(matter, Metric.ON_SITE), **solve)
        waivers.grant_waiver(second, by=lead(place), at=at)
        waivers.refuse_waiver(first, by=lead(place), at=at, said="仍打不开")
    assert place.clock(matter, Metric.ON_SITE).outcome == "waived"


def test_what_triage_adds_after_a_reopening_counts_from_the_reopening(place):
    """SMART-2: from the report, and the report of this cycle is the reopening, not last month's."""
    matter, now = reported(place, 30 * DAY), timezone.now()
    restore = replace(RESPOND, metric=Metric.RESTORE)
    with place.inside():
        acts.stop_clock(matter, Metric.RESPOND, by=engineer(place), at=now - 30 * DAY + MINUTE)
        acts.reopen_clocks(matter, terms=place.terms(RESPOND), by=lead(place), at=now)
        terms = place.terms(RESPOND, restore, category="defect")
        acts.change_terms(matter, was=Severity.B, terms=terms, by=engineer(place), at=now + MINUTE)
    added = place.clock(matter, Metric.RESTORE)
    assert (added.counts_from, added.cycle, added.due_at) == (now, 2, now + HOUR)


def test_whoever_works_on_a_matter_is_told_of_every_promise_of_it(place):
    """Taken by one, handed to another while nothing ran; then reopened, and widened by triage: no clock is the first
    one's, and none is nobody's."""
    matter, now = reported(place, DAY), timezone.now()
    first, second = place.people[Recipient.PROJECT_MANAGER].pk, place.people[Recipient.ON_DUTY].pk
    with place.inside():
        acts.give_clocks_to(matter, member=first)
        acts.stop_clock(matter, Metric.RESPOND, by=engineer(place), at=now)
        acts.give_clocks_to(matter, member=second)
        acts.reopen_clocks(matter, terms=place.terms(RESPOND), by=lead(place), at=now)
        terms = place.terms(RESPOND, replace(RESPOND, metric=Metric.RESTORE), category="defect")
        acts.change_terms(matter, was=Severity.B, terms=terms, by=engineer(place), at=now)
    assert {place.clock(matter, metric).assignee for metric in (Metric.RESPOND, Metric.RESTORE)} == {second}


def test_an_assignee_of_another_vendor_is_nobody(place):
    """Were a stranger told, the notice would refuse it, and the whole rung would be set aside for one wrong id."""
    roles = frozenset({Recipient.ASSIGNEE, Recipient.HOSPITAL_LEAD})
    ladder = Ladder((replace(LADDER.rungs[0], recipients=roles),))
    matter = reported(place, MINUTE, replace(RESPOND, ladder=ladder))
    with transaction.atomic():
        with wall.opened(Context.of_platform()):
            other = Vendor.objects.get(code="weining")
        stranger = make_member(Role.VENDOR_ENGINEER, other)
        with place.inside():
            acts.give_clocks_to(matter, member=stranger.pk)
    assert (fire_due(), set_aside_count()) == (1, 0)
    expected = {str(place.people[role].pk) for role in (Recipient.ON_DUTY, Recipient.HOSPITAL_LEAD)}
    assert set(Escalation.objects.using("watch").get().told) == expected
