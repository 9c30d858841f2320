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

from django.db.models import Min, Q

from servicedesk.audit.anchors import Anchor, anchors, file_of, folder
from servicedesk.audit.chain import ENCODINGS, FIELDS, MARK, Chain, Values, link_hash
from servicedesk.audit.findings import NOTES, Finding, Note, Trouble
from servicedesk.audit.models import Block, Link, Pending, Record

PAGE = 500
WATCH = "watch"
LONGEST_ACT = timedelta(hours=1)
LONGEST_TELLING = timedelta(days=1)
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
    if block.number != walk.number + 1 or block.first != walk.position + 1 or block.encoding not in ENCODINGS:
        yield walk.finding(Trouble.BLOCK_MISSING, block=walk.number + 1, position=walk.position + 1)
    for link, values in _rows(walk, block):
        yield from _row(walk, block, anchor, link, values)
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
    return walk.of(Pending).filter(pk__in=walk.of(Link).filter(block=block.number).values("pk")).exists()


def _late_anchor(walk: Walk, block: Block) -> Anchor | None:
    """Dropped after this walk began."""
    return next((line for line in anchors(walk.path, since=walk.snapshot) if line.block == block.number), None)


def _differs(anchor: Anchor, block: Block) -> bool:
    sealed_at = block.sealed_at.astimezone(UTC).isoformat(timespec="microseconds")
    said = (block.chain, block.number, block.first, block.last, bytes(block.head).hex(), block.encoding, sealed_at)
    kept = (anchor.chain, anchor.block, anchor.first, anchor.last, anchor.head, anchor.encoding, anchor.sealed_at)
    return said != kept or len(anchor.rows) != MARK * (block.last - block.first + 1)


def _rows(walk: Walk, block: Block) -> Iterator[tuple[Link, Values | None]]:
    """The block's links with their records, in pages: a forged block may claim any length."""
    for links in _pages(walk.of(Link).filter(position__lte=block.last), "position", block.first - 1):
        ids = [link.pk for link in links]
        records = Record.objects.using(walk.using).filter(pk__in=ids).values_list(*FIELDS)
        found = {values[0]: values for values in records}
        for link in links:
            yield link, found.get(link.pk)


def _row(walk: Walk, block: Block, anchor: Anchor | None, link: Link, values: Values | None) -> Iterator[Finding]:
    here = {"position": walk.position + 1, "block": block.number}
    if link.position != walk.position + 1:
        yield walk.finding(Trouble.LINK_MISSING, **here)
    if values is None:
        yield walk.finding(Trouble.RECORD_MISSING, link.pk, **here)
        return
    hashed = link_hash(walk.head, values, block.encoding)
    if anchor and hashed.hex()[:MARK] != anchor.mark(link.position):
        yield walk.finding(Trouble.ALTERED, link.pk, **here)
    owners_differ = (link.hospital_id, link.vendor_id) != values[1:3] or Chain.of(*values[1:3]) != walk.chain
    if hashed != bytes(link.hash) or link.block != block.number or owners_differ:
        yield walk.finding(Trouble.ALTERED, link.pk, **here)
    walk.head, walk.position = hashed, link.position
    _date(walk, link.pk, values[AT], values[RECORDED])


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
    linked = records.exclude(pk__in=Link.objects.using(using).values("pk"))
    lost = linked.exclude(pk__in=Pending.objects.using(using).values("pk")).order_by("recorded_at", "pk")
    for pk, hospital_id, vendor_id in lost.values_list("pk", "hospital_id", "vendor_id")[:PAGE]:
        yield Finding(Trouble.NEVER_SEALED, Chain.of(hospital_id, vendor_id).name, pk)


def gone_before_sealing(name: str | None = None, using: str = WATCH) -> Iterator[Finding]:
    waiting = Pending.objects.using(using).filter(**({"chain": name} if name else {}))
    known = Record.objects.using(using).values("pk")
    for pk, chain in waiting.exclude(pk__in=known).order_by("pk").values_list("pk", "chain")[:PAGE]:
        if not Link.objects.using(using).filter(pk=pk).exists():  # then its chain names it already
            yield Finding(Trouble.GONE_UNSEALED, chain, pk)


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
