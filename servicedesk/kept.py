"""The demo as it was made, kept under var/kept: a reset soon after loads it in a second, where telling it takes ten.

Good only for what would be told the same: by the same code and texts, at the same address, on the same day and within a
few hours, because the year is told up to the moment it is made, and an old one is never shown as today's. Only for the
PostgreSQL that our launcher runs. The secrets are kept beside it: by them the second factors in it are sealed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg2

from servicedesk.embedded import PROJECT
from servicedesk.embedded.postgres import Postgres
from servicedesk.tenancy.provision import DATABASE

LASTS = timedelta(hours=3)
DAY = ZoneInfo("Asia/Shanghai")
DUMP, FACTS, SECRETS = "database.dump", "facts.json", "secrets.json"
TOLD_BY = ("servicedesk/**/*.py", "contracts/**/*.*", "tickets/**/*.py", "servicedesk/*.yaml", "locale/**/*.po",
           "templates/**/*", "requirements/app.txt")  # fmt: skip


class Kept:
    def __init__(self, var: Path, address: str) -> None:
        self.var, self.folder = var, var / "kept"
        self.mark = _mark(address)

    def is_good(self, at: datetime) -> bool:
        try:
            facts = json.loads((self.folder / FACTS).read_text())
            made_at = datetime.fromisoformat(facts["made_at"])
        except (OSError, ValueError, KeyError, TypeError):
            return False
        same_day = made_at.astimezone(DAY).date() == at.astimezone(DAY).date()
        return facts["mark"] == self.mark and same_day and made_at <= at < made_at + LASTS

    def lay_out_secrets(self) -> None:
        """Before the servers of a new beginning take their passwords from there."""
        shutil.copy(self.folder / SECRETS, self.var / SECRETS)

    def load(self, postgres: Postgres) -> bool:
        """All of it or nothing: then the demo is told as if there were none."""
        if (self.folder / SECRETS).read_bytes() != (self.var / SECRETS).read_bytes():
            return False
        words = ["--single-transaction", "--exit-on-error", f"--dbname={DATABASE}", str(self.folder / DUMP)]
        return _run(postgres, "pg_restore", *words)

    def keep(self, postgres: Postgres, *, at: datetime) -> None:
        """Whole or not at all. What the demo stores outside the database is not kept, so that nothing may be there."""
        half = self.folder.with_name("kept.half")
        for folder in (self.folder, half):
            shutil.rmtree(folder, ignore_errors=True)
        if any(path.is_file() for path in (self.var / "data").rglob("*")):
            return
        half.mkdir(mode=0o700)
        shutil.copy(self.var / SECRETS, half / SECRETS)
        (half / FACTS).write_text(json.dumps({"mark": self.mark, "made_at": at.isoformat()}))
        if _run(postgres, "pg_dump", "--format=custom", "--compress=0", f"--file={half / DUMP}", DATABASE):
            half.rename(self.folder)


def is_new(postgres: Postgres) -> bool:
    """Nothing was ever migrated there."""
    connection = psycopg2.connect(postgres.admin, dbname=DATABASE)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.django_migrations') IS NULL")
        answer = bool(cursor.fetchone()[0])
    connection.close()
    return answer


def _mark(address: str) -> str:
    digest = hashlib.sha256(address.encode())
    for pattern in TOLD_BY:
        for file in sorted(PROJECT.glob(pattern)):
            if file.is_file() and file.suffix != ".pyc":
                digest.update(f"{file.relative_to(PROJECT)} ".encode() + file.read_bytes())
    return digest.hexdigest()


def _run(postgres: Postgres, program: str, *words: str) -> bool:
    """As the server's administrator, whose password stands in no list of processes."""
    login = {"PGHOST": str(postgres.ground.run), "PGUSER": "postgres", "PGPASSWORD": postgres.passwords["admin"]}
    done = subprocess.run([str(postgres.bin / program), *words], env={**os.environ, **login}, capture_output=True)
    return done.returncode == 0
