"""Reading one's own notices leaves no audit record: it changes nothing for anybody else."""

from __future__ import annotations

from datetime import datetime

from servicedesk.notices.models import InboxItem
from servicedesk.tenancy.wall import Person


def mark_read(item: InboxItem, *, by: Person, at: datetime) -> None:
    InboxItem.objects.visible_to(by).filter(id=item.id, read_at__isnull=True).update(read_at=at)


def mark_all_read(*, by: Person, at: datetime) -> int:
    return InboxItem.objects.visible_to(by).filter(read_at__isnull=True).update(read_at=at)
