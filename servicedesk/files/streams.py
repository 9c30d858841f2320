"""Reading files of any size in little memory."""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import SEEK_END
from tempfile import SpooledTemporaryFile
from typing import IO, Protocol

from servicedesk.files.limits import MIB
from servicedesk.files.reasons import Reason, Refused

CHUNK = 256 * 1024
OVERLAP = 1024
HEAD = 4096


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def chunks(stream: Readable) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def spooled(stream: Readable, spend: Callable[[int], None]) -> IO[bytes]:
    """A copy at its beginning, on disk when large. `spend` is told every byte and may refuse to go on."""
    copy = SpooledTemporaryFile(max_size=MIB)  # noqa: SIM115 - handed to the caller
    try:
        for chunk in chunks(stream):
            spend(len(chunk))
            copy.write(chunk)
    except BaseException:
        copy.close()
        raise
    copy.seek(0)
    return copy


def head(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read(HEAD)


def size_of(file: IO[bytes]) -> int:
    return file.seek(0, SEEK_END)


def sha256_of(file: IO[bytes]) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    for chunk in chunks(file):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def holds(file: IO[bytes], pattern: re.Pattern[bytes]) -> bool:
    """Does the pattern occur anywhere? Found across chunk borders when it is shorter than the overlap."""
    file.seek(0)
    before = b""
    for chunk in chunks(file):
        if pattern.search(before + chunk):
            return True
        before = chunk[-OVERLAP:]
    return False


@contextmanager
def unreadable_is_damaged() -> Iterator[None]:
    """A parser that is fed hostile bytes may raise anything at all."""
    try:
        yield
    except Refused:
        raise
    except Exception as error:
        raise Refused(Reason.DAMAGED) from error
