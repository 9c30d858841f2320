"""Who is there before anybody could be invited: one security administrator, who invites the rest."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from servicedesk.accounts.models import User
from servicedesk.accounts.services.passwords import set_password
from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Context, opened

LONG_PAST = timedelta(days=3650)


@transaction.atomic
def begin(*, username: str, name: str, password: str, at: datetime) -> Membership:
    """The password is somebody else's invention, so it counts as expired: the first thing asked for is an own one."""
    with opened(Context.of_platform()), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(7203)")
        if Membership.objects.filter(role=Role.SECURITY_ADMINISTRATOR).exists():
            raise Refused(_("The platform has a security administrator already. Ask them for an invitation."))
        user = User(username=username)
        user.full_clean(exclude=["password"])
        set_password(user, password, at=at - LONG_PAST)
        membership = Membership.objects.create(user=user, role=Role.SECURITY_ADMINISTRATOR, name=name, from_at=at)
        record(Act.JOINED, membership, by=None, at=at, words={"first": True})
    return membership
