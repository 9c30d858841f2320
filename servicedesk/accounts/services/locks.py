from __future__ import annotations

from datetime import datetime
from ipaddress import ip_address

from django.urls import reverse

from servicedesk.notices.enums import NoticeKind
from servicedesk.notices.notify import notify
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.wall import Context, opened


def tell_of_lock(membership: Membership, *, address: str, at: datetime) -> None:
    """Once per lock: only the guess that locks comes here, and the next lock has another moment."""
    with opened(Context.of_owner(membership.hospital_id, membership.vendor_id)):
        notify(
            f"lock:{membership.pk}:{at.isoformat()}",
            to=[membership],
            kind=NoticeKind.SIGN_IN_LOCKED,
            subject=membership,
            words={"when": at, "address": _plain(address)},
            url=reverse("account_change_password"),
            at=at,
        )


def _plain(address: str) -> str:
    """A header may have claimed anything, and this goes out as a mail."""
    try:
        return ip_address(address.partition("%")[0]).compressed
    except ValueError:
        return "?"
