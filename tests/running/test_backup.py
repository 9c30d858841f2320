"""A backup is worth what its restore gives back: tried on real rows, through the roles production uses."""

from __future__ import annotations

import io
import json
import re
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import connections, transaction

from servicedesk.accounts.models import User
from servicedesk.audit.enums import Act
from servicedesk.audit.models import Record
from servicedesk.audit.verifying import verify_chain
from servicedesk.backup import DUMP, FILES, MANIFEST, make_backup
from servicedesk.backup.files import described
from servicedesk.backup.rows import FORCED, said
from servicedesk.checks import login_of
from servicedesk.tenancy import wall
from servicedesk.tenancy.models import Department
from servicedesk.tenancy.wall import Context
from tests.audit.trails import lead, make_chain
from tests.browser import sessions
from tests.conftest import Sweeper
from tests.world import World, make_user, make_world

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True, databases=["default", "owner", "watch"]),
]
AT = datetime(2026, 11, 20, tzinfo=UTC)
TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
RIGHTS = """
SELECT relname, relacl::text, relforcerowsecurity, relrowsecurity, relowner::regrole::text,
       (SELECT string_agg(p.polname || pg_get_expr(p.polqual, p.polrelid), ';' ORDER BY p.polname)
          FROM pg_policy p WHERE p.polrelid = c.oid),
       (SELECT string_agg(g.tgname, ';' ORDER BY g.tgname) FROM pg_trigger g WHERE g.tgrelid = c.oid
          AND NOT g.tgisinternal)
  FROM pg_class c WHERE relkind IN ('r', 'S') AND relnamespace = 'public'::regnamespace ORDER BY 1
"""
FUNCTIONS = """
SELECT proname, proowner::regrole::text, prosecdef, proacl::text, md5(prosrc) FROM pg_proc
 WHERE pronamespace = 'public'::regnamespace ORDER BY 1
"""


def look(statement: str) -> list[tuple[Any, ...]]:
    """As the watch, who sees every tenant's rows."""
    with connections["watch"].cursor() as cursor:
        cursor.execute(statement)
        return [tuple(map(_comparable, row)) for row in cursor.fetchall()]


def _comparable(value: Any) -> Any:
    """Access lists have no order; PostgreSQL sets casts and brackets anew when it reads an expression back."""
    if isinstance(value, str) and value.startswith("{"):
        return frozenset(value.strip("{}").split(","))
    return re.sub(r"::(character varying|text)(\[\])?|[()\s]", "", value) if isinstance(value, str) else value


def contents() -> dict[str, str]:
    """Every row of every table, as one figure a table."""
    digest = "SELECT count(*) || ' ' || md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {} t"
    return {table: look(digest.format(table))[0][0] for (table,) in look(TABLES)}


def state() -> dict[str, Any]:
    """By name, so that a difference names what differs."""
    tables = {f"rights of {name}": rest for name, *rest in look(RIGHTS)}
    functions = {f"function {name}": rest for name, *rest in look(FUNCTIONS)}
    return {**contents(), **tables, **functions, "forced": look(FORCED)[0][0]}


@pytest.fixture
def data(tmp_path: Path, settings: Any) -> Iterator[Path]:
    settings.DATA_DIR = tmp_path / "data"
    (tmp_path / "data/files/ab").mkdir(parents=True)
    (tmp_path / "data/files/ab/cd").write_bytes(b"a picture")
    (tmp_path / "data/anchors").mkdir()
    return tmp_path / "data"


def alone() -> None:
    """Other tests keep sessions, and a live server of an earlier one may; each role may end its own."""
    Sweeper.end_all()
    sessions.end_all()
    for alias in ("default", "owner", "watch"):
        with connections[alias].cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
            )


@pytest.fixture
def small_world(transactional_db: None) -> Iterator[World]:
    alone()
    with transaction.atomic():
        make_user("刘敏".encode().hex())
        made = make_world()
    yield made
    for suffix in ("restoring", "before_restore"):
        said("DROP DATABASE IF EXISTS {}", f"{connections['owner'].settings_dict['NAME']}_{suffix}")


