"""Bytes that no row names: a worker was killed while it laid them down, or before what named them was committed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Litter:
    """Laid down since the hospital is known here, and not lately."""

    since: datetime
    before: datetime

    def may_be(self, path: Path) -> bool:
        """What has gone meanwhile is none."""
        laid_at = storage.laid_at(path)
        return laid_at is not None and self.since <= laid_at < self.before


def sweep(*, at: datetime) -> int:
    """How many were removed. The folder of a hospital that this database does not know is somebody else's, and so is
    what lay there before it was registered here: a database made anew begins its numbers of hospitals anew as well."""
    removed = 0
    for hospital_id in storage.hospitals():
        with opened(Context.of_hospital(hospital_id)):
            hospital = Hospital.objects.filter(pk=hospital_id).first()
        if hospital:
            removed += _swept(hospital_id, Litter(hospital.created_at, at - YOUNG))
    log.info("files_swept", removed=removed)
    return removed


def _swept(hospital_id: int, litter: Litter) -> int:
    """One hospital's folder that cannot be read keeps no other's from being swept."""
    try:
        return _sweep_hospital(hospital_id, litter)
    except OSError:
        log.exception("files_not_swept", hospital=hospital_id)
        return 0


def _sweep_hospital(hospital_id: int, litter: Litter) -> int:
    removed = 0
    for half in storage.half_laid(hospital_id):
        removed += _remove_old(half, litter)
    for kept in storage.kept_by_folder(hospital_id):
        for path in _unnamed(hospital_id, filter(litter.may_be, kept)):
            removed += _remove_unnamed(hospital_id, path, litter)
    return removed


def _unnamed(hospital_id: int, paths: Iterable[Path]) -> list[Path]:
    by_hash = {path.name: path for path in paths}
    with opened(Context.of_hospital(hospital_id)):
        named = _of(hospital_id, by_hash).values_list("sha256", flat=True)
        return [by_hash[sha256] for sha256 in sorted(by_hash.keys() - set(named))]


def _remove_unnamed(hospital_id: int, path: Path, litter: Litter) -> bool:
    """Looked at once more while nobody can keep it: the same bytes may have been sent again a moment ago."""
    with opened(Context.of_hospital(hospital_id)):
        hold_files(hospital_id)
        return not _of(hospital_id, [path.name]).exists() and _remove_old(path, litter)


def _remove_old(path: Path, litter: Litter) -> bool:
    if not litter.may_be(path):
        return False
    path.unlink(missing_ok=True)
    return True


def _of(hospital_id: int, hashes: Iterable[str]) -> QuerySet[StoredFile]:
    return StoredFile.objects.filter(hospital_id=hospital_id, sha256__in=list(hashes))
