from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, time

from django.db import transaction

from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.notices.models import Preference
from servicedesk.notices.selectors import preference
from servicedesk.tenancy.wall import Person


@transaction.atomic
def set_preferences(
    choices: Mapping[str, list[str]],
    *,
    quiet: tuple[time, time] | None,
    quiet_days: Collection[int],
    by: Person,
    at: datetime,
) -> Preference:
    mine = preference(by)
    mine.choices = dict(choices)
    mine.quiet_from, mine.quiet_to = quiet or (None, None)
    mine.quiet_days = sorted(quiet_days) if quiet else []
    mine.save()
    quiet_words = f"{quiet[0]:%H:%M}-{quiet[1]:%H:%M}" if quiet else ""
    record(Act.PREFERENCES_SET, mine, by=by, at=at, words={"quiet": quiet_words})
    return mine
