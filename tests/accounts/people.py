"""Browsers with people before them."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client
from django.utils import timezone

from servicedesk.accounts.models import User
from servicedesk.accounts.services import invitations
from servicedesk.accounts.services.second_factor import give_totp
from servicedesk.audit.models import Record
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.middleware import CHOSEN
from servicedesk.tenancy.models import Hospital, Membership, Vendor
from servicedesk.tenancy.wall import Context, opened
from tests.world import PASSWORD, enter, make_member

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
MASKS = (
    (rb'name="csrfmiddlewaretoken" value="\w+"', b""),
    (rb'name="csrf-token" content="\w+"', b""),
    (rb'name="login" value="[a-z.-]+"', b""),
)


def masked(response: Any, *parts: str) -> bytes:
    """A page without what differs from request to request, and without these parts of its address."""
    body = response.content
    for pattern, instead in MASKS:
        body = re.sub(pattern, instead, body)
    for part in parts:
        body = body.replace(part.encode(), b"~")
    return body


def browser_of(membership: Membership) -> Client:
    """Signed in, in this membership, with the second step set up where the role needs one."""
    if Role(membership.role).needs_second_factor:
        give_totp(membership.user, SECRET)
    client = Client()
    client.force_login(membership.user)
    session = client.session
    session[CHOSEN] = str(membership.pk)
    session.save()
    return client


def sign_in(client: Client, user: User | str, password: str = PASSWORD, **extra: Any) -> Any:
    name = user if isinstance(user, str) else user.username
    return client.post("/accounts/login/", {"login": name, "password": password}, **extra)


def current_code(secret: str = SECRET, steps: int = 0) -> str:
    import time

    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def invited(by: Membership, role: Role, **more: Any) -> tuple[Any, str]:
    with opened(Context()):
        return invitations.invite(role=role, name="李新", by=enter(by), at=timezone.now(), **more)


def acts(organisation: Hospital | Vendor | None, **where: Any) -> list[str]:
    """What stands in an organisation's own trail, or in the platform's."""
    if isinstance(organisation, Hospital):
        context = Context.of_hospital(organisation.id)
    else:
        context = Context.of_vendor(organisation.id) if organisation else Context.of_platform()
    with opened(context):
        return list(Record.objects.filter(**where).order_by("recorded_at", "id").values_list("act", flat=True))


def lead_of(organisation: Hospital | Vendor, **more: Any) -> Membership:
    role = Role.IT_LEAD if isinstance(organisation, Hospital) else Role.VENDOR_MANAGER
    return make_member(role, organisation, **more)
