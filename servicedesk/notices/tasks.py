from __future__ import annotations

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from servicedesk.notices.services import delivery, purge, sweep
from servicedesk.tenancy.wall import Context


@shared_task(opens_wall_itself=True)
def deliver(message_id: str, *, context: Context) -> None:
    delivery.deliver(UUID(message_id), context=context, now=timezone.now)


@shared_task
def hand_over_due_messages() -> None:
    sweep.hand_over_due_messages(at=timezone.now())


@shared_task
def forget_old_messages() -> None:
    purge.forget_old(at=timezone.now())
