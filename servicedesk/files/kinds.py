"""What a file is, by its content and nothing else."""

import re
from enum import StrEnum
from typing import IO
from zlib import crc32

from servicedesk.files import texts
from servicedesk.files.reasons import Reason
from servicedesk.files.streams import head, size_of


class Kind(StrEnum):
    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    GIF = "gif"
    BMP = "bmp"
    PDF = "pdf"
    TEXT = "text"
    CSV = "csv"
    DOCX = "docx"
    XLSX = "xlsx"
    PPTX = "pptx"
    ZIP = "zip"
    GZIP = "gzip"
    TAR = "tar"
    TAR_GZ = "tar_gz"
    EVTX = "evtx"
    EXECUTABLE = "executable"
    SCRIPT = "script"
    WEB_PAGE = "web_page"
    SVG = "svg"
    OLD_OFFICE = "old_office"
    HEIC = "heic"
    OTHER_ARCHIVE = "other_archive"
    UNKNOWN = "unknown"


PICTURES = frozenset({Kind.JPEG, Kind.PNG, Kind.WEBP, Kind.GIF, Kind.BMP})

UNWANTED: dict[Kind, Reason] = {
    Kind.EXECUTABLE: Reason.EXECUTABLE,
    Kind.SCRIPT: Reason.SCRIPT,
    Kind.WEB_PAGE: Reason.WEB_PAGE,
    Kind.SVG: Reason.SVG,
    Kind.OLD_OFFICE: Reason.OLD_OFFICE,
    Kind.HEIC: Reason.HEIC,
    Kind.OTHER_ARCHIVE: Reason.OTHER_ARCHIVE,
    Kind.UNKNOWN: Reason.UNKNOWN_KIND,
}

OFFICE_TYPE = "application/vnd.openxmlformats-officedocument."
MEDIA_TYPES: dict[Kind, str] = {
    Kind.JPEG: "image/jpeg",
    Kind.PNG: "image/png",
    Kind.WEBP: "image/webp",
    Kind.GIF: "image/gif",
    Kind.PDF: "application/pdf",
    Kind.TEXT: "text/plain",
    Kind.CSV: "text/csv",
    Kind.DOCX: OFFICE_TYPE + "wordprocessingml.document",
    Kind.XLSX: OFFICE_TYPE + "spreadsheetml.sheet",
    Kind.PPTX: OFFICE_TYPE + "presentationml.presentation",
    Kind.ZIP: "application/zip",
    Kind.GZIP: "application/gzip",
    Kind.TAR: "application/x-tar",
    Kind.TAR_GZ: "application/gzip",
    Kind.EVTX: "application/octet-stream",
}

SIGNATURES: tuple[tuple[Kind, re.Pattern[bytes]], ...] = tuple(
    (kind, re.compile(pattern, re.DOTALL))
    for kind, pattern in (
        (Kind.JPEG, rb"\xff\xd8\xff"),
        (Kind.PNG, rb"\x89PNG\r\n\x1a\n"),
        (Kind.GIF, rb"GIF8[79]a"),
        (Kind.WEBP, rb"RIFF.{4}WEBP"),
        (Kind.BMP, rb"BM.{4}\0{4}"),
        (Kind.HEIC, rb".{4}ftyp(?:hei|hev|mif1|msf1|avif)"),
        (Kind.PDF, rb"%PDF-[12]\."),
        (Kind.ZIP, rb"PK\x03\x04|PK\x05\x06"),
        (Kind.GZIP, rb"\x1f\x8b\x08"),
        (Kind.TAR, rb".{257}ustar"),
        (Kind.EVTX, rb"ElfFile\0"),
        (Kind.OLD_OFFICE, rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1|\{\\rt"),
        (Kind.OTHER_ARCHIVE, rb"Rar!\x1a|7z\xbc\xaf\x27\x1c|\xfd7zXZ\0|BZh[1-9]1AY&SY|\x28\xb5\x2f\xfd"),
        # 'MZ' alone also begins many a list of outpatient numbers (门诊); a program has NUL bytes soon after.
        (Kind.EXECUTABLE, rb"MZ.{0,62}\0|\x7fELF|[\xce\xcf]\xfa\xed\xfe|\xfe\xed\xfa[\xce\xcf]|\xca\xfe\xba\xbe"),
        (Kind.EXECUTABLE, rb"L\0\0\0\x01\x14\x02\0|dex\n|\0asm|!<arch>\n|\xed\xab\xee\xdb|MSCF\0|ITSF"),
        # EICAR is a DOS program in letters; known here so that the refusal does not need the scanner.
        (Kind.EXECUTABLE, rb"X5O!P%@AP\[4\\PZX54\(P\^\)7CC\)7\}\$EICAR"),
    )
)

TEXT_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (Kind.SCRIPT, re.compile(r"\A\ufeff?\s*(?:#!|%!PS|@echo\b|<%)|<\?php", re.IGNORECASE)),
    (Kind.SVG, re.compile(r"<(?:\w{1,20}:)?svg\b", re.IGNORECASE)),
    (
        Kind.WEB_PAGE,
        re.compile(r"<!doctype\s+html|<(?:\w{1,20}:)?(?:html|head|body|script|iframe|object|embed)\b", re.I),
    ),
)


def signature(beginning: bytes) -> Kind | None:
    return next((kind for kind, pattern in SIGNATURES if pattern.match(beginning)), None)


def text_kind(file: IO[bytes]) -> Kind:
    encoding = texts.encoding_of(file)
    if encoding is None:
        return Kind.UNKNOWN
    beginning = texts.beginning(file, encoding)
    return next((kind for kind, pattern in TEXT_KINDS if pattern.search(beginning)), Kind.TEXT)


def recognised(file: IO[bytes]) -> Kind:
    return signature(head(file)) or text_kind(file)


def is_whole_event_log(file: IO[bytes]) -> bool:
    """A header that sums up, then whole 64-KiB chunks."""
    file.seek(0)
    header, chunk, rest = file.read(4096), file.read(8), size_of(file) - 4096
    sums_up = crc32(header[:120]) == int.from_bytes(header[124:128], "little")
    return sums_up and chunk == b"ElfChnk\0" and rest % 65536 == 0
