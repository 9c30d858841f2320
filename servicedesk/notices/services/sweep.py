"""Finds what is due and hands it over: first tries whose nudge was lost, later tries, and all of it after a lost queue.

It runs as the watch role, which sees all tenants; it reads ids and owners, and marks what it handed over.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Extract, Now

from servicedesk.notices.enums import State
from servicedesk.notices.models import Message

AT_ONCE = 500
HAND_OVER_AGAIN = timedelta(seconds=60)  # a queue that was lost is not missed longer than this


def hand_over_due_messages(*, at: datetime) -> int:
    """All of them, however many: after a lost queue or a night of escalations there may be thousands."""
    handed = batch = _hand_over(at)
    while batch == AT_ONCE:
        batch = _hand_over(at)
        handed += batch
    return handed


def _hand_over(at: datetime) -> int:
    from servicedesk.notices.tasks import deliver

    due = list(due_messages(at))
    for message in due:
        deliver.inside(message.context, str(message.id))
    Message.objects.using("watch").filter(id__in=[message.id for message in due]).update(handed_at=at)
    return len(due)


def due_messages(at: datetime) -> QuerySet[Message]:
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=at)
    not_just_handed = Q(handed_at__isnull=True) | Q(handed_at__lte=at - HAND_OVER_AGAIN)
    waiting = Message.objects.using("watch").filter(free, not_just_handed, state=State.WAITING, due_at__lte=at)
    return waiting.only("id", "side", "hospital_id", "vendor_id").order_by("-comes_through", "due_at")[:AT_ONCE]


def oldest_waiting_seconds() -> float:
    """How long the oldest message that is due has been waiting, across all tenants."""
    due = Message.objects.using("watch").filter(state=State.WAITING, due_at__lte=Now()).order_by("due_at")
    waited = due.annotate(waited=Extract(Now() - F("due_at"), "epoch")).values_list("waited", flat=True).first()
    return float(waited or 0)
