from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageFile

from servicedesk.files import checking
from servicedesk.files.checking import Kind, Limits, Reason, Refused, check
from servicedesk.files.kinds import MEDIA_TYPES, UNWANTED
from servicedesk.files.limits import MIB
from servicedesk.files.names import EXTENSIONS
from servicedesk.files.reasons import SENTENCES
from servicedesk.files.streams import CHUNK
from tests.files import nasty
from tests.files.nasty import GOOD, NASTY, Case
from tests.files.verdicts import checked, refusal

# --- the verdicts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", [*NASTY, *GOOD], ids=lambda case: case.label)
def test_verdict(case: Case) -> None:
    content = case.build()
    if isinstance(case.verdict, Reason):
        refused = refusal(content, case.name)
        assert (refused.reason, refused.sentence[-1]) == (case.verdict, ".")
        return
    accepted = checked(content, case.name)
    stored = accepted.content.read()
    assert accepted.kind is case.verdict
    assert accepted.name == (case.stored_as or case.name)
    assert (accepted.size, accepted.sha256) == (len(stored), hashlib.sha256(stored).hexdigest())
    if case.gone:
        assert case.gone in content
        assert case.gone not in stored


def test_the_tables_are_large_enough_and_of_one_name_each() -> None:
    labels = [case.label for case in (*NASTY, *GOOD)]
    assert len(labels) == len(set(labels))
    assert len([case for case in NASTY if isinstance(case.verdict, Reason)]) >= 60
    assert len(GOOD) >= 15


def test_every_reason_has_a_sentence_and_a_file_that_earns_it() -> None:
    earned = {case.verdict for case in NASTY if isinstance(case.verdict, Reason)}
    assert set(SENTENCES) == set(Reason)
    assert earned | {Reason.INFECTED, Reason.SCANNER_UNAVAILABLE} == set(Reason)


def test_every_kind_is_either_unwanted_or_stored_with_a_media_type_and_an_extension() -> None:
    stored = set(Kind) - set(UNWANTED) - {Kind.BMP}
    assert set(MEDIA_TYPES) == set(EXTENSIONS) == stored


def test_the_room_is_pure() -> None:
    modules = [module for name, module in sys.modules.items() if re.fullmatch(r"servicedesk\.files\.\w+", name)]
    pure = [Path(str(module.__file__)) for module in modules if module.__name__.rpartition(".")[2] in PURE]
    assert len(pure) == len(PURE)
    assert not [file for file in pure if re.search(r"^\s*(from|import) django", file.read_text(), re.MULTILINE)]


PURE = {
    *("archives", "checking", "contents", "kinds", "limits", "names", "office"),
    *("pdfs", "pictures", "reasons", "scanner", "streams", "texts"),
}


# --- reading ----------------------------------------------------------------------------------------------------------


class Endless:
    def __init__(self) -> None:
        self.given = 0

    def read(self, size: int, /) -> bytes:
        self.given += size
        return b"a" * size


def test_reading_stops_at_the_limit() -> None:
    endless = Endless()
    with pytest.raises(Refused) as refused:
        check(endless, "a.log", Limits(size=3 * MIB))
    assert refused.value.reason is Reason.TOO_LARGE
    assert refused.value.sentence.startswith("The file is larger than 3 MB.")
    assert endless.given <= 3 * MIB + CHUNK


def test_a_broken_upload_is_not_called_a_damaged_file() -> None:
    class Broken:
        def read(self, size: int, /) -> bytes:
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        check(Broken(), "a.log")


@pytest.mark.parametrize(
    ("limits", "content", "reason"),
    [
        (Limits(pixels=999), nasty.picture("PNG", size=(40, 25)), Reason.TOO_MANY_PIXELS),
        (Limits(frames=3), nasty.moving(count=4), Reason.TOO_MANY_FRAMES),
        (Limits(members=1), nasty.packed(("a", "a"), ("b", "b")), Reason.TOO_MANY_MEMBERS),
        (Limits(expanded=9), nasty.packed(("a", "0123456789")), Reason.EXPANDS_TOO_FAR),
        (Limits(nesting=1), nasty.nested_zip(2), Reason.NESTED_TOO_DEEP),
        (Limits(searched=100), nasty.pdf(), Reason.EXPANDS_TOO_FAR),
    ],
    ids=["pixels", "frames", "members", "expanded", "nesting", "searched"],
)
def test_each_limit_counts(limits: Limits, content: bytes, reason: Reason) -> None:
    assert refusal(content, limits=limits).reason is reason
    assert checked(content, limits=Limits())


