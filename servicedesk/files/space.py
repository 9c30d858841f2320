"""A hospital's space for files, whichever vendor's matter they lie on: a vendor's wall shows its own rows alone."""

from __future__ import annotations

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.waiting import wait_for_the_first


def hold_files(hospital_id: int) -> None:
    """Until this transaction ends, nobody else keeps a file of this hospital's, and none is swept. The last thing that
    is held (ADR 18), and after all bytes have been looked through."""
    wait_for_the_first("files", hospital_id)


def bytes_left(hospital_id: int) -> int:
    """Counted from the rows that are there: a total kept beside them would drift."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT files_used(%s)", [hospital_id])
        (used,) = cursor.fetchone()
    return int(settings.UPLOAD_QUOTA_GIGABYTES * 2**30) - int(used)


def refuse_beyond(left: int, size: int) -> None:
    if size > left:
        raise Refused(_("The hospital's space for files is full. Ask your administrator for more."), code="quota")
