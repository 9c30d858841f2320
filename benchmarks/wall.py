"""What the wall adds to a request, in milliseconds. With it: the look-up that opens it, and a list under its policies.
Without: the same membership looked up plainly, and the same list with a filter, by a role that passes the policies."""

from __future__ import annotations

import os
import statistics
import time

import django

ROUNDS, TIMES = 7, 300
WHO = """
SELECT m.*, h.name, v.name FROM tenancy_membership m LEFT JOIN tenancy_hospital h ON h.id = m.hospital_id
  LEFT JOIN tenancy_vendor v ON v.id = m.vendor_id WHERE m.id = %s AND m.user_id = %s
"""


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "servicedesk.settings")
    django.setup()
    from django.db import connections, transaction

    from servicedesk.accounts.models import User
    from servicedesk.notices.models import InboxItem
    from servicedesk.tenancy import wall

    user = User.objects.get(username="engineer")
    with transaction.atomic():
        person = wall.enter(user.pk, None)
    assert person is not None

    rows = InboxItem.objects.visible_to(person)[:30]
    plain = InboxItem.objects.using("watch").filter(membership_id=person.membership_id)[:30]

    def behind() -> None:
        with transaction.atomic():
            wall.enter(user.pk, person.membership_id)
            list(rows.all())

    def without() -> None:
        with transaction.atomic(using="watch"):
            with connections["watch"].cursor() as cursor:
                cursor.execute(WHO, [person.membership_id, user.pk])
                cursor.fetchone()
            list(plain.all())

    def once(act: object) -> float:
        started = time.perf_counter()
        for _ in range(TIMES):
            act()  # type: ignore[operator]
        return (time.perf_counter() - started) * 1000 / TIMES

    figures = [(once(behind), once(without)) for _ in range(ROUNDS)]
    print(statistics.median(with_it - without_it for with_it, without_it in figures))


if __name__ == "__main__":
    main()