def test_what_is_nested_shares_one_allowance() -> None:
    inner = nasty.packed(*((f"{number}.log", bytes(100)) for number in range(4)))
    outer = nasty.packed(("a.zip", inner), ("b.zip", inner))
    room = Limits(members=10, expanded=2 * (len(inner) + 400))
    assert checked(outer, limits=room).kind is Kind.ZIP
    assert refusal(outer, limits=replace(room, members=9)).reason is Reason.TOO_MANY_MEMBERS
    assert refusal(outer, limits=replace(room, expanded=room.expanded - 1)).reason is Reason.EXPANDS_TOO_FAR


def test_the_refusal_names_the_member_of_the_archive() -> None:
    inner = nasty.packed(("logs/run.exe", "x"))
    assert refusal(nasty.packed(("a.log", "a"), ("b.zip", inner))).inside == "run.exe"
    assert refusal(nasty.PROGRAM).inside == ""


# --- bombs are not set off --------------------------------------------------------------------------------------------


def test_a_pixel_bomb_is_refused_before_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: pytest.fail("decoded"))
    assert refusal(nasty.png(30_000, 30_000)).reason is Reason.TOO_MANY_PIXELS
    assert refusal(nasty.png(9_000, 9_000)).reason is Reason.TOO_MANY_PIXELS


@pytest.mark.parametrize(
    "content", [nasty.packed(("a.log", bytes(9_000_000))), nasty.overlapping_zip()], ids=["deep", "overlapping"]
)
def test_a_zip_bomb_is_refused_before_unpacking(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("unpacked"))
    assert refusal(content).reason is Reason.EXPANDS_TOO_FAR


def test_a_crowded_directory_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    content = nasty.packed(*((str(number), "") for number in range(2001)))
    monkeypatch.setattr(zipfile.ZipFile, "__init__", lambda *_: pytest.fail("read"))
    assert refusal(content).reason is Reason.TOO_MANY_MEMBERS


HEAVY: dict[str, Callable[[], bytes]] = {
    "photo of 50 megapixels, on its side": lambda: turned_photo((8160, 6144)),
    "WebP of 13 megapixels": lambda: nasty.picture("WEBP", "RGB", (4160, 3120)),
    "PNG of 33 megapixels with transparency": lambda: nasty.picture("PNG", "RGBA", (7680, 4320)),
    "animation of 25 megapixels": lambda: nasty.moving(count=50, size=(800, 640)),
    "log of 24 MB": lambda: nasty.LOG.encode("gb18030") * 300_000,
    "zip of 190 MB": lambda: nasty.packed(*((f"{n}.log", nasty.random_bytes(9999) + b"ab" * 475_000)
                                            for n in range(200))),
    "PDF of 24 MB": lambda: nasty.pdf(b"", nasty.pdf_stream(b"/Subtype /Image", nasty.random_bytes(24_000_000))),
    "PDF bomb": nasty.pdf_bomb,
    "tar with a header of 24 MB": lambda: nasty.tar_with_long_header(24_000_000),
}  # fmt: skip
MEASURE = """
import sys
from servicedesk.files.checking import Refused, check
for file in sys.argv[1:]:
    try:
        with open(file, "rb") as stream:
            check(stream, "file").content.close()
    except Refused:
        pass
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def turned_photo(size: tuple[int, int]) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return nasty.picture(size=size, exif=exif)


@pytest.mark.slow
def test_memory_stays_below_512_mb(tmp_path: Path) -> None:
    """`resource` would count what this process held before it started the other one; the kernel's mark does not."""
    for number, build in enumerate((*HEAVY.values(), *(case.build for case in NASTY))):
        (tmp_path / str(number)).write_bytes(build())
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *map(str, tmp_path.iterdir())], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) * 1024 <= 512 * MIB


# --- the scanner ------------------------------------------------------------------------------------------------------


def test_the_public_names_exist() -> None:
    assert all(hasattr(checking, name) for name in checking.__all__)
