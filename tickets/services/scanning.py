"""What comes in by a sticker, from somebody who is not signed in: one report, haste, 'me too', and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.models import CatalogueItem, Contract
from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.sla.promise import Channel, Severity
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Department, Membership
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Person
from tickets.at_place import targets_at
from tickets.enums import Kind
from tickets.models import MeToo, Scan, Sticker, Ticket
from tickets.offering import Target, by_phone_only, category_of_faults, levels_of_contract
from tickets.services.reporting import Report, report_with_files
from tickets.stream import locked, of, write
from tickets.symptoms import Symptom

WITH = ("contract__desk", "contract__vendor", "system__part_of", "hospital", "department", "place")


@dataclass(frozen=True)
class Tapped:
    """What was tapped, and the little that may have been typed."""

    symptom: Symptom
    submission: UUID
    system: str = ""  # of several that stand there, the key of the one that is meant
    halts_care: bool = False
    words: str = ""
    name: str = ""
    phone: str = ""


@dataclass(frozen=True)
class AlsoHit:
    submission: UUID
    department: Department | None = None
    where: str = ""
    name: str = ""
    phone: str = ""


@transaction.atomic
def report_by_sticker(sticker: Sticker, tapped: Tapped, photos: Sequence[Any] = (), *, at: datetime) -> Ticket:
    """The wall is open for the sticker's hospital. What affects patients under way goes by the phone rule (PACS-16)."""
    sticker = Sticker.objects.select_related(*WITH).get(pk=sticker.pk)
    if sticker.revoked_at:
        raise Refused(_("This sticker is revoked."), code="revoked")
    report = _report(sticker, _meant(sticker, tapped.system, at=at), tapped, at=at)
    ticket = report_with_files(report, photos, by=None, at=at, source=sticker.pk)
    Scan.objects.get_or_create(
        **of(ticket),
        defaults={"sticker": sticker, "symptom": tapped.symptom, "halts_care": tapped.halts_care, "at": at},
    )
    return ticket


def _meant(sticker: Sticker, key: str, *, at: datetime) -> Target:
    targets = targets_at(sticker, at=at)
    if len(targets) == 1:
        return targets[0]
    found = next((target for target in targets if target.key == key), None)
    if found is None:
        raise Refused(_("Tap which system it is first."), code="system")
    return found


def severity_for(contract: Contract, item: CatalogueItem, *, halts_care: bool, at: datetime) -> Severity:
    """Nobody is asked for a letter on a phone. The gravest that the browser may report; of those that only the phone
    may, the lightest: the hospital raises it in the call."""
    levels = levels_of_contract(contract)
    grave = by_phone_only(contract, item.category, levels, at=at)
    light = [level for level in levels if level not in grave]
    if halts_care and grave:
        return grave[-1]
    return light[0] if light else (grave[-1] if grave else Severity.NONE)


def hit_of(person: Person) -> AlsoHit:
    """Somebody signed in: once per person."""
    member = Membership.objects.select_related("department").get(pk=person.membership_id)
    return AlsoHit(
        submission=person.membership_id,
        department=member.department,
        where=member.department.name if member.department else "",
        name=person.name,
        phone=member.phone,
    )


@transaction.atomic
def say_me_too(ticket: Ticket, hit: AlsoHit, *, by: Person | None, at: datetime) -> bool:
    """Once per browser or person. It makes no new version: whoever is writing an answer is not stopped by it."""
    ticket = locked(ticket)
    if not ticket.is_open:
        raise Refused(_("It is over by now. Report yours."), code="over")
    row, is_new = MeToo.objects.get_or_create(
        **of(ticket),
        submission=hit.submission,
        defaults={
            "department": hit.department, "where": hit.where, "name": hit.name, "phone": hit.phone, "at": at,
            "by": by.membership_id if by else None,
        },
    )  # fmt: skip
    if is_new:
        record(Act.ME_TOO, ticket, by=by, at=at)
        write(ticket, Kind.ACT, act=Act.ME_TOO, by=by, at=at, facts={"where": hit.where}, name=hit.name or row.where)
    return is_new


def _report(sticker: Sticker, target: Target, tapped: Tapped, *, at: datetime) -> Report:
    contract = target.contract
    item = category_of_faults(contract, Role.WARD_REPORTER)
    said = str(tapped.symptom.label).rstrip("…")
    return Report(
        contract=contract,
        category=item.category,
        title=f"{said} · {sticker}",
        channel=Channel.WEB,
        severity=severity_for(contract, item, halts_care=tapped.halts_care, at=at),
        words=_in_full(tapped),
        system=target.system,
        department=sticker.department,
        place=sticker.place,
        where=str(sticker),
        reporter_name=tapped.name,
        reporter_phone=tapped.phone or (sticker.department.phone if sticker.department else ""),
        submission=tapped.submission,
    )


def _in_full(tapped: Tapped) -> str:
    alarm = _("Affects patients under way.") if tapped.halts_care else ""
    return "\n".join(part for part in (alarm, tapped.words) if part)
