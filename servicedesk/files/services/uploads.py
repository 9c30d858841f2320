from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.files import checking
from servicedesk.files.models import StoredFile
from servicedesk.files.storage import keep
from servicedesk.tenancy.models import Matter
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person


@transaction.atomic
def add_file(matter: Matter, upload: Any, *, by: Person | None, at: datetime, source: UUID | None = None) -> StoredFile:
    """Check the upload, keep its bytes, and put it on the matter. Where nobody is signed in, `source` is what brought
    it, such as a sticker."""
    added_by = by.membership_id if by else source
    if added_by is None:
        raise ValueError("a file comes from somebody or by something")
    refuse_beyond_quota(matter, upload.size)
    accepted = _checked(upload)
    with accepted.content as content:
        keep(matter.hospital_id, accepted.sha256, content)
    stored = StoredFile.objects.create(
        hospital_id=matter.hospital_id,
        vendor_id=matter.vendor_id,
        matter=matter,
        name=accepted.name,
        media_type=accepted.media_type,
        size=accepted.size,
        sha256=accepted.sha256,
        added_by=added_by,
        added_at=at,
    )
    record(Act.FILE_ADDED, stored, by=by, at=at, words={"sha256": accepted.sha256, "size": accepted.size})
    return stored


def _checked(upload: Any) -> checking.Accepted:
    scan = checking.clamav(settings.CLAMAV_ADDRESS) if settings.CLAMAV_ADDRESS else checking.unscanned
    try:
        return checking.check(upload, upload.name, checking.Limits(size=settings.UPLOAD_MEGABYTES * 2**20), scan)
    except checking.Refused as refused:
        sentence = _(checking.SENTENCES[refused.reason]) % refused.details
        raise Refused(sentence, code=refused.reason) from refused


def refuse_beyond_quota(matter: Matter, size: int) -> None:
    """Per hospital, counted from the rows that are there: a total kept beside them would drift."""
    used = StoredFile.objects.filter(hospital_id=matter.hospital_id).aggregate(used=Sum("size"))["used"] or 0
    if used + size > settings.UPLOAD_QUOTA_GIGABYTES * 2**30:
        raise Refused(_("The hospital's space for files is full. Ask your administrator for more."), code="quota")
