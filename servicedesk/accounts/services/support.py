"""A platform operator looks into one hospital's rows: for half an hour, with a reason, and on the hospital's record."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from servicedesk.accounts.permissions import OPEN_SUPPORT
from servicedesk.accounts.services.trails import record_in_both
from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Hospital, SupportSession
from servicedesk.tenancy.refusals import Forbidden, Refused
from servicedesk.tenancy.wall import Context, Person, opened

LASTS = timedelta(minutes=30)


@transaction.atomic
def open_support(hospital: Hospital, *, reason: str, by: Person, at: datetime) -> SupportSession:
    if OPEN_SUPPORT.reach_of(by) is None:
        raise Forbidden(_("Your role does not include this: %(act)s.") % {"act": OPEN_SUPPORT.words}, code="role")
    if not reason.strip():
        raise Refused(_("Say why; the hospital will read it."))
    if open_sessions(by, at=at).exists():
        raise Refused(_("You have a support session open. Close it first."))
    session = SupportSession.objects.create(
        hospital=hospital,
        operator_id=by.membership_id,
        operator_name=by.name,
        reason=reason.strip(),
        from_at=at,
        until_at=at + LASTS,
    )
    record_in_both(Act.SUPPORT_OPENED, session, by=by, at=at)
    return session


@transaction.atomic
def close_support(session: SupportSession, *, by: Person, at: datetime) -> None:
    """Before its time is over: by the operator, or by the security administrator."""
    if session.operator_id != by.membership_id and by.role != Role.SECURITY_ADMINISTRATOR:
        raise Refused(_("Only the operator or the security administrator closes a support session."), code="own")
    if session.closed_at is not None or session.until_at <= at:
        raise Refused(_("This support session is over already."))
    session.closed_at = at
    session.save(update_fields=["closed_at"])
    record_in_both(Act.SUPPORT_CLOSED, session, by=by, at=at)


def record_look(page: str, *, by: Person, at: datetime) -> None:
    """Each page an operator opens during a session, in the hospital's own trail."""
    for session in open_sessions(by, at=at):
        with opened(Context.of_hospital(session.hospital_id)):
            record(Act.SUPPORT_LOOKED, session, by=by, at=at, words={"page": page})


def open_sessions(by: Person, *, at: datetime) -> QuerySet[SupportSession]:
    return SupportSession.objects.filter(operator_id=by.membership_id, closed_at=None, until_at__gt=at)
