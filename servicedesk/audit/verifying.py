"""Does the trail still say what was sealed? Walks each chain once, block by block, beside the anchors outside.

Nothing is held but one block, so a chain of a million records takes no more memory than one of a thousand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain as joined
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import Exists, Min, OuterRef, Q

from servicedesk.audit.anchors import Anchor, anchors, file_of, folder
from servicedesk.audit.chain import ENCODINGS, FIELDS, MARK, Chain, Values, link_hash
from servicedesk.audit.findings import NOTES, Finding, Note, Trouble
from servicedesk.audit.models import Block, Link, Pending, Record

PAGE = 500
WATCH = "watch"
LONGEST_ACT = timedelta(hours=1)
LONGEST_TELLING = timedelta(days=1)
LINK = ("pk", "hospital_id", "vendor_id", "position", "block", "hash")
RECORDED, AT = FIELDS.index("recorded_at"), FIELDS.index("at")


@dataclass
class Walk:
    """How far one chain was followed, and what was met on the way."""

    chain: Chain
    path: Path
    using: str
    head: bytes = b""
    position: int = 0
    number: int = 0
    snapshot: int = 0  # bytes of anchors that were there before the database was read
    latest: datetime | None = None
    notes: dict[Note, tuple[int, UUID]] = field(default_factory=dict)

    def finding(self, trouble: Trouble, record_id: UUID | None = None, **facts: Any) -> Finding:
        return Finding(trouble, self.chain.name, record_id, **facts)

    def of(self, model: Any) -> Any:
        return model.objects.using(self.using).filter(chain=self.chain.name)

    def note(self, note: Note, record_id: UUID) -> None:
        count, first = self.notes.get(note, (0, record_id))
        self.notes[note] = (count + 1, first)

    def note_sentences(self) -> Iterator[str]:
        for note, (count, first) in self.notes.items():
            yield NOTES[note] % {"chain": self.chain.name, "count": count, "record": first}


def chain_names(place: Path | None = None, using: str = WATCH) -> list[str]:
    """Every chain that the database or the anchors know: a chain that vanished whole is missed too."""
    stored = [set(model.objects.using(using).order_by().values_list("chain", flat=True).distinct())
              for model in (Block, Pending)]  # fmt: skip
    outside = {path.stem for path in (place or folder()).glob("*.jsonl")}
    return sorted(outside.union(*stored))


def verify_chain(name: str, place: Path | None = None, using: str = WATCH) -> tuple[Walk, Finding | None]:
    """The walk, and the first bad row if there is one."""
    chain = Chain.named(name)
    walk = Walk(chain, file_of(name, place), using, head=chain.origin)
    # Only lines written before the database is read must be in it: a block sealed meanwhile is not missing.
    walk.snapshot = walk.path.stat().st_size if walk.path.exists() else 0
    return walk, next(_broken(walk), None)


def _broken(walk: Walk) -> Iterator[Finding]:
    lines = anchors(walk.path, until=walk.snapshot)
    line = next(lines, None)
    for block in _blocks(walk):
        while line and line.block <= walk.number:  # an anchor twice: a torn line was written again
            line = next(lines, None)
        yield from _block(walk, block, line if line and line.block == block.number else None)
        walk.number = block.number
    yield from _after_the_end(walk, joined([line] if line else [], lines))


def _blocks(walk: Walk) -> Iterator[Block]:
    for page in _pages(walk.of(Block), "number", 0):
        yield from page


def _pages(rows: Any, key: str, after: int) -> Iterator[list[Any]]:
    """By key, never by offset: the last page costs what the first one costs."""
    while page := list(rows.filter(**{f"{key}__gt": after}).order_by(key)[:PAGE]):
        yield page
        if len(page) < PAGE:
            return
        after = getattr(page[-1], key)


def _block(walk: Walk, block: Block, anchor: Anchor | None) -> Iterator[Finding]:
    here = {"block": block.number}
    anchor = anchor or _late_anchor(walk, block)
    if block.number != walk.number + 1 or block.first != walk.position + 1:
        yield walk.finding(Trouble.BLOCK_MISSING, block=walk.number + 1, position=walk.position + 1)
    if block.encoding not in ENCODINGS:
        yield walk.finding(Trouble.BLOCK_ALTERED, position=block.first, **here)
    for link, values in _rows(walk, block):
        if trouble := _step(walk, block, anchor, link, values):
            named = None if trouble == Trouble.LINK_MISSING else link.pk
            yield walk.finding(trouble, named, position=walk.position + 1, **here)
    if walk.position != max(block.last, anchor.last if anchor else 0):
        yield walk.finding(Trouble.LINK_MISSING, position=walk.position + 1, **here)
    if bytes(block.head) != walk.head or block.owner != walk.chain.owner:
        yield walk.finding(Trouble.BLOCK_ALTERED, position=block.first, **here)
    if anchor and _differs(anchor, block):
        yield walk.finding(Trouble.UNLIKE_ANCHOR, position=block.first, **here)
    if anchor is None and not _waits(walk, block) and _late_anchor(walk, block) is None:
        yield walk.finding(Trouble.NOT_ANCHORED, position=block.first, **here)


def _waits(walk: Walk, block: Block) -> bool:
    """A block may lack its anchor only while its records wait for it."""
    links = walk.of(Link).filter(position__range=(block.first, block.last))
    return bool(walk.of(Pending).filter(pk__in=links.values("pk")).exists())


def _late_anchor(walk: Walk, block: Block) -> Anchor | None:
    """Dropped after this walk began."""
    return next((line for line in anchors(walk.path, since=walk.snapshot) if line.block == block.number), None)


def _differs(anchor: Anchor, block: Block) -> bool:
    sealed_at = block.sealed_at.astimezone(UTC).isoformat(timespec="microseconds")
    said = (block.chain, block.number, block.first, block.last, bytes(block.head).hex(), block.encoding, sealed_at)
    kept = (anchor.chain, anchor.block, anchor.first, anchor.last, anchor.head, anchor.encoding, anchor.sealed_at)
    return said != kept or len(anchor.rows) != MARK * (block.last - block.first + 1)


def _rows(walk: Walk, block: Block) -> Iterator[tuple[Any, Values | None]]:
    """The block's links with their records, in pages: a forged block may claim any length."""
    links = walk.of(Link).filter(position__lte=block.last).values_list(*LINK, named=True)
    for page in _pages(links, "position", block.first - 1):
        ids = [link.pk for link in page]
        records = Record.objects.using(walk.using).filter(pk__in=ids).values_list(*FIELDS)
        found = {values[0]: values for values in records}
        for link in page:
            yield link, found.get(link.pk)


