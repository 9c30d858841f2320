"""A backup is a folder: the database's dump, the files, and a manifest with the hash of each. Checked before use.

The dump is made by the watch's role, because row-level security would hide rows from the owner, and fed back by the
owner, who then owns the tables again; policies and FORCE come back with them and are counted.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from servicedesk.backup import files, rows
from servicedesk.backup.unfit import Unfit

__all__ = ["DUMP", "FILES", "MANIFEST", "Summary", "Unfit", "make_backup", "restore", "summary_of", "verify"]

MANIFEST, DUMP, FILES = "manifest.json", "database.dump", "files.tar"


@dataclass(frozen=True)
class Summary:
    at: str
    tables_behind_the_wall: int
    size: int


def make_backup(target: Path, *, at: datetime) -> Summary:
    """Whole or not at all: it is made beside its place and then renamed."""
    if target.exists():
        raise Unfit(f"{target} is already there. Name a new folder; a backup never overwrites another.")
    half = target.with_name(f"{target.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(mode=0o700, parents=True)
    rows.dump(half / DUMP)
    files.pack(half / FILES)
    manifest = {
        "made_at": at.isoformat(timespec="seconds"),
        "server": rows.major("watch"),
        "tables_behind_the_wall": rows.one("watch", rows.FORCED),
        "files": {name: files.described(half / name) for name in (DUMP, FILES)},
    }
    (half / MANIFEST).write_text(json.dumps(manifest, indent=2))
    half.rename(target)
    return summary_of(manifest)


def summary_of(manifest: dict[str, Any]) -> Summary:
    size = sum(file["bytes"] for file in manifest["files"].values())
    return Summary(manifest["made_at"], manifest["tables_behind_the_wall"], size)


def verify(source: Path) -> dict[str, Any]:
    """Every byte is as it was when the backup was made."""
    try:
        manifest: dict[str, Any] = json.loads((source / MANIFEST).read_text())
        described = {name: manifest["files"][name] for name in (DUMP, FILES)}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unfit(f"{source} is no whole backup: its {MANIFEST} is missing or damaged.") from error
    for name, wanted in described.items():
        if not (source / name).is_file() or files.described(source / name) != wanted:
            raise Unfit(f"{source / name} is missing or not as it was when the backup was made. Nothing was changed.")
    return manifest


def restore(source: Path) -> Summary:
    """Replace everything by the backup, or nothing: it is read into a database beside ours, checked, and then takes
    its name. What was there is kept, as NAME_before_restore and *.before-restore."""
    manifest = verify(source)
    files.check_members(source / FILES)
    if rows.major("owner") < manifest["server"]:
        raise Unfit(f"The backup is of PostgreSQL {manifest['server']}, newer than this one.")
    name = rows.name()
    rows.refuse_if_running(name)
    new = f"{name}_restoring"
    rows.make_database(new)
    try:
        rows.feed(source / DUMP, new)
        if (forced := rows.asked(new, rows.FORCED)) != manifest["tables_behind_the_wall"]:
            raise Unfit(f"Only {forced} tables came back behind the wall.")
        rows.swap(name, new)
    except BaseException:
        rows.said("DROP DATABASE IF EXISTS {}", new)
        raise
    files.unpack(source / FILES)
    return summary_of(manifest)
