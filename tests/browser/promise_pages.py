"""A contract whose promises are being changed, and the addresses of the pages on which that is done and tried."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from contracts.drafts import ladders_of, mark, promise_in
from contracts.matrices import draft_of
from contracts.models import Contract
from contracts.services import amending, editing
from servicedesk.sla.promise import Metric
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.wall import Context, opened
from tests.contracts.people import in_force
from tests.world import World, enter, give_second_factor

HOLIDAY = "2026-09-30T12:00"


def promises_room(world: World) -> tuple[dict[str, str], Membership, Membership]:
    """Paths by name, the vendor's manager and the hospital's lead."""
    with opened(Context()):
        smart, manager, lead = in_force(world.h1, world.v1, "smart")
        pacs, *_ = in_force(world.h2, world.v1, "pacs")
        hrp, *_ = in_force(world.h1, world.v1, "hrp")
        by = enter(manager)
        _answer_within(smart, 20, by)
        _answer_within(pacs, 3, by, place=2)
        asked = _answer_within(hrp, 45, by, place=2)
        begins = timezone.localdate() + timedelta(days=10)
        amending.ask_hospital(asked, from_on=begins, why="增派一名驻场工程师", by=by, at=timezone.now())
    for member in (manager, lead):
        give_second_factor(member.user)
    return _paths(smart, pacs, hrp), manager, lead


def _answer_within(contract: Contract, minutes: int, by: object, place: int = 0) -> object:
    draft = amending.begin_draft(contract, by=by, at=timezone.now())
    row = draft.rows[place]
    facts = promise_in(row, "respond") | {"target": minutes}
    editing.keep_cell(draft, place, Metric.RESPOND, facts, was=mark(row), by=by, at=timezone.now())
    return draft_of(contract)


def _paths(smart: Contract, pacs: Contract, hrp: Contract) -> dict[str, str]:
    with opened(Context.of_hospital(smart.hospital_id)):
        draft, asked = draft_of(smart), draft_of(hrp)
        ladder = ladders_of(draft.rows)[0].mark
    with opened(Context.of_hospital(pacs.hospital_id)):
        wrong = draft_of(pacs)
    case = f"category=fault&severity=&at={HOLIDAY}&reported_by=&version=1"
    return {
        "matrix": f"/contracts/{smart.pk}/promises/",
        "matrix-wrong": f"/contracts/{pacs.pk}/promises/",
        "matrix-cell": f"/contracts/promises/{draft.pk}/cell/?line=0&metric=respond",
        "matrix-line": f"/contracts/promises/{draft.pk}/line/?line=0",
        "matrix-ladder": f"/contracts/promises/{draft.pk}/ladder/?ladder={ladder}",
        "matrix-whole": f"/contracts/promises/{asked.pk}/whole/",
        "matrix-check": f"/contracts/promises/{draft.pk}/check/",
        "matrix-check-wrong": f"/contracts/promises/{wrong.pk}/check/",
        "matrix-asked": f"/contracts/promises/{asked.pk}/",
        "matrix-versions": f"/contracts/{smart.pk}/promises/versions/?old=1&new=2",
        "contract-asked": f"/contracts/{hrp.pk}/",
        "try": f"/contracts/{smart.pk}/promises/try/",
        "try-holiday": f"/contracts/{smart.pk}/promises/try/?{case}",
        "try-two": f"/contracts/{smart.pk}/promises/try/?{case}&other=2",
        "try-change": f"/contracts/{smart.pk}/promises/try/?{case.replace('=fault', '=change')}",
        "try-provisional": f"/contracts/{smart.pk}/promises/try/?category=change&at=2026-12-20T12:00&version=",
        "try-phone-only": f"/contracts/{pacs.pk}/promises/try/?category=fault&severity=1&at={HOLIDAY}&reported_by=web",
        "try-waits": f"/contracts/{pacs.pk}/promises/try/?category=fault&severity=B&at={HOLIDAY}&reported_by=&version=",
        "try-wrong": f"/contracts/{pacs.pk}/promises/try/?category=coffee&severity=Z&at=9999-12-31T23:59&reported_by=",
    }