def _step(walk: Walk, block: Block, anchor: Anchor | None, link: Any, values: Values | None) -> Trouble | None:
    """One record on, or what is wrong with it. Runs once a record: a million times in half a minute."""
    if link.position != walk.position + 1:
        return Trouble.LINK_MISSING
    if values is None:
        return Trouble.RECORD_MISSING
    hashed = link_hash(walk.head, values, block.encoding)
    if hashed != bytes(link.hash) or (anchor and hashed.hex()[:MARK] != anchor.mark(link.position)):
        return Trouble.ALTERED
    if (link.hospital_id, link.vendor_id) != values[1:3] or link.block != block.number:
        return Trouble.ALTERED
    if not walk.chain.holds(link.hospital_id, link.vendor_id):
        return Trouble.ALTERED
    walk.head, walk.position = hashed, link.position
    _date(walk, link.pk, values[AT], values[RECORDED])
    return None


def _date(walk: Walk, record_id: UUID, at: datetime, recorded_at: datetime) -> None:
    """Sealed in the order of writing: what claims an earlier time than its predecessors was put in afterwards."""
    if walk.latest and recorded_at < walk.latest - LONGEST_ACT:
        walk.note(Note.PUT_IN_LATER, record_id)
    if at < recorded_at - LONGEST_TELLING:
        walk.note(Note.TOLD_LATER, record_id)
    walk.latest = max(walk.latest, recorded_at) if walk.latest else recorded_at


def _after_the_end(walk: Walk, lines: Iterator[Anchor]) -> Iterator[Finding]:
    for line in lines:
        if line.block > walk.number:
            yield walk.finding(Trouble.TRUNCATED, position=line.first, block=line.block)
    stray = walk.of(Link).filter(position__gt=walk.position).order_by("position").first()
    if stray:
        yield walk.finding(Trouble.IN_NO_BLOCK, stray.pk, position=stray.position)


def never_sealed(name: str | None = None, using: str = WATCH) -> Iterator[Finding]:
    """Committed records without a link that do not wait for one either: their waiting row was taken away by hand."""
    records = Record.objects.using(using).filter(_in_chain(name))
    lost = records.exclude(_has(Link, using)).exclude(_has(Pending, using)).order_by("recorded_at", "pk")
    for pk, hospital_id, vendor_id in lost.values_list("pk", "hospital_id", "vendor_id")[:PAGE]:
        yield Finding(Trouble.NEVER_SEALED, Chain.of(hospital_id, vendor_id).name, pk)


def gone_before_sealing(name: str | None = None, using: str = WATCH) -> Iterator[Finding]:
    """Rows that wait for a seal and whose record is not there. One that has a link is named by its chain already."""
    waiting = Pending.objects.using(using).filter(**({"chain": name} if name else {}))
    lost = waiting.exclude(_has(Record, using)).exclude(_has(Link, using)).order_by("pk")
    for pk, chain in lost.values_list("pk", "chain")[:PAGE]:
        yield Finding(Trouble.GONE_UNSEALED, chain, pk)


def _has(model: Any, using: str) -> Exists:
    """EXISTS, because NOT IN over a million links is compared one by one (hours instead of seconds)."""
    return Exists(model.objects.using(using).filter(pk=OuterRef("pk")))


def _in_chain(name: str | None) -> Q:
    if name is None:
        return Q()
    chain = Chain.named(name)
    if chain.hospital_id is not None:
        return Q(hospital_id=chain.hospital_id)
    return Q(hospital_id=None, vendor_id=chain.vendor_id)


def waiting_since(name: str | None = None, using: str = WATCH) -> datetime | None:
    waiting = Pending.objects.using(using).filter(**({"chain": name} if name else {})).values("pk")
    return Record.objects.using(using).filter(pk__in=waiting).aggregate(oldest=Min("recorded_at"))["oldest"]
