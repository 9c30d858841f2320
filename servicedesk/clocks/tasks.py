"""The second string: Celery asks each minute for what the watch itself does within the second."""

from __future__ import annotations

from celery import shared_task

from servicedesk.clocks.watch.firing import fire_due


@shared_task  # type: ignore[untyped-decorator]
def tell_what_is_due() -> int:
    told = 0
    while batch := fire_due():
        told += batch
    return told
