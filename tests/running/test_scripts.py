"""The scripts behind the verbs: the catalogue's check can fail, and set-up says exactly what is missing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.running.scripting import PROJECT, script

PART = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'


messages = script("messages")
packages = script("packages")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "templates").mkdir()
    (tmp_path / "locale/zh_Hans/parts").mkdir(parents=True)
    (tmp_path / "room.py").write_text('from x import gettext as _\nTITLE = _("Tickets")\n')
    (tmp_path / "templates/a.html").write_text(
        "{% translate 'Save' %}\n    {{ _('Back') }}\n"
        "{% blocktranslate count n=n %}{{ n }} row{% plural %}{{ n }} rows{% endblocktranslate %}\n"
    )
    return tmp_path


def translate(project: Path, room: str, **words: str) -> None:
    entries = "\n".join(f'msgid "{text}"\nmsgstr "{chinese}"\n' for text, chinese in words.items())
    (project / f"locale/zh_Hans/parts/{room}.po").write_text(PART + entries)


def test_every_text_needs_its_translation(project: Path):
    assert messages.faults(project) == [
        "room.py:2: 'Tickets' has no Chinese translation",
        "templates/a.html:1: 'Save' has no Chinese translation",
        "templates/a.html:2: 'Back' has no Chinese translation",
        "templates/a.html:3: '%(n)s row' has no Chinese translation",
    ]


def test_a_whole_catalogue_has_no_fault_and_compiles(project: Path):
    translate(project, "room", Tickets="工单", Save="保存", Back="返回")
    with (project / "locale/zh_Hans/parts/room.po").open("a") as part:
        part.write('\nmsgid "%(n)s row"\nmsgid_plural "%(n)s rows"\nmsgstr[0] "%(n)s 行"\n')
    assert messages.faults(project) == []
    messages.compile_catalogue(project)
    assert "工单".encode() in (project / "locale/zh_Hans/LC_MESSAGES/django.mo").read_bytes()


def only(project: Path, words: str) -> list[str]:
    return [fault for fault in messages.faults(project) if "no Chinese translation" not in fault and words in fault]


def test_a_translation_nobody_uses_is_named_unless_it_rewords_a_library(project: Path):
    translate(project, "room", Gone="没了")
    assert only(project, "Gone") == ["room.po: 'Gone' is used nowhere"]
    (project / "locale/zh_Hans/parts/room.po").rename(project / "locale/zh_Hans/parts/borrowed.po")
    assert only(project, "Gone") == []


def test_two_rooms_must_not_translate_one_text_in_two_ways(project: Path):
    translate(project, "one", Tickets="工单")
    translate(project, "two", Tickets="票")
    assert only(project, "Tickets") == ["two.po: 'Tickets' is translated otherwise in one.po"]
    with pytest.raises(SystemExit, match="otherwise"):
        messages.compile_catalogue(project)


def test_an_empty_translation_and_a_lost_placeholder_are_named(project: Path):
    (project / "room.py").write_text('_("%(name)s left")\n_("Empty")\n')
    translate(project, "room", **{"%(name)s left": "离开了", "Empty": ""})
    assert only(project, "") == [
        "room.po: '%(name)s left' and its translation have different placeholders",
        "room.po: 'Empty' has no finished translation",
    ]


def test_a_missing_library_is_seen_and_named():
    there = packages.Package("libc6", lambda: packages._loads("libc.so.6"))
    gone = packages.Package("libnowhere0", lambda: packages._loads("libnowhere.so.0"))
    assert (there.is_there(), gone.is_there()) == (True, False)
    assert packages.command_for(["a", "b"]) == "sudo apt-get install --no-install-recommends a b"


def test_help_lists_every_verb():
    said = subprocess.run(["make", "--no-print-directory", "help"], cwd=PROJECT, capture_output=True, text=True).stdout
    verbs = [
        "help",
        "demo",
        "demo-reset",
        "demo-codes",
        "test",
        "quick",
        "oracle",
        "fuzz",
        "drill",
        "setup",
        "check",
        "fix",
        "lock",
        "bench",
    ]
    assert [line.split()[1] for line in said.splitlines()] == verbs


def test_continuous_integration_runs_the_two_verbs_and_nothing_else():
    lines = (PROJECT / ".ci/run").read_text().splitlines()
    assert [line for line in lines if line.startswith("make")] == ["make check", "make test"]
    assert len(lines) == 5
