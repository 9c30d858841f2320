from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from servicedesk.files.services import sweeping


@shared_task  # type: ignore[untyped-decorator]
def sweep_files() -> None:
    """Daily: bytes that no row names. Hospital by hospital, each inside its own wall."""
    sweeping.sweep(at=timezone.now())
