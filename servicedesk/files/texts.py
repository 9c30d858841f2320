"""Text: UTF-8, UTF-16 with a mark, or GB18030 as Chinese Windows writes it; and no control characters."""

import codecs
import re
from collections.abc import Iterator
from typing import IO

from servicedesk.files.streams import OVERLAP, chunks, head

SNIFFED = 1024

# Permitted beside tab and line ends: ESC (colours in logs), VT and FS (they frame HL7 messages), BS.
CONTROL = re.compile("[\x00-\x07\x0e-\x1a\x1d-\x1f\x7f-\x84\x86-\x9f]")

# A cell such as =cmd|' /C calc'!A0 asks the spreadsheet to start a program.
PROGRAM_CELL = re.compile(r"""(?:^|[\n\r,;\t"|])\s{0,3}[=+\-@]['\w.\\/:]{1,64}\s?\|[^\r\n|]{0,400}!""")


def encoding_of(file: IO[bytes]) -> str | None:
    return next((encoding for encoding in encodings(head(file)) if is_text(file, encoding)), None)


def encodings(first: bytes) -> tuple[str, ...]:
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    return ("utf-8", "gb18030")


def is_text(file: IO[bytes], encoding: str) -> bool:
    try:
        return not any(CONTROL.search(text) for text in characters(file, encoding))
    except UnicodeDecodeError:
        return False


def characters(file: IO[bytes], encoding: str) -> Iterator[str]:
    """Decoded piece by piece; never finished, because a log may be cut within its last character."""
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    return (decoder.decode(chunk) for chunk in chunks(file))


def beginning(file: IO[bytes], encoding: str) -> str:
    """Where a browser would look for markup: a little, but all of the first piece when it begins like XML."""
    first = next(characters(file, encoding), "")
    return first if first.lstrip("\ufeff \t\r\n").startswith(("<!", "<?")) else first[:SNIFFED]


def starts_a_program(file: IO[bytes]) -> bool:
    before = ""
    for text in characters(file, encoding_of(file) or "utf-8"):
        if PROGRAM_CELL.search(before + text):
            return True
        before = text[-OVERLAP:]
    return False
