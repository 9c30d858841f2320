"""How a hospital's tickets are numbered: by its own letters, the day, and a count of as many digits as it chooses."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.tenancy.models import Hospital
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person
from tickets.models import NumberRule


@transaction.atomic
def set_number_rule(*, digits: int, by: Person, at: datetime) -> NumberRule:
    """For tickets from now on; those that are there keep their numbers."""
    if not 2 <= digits <= 6:
        raise Refused(_("Between two and six digits."))
    assert by.hospital_id is not None  # the permission is the hospital lead's alone
    hospital = Hospital.objects.get(pk=by.hospital_id)
    rule, _made = NumberRule.objects.update_or_create(hospital=hospital, defaults={"digits": digits})
    record(Act.NUMBERS_SET, rule, by=by, at=at, words={"digits": digits})
    return rule
