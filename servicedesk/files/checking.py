"""The one door for uploads: a file comes out checked, rebuilt where it can be, and well named; or it is refused."""

from dataclasses import dataclass
from typing import IO

from servicedesk.files.contents import precise_kind, refuse_unwanted
from servicedesk.files.kinds import MEDIA_TYPES, PICTURES, Kind, recognised
from servicedesk.files.limits import MIB, Allowance, Limits
from servicedesk.files.names import EXTENSIONS, clean_name, fitted, refuse_dangerous, split
from servicedesk.files.pictures import STORED_AS, re_encoded
from servicedesk.files.reasons import SENTENCES, Reason, Refused
from servicedesk.files.scanner import Scan, clamav, unscanned
from servicedesk.files.streams import Readable, sha256_of, size_of, spooled, unreadable_is_damaged
from servicedesk.files.texts import starts_a_program

__all__ = ["SENTENCES", "Accepted", "Kind", "Limits", "Reason", "Refused", "check", "clamav", "unscanned"]

ORDINARY = Limits()


@dataclass(frozen=True, slots=True)
class Accepted:
    """What may be stored. `content` stands at its beginning and is the caller's to close."""

    kind: Kind
    name: str
    content: IO[bytes]
    size: int
    sha256: str

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.kind]


def check(stream: Readable, name: str, limits: Limits = ORDINARY, scan: Scan = unscanned) -> Accepted:
    """The file as it may be stored, or `Refused`. Neither the name nor the sender's word decides what it is."""
    file = received(stream, limits.size)
    try:
        return checked(file, clean_name(name), limits, scan)
    except BaseException:
        file.close()
        raise


def received(stream: Readable, most: int) -> IO[bytes]:
    """All of the stream, counted while it is read; what a header says of its length is not asked."""
    size = 0

    def spend(count: int) -> None:
        nonlocal size
        size += count
        if size > most:
            raise Refused(Reason.TOO_LARGE, megabytes=most // MIB)

    file = spooled(stream, spend)
    if not size:
        raise Refused(Reason.EMPTY)
    return file


def checked(file: IO[bytes], name: str, limits: Limits, scan: Scan) -> Accepted:
    kind = recognised(file)
    refuse_unwanted(file, kind)
    refuse_dangerous(name)
    scan(file)
    with unreadable_is_damaged():
        kind = precise_kind(file, kind, Allowance(limits))
    kind = named_kind(file, name, kind)
    name = fitted(name, STORED_AS.get(kind, kind))
    with unreadable_is_damaged():
        return accepted(*stored_form(file, kind, limits), name)


def named_kind(file: IO[bytes], name: str, kind: Kind) -> Kind:
    """A table is text that is called one: the only time a name is believed, and only between these two."""
    if kind is not Kind.TEXT or split(name)[1] not in EXTENSIONS[Kind.CSV]:
        return kind
    if starts_a_program(file):
        raise Refused(Reason.ACTIVE_CSV)
    return Kind.CSV


def stored_form(file: IO[bytes], kind: Kind, limits: Limits) -> tuple[IO[bytes], Kind]:
    if kind not in PICTURES:
        return file, kind
    with file:
        return re_encoded(file, kind, limits), STORED_AS.get(kind, kind)


def accepted(content: IO[bytes], kind: Kind, name: str) -> Accepted:
    return Accepted(kind=kind, name=name, content=content, size=size_of(content), sha256=sha256_of(content))
