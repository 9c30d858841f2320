"""Bytes that no row names: a worker was killed while it laid them down, or before what named them was committed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from django.db.models import QuerySet

from servicedesk.files import storage
from servicedesk.files.models import StoredFile
from servicedesk.files.space import hold_files
from servicedesk.tenancy.models import Hospital
from servicedesk.tenancy.wall import Context, opened

YOUNG = timedelta(days=1)  # no request takes as long
log = structlog.get_logger(__name__)


def sweep(*, at: datetime) -> int:
    """How many were removed. The folder of a hospital that this database does not know is somebody else's."""
    removed = 0
    for hospital_id in storage.hospitals():
        with opened(Context.of_hospital(hospital_id)):
            is_known = Hospital.objects.filter(pk=hospital_id).exists()
        if is_known:
            removed += _sweep_hospital(hospital_id, before=at - YOUNG)
    log.info("files_swept", removed=removed)
    return removed


def _sweep_hospital(hospital_id: int, *, before: datetime) -> int:
    removed = 0
    for half in storage.half_laid(hospital_id):
        removed += _remove_old(half, before)
    for kept in storage.kept_by_folder(hospital_id):
        for path in _unnamed(hospital_id, [path for path in kept if storage.is_older(path, before)]):
            removed += _remove_unnamed(hospital_id, path, before)
    return removed


def _unnamed(hospital_id: int, paths: Iterable[Path]) -> list[Path]:
    by_hash = {path.name: path for path in paths}
    with opened(Context.of_hospital(hospital_id)):
        named = _of(hospital_id, by_hash).values_list("sha256", flat=True)
        return [by_hash[sha256] for sha256 in sorted(by_hash.keys() - set(named))]


def _remove_unnamed(hospital_id: int, path: Path, before: datetime) -> bool:
    """Looked at once more while nobody can keep it: the same bytes may have been sent again a moment ago."""
    with opened(Context.of_hospital(hospital_id)):
        hold_files(hospital_id)
        return not _of(hospital_id, [path.name]).exists() and _remove_old(path, before)


def _remove_old(path: Path, before: datetime) -> bool:
    if not storage.is_older(path, before):
        return False
    path.unlink(missing_ok=True)
    return True


def _of(hospital_id: int, hashes: Iterable[str]) -> QuerySet[StoredFile]:
    return StoredFile.objects.filter(hospital_id=hospital_id, sha256__in=list(hashes))
