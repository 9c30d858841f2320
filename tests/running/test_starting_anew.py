"""What `make demo` makes of what it is told: which port, and whether to keep what is there. Issue 2."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from servicedesk import supervisor
from servicedesk.demo import HOSPITALS, PASSWORD, PLAYERS, VENDORS
from servicedesk.embedded import Trouble
from servicedesk.management.commands.demo import Command
from servicedesk.supervisor import Supervisor
from servicedesk.tenancy.enums import Role


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The command as make calls it, up to where servers would be started: the port, and what was kept."""
    kept = tmp_path / "data" / "files"

    def start(*words: str, port: str = "") -> tuple[int, bool]:
        kept.mkdir(parents=True, exist_ok=True)
        seen: list[tuple[int, bool]] = []
        monkeypatch.setattr(Supervisor, "run", lambda self: seen.append((self.port, kept.exists())))
        monkeypatch.setattr(supervisor.signal, "signal", lambda *more: None)
        monkeypatch.setattr(supervisor, "refuse_taken_port", lambda port: None)
        monkeypatch.setattr("sys.argv", ["supervisor", "--var", str(tmp_path), *words])
        monkeypatch.setenv("PORT", port)
        assert supervisor.main() == 0
        return seen[0]

    return start


def test_what_is_there_is_kept_and_thrown_away_only_when_told(started: Any) -> None:
    assert started() == (8000, True)
    assert started("--anew") == (8000, False)


def test_the_port_is_the_one_that_was_said(started: Any) -> None:
    assert started(port="8123")[0] == 8123
    with pytest.raises(Trouble, match=r"PORT is 'eight'\. Say a number, like: make demo PORT=8010"):
        started(port="eight")


def test_a_port_that_is_none_is_explained() -> None:
    with pytest.raises(Trouble, match=r"99999 is no port\. Say one from 1024 to 65535"):
        supervisor.refuse_taken_port(99999)


def test_one_sign_in_for_each_role_is_printed() -> None:
    command = Command(stdout=io.StringIO())
    command.print_sign_ins()
    lines = command.stdout.getvalue().splitlines()
    for role in Role:
        [first, *_] = [one for one in PLAYERS if one.role == role]
        [line] = [line for line in lines if line.split()[:1] == [first.username]]
        assert first.name in line
        assert ("second step: " in line) is role.needs_second_factor
    assert any(PASSWORD in line for line in lines)
    assert (len(HOSPITALS), len(VENDORS)) == (3, 3)
