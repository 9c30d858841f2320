"""What waits in a page between the look and the act: signed, so that nothing else comes back, and of one person."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.utils.translation import gettext as _

from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person

HOLDS_SECONDS = 4 * 3600


def packed(kind: str, rows: Any, *, by: Person) -> str:
    return signing.dumps([str(by.membership_id), rows], salt=f"accounts {kind}", compress=True)


def unpacked(kind: str, token: str, *, by: Person) -> Any:
    try:
        whose, rows = signing.loads(token, salt=f"accounts {kind}", max_age=HOLDS_SECONDS)
    except signing.BadSignature as bad:
        raise Refused(_("This preview is too old. Make it anew."), code="old") from bad
    if whose != str(by.membership_id):
        raise Refused(_("This preview is too old. Make it anew."), code="old")
    return rows
