from __future__ import annotations

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from contracts.services import reminding


@shared_task  # type: ignore[untyped-decorator]
def look_after_contracts() -> None:
    """Daily, across all tenants: hands each contract in force over to its own hospital's wall."""
    reminding.hand_over(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def look_after(contract_id: str, managers: list[str]) -> None:
    reminding.look_after(UUID(contract_id), managers=managers, at=timezone.now())
