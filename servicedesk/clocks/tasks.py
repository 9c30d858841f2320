"""What Celery does for the clocks' room: the watch's second string, and a look at the roster every hour."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from servicedesk.clocks.services import holes
from servicedesk.clocks.watch.firing import fire_due
from servicedesk.tenancy.wall import Context


@shared_task  # type: ignore[untyped-decorator]
def tell_what_is_due() -> int:
    """The second string: asks each minute for what the watch itself does within the second."""
    told = 0
    while batch := fire_due():
        told += batch
    return told


@shared_task  # type: ignore[untyped-decorator]
def look_for_holes() -> None:
    """On the watch's queue: finds whose roster is to be looked at, and hands each to its vendor's side of the wall."""
    for team_id, vendor_id in holes.watched_teams():
        warn_of_holes.inside(Context.of_vendor(vendor_id), str(team_id))


@shared_task  # type: ignore[untyped-decorator]
def warn_of_holes(team_id: str) -> None:
    holes.warn_of_holes(UUID(team_id), at=timezone.now())
