"""The sealer: chains what was committed, then anchors it. Writers never wait for it, it waits for nobody.

Two transactions per batch. The first gives the waiting records their links and a block; the second drops the block's
anchor and forgets the waiting rows. A crash between them leaves rows that wait although they have a link: the next run
anchors their blocks. Copies of the sealer exclude each other per chain by an advisory lock.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import structlog
from django.db import DatabaseError, connections, transaction

from servicedesk.audit.anchors import Anchor, Contradiction, drop_anchor
from servicedesk.audit.chain import ENCODING, FIELDS, MARK, Chain, Values, link_hash
from servicedesk.audit.models import Block, Link, Pending, Record

ALIAS = "watch"
BATCH = 1000
LOCK = 7203

log = structlog.get_logger(__name__)


def seal(*, at: datetime) -> int:
    """Seal and anchor all that waits; returns how many records got their link. One chain's trouble is not another's."""
    sealed = 0
    for name in list(_all(Pending).order_by("chain").values_list("chain", flat=True).distinct()):
        try:
            sealed += _seal_chain(Chain.named(name), at)
        except (DatabaseError, ValueError) as error:
            log.error("audit.not_sealed", chain=name, trouble=type(error).__name__, reason=str(error)[:300])
    return sealed


def _seal_chain(chain: Chain, at: datetime) -> int:
    sealed, after, trouble = 0, None, None
    while waiting := _waiting(chain, after):
        sealed += extend(chain, waiting, at)
        try:
            anchor_blocks(chain, waiting)
        except (OSError, Contradiction) as error:  # a full disk is no reason to leave later records unsealed
            trouble = trouble or error
        after = waiting[-1]
    if trouble:
        log.error("audit.not_anchored", chain=chain.name, trouble=type(trouble).__name__, reason=str(trouble)[:300])
    return sealed


def _waiting(chain: Chain, after: UUID | None) -> list[UUID]:
    rows = _all(Pending).filter(chain=chain.name)
    rows = rows.filter(record_id__gt=after) if after else rows
    return list(rows.order_by("record_id").values_list("record_id", flat=True)[:BATCH])


def extend(chain: Chain, waiting: list[UUID], at: datetime) -> int:
    """Give those of the waiting that have no link yet theirs, in one block."""
    with transaction.atomic(using=ALIAS):
        if not _is_mine(chain):
            return 0
        linked = _all(Link).filter(pk__in=waiting).values_list("pk", flat=True)
        new = set(waiting) - set(linked)
        records = list(_all(Record).filter(pk__in=new).order_by("pk").values_list(*FIELDS))
        if records:
            _link(chain, records, at)
        return len(records)


def _link(chain: Chain, records: list[Values], at: datetime) -> None:
    before = _all(Block).filter(chain=chain.name).order_by("-number").first()
    head, position, number = (bytes(before.head), before.last, before.number + 1) if before else (chain.origin, 0, 1)
    first, links = position + 1, []
    for values in records:
        head, position = link_hash(head, values), position + 1
        pk, hospital_id, vendor_id = values[:3]
        links.append(
            Link(
                record_id=pk,
                hospital_id=hospital_id,
                vendor_id=vendor_id,
                chain=chain.name,
                position=position,
                block=number,
                hash=head,
            )
        )
    _all(Link).bulk_create(links)
    _all(Block).create(
        **chain.owner,
        chain=chain.name,
        number=number,
        first=first,
        last=position,
        head=head,
        encoding=ENCODING,
        sealed_at=at,
    )


def anchor_blocks(chain: Chain, waiting: list[UUID]) -> None:
    """Anchor the blocks of the waiting records that have a link; they wait no longer."""
    with transaction.atomic(using=ALIAS):
        if not _is_mine(chain):
            return
        sealed = _all(Link).filter(chain=chain.name, pk__in=waiting)
        numbers = sealed.order_by("block").values_list("block", flat=True).distinct()
        for anchor in _anchors_of(chain, list(numbers)):
            drop_anchor(anchor)
        _all(Pending).filter(pk__in=list(sealed.values_list("pk", flat=True))).delete()


def _anchors_of(chain: Chain, numbers: list[int]) -> Iterable[Anchor]:
    blocks = _all(Block).filter(chain=chain.name, number__in=numbers).order_by("number")
    rows = _all(Link).filter(chain=chain.name, block__in=numbers).order_by("position")
    marks = {
        number: "".join(bytes(hash_).hex()[:MARK] for _, hash_ in group)
        for number, group in groupby(rows.values_list("block", "hash"), key=lambda row: row[0])
    }
    for block in blocks:
        yield anchor_of(block, marks[block.number])


def anchor_of(block: Block, rows: str) -> Anchor:
    return Anchor(
        chain=block.chain,
        block=block.number,
        first=block.first,
        last=block.last,
        head=bytes(block.head).hex(),
        encoding=block.encoding,
        sealed_at=block.sealed_at.astimezone(UTC).isoformat(timespec="microseconds"),
        rows=rows,
    )


def _all(model: Any) -> Any:
    return model.objects.using(ALIAS)


def _is_mine(chain: Chain) -> bool:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [LOCK, chain.name])
        return bool(cursor.fetchone()[0])
