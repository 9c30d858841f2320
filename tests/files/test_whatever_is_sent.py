"""Whatever name and whatever bytes are sent: a clean name, and a verdict."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servicedesk.files.checking import Accepted, Kind, Reason, Refused
from servicedesk.files.names import EXTENSIONS, LONGEST, clean_name
from tests.files.nasty import GOOD
from tests.files.verdicts import checked

often = settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def verdict(content: bytes, name: str) -> Accepted | Refused:
    try:
        return checked(content, name)
    except Refused as refused:
        return refused


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("报告.pdf", "报告.pdf"),
        ("a\r\nb.txt", "ab.txt"),
        ("a\0b.txt", "ab.txt"),
        ("a\u2028b\u200b.txt", "ab.txt"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("C:boot.ini", "C_boot.ini"),
        ("a.txt::$DATA", "a.txt__$DATA"),
        ("...", "file"),
        ("-rf", "rf"),
        (".bashrc", "bashrc"),
        ("a.exe. . ", "a.exe"),
        ("nul", "_nul"),
        ("COM1.log.txt", "_COM1.log.txt"),
        ("com¹.txt", "_com¹.txt"),
        ("console.txt", "console.txt"),
        ("a  \t b.txt", "a b.txt"),
        ("\ud800.txt", "txt"),
        ("x" * 300, "x" * 255),
        ("x" * 300 + ".tar.gz", "x" * 248 + ".tar.gz"),
    ],
)
def test_clean_name(raw: str, clean: str) -> None:
    assert clean_name(raw) == clean


characters = st.text(st.characters(), max_size=400) | st.text("a.-/\\ \0\r\n:\u202e\u0301报🔥", max_size=400)


@often
@given(characters)
def test_every_name_comes_out_clean(raw: str) -> None:
    name = clean_name(raw)
    assert name == clean_name(name)
    assert name == unicodedata.normalize("NFC", name)
    assert 1 <= len(name.encode()) <= LONGEST
    assert name[0] not in " .-"
    assert not set(name) & set('/\\<>:"|?*\0\r\n\u202e')
    assert not {unicodedata.category(letter) for letter in name} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@often
@given(characters)
def test_an_accepted_name_is_clean_and_ends_as_its_content(raw: str) -> None:
    result = verdict(b"only text", raw)
    if isinstance(result, Refused):
        assert result.reason in {Reason.DANGEROUS_NAME, Reason.NAME_DISAGREES, Reason.MACROS}
    else:
        assert result.name == clean_name(result.name)
        assert result.name.rpartition(".")[2] in {*EXTENSIONS[Kind.TEXT], *EXTENSIONS[Kind.CSV]}


# --- whatever is sent -------------------------------------------------------------------------------------------------


BEGINNINGS = (
    b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"GIF89a", b"RIFF\x40\0\0\0WEBPVP8 ", b"BM\x40" + bytes(7),
    b"%PDF-1.7\n", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08\0", b"\0" * 257 + b"ustar", b"ElfFile\0", b"\xff\xfe<",
    b"<?xml ",
)  # fmt: skip


def must_not_break(content: bytes, name: str) -> None:
    """Any exception but `Refused` fails the test."""
    result = verdict(content, name)
    assert result.sentence if isinstance(result, Refused) else result.size


@often
@given(st.sampled_from((b"", *BEGINNINGS)), st.binary(max_size=3000), st.sampled_from(["", "a.pdf", "a.csv", "a.zip"]))
def test_random_bytes_are_accepted_or_refused(beginning: bytes, rest: bytes, name: str) -> None:
    must_not_break(beginning + rest, name)


SMALL = tuple((case.name, content) for case in GOOD if len(content := case.build()) < 100_000)


@often
@given(st.sampled_from(SMALL), st.data())
def test_good_files_with_bytes_changed_are_accepted_or_refused(good: tuple[str, bytes], data: st.DataObject) -> None:
    name, content = good[0], bytearray(good[1])
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=8)):
        content[place] = data.draw(st.integers(0, 255))
    must_not_break(bytes(content), name)


@often
@given(st.sampled_from(SMALL), st.data())
def test_good_files_cut_short_are_accepted_or_refused(good: tuple[str, bytes], data: st.DataObject) -> None:
    must_not_break(good[1][: data.draw(st.integers(0, len(good[1])))], good[0])
