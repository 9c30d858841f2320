"""What a person may report, under which contract, and what of it only the phone may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.enums import Status
from contracts.matrices import matrix_of, version_at
from contracts.models import CatalogueItem, Contract, Level, System
from contracts.selectors import status
from contracts.services.promised import refuse_unless_promised
from servicedesk.sla.calendar import Impossible
from servicedesk.sla.promise import Severity
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person
from tickets.models import Ticket
from tickets.permissions import REPORT_FAULTS
from tickets.terms import only_by_phone

FAULT = "fault"
NEVER = frozenset({Status.DRAFT, Status.COMING})


@dataclass(frozen=True)
class Target:
    """What a fault can be reported of: a system, or a contract that names none."""

    contract: Contract
    system: System | None = None

    @property
    def key(self) -> str:
        return str(self.system.pk if self.system else self.contract.pk)

    @property
    def name(self) -> str:
        return self.system.name if self.system else self.contract.name


def targets_for(person: Person, *, at: datetime) -> list[Target]:
    """All of one's own side, in three queries. Choosing a lapsed contract says why, and whom to call."""
    found = _targets(Contract.owned_by(person), at)
    return without_interfaces(found) if person.role is Role.WARD_REPORTER else found


def targets_of(hospital_id: int, *, at: datetime) -> list[Target]:
    """Likewise of a hospital, where nobody is signed in."""
    return _targets(Q(hospital_id=hospital_id), at)


def _targets(whose: Q, at: datetime) -> list[Target]:
    on = timezone.localdate(at)
    systems = Prefetch("systems", System.objects.select_related("part_of").order_by("id"))
    rows = Contract.objects.filter(whose, activated_at__isnull=False)
    followed = Exists(Contract.objects.filter(renews=OuterRef("pk"), activated_at__isnull=False))
    rows = rows.annotate(is_followed=followed).select_related("hospital", "vendor", "desk")
    rows = rows.prefetch_related("signings", systems)
    found: list[Target] = []
    for contract in rows.order_by("hospital__name", "name", "id"):
        standing = status(contract, on=on)
        if standing not in NEVER and not (standing is Status.ENDED and contract.is_followed):
            found += [Target(contract, system) for system in contract.systems.all()] or [Target(contract)]
    return found


def without_interfaces(targets: Sequence[Target]) -> list[Target]:
    """Whoever sits at a screen knows the system, and the engineer which of its interfaces failed (PACS-12)."""
    return [target for target in targets if target.system is None or not target.system.interface_to]


def grouped(targets: Sequence[Target], *, with_hospital: bool = False) -> list[tuple[str, list[tuple[str, str]]]]:
    """For a <select>: the systems under their contract and whose it is."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for target in targets:
        contract = target.contract
        party = contract.hospital.short_name if with_hospital else contract.vendor.short_name
        groups.setdefault(f"{contract.name} · {party}", []).append((target.key, target.name))
    return list(groups.items())


def catalogue_for(contract: Contract, role: Role) -> list[CatalogueItem]:
    """`roles` names the hospital's people; whoever writes a call down for one of them may pick anything."""
    items = CatalogueItem.objects.filter(contract=contract).order_by("id")
    return [item for item in items if may_report(item, role)]


def may_report(item: CatalogueItem, role: Role) -> bool:
    return role not in REPORT_FAULTS.grants or role.value in item.roles


def category_of_faults(contract: Contract, role: Role) -> CatalogueItem:
    items = catalogue_for(contract, role)
    item = next((one for one in items if one.category == FAULT), items[0] if items else None)
    if item is None:
        raise Refused(_("Under this contract nothing can be reported this way. Call the hotline."), code="no_category")
    return item


def why_not_for_wards(target: Target, *, at: datetime) -> str:
    """Said before anything is tapped: no contract holds today, or wards report nothing under it."""
    try:
        refuse_unless_promised(target.contract, at=at, system=target.system)
        category_of_faults(target.contract, Role.WARD_REPORTER)
    except Refused as refusal:
        return str(refusal.sentence)
    return ""


def grave_for_wards(target: Target, *, at: datetime) -> list[Severity]:
    category = category_of_faults(target.contract, Role.WARD_REPORTER).category
    return by_phone_only(target.contract, category, levels_of_contract(target.contract), at=at)


def levels_of_contract(contract: Contract) -> list[Severity]:
    """Those the contract names, from grave to light."""
    named = set(Level.objects.filter(contract=contract).values_list("severity", flat=True))
    return [severity for severity in Severity if severity.value in named]


def by_phone_only(contract: Contract, category: str, levels: Sequence[Severity], *, at: datetime) -> list[Severity]:
    version = version_at(contract, at)
    if version is None:
        return []
    matrix = matrix_of(version)
    try:
        return [level for level in levels if only_by_phone(matrix.channels_for(category, level, at))]
    except Impossible:
        return []


def similar_to(text: str, target: Target, tickets: QuerySet[Ticket], *, shown: int = 5) -> list[Ticket]:
    """Open ones of the same system that share pieces of two characters with what is being typed, most alike first."""
    wanted = _pairs(text)
    if not wanted:
        return []
    rows = tickets.filter(contract=target.contract, system=target.system).order_by("-id")[:200]
    scored = [(len(wanted & _pairs(f"{row.title} {row.words[:200]}")) / len(wanted), row) for row in rows]
    alike = sorted((one for one in scored if one[0] >= 0.3), key=lambda one: -one[0])
    return [row for _score, row in alike[:shown]]


def _pairs(text: str) -> set[str]:
    plain = "".join(character for character in text.lower() if character.isalnum())
    return {plain[place : place + 2] for place in range(len(plain) - 1)}
