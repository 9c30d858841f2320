from __future__ import annotations

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from tickets.services import remote


# tickets: linked
@shared_task  # type: ignore[untyped-decorator]
def look_for_access_that_ran_out() -> None:
    """Across all tenants: hands each over to its own hospital's wall."""
    remote.hand_over(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def tell_access_ran_out(authorisation_id: str) -> None:
    remote.tell_ran_out(UUID(authorisation_id), at=timezone.now())
