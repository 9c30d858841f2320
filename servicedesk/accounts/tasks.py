from __future__ import annotations

from celery import shared_task
from django.core.management import call_command
from django.utils import timezone

from servicedesk.accounts.services import tries


@shared_task
def tidy_sign_in() -> None:
    """Daily: forgets guesses of more than a day ago and the sessions that are over."""
    tries.forget_old(at=timezone.now())
    call_command("clearsessions")
