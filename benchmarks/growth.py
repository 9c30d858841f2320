"""A year of somebody's notices, and as many read: what pages and workers cost then must be what they cost before."""

from __future__ import annotations

import os

import django

ROWS = 100_000


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "servicedesk.settings")
    django.setup()
    from django.db import transaction
    from django.utils import timezone

    from servicedesk.accounts.models import User
    from servicedesk.notices.enums import NoticeKind
    from servicedesk.notices.models import InboxItem
    from servicedesk.tenancy import wall

    with transaction.atomic():
        person = wall.enter(User.objects.get(username="engineer").pk, None)
        assert person is not None
        now = timezone.now()
        rows = (
            InboxItem(
                hospital_id=person.hospital_id,
                vendor_id=person.vendor_id,
                membership_id=person.membership_id,
                side=person.side,
                kind=NoticeKind.TRIAL,
                url="/inbox/",
                subject_kind="tenancy.membership",
                subject_id=str(person.membership_id),
                event_key=f"bench:{number}",
                at=now,
                read_at=now if number % 2 else None,
            )
            for number in range(ROWS)
        )
        InboxItem.objects.bulk_create(rows, batch_size=5000, ignore_conflicts=True)
    print(InboxItem.objects.using("watch").count())


if __name__ == "__main__":
    main()
