"""A bare machine: what root installs, what anybody else is told, and pages built where there is no Node. Issue 2."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.running.scripting import PROJECT, script

packages = script("packages")
setup = script("setup")
GONE = packages.Package("libgone0", lambda: False)
OTHER = packages.Package("libother1", lambda: False)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What apt was asked for; the first time it knows no packages, as on a fresh machine."""
    said: list[list[str]] = []

    def answer(words: list[str]) -> SimpleNamespace:
        said.append(words)
        return SimpleNamespace(returncode=0 if ["apt-get", "update", "--quiet"] in said[:-1] else 100, stdout="E: none")

    monkeypatch.setattr(packages, "_apt", answer)
    monkeypatch.setattr(packages.shutil, "which", lambda name: f"/usr/bin/{name}")
    return said


def test_an_ordinary_user_is_told_exactly_what_is_missing_and_what_to_run(monkeypatch: Any, asked: list[list[str]]):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(setup, "LIBRARIES", (GONE,))
    monkeypatch.setattr(setup, "BROWSER", (OTHER,))
    with pytest.raises(SystemExit) as end:
        setup.system("test")
    assert end.value.code == (
        "Missing: libgone0, libother1. Run this, then try again:  "
        "sudo apt-get install --no-install-recommends libgone0 libother1"
    )
    assert asked == []


def test_the_demo_does_without_what_only_papers_and_tests_need(monkeypatch: Any, asked: list[list[str]], capsys: Any):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(setup, "LIBRARIES", (GONE,))
    setup.system("demo")
    assert "libgone0. To have them:  sudo apt-get install" in capsys.readouterr().out
    monkeypatch.setattr(setup, "VENV", packages.Package("python3-venv", lambda: False))
    monkeypatch.setattr(setup, "PYTHON", Path("/nowhere/python"))
    with pytest.raises(SystemExit, match=r"Missing: python3-venv, libgone0\. Run this"):
        setup.system("demo")


def test_root_installs_it_on_a_machine_that_knows_no_packages_yet(monkeypatch: Any, asked: list[list[str]]):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert packages.provide(GONE, OTHER, packages.Package("libc6", lambda: True)) == []
    install = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "libgone0", "libother1"]
    assert asked == [install, ["apt-get", "update", "--quiet"], install]


def test_what_apt_cannot_install_is_named(monkeypatch: Any, asked: list[list[str]]):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(packages, "_apt", lambda words: SimpleNamespace(returncode=100, stdout="E: no mirror"))
    with pytest.raises(SystemExit, match=r"apt-get could not install libgone0:\nE: no mirror"):
        packages.provide(GONE)


@pytest.mark.parametrize("node", [None, "v16.20.2"])
def test_without_node_or_with_an_old_one_the_wheel_serves(node: str | None, monkeypatch: Any, tmp_path: Path):
    for name, said in (("node", node), ("npm", "8.0.0")) if node else ():
        (tmp_path / name).write_text(f"#!/bin/sh\necho {said}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}")
    words, env = [str(word) for word in setup.npm()], setup.with_node()
    assert words[1].endswith("npm-cli.js")
    said = subprocess.run([*words, "--version"], env=env, capture_output=True, text=True)
    assert int(said.stdout.split(".")[0]) >= 9, said.stderr


def test_a_step_is_done_once_and_again_when_its_sources_or_results_change(tmp_path: Path):
    source, stamp, result, times = tmp_path / "source", tmp_path / "stamp", tmp_path / "result", []

    def make() -> None:
        times.append(1)
        result.write_text("made")

    def after(change: Callable[[], Any]) -> int:
        change()
        setup.once("it", [source], stamp, make, result)
        return len(times)

    assert [after(lambda: source.write_text("a")), after(lambda: None)] == [1, 1]
    assert [after(lambda: source.write_text("b")), after(result.unlink), after(lambda: None)] == [2, 3, 3]


def test_a_step_that_failed_is_not_taken_for_done(tmp_path: Path):
    (tmp_path / "source").write_text("a")
    with pytest.raises(SystemExit, match=r"no mirror\n\nIt could not be made\."):
        setup.once(
            "it", [tmp_path / "source"], tmp_path / "stamp",
            lambda: setup.run(["sh", "-c", "echo no mirror; exit 3"], "It could not be made."),
        )  # fmt: skip
    assert not (tmp_path / "stamp").exists()


def test_the_port_goes_from_the_command_line_to_the_product():
    said = subprocess.run(
        ["make", "--no-print-directory", "--eval", "ask: ; @echo $$PORT", "ask", "PORT=8123"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    assert said.stdout.strip() == "8123"
