"""Which systems a sticker stands for, and under which contract each is kept at the moment somebody scans it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count

from contracts.models import CatalogueItem, Contract, System
from contracts.services.promised import is_outside_contract
from servicedesk.tenancy.enums import Role
from tickets.models import Scan, Sticker, Ticket
from tickets.offering import Target, targets_of, without_interfaces

LATELY = timedelta(days=90)
LOOKED_AT = 500  # of the newest reports at one place


def targets_at(sticker: Sticker, *, at: datetime) -> list[Target]:
    """A device's own system; or, where none is named, what stands at this place, the most often reported first.

    Systems never reported here come last: a sheet says the place, and nobody keeps a list of what stands there.
    """
    found = targets_of(sticker.hospital_id, at=at)
    if sticker.contract is not None:
        return [in_force_for(Target(sticker.contract, sticker.system), found, at=at)]
    found = without_interfaces(_that_wards_may_report(found))
    often = _reported_at(sticker, at=at)
    kept = [target for target in found if _holds(target, at)] or found
    return sorted(kept, key=lambda target: -often[target.name])


@dataclass(frozen=True)
class Named:
    """A system as one taps it; two of the same name are told apart by their contracts."""

    key: str
    name: str
    desk: Any
    contract: str = ""


def named(targets: Sequence[Target]) -> list[Named]:
    names = Counter(target.name for target in targets)
    return [
        Named(one.key, one.name, one.contract.desk_id, one.contract.name if names[one.name] > 1 else "")
        for one in targets
    ]


def in_force_for(wanted: Target, found: Sequence[Target], *, at: datetime) -> Target:
    """Renewed, re-let or renamed, a system is the same one to whoever stands before it. Where no contract holds today
    it stays with its own, which says whom to call."""
    own = next((target for target in found if target.key == wanted.key), wanted)
    if _holds(own, at):
        return own
    holding = [target for target in found if _holds(target, at)]
    names, line = _names(wanted, holding), _renewals(wanted.contract)
    same = [target for target in holding if names.get(target.key, {target.name}) & names[wanted.key]]
    return next((target for target in same if target.contract.pk in line), None) or next(iter(same), own)


def tapped_lately(sticker: Sticker, *, at: datetime) -> Counter[str]:
    """How often each trouble was reported by stickers of this system, or at this place, in the last ninety days."""
    scans = Scan.objects.filter(at__gt=at - LATELY, **_like(sticker))
    return Counter(dict(scans.order_by().values_list("symptom").annotate(Count("id"))))


def _like(sticker: Sticker) -> dict[str, object]:
    if sticker.system_id:
        return {"sticker__system": sticker.system_id}
    if sticker.contract_id:
        return {"sticker__contract": sticker.contract_id, "sticker__system": None}
    return {"sticker__place": sticker.place_id} if sticker.place_id else {"sticker": sticker.pk}


def _holds(target: Target, at: datetime) -> bool:
    return not is_outside_contract(target.contract, at=at, system=target.system)


def _that_wards_may_report(targets: Sequence[Target]) -> list[Target]:
    contracts = {target.contract.pk for target in targets}
    items = CatalogueItem.objects.filter(contract__in=contracts, roles__contains=[Role.WARD_REPORTER.value])
    open_to_wards = set(items.values_list("contract_id", flat=True))
    return [target for target in targets if target.contract.pk in open_to_wards]


def _reported_at(sticker: Sticker, *, at: datetime) -> Counter[str]:
    """By the system's name: the row changes with every renewal."""
    where = {"place": sticker.place_id} if sticker.place_id else {"scan__sticker": sticker.pk}
    newest = Ticket.objects.filter(**where, recorded_at__gt=at - LATELY).order_by("-id")
    return Counter(
        system or contract for system, contract in newest.values_list("system__name", "contract__name")[:LOOKED_AT]
    )


def _renewals(contract: Contract) -> set[UUID]:
    """The contracts that follow this one, each renewing the one before."""
    line, ends = set[UUID](), [contract.pk]
    while ends:
        ends = list(Contract.objects.filter(renews__in=ends).exclude(pk__in=line).values_list("pk", flat=True))
        line.update(ends)
    return line


def _names(wanted: Target, among: Sequence[Target]) -> dict[str, set[str]]:
    """Every name a system has ever had: one that was renamed is found by what it was called when it was copied."""
    names = {target.key: {target.name} for target in (*among, wanted)}
    ids = [target.system.pk for target in (*among, wanted) if target.system]
    for key, name in System.history.filter(id__in=ids).values_list("id", "name"):
        names[str(key)].add(name)
    return names
