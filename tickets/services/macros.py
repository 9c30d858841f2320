"""Ready-made answers of an organisation: kept by those who use them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.waiting import wait_for_the_first
from servicedesk.tenancy.wall import Person
from tickets.models import Macro
from tickets.services.drafts import alone


@transaction.atomic
def keep_macro(macro: Macro, *, by: Person, at: datetime) -> Macro:
    """A new one belongs to the organisation of whoever writes it."""
    if macro._state.adding:
        macro.hospital_id, macro.vendor_id = by.hospital_id, by.vendor_id
    wait_for_the_first("macro", by.hospital_id, by.vendor_id)
    if Macro.objects.filter(**alone(by), name=macro.name).exclude(pk=macro.pk).exists():
        raise Refused(_("There is a ready-made answer of this name already."), code="name")
    macro.save()
    record(Act.MACRO_KEPT, macro, by=by, at=at)
    return macro


@transaction.atomic
def remove_macro(macro: Macro, *, by: Person, at: datetime) -> None:
    record(Act.MACRO_REMOVED, macro, by=by, at=at)
    macro.delete()
