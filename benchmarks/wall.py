"""What the wall adds to a request, in milliseconds: the transaction, and the one look-up that opens it."""

from __future__ import annotations

import os
import statistics
import time

import django

ROUNDS, TIMES = 7, 300


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "servicedesk.settings")
    django.setup()
    from django.db import connection, transaction

    from servicedesk.accounts.models import User
    from servicedesk.tenancy import wall

    user = User.objects.get(username="engineer")
    with transaction.atomic():
        person = wall.enter(user.pk, None)
    assert person is not None

    def behind() -> None:
        with transaction.atomic():
            wall.enter(user.pk, person.membership_id)

    def without() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    def once(act: object) -> float:
        started = time.perf_counter()
        for _ in range(TIMES):
            act()  # type: ignore[operator]
        return (time.perf_counter() - started) * 1000 / TIMES

    figures = [(once(behind), once(without)) for _ in range(ROUNDS)]
    print(statistics.median(one for one, _ in figures))


if __name__ == "__main__":
    main()
