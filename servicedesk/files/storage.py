"""Where the bytes lie: MEDIA_ROOT/<hospital>/<first two of the hash>/<hash>. Written whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from django.conf import settings


def path_of(hospital_id: int, sha256: str) -> Path:
    return _of_hospital(hospital_id) / sha256[:2] / sha256


@contextmanager
def laid_down(hospital_id: int, content: IO[bytes]) -> Iterator[Path]:
    """On the disk, under no name that counts: a disk takes its time, and nothing is held yet. What nobody keeps is gone
    afterwards."""
    folder = _of_hospital(hospital_id)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as half:
        path = Path(half.name)
        try:
            shutil.copyfileobj(content, half)
            half.flush()
            os.fsync(half.fileno())
            path.chmod(0o640)
            yield path
        finally:
            path.unlink(missing_ok=True)


def keep(hospital_id: int, sha256: str, laid: Path) -> None:
    """Before the row is committed: a row without bytes would be a lie, bytes without a row are only litter. Also where
    they lie already: litter that is swept is old, and this is wanted again."""
    target = path_of(hospital_id, sha256)
    target.parent.mkdir(parents=True, exist_ok=True)
    laid.replace(target)


def hospitals() -> list[int]:
    """Whose folders there are."""
    root = Path(settings.MEDIA_ROOT)
    return sorted(int(folder.name) for folder in root.iterdir() if folder.name.isdecimal()) if root.exists() else []


def half_laid(hospital_id: int) -> list[Path]:
    return [path for path in _of_hospital(hospital_id).iterdir() if path.is_file()]


def kept_by_folder(hospital_id: int) -> Iterator[list[Path]]:
    for folder in sorted(_of_hospital(hospital_id).iterdir()):
        if folder.is_dir():
            yield list(folder.iterdir())


def laid_at(path: Path) -> datetime | None:
    """None: it has gone meanwhile."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return None


def _of_hospital(hospital_id: int) -> Path:
    return Path(settings.MEDIA_ROOT) / str(hospital_id)
