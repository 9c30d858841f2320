"""Answers that were kept for programs have had their time. It runs as the watch role, which sees all tenants."""

from __future__ import annotations

from datetime import datetime

from tickets.models import KeptAnswer

AT_ONCE = 2000


def forget_answers(*, at: datetime) -> int:
    """In portions, so that no statement takes long."""
    rows, gone = KeptAnswer.objects.using("watch").filter(until_at__lte=at), 0
    while ids := list(rows.order_by("until_at").values_list("id", flat=True)[:AT_ONCE]):
        gone += rows.filter(id__in=ids).delete()[0]
    return gone
