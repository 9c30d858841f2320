from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.files import checking, storage
from servicedesk.files.models import StoredFile
from servicedesk.files.space import bytes_left, hold_files, refuse_beyond
from servicedesk.tenancy.models import Matter
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person


@dataclass(frozen=True)
class Ready:
    """What was looked through, scanned and written anew; its bytes wait on the disk for their name."""

    file: checking.Accepted
    laid: Path


@contextmanager
def looked_through(uploads: Sequence[Any], *, hospital_id: int) -> Iterator[list[Ready]]:
    """All of them, or the first refusal. Before anything is held: the scanner may take seconds, and whoever waits for
    what is held would wait for it as well. What there is no space for is laid on no disk."""
    left, ready = bytes_left(hospital_id) if uploads else 0, list[Ready]()
    with ExitStack() as until_kept:
        for upload in uploads:
            ready.append(until_kept.enter_context(_ready(upload, hospital_id, left)))
            left -= ready[-1].file.size
        yield ready


@transaction.atomic
def add_file(
    matter: Matter, ready: Ready, *, by: Person | None, at: datetime, source: UUID | None = None
) -> StoredFile:
    """Keep its bytes and put it on the matter. Where nobody is signed in, `source` is what brought it, such as a
    sticker."""
    added_by = by.membership_id if by else source
    if added_by is None:
        raise ValueError("a file comes from somebody or by something")
    file = ready.file
    hold_files(matter.hospital_id)
    refuse_beyond(bytes_left(matter.hospital_id), file.size)
    storage.keep(matter.hospital_id, file.sha256, ready.laid)
    stored = StoredFile.objects.create(
        hospital_id=matter.hospital_id,
        vendor_id=matter.vendor_id,
        matter=matter,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        added_by=added_by,
        added_at=at,
    )
    record(Act.FILE_ADDED, stored, by=by, at=at, words={"sha256": file.sha256, "size": file.size})
    return stored


@contextmanager
def _ready(upload: Any, hospital_id: int, left: int) -> Iterator[Ready]:
    file = _checked(upload)
    with file.content as content:
        refuse_beyond(left, file.size)
        with storage.laid_down(hospital_id, content) as laid:
            yield Ready(file, laid)


def _checked(upload: Any) -> checking.Accepted:
    scan = checking.clamav(settings.CLAMAV_ADDRESS) if settings.CLAMAV_ADDRESS else checking.unscanned
    try:
        return checking.check(upload, upload.name, checking.Limits(size=settings.UPLOAD_MEGABYTES * 2**20), scan)
    except checking.Refused as refused:
        sentence = _(checking.SENTENCES[refused.reason]) % refused.details
        raise Refused(sentence, code=refused.reason) from refused
