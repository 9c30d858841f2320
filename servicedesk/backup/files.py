"""The files' half of a backup: what lies in DATA_DIR."""

from __future__ import annotations

import hashlib
import shutil
import tarfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings

from servicedesk.backup.unfit import Unfit

KEPT = ("files", "anchors")  # folders of DATA_DIR


def pack(target: Path) -> None:
    with tarfile.open(target, "w") as tar:
        target.chmod(0o600)
        for name in KEPT:
            for path in _lying_in(Path(settings.DATA_DIR) / name):
                with suppress(FileNotFoundError):  # what no row names goes meanwhile: half laid down, or swept
                    tar.add(path, arcname=path.relative_to(settings.DATA_DIR), recursive=False)


def _lying_in(folder: Path) -> list[Path]:
    return [folder, *sorted(folder.rglob("*"))] if folder.exists() else []


def check_members(archive: Path) -> None:
    with tarfile.open(archive) as tar:
        for member in tar:
            path = Path(member.name)
            if path.parts[0] not in KEPT or ".." in path.parts or not (member.isfile() or member.isdir()):
                raise Unfit(f"{archive} holds {member.name}, which no backup of ours would. Nothing was changed.")


def unpack(archive: Path) -> None:
    home = Path(settings.DATA_DIR)
    new = home / "restored"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    with tarfile.open(archive) as tar:
        tar.extractall(new)  # noqa: S202 (each member was checked)
    for name in KEPT:
        aside = set_aside(name)
        shutil.rmtree(aside, ignore_errors=True)
        if (home / name).exists():
            (home / name).rename(aside)
        if (new / name).exists():
            (new / name).rename(home / name)
    new.rmdir()


def set_aside(name: str) -> Path:
    """Where the last restore put what lay here before."""
    return Path(settings.DATA_DIR) / f"{name}.before-restore"


def described(file: Path) -> dict[str, Any]:
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while chunk := content.read(1 << 20):
            digest.update(chunk)
    return {"bytes": file.stat().st_size, "sha256": digest.hexdigest()}
