"""Forgets what has served its purpose. It runs as the watch role, which sees all tenants.

What happened stands in the audit trail and on the matter itself; these rows hold addressees, so they are not kept for
ever (personal data no longer than needed: PIPL 19). A message that still waits and a notice nobody has read stay.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet

from servicedesk.notices.enums import State
from servicedesk.notices.models import InboxItem, Message

AT_ONCE = 2000
KEEP_DEAD = timedelta(days=180)  # whatever the setting: somebody may still want to send them again


def forget_old(*, at: datetime) -> int:
    return _forget(old_messages(at)) + _forget(read_items(at))


def old_messages(at: datetime) -> QuerySet[Message]:
    """`due_at` of what waits no longer is the moment at which that was decided."""
    sent = Q(state=State.SENT, sent_at__lt=_long_ago(at))
    aside = Q(state__in=[State.WITHDRAWN, State.DISMISSED], due_at__lt=_long_ago(at))
    dead = Q(state=State.DEAD, due_at__lt=at - KEEP_DEAD)
    return Message.objects.using("watch").filter(sent | aside | dead)


def read_items(at: datetime) -> QuerySet[InboxItem]:
    return InboxItem.objects.using("watch").filter(read_at__lt=_long_ago(at))


def _long_ago(at: datetime) -> datetime:
    return at - timedelta(days=settings.KEEP_MESSAGES_DAYS)


def _forget(rows: QuerySet[Message] | QuerySet[InboxItem]) -> int:
    """In portions, so that no statement takes long. The condition holds to the end: a dead letter may just be sent."""
    gone = 0
    while ids := list(rows.order_by().values_list("id", flat=True)[:AT_ONCE]):
        gone += rows.filter(id__in=ids).delete()[0]
    return gone
