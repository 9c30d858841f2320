"""Somebody with the owner's rights, who has read our source: the seven ways to tamper with a sealed trail.

Each attack returns the position of the first row that is not what it was, or the id of a row that stands outside.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connections, transaction
from django.db.models import F

from servicedesk.audit.chain import ENCODING, FIELDS, Chain, link_hash
from servicedesk.audit.models import Block, Link, Record
from servicedesk.tenancy.ids import uuid7
from tests.audit.trails import NOW

OWNER = "owner"
TABLES = ("audit_record", "audit_link", "audit_block")
Rng = random.Random
Target = int | UUID


@contextmanager
def wall_torn_down() -> Iterator[None]:
    """Everything in one transaction that is rolled back: policies off, triggers off."""
    with transaction.atomic(using=OWNER):
        with connections[OWNER].cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        transaction.set_rollback(True, using=OWNER)


@contextmanager
def undone() -> Iterator[None]:
    sid = transaction.savepoint(using=OWNER)
    yield
    transaction.savepoint_rollback(sid, using=OWNER)


def links(chain: Chain) -> Any:
    return Link.objects.using(OWNER).filter(chain=chain.name)


def records() -> Any:
    return Record.objects.using(OWNER)


def blocks(chain: Chain) -> Any:
    return Block.objects.using(OWNER).filter(chain=chain.name)


def at(chain: Chain, position: int) -> Any:
    return records().filter(pk=links(chain).get(position=position).pk)


def recompute(chain: Chain, start: int = 1) -> None:
    """Make links and blocks fit what the records say now, from this position on."""
    before = links(chain).filter(position=start - 1).first()
    head = bytes(before.hash) if before else chain.origin
    said = {values[0]: values for values in records().values_list(*FIELDS)}
    changed, heads = list(links(chain).filter(position__gte=start).order_by("position")), {}
    for link in changed:
        link.hash = head = heads[link.position] = link_hash(head, said[link.pk])
    Link.objects.using(OWNER).bulk_update(changed, ["hash"])
    touched = [block for block in blocks(chain) if block.last in heads]
    for block in touched:
        block.head = heads[block.last]
    Block.objects.using(OWNER).bulk_update(touched, ["head"])


def shift(chain: Chain, start: int, block: int, by: int) -> None:
    """Move links from this position on, and the blocks after this one, by one place."""
    # Twice, because positions are unique at every moment.
    links(chain).filter(position__gte=start).update(position=-(F("position") + by))
    links(chain).filter(position__lt=0).update(position=-F("position"))
    blocks(chain).filter(number__gte=block).update(last=F("last") + by)
    blocks(chain).filter(number__gt=block).update(first=F("first") + by)


def forged(chain: Chain) -> Record:
    return records().create(
        id=uuid7(), **chain.owner, at=NOW, recorded_at=NOW, act="files.read", by_role="it_lead", address="10.0.0.9"
    )


def edit(chain: Chain, rng: Rng, size: int) -> Target:
    position = rng.randint(1, size)
    when = NOW - timedelta(days=rng.randint(1, 300), microseconds=rng.randint(0, 10**6))
    change = rng.choice(
        [
            {"act": "accounts.signed_out"},
            {"at": when},
            {"recorded_at": when},
            {"result": "failed"},
            {"by_user": uuid7()},
            {"by_role": "it_engineer"},
            {"address": "10.1.1.1"},
            {"subject_id": "1"},
            {"subject_kind": "tenancy.place"},
            {"words": {"number": 10**6}},
            {"vendor_id": 99},
            {"request_id": "ffffffff"},
        ]
    )
    at(chain, position).update(**change)
    return position


def delete(chain: Chain, rng: Rng, size: int) -> Target:
    position = rng.randint(1, size)
    victim = links(chain).get(position=position)
    records().filter(pk=victim.pk).delete()
    thoroughness = rng.randint(0, 2)
    if thoroughness:
        links(chain).filter(pk=victim.pk).delete()
    if thoroughness == 2:
        shift(chain, position, victim.block, -1)
        recompute(chain, position)
    return position


def insert(chain: Chain, rng: Rng, size: int) -> Target:
    made = forged(chain)
    if rng.random() < 0.3:
        return made.pk  # no link, and nothing waits for it
    position = rng.randint(1, size)
    block = links(chain).get(position=position).block
    shift(chain, position, block, 1)
    Link.objects.using(OWNER).create(
        record_id=made.pk, **chain.owner, chain=chain.name, position=position, block=block, hash=b"\0" * 32
    )
    if rng.random() < 0.7:
        recompute(chain, position)
    return position


def swap(chain: Chain, rng: Rng, size: int) -> Target:
    one, two = sorted(rng.sample(range(1, size + 1), 2))
    if rng.random() < 0.5:
        said = [name for name in FIELDS if name not in {"id", "hospital_id", "vendor_id"}]
        first, second = at(chain, one).values(*said).get(), at(chain, two).values(*said).get()
        at(chain, one).update(**second)
        at(chain, two).update(**first)
    else:
        left, right = links(chain).get(position=one), links(chain).get(position=two)
        links(chain).filter(pk=left.pk).update(position=-1)
        links(chain).filter(pk=right.pk).update(position=one, block=left.block)
        links(chain).filter(pk=left.pk).update(position=two, block=right.block)
    if rng.random() < 0.5:
        recompute(chain, one)
    return one


def truncate(chain: Chain, rng: Rng, size: int) -> Target:
    """The newest records never happened, and what is left fits together."""
    kept = rng.randint(0, size - 1)
    gone = links(chain).filter(position__gt=kept)
    records().filter(pk__in=list(gone.values_list("pk", flat=True))).delete()
    gone.delete()
    blocks(chain).filter(first__gt=kept).delete()
    blocks(chain).filter(last__gt=kept).update(last=kept)
    if kept:
        blocks(chain).filter(last=kept).update(head=links(chain).get(position=kept).hash)
    return kept + 1


def truncate_and_append(chain: Chain, rng: Rng, size: int) -> Target:
    start = truncate(chain, rng, size)
    assert isinstance(start, int)
    last = blocks(chain).order_by("-number").first()
    number, end = (last.number if last else 0) + 1, start + rng.randint(0, 4)
    for position in range(start, end + 1):
        Link.objects.using(OWNER).create(
            record_id=forged(chain).pk, **chain.owner, chain=chain.name, position=position, block=number, hash=b"-"
        )
    Block.objects.using(OWNER).create(
        **chain.owner, chain=chain.name, number=number, first=start, last=end, head=b"-", encoding=ENCODING,
        sealed_at=NOW,
    )  # fmt: skip
    recompute(chain, start)
    return start


def rewrite(chain: Chain, rng: Rng, size: int) -> Target:
    """The perfect forgery inside the database: only the anchors tell."""
    position = edit(chain, rng, size)
    assert isinstance(position, int)
    owner = at(chain, position).values("hospital_id", "vendor_id").get()
    links(chain).filter(position=position).update(**owner)
    recompute(chain, position)
    return position


ATTACKS: dict[str, Callable[[Chain, Rng, int], Target]] = {
    attack.__name__: attack for attack in (edit, delete, insert, swap, truncate, truncate_and_append, rewrite)
}