def test_everything_comes_back_and_the_wall_stands(small_world: World, data: Path, tmp_path: Path):
    """ALL-13, PACS-18."""
    before = state()
    assert before["forced"] > 5
    call_command("backup", tmp_path / "backup")
    with wall.opened(Context.of_hospital(small_world.h1.id)):
        Department.objects.filter(hospital=small_world.h1, name="药剂科").delete()
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE tenancy_department NO FORCE ROW LEVEL SECURITY")
    (data / "files/ab/cd").write_bytes(b"painted over")

    call_command("restore", tmp_path / "backup", "--yes")

    assert state() == before
    assert (data / "files/ab/cd").read_bytes() == b"a picture"
    assert (data / "files.before-restore/ab/cd").read_bytes() == b"painted over"
    with wall.opened(Context.of_hospital(small_world.h1.id)):
        assert Department.objects.count() == 2
    with wall.opened(Context()):
        assert Department.objects.count() == 0
    make_user("written-after")  # sequences, rights and triggers hold for new rows too
    assert User.objects.filter(username="written-after").exists()


def test_what_the_trail_lost_goes_on_record(small_world: World, data: Path, tmp_path: Path):
    """The anchors outside the database know what was sealed after the backup."""
    name = f"hospital-{small_world.h1.id}"
    make_chain(lead(small_world.h1.id), blocks=1, of=2)
    call_command("backup", tmp_path / "backup")
    make_chain(lead(small_world.h1.id), blocks=3, of=2)
    out = io.StringIO()

    call_command("restore", tmp_path / "backup", "--yes", stdout=out)

    assert f"{name}: 3 blocks of the audit trail" in out.getvalue()
    told = Record.objects.using("watch").get(act=Act.TRAIL_CUT)
    assert told.words == {"chain": name, "blocks": 3, "records": 6}
    make_chain(lead(small_world.h1.id), blocks=1, of=2)
    assert verify_chain(name)[1] is None


def test_nothing_is_replaced_without_a_yes(small_world: World, data: Path, tmp_path: Path):
    make_backup(tmp_path / "backup", at=AT)
    make_user("after-the-backup")
    call_command("restore", tmp_path / "backup")
    assert User.objects.filter(username="after-the-backup").exists()


@pytest.mark.parametrize("name", [DUMP, FILES, MANIFEST])
@pytest.mark.parametrize("damage", ["flipped", "missing"])
def test_a_damaged_backup_is_refused_and_nothing_changes(
    name: str, damage: str, small_world: World, data: Path, tmp_path: Path
):
    make_backup(tmp_path / "backup", at=AT)
    file = tmp_path / "backup" / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0x80
    file.write_bytes(content) if damage == "flipped" else file.unlink()
    with pytest.raises(CommandError, match=name.replace(".", r"\.")):
        call_command("restore", tmp_path / "backup", "--yes")
    assert User.objects.count() == 1


def test_a_backup_never_overwrites_another_and_is_closed_to_others(small_world: World, data: Path, tmp_path: Path):
    make_backup(tmp_path / "backup", at=AT)
    with pytest.raises(CommandError, match="already there"):
        call_command("backup", tmp_path / "backup")
    assert (tmp_path / "backup").stat().st_mode & 0o077 == 0
    assert not (tmp_path / "backup.half").exists()


def test_files_that_lead_elsewhere_are_refused(small_world: World, data: Path, tmp_path: Path):
    """The manifest's hash proves the disk, not the author."""
    make_backup(tmp_path / "backup", at=AT)
    with tarfile.open(tmp_path / "backup" / FILES, "w") as tar:
        member = tarfile.TarInfo("files/../../outside")
        member.size = 1
        tar.addfile(member, io.BytesIO(b"x"))
    manifest = json.loads((tmp_path / "backup" / MANIFEST).read_text())
    manifest["files"][FILES] = described(tmp_path / "backup" / FILES)
    (tmp_path / "backup" / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(CommandError, match="outside, which no backup of ours would"):
        call_command("restore", tmp_path / "backup", "--yes")


def test_a_running_product_is_not_restored_under_its_feet(small_world: World, data: Path, tmp_path: Path):
    make_backup(tmp_path / "backup", at=AT)
    running = psycopg2.connect(**login_of(connections["default"].settings_dict))
    try:
        with pytest.raises(CommandError, match="The service desk still runs"):
            call_command("restore", tmp_path / "backup", "--yes")
    finally:
        running.close()
