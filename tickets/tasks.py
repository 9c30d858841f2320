from __future__ import annotations

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from servicedesk.tenancy.wall import Context
from tickets.services import forgetting, going_on, remote, renaming


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
    """Hourly, across all tenants: solutions that nobody answered; who has to sign is reminded before."""
    now = timezone.now()
    going_on.hand_over_reminding(at=now)
    going_on.hand_over_silent(at=now)


@shared_task  # type: ignore[untyped-decorator]
def close_silent(ticket_id: str) -> None:
    going_on.close_silent(UUID(ticket_id), at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def remind_to_sign(ticket_id: str) -> None:
    going_on.remind_to_sign(UUID(ticket_id), at=timezone.now())


# tickets: linked
@shared_task  # type: ignore[untyped-decorator]
def look_for_access_that_ran_out() -> None:
    """Across all tenants: hands each over to its own hospital's wall."""
    remote.hand_over(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def tell_access_ran_out(authorisation_id: str) -> None:
    remote.tell_ran_out(UUID(authorisation_id), at=timezone.now())


# tickets: api
@shared_task  # type: ignore[untyped-decorator]
def forget_answers() -> None:
    """Hourly, across all tenants: what was kept for programs that send again."""
    forgetting.forget_answers(at=timezone.now())


# tickets: home
@shared_task  # type: ignore[untyped-decorator]
def look_for_renamed_systems() -> None:
    """Across all tenants: whose tickets are not all found by the new name yet."""
    renaming.hand_over()


@shared_task(opens_wall_itself=True)  # type: ignore[untyped-decorator]
def find_by_new_name(renamed_id: str, *, context: Context) -> None:
    renaming.find_by_new_name(UUID(renamed_id), context=context)
