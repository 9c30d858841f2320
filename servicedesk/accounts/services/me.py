from __future__ import annotations

from datetime import datetime

from django.db import transaction

from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.wall import Person


@transaction.atomic
def change_details(*, name: str, phone: str, email: str, by: Person, at: datetime) -> Membership:
    """A person's own name and contact data, as this one organisation knows them."""
    membership = Membership.objects.select_for_update(no_key=True, of=("self",)).get(pk=by.membership_id)
    membership.name, membership.phone, membership.email = name, phone, email
    membership.save(update_fields=["name", "phone", "email"])
    record(Act.DETAILS_CHANGED, membership, by=by, at=at)
    return membership
