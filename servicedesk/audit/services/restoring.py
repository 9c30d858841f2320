"""After a backup was put back: the anchors may know blocks that were sealed after the dump was taken.

They are not thrown away. What lies beyond the restored end moves to a file beside, a log line and a record say so, and
the chain goes on from there. Where anchors and database contradict each other, nothing is touched.
"""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from pathlib import Path

import structlog
from django.db import transaction

from servicedesk.audit.anchors import Contradiction, anchors, file_of, newest, read_line
from servicedesk.audit.chain import Chain
from servicedesk.audit.enums import Act
from servicedesk.audit.models import Block
from servicedesk.audit.record import Word, record
from servicedesk.audit.services.sealing import ALIAS
from servicedesk.audit.verifying import chain_names
from servicedesk.tenancy.wall import Context, opened

log = structlog.get_logger(__name__)


def settle_all_anchors(*, at: datetime, set_aside: Path | None = None) -> dict[str, int]:
    """How many blocks each chain lost. `set_aside` holds the anchors that lay here before the backup's came back."""
    for path in set_aside.glob("*.jsonl") if set_aside else ():
        _take_longer(path, file_of(path.stem))
    lost = {name: settle_anchors(Chain.named(name), at=at) for name in chain_names()}
    return {name: blocks for name, blocks in lost.items() if blocks}


def _take_longer(here: Path, backups: Path) -> None:
    """Anchors that go on where the backup's end know what was lost. Those of another story stay aside."""
    if (last := newest(backups)) and last in anchors(here):
        shutil.copy2(here, backups)


@transaction.atomic
def settle_anchors(chain: Chain, *, at: datetime) -> int:
    """Cut the chain's anchors to what the restored database has; returns how many blocks were lost."""
    path = file_of(chain.name)
    last, block = newest(path), _last_block(chain)
    end = block.number if block else 0
    if last is None or last.block <= end:
        return 0
    if block and not any(a.block == end and a.head == bytes(block.head).hex() for a in anchors(path)):
        raise Contradiction(f"the anchors of {chain.name} do not lead to what the database has")
    lost: dict[str, Word] = {"blocks": last.block - end, "records": last.last - (block.last if block else 0)}
    owner = chain if block else Chain()
    with opened(Context.of_owner(owner.hospital_id, owner.vendor_id)):
        record(Act.TRAIL_CUT, block, by=None, at=at, words={"chain": chain.name, **lost})
    log.warning("audit.anchors_cut", chain=chain.name, after=end, **lost)
    _cut(path, end, at)
    return last.block - end


def _last_block(chain: Chain) -> Block | None:
    blocks = Block.objects.using(ALIAS).filter(chain=chain.name)
    return blocks.order_by("-number").first()


def _cut(path: Path, end: int, at: datetime) -> None:
    """A new file takes the old one's name in one step; a copy of the old one stays beside it."""
    shutil.copy2(path, path.with_suffix(f".before-{at:%Y%m%dT%H%M%S}"))
    half = path.with_suffix(".half")
    with path.open("rb") as old, half.open("wb") as new:
        new.writelines(line for line in old if (anchor := read_line(line)) and anchor.block <= end)
        new.flush()
        os.fsync(new.fileno())
    half.replace(path)
