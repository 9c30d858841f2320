from __future__ import annotations

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from tickets.services import going_on


# tickets: closing
@shared_task  # type: ignore[untyped-decorator]
def wake_tickets() -> None:
    """Each minute, across all tenants: what waits and whose hour has come."""
    going_on.hand_over_waking(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def wake(ticket_id: str) -> None:
    going_on.wake(UUID(ticket_id), at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def close_silent_tickets() -> None:
    """Hourly, across all tenants: solutions that nobody answered."""
    going_on.hand_over_silent(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def close_silent(ticket_id: str) -> None:
    going_on.close_silent(UUID(ticket_id), at=timezone.now())
