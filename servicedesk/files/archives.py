"""Archives are unpacked member by member within an allowance, never by trusting what they say of themselves."""

import gzip
import re
import stat
import struct
import tarfile
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import IO, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from servicedesk.files.limits import MIB, Allowance
from servicedesk.files.reasons import Reason, Refused
from servicedesk.files.streams import chunks, size_of, spooled

Member = tuple[str, IO[bytes]]

DIRECTORY_END = struct.Struct("<4s4H2LH")
LONGEST_COMMENT = 65_535
DIRECTORY_BYTES_PER_MEMBER = 1024
LOCAL_HEADER = 30
ENCRYPTED_FLAGS = 0x1 | 0x40 | 0x2000
OUTSIDE = re.compile(r"[/\\]|[A-Za-z]:|(?:.*[/\\])?\.\.(?:[/\\]|\Z)|.*[\0-\x1f]", re.DOTALL)


def checked_zip(file: IO[bytes], allowance: Allowance) -> ZipFile:
    refuse_unlikely_directory(file, allowance)
    archive = ZipFile(file)
    refuse_unsafe_entries(archive.infolist(), allowance)
    return archive


def unpacked_zip(archive: ZipFile, allowance: Allowance) -> Iterator[Member]:
    for entry in archive.infolist():
        with archive.open(entry) as packed, spooled(packed, allowance.take_bytes) as member:
            yield entry.orig_filename, member


def refuse_unlikely_directory(file: IO[bytes], allowance: Allowance) -> None:
    """Before `zipfile` reads it into memory: is the directory of a sensible size, and last in the file?"""
    size = size_of(file)
    start = max(0, size - LONGEST_COMMENT - DIRECTORY_END.size)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(b"PK\5\6")
    _, _, _, _, members, length, offset, comment = DIRECTORY_END.unpack_from(tail, at)
    if members > allowance.members or length > allowance.members * DIRECTORY_BYTES_PER_MEMBER:
        raise Refused(Reason.TOO_MANY_MEMBERS, members=allowance.limits.members)
    if tail[max(0, at - 20) : at].startswith(b"PK\6\7"):
        raise Refused(Reason.DAMAGED)
    behind = tail[at + DIRECTORY_END.size + comment :]
    if offset + length != start + at or behind.strip(b"\0 \r\n"):
        raise Refused(Reason.HIDDEN_CONTENT)


def refuse_unsafe_entries(entries: list[ZipInfo], allowance: Allowance) -> None:
    if not entries:
        raise Refused(Reason.EMPTY)
    allowance.take_members(len(entries))
    for entry in entries:
        refuse_unsafe_entry(entry, allowance)
    if sum(entry.file_size for entry in entries) > allowance.expanded or overlapping(entries):
        raise Refused(Reason.EXPANDS_TOO_FAR)
    if min(entry.header_offset for entry in entries) != 0:
        raise Refused(Reason.HIDDEN_CONTENT)
    if len({entry.filename.casefold() for entry in entries}) != len(entries):
        raise Refused(Reason.UNSAFE_PATH)


def refuse_unsafe_entry(entry: ZipInfo, allowance: Allowance) -> None:
    for is_so, reason in ENTRY_FAULTS:
        if is_so(entry):
            raise Refused(reason)
    allowance.refuse_ratio(entry.file_size, entry.compress_size)


def is_special(entry: ZipInfo) -> bool:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    return kind not in {0, stat.S_IFREG, stat.S_IFDIR}


ENTRY_FAULTS: tuple[tuple[Callable[[ZipInfo], bool], Reason], ...] = (
    (lambda entry: bool(entry.flag_bits & ENCRYPTED_FLAGS), Reason.ENCRYPTED),
    (lambda entry: OUTSIDE.match(entry.orig_filename) is not None, Reason.UNSAFE_PATH),
    (is_special, Reason.LINK_OR_DEVICE),
    (lambda entry: entry.compress_type not in {ZIP_STORED, ZIP_DEFLATED}, Reason.OTHER_ARCHIVE),
)


def overlapping(entries: list[ZipInfo]) -> bool:
    """Entries that share their packed bytes: a bomb of 46 MB that unpacks to petabytes is made so."""
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    return any(
        entry.header_offset + LOCAL_HEADER + entry.compress_size > following.header_offset
        for entry, following in pairwise(ordered)
    )


def gunzipped(file: IO[bytes], allowance: Allowance) -> IO[bytes]:
    packed, expanded = size_of(file), 0

    def spend(count: int) -> None:
        nonlocal expanded
        expanded += count
        allowance.take_bytes(count)
        allowance.refuse_ratio(expanded, packed)

    file.seek(0)
    with gzip.GzipFile(fileobj=file, mode="rb") as unpacked:
        return spooled(unpacked, spend)


class SmallReads:
    """`tarfile` reads an extended header in one piece, however long the header says it is."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.tell, self.seek, self.seekable = file, file.tell, file.seek, file.seekable

    def read(self, size: int) -> bytes:
        if not 0 <= size <= MIB:
            raise Refused(Reason.EXPANDS_TOO_FAR)
        return self.file.read(size)


def unpacked_tar(file: IO[bytes], allowance: Allowance) -> Iterator[Member]:
    file.seek(0)
    end = 0
    with tarfile.open(fileobj=cast(IO[bytes], SmallReads(file)), mode="r:") as archive:
        for entry in archive:
            allowance.take_members(1)
            refuse_unsafe_tar_entry(entry)
            end = entry.offset_data + -(-entry.size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE
            if content := archive.extractfile(entry):
                with spooled(content, allowance.take_bytes) as member:
                    yield entry.name, member
        refuse_content_behind(file, end)


def refuse_content_behind(file: IO[bytes], end: int) -> None:
    """`tarfile` stops quietly at a header it cannot read, and past it; other programs go on behind."""
    file.seek(end)
    if any(chunk.strip(b"\0") for chunk in chunks(file)):
        raise Refused(Reason.HIDDEN_CONTENT)


def refuse_unsafe_tar_entry(entry: tarfile.TarInfo) -> None:
    if OUTSIDE.match(entry.name):
        raise Refused(Reason.UNSAFE_PATH)
    if entry.size < 0:  # an old tarfile would go back and read it for ever; a mended one stops and hides the rest
        raise Refused(Reason.HIDDEN_CONTENT)
    if entry.issparse():
        raise Refused(Reason.EXPANDS_TOO_FAR)
    if not (entry.isreg() or entry.isdir()):
        raise Refused(Reason.LINK_OR_DEVICE)
