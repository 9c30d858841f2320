from __future__ import annotations

import hashlib
import io
import re
import socket
import struct
import subprocess
import sys
import threading
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from servicedesk.files import checking
from servicedesk.files.checking import Accepted, Kind, Limits, Reason, Refused, check, clamav
from servicedesk.files.kinds import MEDIA_TYPES, UNWANTED
from servicedesk.files.limits import MIB
from servicedesk.files.names import EXTENSIONS, LONGEST, clean_name
from servicedesk.files.reasons import SENTENCES
from servicedesk.files.streams import CHUNK
from tests.files import nasty
from tests.files.nasty import GOOD, NASTY, Case

often = settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def checked(content: bytes, name: str = "file", **options: object) -> Accepted:
    return check(io.BytesIO(content), name, **options)  # type: ignore[arg-type]


def verdict(content: bytes, name: str) -> Accepted | Refused:
    try:
        return checked(content, name)
    except Refused as refused:
        return refused


def refusal(content: bytes, name: str = "file", **options: object) -> Refused:
    with pytest.raises(Refused) as refused:
        checked(content, name, **options)
    return refused.value


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


# --- pictures ---------------------------------------------------------------------------------------------------------


def stored_picture(content: bytes) -> Image.Image:
    return Image.open(checked(content).content)


def test_a_photo_is_turned_upright_and_forgets_place_and_camera() -> None:
    sent, stored = Image.open(io.BytesIO(nasty.photo_with_place())), stored_picture(nasty.photo_with_place())
    assert sent.getexif().get_ifd(0x8825)
    assert (sent.size, stored.size) == ((64, 48), (48, 64))
    assert not dict(stored.getexif())
    assert set(stored.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_each_orientation_is_applied(orientation: int) -> None:
    assert stored_picture(nasty.photo_with_place(orientation)).size == ((64, 48) if orientation < 5 else (48, 64))


def exif_with_words() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    return exif.tobytes()


def test_colour_profiles_and_xmp_are_dropped() -> None:
    metadata: dict[str, Any] = {
        "icc_profile": b"SecretProfile" * 20,
        "xmp": b"<x>SecretWords</x>",
        "exif": exif_with_words(),
    }
    sent = nasty.picture("WEBP", **metadata)
    assert b"SecretProfile" in sent
    assert b"Secret" not in checked(sent).content.read()


def test_print_colours_become_screen_colours() -> None:
    stored = stored_picture(nasty.picture(mode="CMYK"))
    assert stored.mode == "RGB"
    red, green, _ = stored.getpixel((9, 9))  # type: ignore[misc]
    assert red > 200 > green


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
def test_animations_keep_their_frames_and_their_pace(format: str) -> None:
    stored = stored_picture(nasty.moving(format, 5))
    stored.seek(3)
    stored.load()
    assert (stored.n_frames, stored.info["duration"]) == (5, 80)  # type: ignore[attr-defined]


def test_transparency_and_sixteen_bits_survive() -> None:
    assert stored_picture(nasty.picture("PNG", "RGBA")).getpixel((1, 1)) == (9, 99, 200, 128)
    assert stored_picture(nasty.picture("PNG", transparency=(200, 30, 40))).getpixel((1, 1))[3] == 0  # type: ignore[index]
    assert stored_picture(nasty.picture("PNG", "I;16")).mode == "I;16"


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


# --- the scanner ------------------------------------------------------------------------------------------------------

Behaviour = Callable[[socket.socket, bytes], None]


def exactly(connection: socket.socket, count: int) -> bytes:
    return connection.recv(count, socket.MSG_WAITALL)


def received_by_clamd(connection: socket.socket) -> bytes:
    assert exactly(connection, 10) == b"zINSTREAM\0"
    content = b""
    while length := struct.unpack("!L", exactly(connection, 4))[0]:
        content += exactly(connection, length)
    return content


@contextmanager
def fake_clamd(behave: Behaviour, listener: socket.socket) -> Iterator[None]:
    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            behave(connection, received_by_clamd(connection))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with listener:
        yield
    thread.join()


@contextmanager
def clamd(behave: Behaviour) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    with fake_clamd(behave, listener):
        yield f"tcp:127.0.0.1:{listener.getsockname()[1]}"


def answers(words: bytes) -> Behaviour:
    return lambda connection, content: connection.sendall(words)


def find_eicar(connection: socket.socket, content: bytes) -> None:
    found = b"stream: Win.Test.EICAR_HDB-1 FOUND\0" if nasty.EICAR in content else b"stream: OK\0"
    connection.sendall(found)


def hang(connection: socket.socket, content: bytes) -> None:
    connection.recv(1)


def trickle(connection: socket.socket, content: bytes) -> None:
    try:
        while True:
            connection.sendall(b"s")
            threading.Event().wait(0.02)
    except OSError:
        return


def test_a_clean_file_passes_the_scanner_whole() -> None:
    seen = []

    def remember(connection: socket.socket, content: bytes) -> None:
        seen.append(content)
        connection.sendall(b"stream: OK\0")

    content = nasty.LOG.encode() * 20_000
    with clamd(remember) as address:
        assert checked(content, "a.log", scan=clamav(address)).kind is Kind.TEXT
    assert seen == [content]


def test_the_scanner_may_listen_on_a_path(tmp_path: Path) -> None:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "clamd"))
    listener.listen()
    with fake_clamd(find_eicar, listener):
        assert checked(b"hello", scan=clamav(f"unix:{tmp_path}/clamd")).kind is Kind.TEXT


def test_what_the_scanner_finds_is_refused_by_name() -> None:
    with clamd(find_eicar) as address:
        refused = refusal(b"mail with " + nasty.EICAR, "a.log", scan=clamav(address))
    assert refused.reason is Reason.INFECTED
    assert "“Win.Test.EICAR_HDB-1”" in refused.sentence


def test_the_scanner_sees_pictures_as_they_were_sent() -> None:
    with clamd(find_eicar) as address:
        assert refusal(nasty.picture() + nasty.EICAR, scan=clamav(address)).reason is Reason.INFECTED


@pytest.mark.parametrize(
    "behave",
    [
        answers(b""),
        answers(b"stream: O"),
        answers(b"stream: OK"),
        answers(b"INSTREAM size limit exceeded. ERROR\0"),
        answers(b"x" * 9000),
        hang,
        trickle,
    ],
)
def test_a_scanner_that_does_not_answer_well_lets_nothing_in(behave: Behaviour) -> None:
    with clamd(behave) as address:
        assert refusal(b"hello", scan=clamav(address, seconds=0.3)).reason is Reason.SCANNER_UNAVAILABLE


def test_a_scanner_that_is_away_lets_nothing_in(tmp_path: Path) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    listener.close()
    for address in (f"tcp:127.0.0.1:{port}", f"unix:{tmp_path}/none"):
        assert refusal(b"hello", scan=clamav(address)).reason is Reason.SCANNER_UNAVAILABLE


def test_a_wrong_scanner_address_is_the_operators_mistake() -> None:
    with pytest.raises(ValueError, match="Neither unix:path nor tcp:host:port"):
        checked(b"hello", scan=clamav("clamd.local:3310"))


def test_the_public_names_exist() -> None:
    assert all(hasattr(checking, name) for name in checking.__all__)
