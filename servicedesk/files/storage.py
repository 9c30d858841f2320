"""Where the bytes lie: MEDIA_ROOT/<hospital>/<first two of the hash>/<hash>. Written whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import IO

from django.conf import settings


def path_of(hospital_id: int, sha256: str) -> Path:
    return Path(settings.MEDIA_ROOT) / str(hospital_id) / sha256[:2] / sha256


def keep(hospital_id: int, sha256: str, content: IO[bytes]) -> Path:
    """Before the row is committed: a row without bytes would be a lie, bytes without a row are only litter."""
    target = path_of(hospital_id, sha256)
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as half:
        try:
            shutil.copyfileobj(content, half)
            half.flush()
            os.fsync(half.fileno())
            os.chmod(half.name, 0o640)
            os.replace(half.name, target)
        except BaseException:
            os.unlink(half.name)
            raise
    return target
