"""Agreed numbers, used and left. What goes beyond one waits for the hospital's word (ICU-3)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.models import Quota, QuotaUse
from contracts.selectors import used_of
from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.tenancy.models import Matter
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person


@transaction.atomic
def use_quota(
    quota: Quota, *, what: str, amount: int = 1, matter: Matter | None = None, by: Person, at: datetime
) -> QuotaUse:
    """Inside the amount it counts at once; what would pass it is written down and counts once the hospital agrees."""
    quota = Quota.objects.select_for_update(no_key=True).get(pk=quota.pk)
    use = QuotaUse.objects.create(
        hospital_id=quota.hospital_id,
        vendor_id=quota.vendor_id,
        contract_id=quota.contract_id,
        quota=quota,
        matter=matter,
        what=what,
        amount=amount,
        at=at,
        by=by.membership_id,
        is_beyond=used_of(quota) + amount > quota.amount,
    )
    record(Act.QUOTA_USED, quota, by=by, at=at, words={"amount": amount, "beyond": use.is_beyond})
    return use


@transaction.atomic
def decide_use(use: QuotaUse, *, is_granted: bool, said: str = "", by: Person, at: datetime) -> QuotaUse:
    use = QuotaUse.objects.select_for_update(no_key=True).get(pk=use.pk)
    if not use.is_beyond:
        raise Refused(_("This lies inside the quota; there is nothing to decide."))
    if use.decided_at is not None:
        raise Refused(_("Somebody has decided this already."))
    use.is_granted, use.said = is_granted, said
    use.decided_at, use.decided_by = at, by.membership_id
    use.save()
    record(Act.QUOTA_DECIDED, use, by=by, at=at, words={"granted": is_granted})
    return use
