"""PDF: whole, nothing before or behind it, and nothing in it that runs, fetches or hides files.

Names may be spelled with #xx escapes and objects may sit in compressed streams, so both are undone before looking.
The file is searched rather than parsed: a parser believes the cross-reference table, and a viewer may not.
"""

import re
import zlib
from collections.abc import Iterator
from typing import IO
from zipfile import is_zipfile

from servicedesk.files.limits import Allowance
from servicedesk.files.reasons import Reason, Refused
from servicedesk.files.streams import CHUNK, OVERLAP, size_of

ENDS_WITHIN = 1024
MOST_STREAMS = 50_000
DELIMITER = rb"(?=[\s\0()<>\[\]{}/%]|$)"


def name(*words: str) -> bytes:
    """A pattern for any of these names, each letter plain or as #xx."""
    spelled = ("".join(f"(?:{letter}|#(?i:{ord(letter):02x}))" for letter in word) for word in words)
    return f"/(?:{'|'.join(spelled)})".encode() + DELIMITER


def any_of(group: str, *patterns: bytes) -> bytes:
    return b"(?P<%s>%s)" % (group.encode(), b"|".join(patterns))


GAP = rb"(?:\s|\0|%[^\r\n]{0,99}[\r\n]){0,99}"
VALUE = GAP + rb"(?:<<|\[|\d)"
MARKS = re.compile(
    rb"(?=/[AEFGIJLORSX#])(?:"
    + any_of(
        "active",
        name("JavaScript", "Launch", "Rendition", "RichMedia", "SubmitForm", "ImportData", "GoToR", "GoToE"),
        name("XFA") + VALUE,
    )
    + b"|"
    + any_of("attached", name("EmbeddedFile", "EmbeddedFiles", "FileAttachment"), name("EF") + VALUE)
    + b"|"
    + any_of("encrypted", name("Encrypt") + VALUE)
    + b"|"
    + any_of("opens", name("OpenAction", "AA") + GAP + rb"(?:<<|(?P<object>\d{1,10})" + GAP + rb"\d)")
    + b")"
)
REASONS = {"active": Reason.ACTIVE_PDF, "attached": Reason.PDF_ATTACHMENT, "encrypted": Reason.ENCRYPTED}
OBJECT = re.compile(rb"(?<!\d)(\d{1,10})\s{1,9}\d{1,5}\s{1,9}obj\s{0,9}<<")
ADDRESS = re.compile(name("URI"))
MOST_OPENERS = 10_000
MARKUP = re.compile(rb"<(?:!doctype\s|html|head|body|script|svg|iframe)", re.IGNORECASE)

STREAM = re.compile(name("ObjStm") + rb"|(?<!end)stream[ \t]*(?:\r\n|\n|\r)?")
OBJECT_NUMBERS = re.compile(rb"\s*(?:\d+\s+\d+\s|%)")


def refuse_active_pdf(file: IO[bytes], allowance: Allowance) -> None:
    allowance.take_search(size_of(file))
    if is_zipfile(file):
        raise Refused(Reason.HIDDEN_CONTENT)
    file.seek(0)
    pdf = file.read()
    refuse_unless_whole(pdf)
    refuse_active(pdf)
    for text in object_streams(pdf, allowance):
        refuse_active(text)


def refuse_unless_whole(pdf: bytes) -> None:
    ending = pdf[-ENDS_WITHIN:]
    behind = ending.rpartition(b"%%EOF")[2]
    if b"startxref" not in pdf or b"%%EOF" not in ending:
        raise Refused(Reason.DAMAGED)
    if behind.strip(b"\0 \t\r\n") or MARKUP.search(pdf[:ENDS_WITHIN]):
        raise Refused(Reason.HIDDEN_CONTENT)


def refuse_active(text: bytes) -> None:
    openers = []
    for mark in MARKS.finditer(text):
        if mark["opens"] is None:
            raise Refused(next(reason for group, reason in REASONS.items() if mark[group]))
        openers.append(mark)
        if len(openers) > MOST_OPENERS or holds_address(text, mark.end()):
            raise Refused(Reason.ACTIVE_PDF)
    refuse_opened_address(text, {mark["object"] for mark in openers} - {None})


def refuse_opened_address(text: bytes, opened: set[bytes]) -> None:
    """Links are welcome, but not one that opens by itself, through an object elsewhere in the text."""
    if not opened:
        return
    objects = (found for found in OBJECT.finditer(text) if found[1] in opened)
    for number, found in enumerate(objects):
        if number > MOST_OPENERS or holds_address(text, found.end()):
            raise Refused(Reason.ACTIVE_PDF)


def holds_address(text: bytes, start: int) -> bool:
    return ADDRESS.search(text[start : start + 400].partition(b">>")[0]) is not None


def object_streams(pdf: bytes, allowance: Allowance) -> Iterator[bytes]:
    """The text of every stream that begins like a list of objects, whatever its dictionary says.

    A stream announced as one but packed in a way unknown here is refused: no program packs it otherwise.
    """
    announced, view = False, memoryview(pdf)
    for number, found in enumerate(STREAM.finditer(pdf)):
        if number > MOST_STREAMS:
            raise Refused(Reason.EXPANDS_TOO_FAR)
        if found[0].startswith(b"/"):
            announced = True
            continue
        data = view[found.end() :]
        if OBJECT_NUMBERS.match(first_inflated(data)):
            yield from inflated(data, allowance)
        elif announced and not OBJECT_NUMBERS.match(data[:64]):
            raise Refused(Reason.DAMAGED)
        announced = False


def first_inflated(data: memoryview) -> bytes:
    try:
        return zlib.decompressobj().decompress(data[:256], 64)
    except zlib.error:
        return b""


def inflated(data: memoryview, allowance: Allowance) -> Iterator[bytes]:
    """Pieces that overlap."""
    unpacker, before = zlib.decompressobj(), b""
    for start in range(0, len(data), CHUNK):
        rest: bytes | memoryview = data[start : start + CHUNK]
        while rest and not unpacker.eof:
            allowance.take_search(len(rest))
            try:
                text = unpacker.decompress(rest, CHUNK)
            except zlib.error:
                raise Refused(Reason.DAMAGED) from None
            allowance.take_search(len(text))
            yield before + text
            before, rest = text[-OVERLAP:], unpacker.unconsumed_tail
        if unpacker.eof:
            return
