from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from servicedesk.accounts.models import HandOver, Invitation
from servicedesk.accounts.services.members import change_role, end_membership, refuse_unless_manages
from servicedesk.audit.enums import Act
from servicedesk.audit.record import Word, record
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person


@transaction.atomic
def hand_over(leaver: Membership, *, to: Membership, with_role: bool = False, by: Person, at: datetime) -> HandOver:
    """A person leaves: the successor gets what they had, and their role if wanted; then their access ends."""
    refuse_unless_manages(leaver, by=by)
    _refuse_unless_fit(leaver, to, at=at)
    if with_role and to.role != leaver.role:
        change_role(to, role=Role(leaver.role), department=to.department, by=by, at=at)
    invitations = Invitation.objects.filter(invited_by=leaver).open(at=at).update(invited_by=to)
    row = HandOver.objects.create(
        hospital_id=leaver.hospital_id, vendor_id=leaver.vendor_id, leaver=leaver, successor=to, at=at
    )
    words: dict[str, Word] = {"successor": str(to.pk), "role": with_role, "invitations": invitations}
    record(Act.HANDED_OVER, leaver, by=by, at=at, words=words)
    end_membership(leaver, by=by, at=at)
    return row


def _refuse_unless_fit(leaver: Membership, to: Membership, *, at: datetime) -> None:
    same = (to.hospital_id, to.vendor_id) == (leaver.hospital_id, leaver.vendor_id)
    if not same or to.pk == leaver.pk or to.until_at is not None or to.from_at > at:
        raise Refused(_("Choose somebody else who belongs to the same organisation today."), code="successor")
