"""How a hospital's tickets are numbered: its own letters, none of which is mistaken for another on the telephone."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.tenancy.models import Hospital
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person
from tickets.models import NumberRule
from tickets.numbers import LOOK_ALIKE

PREFIX = re.compile(r"[A-Z2-9]{1,12}")


@transaction.atomic
def set_number_rule(*, prefix: str, digits: int, by: Person, at: datetime) -> NumberRule:
    """For tickets from now on; those that are there keep their numbers."""
    prefix = prefix.strip().upper()
    if why := why_not_prefix(prefix):
        raise Refused(why)
    if not 2 <= digits <= 6:
        raise Refused(_("Between two and six digits."))
    assert by.hospital_id is not None  # the permission is the hospital lead's alone
    hospital = Hospital.objects.get(pk=by.hospital_id)
    facts = {"prefix": prefix, "digits": digits}
    rule, _made = NumberRule.objects.update_or_create(hospital=hospital, defaults=facts)
    record(Act.NUMBERS_SET, rule, by=by, at=at, words={"prefix": prefix, "digits": digits})
    return rule


def why_not_prefix(prefix: str) -> str:
    if not prefix:
        return _("Choose one to twelve letters.")
    if odd := sorted(set(prefix) & LOOK_ALIKE):
        words = {"letters": " ".join(odd)}
        return _("%(letters)s is mistaken for another on the telephone and on paper. Choose another.") % words
    return "" if PREFIX.fullmatch(prefix) else _("Only capital letters and the digits 2 to 9.")
