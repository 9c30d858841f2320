"""Looks inside what was recognised, and inside what is inside it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from servicedesk.files.archives import checked_zip, gunzipped, unpacked_tar, unpacked_zip
from servicedesk.files.kinds import UNWANTED, Kind, is_whole_event_log, signature
from servicedesk.files.limits import Allowance
from servicedesk.files.names import clean_name, refuse_runnable
from servicedesk.files.office import CONTENT_TYPES, OLE, is_protected, office_kind, refuse_active_part
from servicedesk.files.pdfs import refuse_active_pdf
from servicedesk.files.reasons import Reason, Refused
from servicedesk.files.streams import head

# Logs are sent with web pages and unknown formats beside them, which do nothing while they are in the archive.
BARRED_INSIDE = frozenset({Kind.EXECUTABLE, Kind.OLD_OFFICE, Kind.OTHER_ARCHIVE})


def refuse_unwanted(file: IO[bytes], kind: Kind) -> None:
    if kind is Kind.OLD_OFFICE and is_protected(file):
        raise Refused(Reason.ENCRYPTED)
    if kind in UNWANTED:
        raise Refused(UNWANTED[kind])


def precise_kind(file: IO[bytes], kind: Kind, allowance: Allowance, depth: int = 1) -> Kind:
    """The kind, made precise by what is inside; refused if anything inside is."""
    look = LOOKS.get(kind)
    return look(file, allowance, depth) if look else kind


def look_into_zip(file: IO[bytes], allowance: Allowance, depth: int) -> Kind:
    allowance.refuse_depth(depth)
    with checked_zip(file, allowance) as archive:
        if CONTENT_TYPES in map(str.lower, archive.namelist()):
            return look_into_office(unpacked_zip(archive, allowance), allowance, depth)
        for name, member in unpacked_zip(archive, allowance):
            look_at_member(name, member, allowance, depth)
    return Kind.ZIP


def look_into_office(parts: Iterator[tuple[str, IO[bytes]]], allowance: Allowance, depth: int) -> Kind:
    kind = Kind.UNKNOWN
    for name, part in parts:
        if name.lower() == CONTENT_TYPES:
            kind = office_kind(part, allowance)
        refuse_active_part(name, part, allowance)
        if not head(part).startswith(OLE):
            look_at_member(name, part, allowance, depth)
    return kind


def look_into_gzip(file: IO[bytes], allowance: Allowance, depth: int) -> Kind:
    allowance.refuse_depth(depth)
    with gunzipped(file, allowance) as content:
        if signature(head(content)) is Kind.TAR:
            look_into_tar(content, allowance, depth)
            return Kind.TAR_GZ
        look_at_member("", content, allowance, depth)
    return Kind.GZIP


def look_into_tar(file: IO[bytes], allowance: Allowance, depth: int) -> Kind:
    allowance.refuse_depth(depth)
    for name, member in unpacked_tar(file, allowance):
        look_at_member(name, member, allowance, depth)
    return Kind.TAR


def look_into_pdf(file: IO[bytes], allowance: Allowance, depth: int) -> Kind:
    refuse_active_pdf(file, allowance)
    return Kind.PDF


def look_into_event_log(file: IO[bytes], allowance: Allowance, depth: int) -> Kind:
    if not is_whole_event_log(file):
        raise Refused(Reason.DAMAGED)
    return Kind.EVTX


def look_at_member(name: str, member: IO[bytes], allowance: Allowance, depth: int) -> None:
    with named_in_refusal(name):
        refuse_runnable(clean_name(name))
        kind = signature(head(member))
        if kind in BARRED_INSIDE:
            refuse_unwanted(member, kind)
        if kind:
            precise_kind(member, kind, allowance, depth + 1)


@contextmanager
def named_in_refusal(name: str) -> Iterator[None]:
    try:
        yield
    except Refused as refusal:
        refusal.inside = refusal.inside or clean_name(name)
        raise


LOOKS: dict[Kind, Callable[[IO[bytes], Allowance, int], Kind]] = {
    Kind.ZIP: look_into_zip,
    Kind.GZIP: look_into_gzip,
    Kind.TAR: look_into_tar,
    Kind.PDF: look_into_pdf,
    Kind.EVTX: look_into_event_log,
}
