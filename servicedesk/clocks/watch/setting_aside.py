"""A clock whose steps cannot be told is set aside with an alarm, in a transaction of its own."""

from __future__ import annotations

from uuid import UUID

import structlog
from django.db import connections, transaction

from servicedesk.audit.enums import Act, Result
from servicedesk.audit.record import record
from servicedesk.clocks.models import Clock
from servicedesk.clocks.watch.claiming import WATCH
from servicedesk.notices.enums import NoticeKind
from servicedesk.notices.notify import notify
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Membership

# Only what is due: what comes later may be told again, once the fault is mended.
SET_ASIDE = """
UPDATE clocks_step SET set_aside_at = clock_timestamp(), reason = %s
 WHERE clock_id = %s AND fired_at IS NULL AND set_aside_at IS NULL AND fire_at <= clock_timestamp()
RETURNING set_aside_at
"""
BRING_BACK = """
UPDATE clocks_step s SET set_aside_at = NULL, reason = '' FROM clocks_clock c
 WHERE c.id = s.clock_id AND c.outcome IS NULL AND s.fired_at IS NULL AND s.set_aside_at IS NOT NULL
RETURNING s.clock_id, clock_timestamp()
"""
# Once the promise has its result, nobody needs to be phoned any more.
COUNT = """
SELECT count(*) FROM clocks_step s JOIN clocks_clock c ON c.id = s.clock_id
 WHERE s.fired_at IS NULL AND s.set_aside_at IS NOT NULL AND c.outcome IS NULL
"""
log = structlog.get_logger(__name__)


def set_aside(clock_id: UUID, *, reason: str) -> None:
    with transaction.atomic(using=WATCH):
        with connections[WATCH].cursor() as cursor:
            cursor.execute(SET_ASIDE, [reason[:60], clock_id])
            times = [at for (at,) in cursor.fetchall()]
        # No more of it than its owners: what cannot be told may be what cannot be read.
        clock = Clock.objects.using(WATCH).only("hospital_id", "vendor_id").filter(pk=clock_id).first()
        if times and clock:
            line = {"steps": len(times), "reason": reason[:60]}
            record(Act.STEP_SET_ASIDE, clock, by=None, at=times[0], result=Result.FAILED, words=line, using=WATCH)
    if times:
        _alarm(clock_id, times[0])


def _alarm(clock_id: UUID, at: object) -> None:
    """The alarm must not be what fails next: it is tried, and health says it in any case."""
    try:
        administrators = Membership.objects.using(WATCH).filter(role=Role.SYSTEM_ADMINISTRATOR, until_at=None)
        for administrator in administrators:
            notify(
                f"clock:{clock_id}:set_aside:{at:%Y%m%d}",
                to=[administrator],
                kind=NoticeKind.STEPS_SET_ASIDE,
                subject=administrator,
                words={"on": at},  # type: ignore[dict-item]
                url="/status/",
                at=at,  # type: ignore[arg-type]
            )
    except Exception:
        log.exception("deadline_alarm_failed", clock=str(clock_id))


def bring_back() -> int:
    """The fault is mended: what was set aside and is still worth telling is told at the next look, marked late."""
    with transaction.atomic(using=WATCH):
        with connections[WATCH].cursor() as cursor:
            cursor.execute(BRING_BACK)
            found = cursor.fetchall()
        clocks = Clock.objects.using(WATCH).only("hospital_id", "vendor_id").in_bulk({pk for pk, _at in found})
        for pk, clock in clocks.items():
            steps = [at for other, at in found if other == pk]
            record(Act.STEPS_BROUGHT_BACK, clock, by=None, at=steps[0], words={"steps": len(steps)}, using=WATCH)
    return len(found)


def set_aside_count() -> float:
    """For health, across all tenants."""
    with connections[WATCH].cursor() as cursor:
        cursor.execute(COUNT)
        return float(cursor.fetchone()[0])
