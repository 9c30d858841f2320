"""Office documents are archives too: which one it is, and that nothing in it runs, fetches or explodes."""

import re
from collections.abc import Iterator
from typing import IO
from xml.parsers.expat import ParserCreate

from servicedesk.files.kinds import OFFICE_TYPE, Kind
from servicedesk.files.limits import Allowance
from servicedesk.files.reasons import Reason, Refused
from servicedesk.files.streams import chunks, head, holds, size_of

CONTENT_TYPES = "[content_types].xml"
MAIN_PARTS = {
    OFFICE_TYPE + "wordprocessingml.document.main+xml": Kind.DOCX,
    OFFICE_TYPE + "spreadsheetml.sheet.main+xml": Kind.XLSX,
    OFFICE_TYPE + "presentationml.presentation.main+xml": Kind.PPTX,
}

# Linked from outside, these are loaded on opening; a hyperlink waits for its reader.
FETCHED = frozenset({"attachedtemplate", "oleobject", "frame", "subdocument"})

PARSING_COSTS = 4  # as much time as searching the same bytes

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
DEFINITION = re.compile(rb"<\0?!\0?(?:D\0?O\0?C\0?T\0?Y\0?P\0?E|E\0?N\0?T\0?I\0?T\0?Y)")
EXCHANGE = re.compile(rb"DDE|ddeLink")
STARTED = re.compile(rb"<(?:\w{1,20}:)?ddeLink\b|<(?:\w{1,20}:)?instrText\b[^>]{0,200}>\s*DDE|instr\s*=\s*[\"']\s*DDE")
MACRO_STORAGE = re.compile("_VBA_PROJECT|Macros".encode("utf-16-le"))
PACKED_FILE = re.compile("\x01Ole10Native".encode("utf-16-le"))
PROTECTED = re.compile("EncryptedPackage".encode("utf-16-le"))


def office_kind(content_types: IO[bytes], allowance: Allowance) -> Kind:
    """The one kind its main part declares."""
    declared = [attributes.get("ContentType", "") for attributes in elements(content_types, allowance)]
    if any("macroenabled" in kind.lower() or "vbaproject" in kind.lower() for kind in declared):
        raise Refused(Reason.MACROS)
    mains = [MAIN_PARTS[kind] for kind in declared if kind in MAIN_PARTS]
    if len(mains) != 1:
        raise Refused(Reason.UNKNOWN_KIND)
    return mains[0]


def elements(file: IO[bytes], allowance: Allowance) -> Iterator[dict[str, str]]:
    """The attributes of every element that has some, in little memory."""
    refuse_definitions(file)
    allowance.take_search(size_of(file) * PARSING_COSTS)
    file.seek(0)
    found: list[dict[str, str]] = []
    parser = ParserCreate()
    parser.StartElementHandler = lambda name, attributes: found.append(attributes) if attributes else None
    for chunk in chunks(file):
        parser.Parse(chunk)
        yield from found
        found.clear()
    parser.Parse(b"", True)


def refuse_active_part(name: str, part: IO[bytes], allowance: Allowance) -> None:
    if name.lower().endswith((".xml", ".rels", ".vml")):
        refuse_definitions(part)
        refuse_started_program(part)
    if name.lower().endswith(".rels"):
        refuse_fetching(part, allowance)
    if head(part).startswith(OLE):
        refuse_active_object(part)


def refuse_definitions(part: IO[bytes]) -> None:
    if holds(part, DEFINITION):
        raise Refused(Reason.XML_ENTITIES)


def refuse_started_program(part: IO[bytes]) -> None:
    if holds(part, EXCHANGE) and holds(part, STARTED):
        raise Refused(Reason.ACTIVE_OFFICE)


def refuse_fetching(relationships: IO[bytes], allowance: Allowance) -> None:
    for attributes in elements(relationships, allowance):
        kind = attributes.get("Type", "").rpartition("/")[2].lower()
        if attributes.get("TargetMode", "").lower() == "external" and kind in FETCHED:
            raise Refused(Reason.ACTIVE_OFFICE)


def refuse_active_object(part: IO[bytes]) -> None:
    if holds(part, MACRO_STORAGE):
        raise Refused(Reason.MACROS)
    if holds(part, PACKED_FILE):
        raise Refused(Reason.ACTIVE_OFFICE)


def is_protected(old_document: IO[bytes]) -> bool:
    """A document with a password is an old-format file around an encrypted one."""
    return holds(old_document, PROTECTED)
