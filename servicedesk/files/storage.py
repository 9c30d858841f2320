"""Where the bytes lie: MEDIA_ROOT/<hospital>/<first two of the hash>/<hash>. Written whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
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
    """Before the row is committed: a row without bytes would be a lie, bytes without a row are only litter."""
    target = path_of(hospital_id, sha256)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        laid.replace(target)


def _of_hospital(hospital_id: int) -> Path:
    return Path(settings.MEDIA_ROOT) / str(hospital_id)
