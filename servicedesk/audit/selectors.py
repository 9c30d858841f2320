from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from servicedesk.audit.chain import FIELDS, Chain, link_hash
from servicedesk.audit.models import Block, Link, Record
from servicedesk.tenancy.models.base import WalledQuerySet
from servicedesk.tenancy.wall import Person


def trail(person: Person, condition: Q | None = None) -> WalledQuerySet:
    """Screen and export read the trail through here, newest first."""
    return Record.objects.visible_to(person).filter(condition or Q()).order_by("-at", "-pk")


def newest_block(person: Person) -> Block | None:
    """The newest seal of the person's own organisation."""
    chain = Chain.of(person.hospital_id, person.vendor_id).name
    return Block.objects.visible_to(person).filter(chain=chain).order_by("-number").first()


@dataclass(frozen=True)
class Place:
    """Where a record stands in its chain. `is_intact` is None where the neighbour it hangs on is another party's."""

    link: Link
    block: Block | None
    is_intact: bool | None

    @property
    def hash(self) -> str:
        return bytes(self.link.hash).hex()


def place_in_chain(record: Record, person: Person) -> Place | None:
    """None: not sealed yet, it takes a few seconds."""
    link = Link.objects.visible_to(person).filter(pk=record.pk).first()
    if link is None:
        return None
    block = Block.objects.visible_to(person).filter(chain=link.chain, number=link.block).first()
    before = _hash_before(link, person)
    if block is None or before is None:
        return Place(link, block, None)
    values = Record.objects.visible_to(person).values_list(*FIELDS).get(pk=record.pk)
    return Place(link, block, link_hash(before, values, block.encoding) == bytes(link.hash))


def _hash_before(link: Link, person: Person) -> bytes | None:
    if link.position == 1:
        return Chain.named(link.chain).origin
    before = Link.objects.visible_to(person).filter(chain=link.chain, position=link.position - 1).first()
    return bytes(before.hash) if before else None
