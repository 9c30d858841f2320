"""What the wall adds to a request, in milliseconds. With it: the look-up that opens it, and a list under its policies.
Without: the same membership looked up plainly, and the same list with a filter, by a role that passes the policies."""

from __future__ import annotations

import os
import statistics
import time

import django

ROUNDS, TIMES = 7, 300


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "servicedesk.settings")
    django.setup()
    from django.db import transaction

    from servicedesk.accounts.models import User
    from servicedesk.notices.models import InboxItem
    from servicedesk.tenancy import wall
    from servicedesk.tenancy.models import Membership

    user = User.objects.get(username="engineer")
    with transaction.atomic():
        person = wall.enter(user.pk, None)
    assert person is not None

    rows = InboxItem.objects.visible_to(person)[:30]
    plain = InboxItem.objects.using("watch").filter(membership_id=person.membership_id)[:30]
    members = Membership.objects.using("watch").select_related("hospital", "vendor")

    def behind() -> None:
        with transaction.atomic():
            wall.enter(user.pk, person.membership_id)
            list(rows.all())

    def without() -> None:
        with transaction.atomic(using="watch"):
            members.get(pk=person.membership_id, user_id=user.pk)
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
