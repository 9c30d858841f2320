"""The contract as one page, and all that its summary shows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from contracts.completeness import gaps
from contracts.enums import Condition, Status
from contracts.forms.parts import KINDS
from contracts.grid import Grid, grid
from contracts.matrices import draft_of, matrix_of, version_at
from contracts.models import Contract, MatrixVersion
from contracts.models.promises import OPEN
from contracts.permissions import (
    DECIDE_CONTRACTS,
    DECIDE_QUOTAS,
    EDIT_MATRIX,
    KEEP_CONTRACTS,
    SEE_CONTRACTS,
    USE_QUOTAS,
)
from contracts.selectors import staff_on, standing, term_of, used_of
from contracts.services.promised import account_manager, why_not
from contracts.terms import Stretch, next_year
from servicedesk.audit.history import history_of
from servicedesk.clocks.selectors.on_duty import answering
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.enums import Side
from servicedesk.tenancy.wall import Person


@door(SEE_CONTRACTS, of=Contract)
def show_contract(request: Any, contract: Contract) -> HttpResponse:
    now = timezone.now()
    context = sections(contract, at=now) | acts(contract, request.person, on=timezone.localdate(now))
    return render(request, "contracts/contract.html", context | {"history": history_of(contract, request.person)})


def sections(contract: Contract, *, at: datetime) -> dict[str, Any]:
    """What reads like the contract; the wizard's summary shows the same."""
    on = timezone.localdate(at)
    prefetch_related_objects([contract], "hospital", "vendor", "desk", "signings", "catalogue", "next")
    how, staff = standing(contract, on=on), staff_on(contract, max(on, contract.starts_on or on))
    is_closed = how.status in (Status.LAPSED, Status.ENDED, Status.COMING)
    return {
        "contract": contract,
        "residents": sum(member.is_resident for member in staff),
        "standing": how,
        "why_not": why_not(contract, on=on) if is_closed else "",
        "call": account_manager(contract, on=on) if is_closed else None,
        "bar": term_bar(contract, on),
        "today": on,
        "grid": promises(contract, at),
        "levels": contract.levels.all(),
        "staff": staff,
        "duty": answering([contract.desk], at=at)[0],
        "systems": contract.systems.select_related("part_of").order_by("part_of_id", "id"),
        "catalogue": contract.catalogue.all(),
        "plans": contract.plans.all(),
        "deliverables": contract.deliverables.all(),
        "payments": [_payment(row) for row in contract.payments.all()],
        "quotas": [_quota(row) for row in contract.quotas.prefetch_related("uses")],
        "limits": contract.limits.all(),
        "expiries": contract.expiries.select_related("system"),
        "signings": contract.signings.all(),
        "kinds": KINDS,
    }


def acts(contract: Contract, person: Person, *, on: date) -> dict[str, Any]:
    """What this person may do here now; what is impossible is not offered."""
    how, is_mine = standing(contract, on=on), contract.is_writable_by(person)
    may_keep = bool(is_mine and KEEP_CONTRACTS.reach_of(person))
    may_decide = bool(is_mine and DECIDE_CONTRACTS.reach_of(person))
    may_edit = bool(is_mine and EDIT_MATRIX.reach_of(person))
    is_debtor = bool(contract.activated_at and person.side == Side.VENDOR)
    runs = how.status not in (Status.DRAFT, Status.ENDED)
    term = term_of(contract)
    signed = [Stretch(signing.from_on, signing.to_on) for signing in contract.signings.all()]
    return {
        "may_keep": may_keep and how.status != Status.ENDED,
        "may_owe": may_keep and how.status != Status.ENDED and not is_debtor,
        "may_prepare": may_keep and how.status == Status.DRAFT,
        "may_sign": may_decide and runs and contract.is_signed_yearly and term and next_year(term, signed) is not None,
        "may_renew": may_decide and contract.activated_at is not None and not contract.next.exists(),
        "may_end": may_decide and runs,
        "may_use": bool(is_mine and runs and USE_QUOTAS.reach_of(person)),
        "may_decide_quotas": bool(is_mine and DECIDE_QUOTAS.reach_of(person)),
        "try_url": reverse("try_promises", args=[contract.pk]),
        "edit_url": reverse("edit_matrix", args=[contract.pk]) if may_edit and how.status != Status.ENDED else "",
        "versions_url": reverse("matrix_versions", args=[contract.pk]),
        "asked": MatrixVersion.objects.filter(OPEN, contract=contract, asked_at__isnull=False).first(),
        "following": contract.next.first(),
        "gaps": gaps(contract, on=on) if how.status == Status.DRAFT else [],
    }


def promises(contract: Contract, at: datetime) -> Grid | None:
    """Those in force; of a contract that has not begun, or is being prepared, those that are to come."""
    version = version_at(contract, at) or contract.versions.select_related("contract", "calendar").first()
    version = version or draft_of(contract)
    names = {item.category: item.name for item in contract.catalogue.all()}
    return grid(matrix_of(version), names) if version else None


def term_bar(contract: Contract, on: date) -> dict[str, Any] | None:
    """In percent of the term, for a drawing that needs no style of its own."""
    term = term_of(contract)
    if term is None:
        return None
    return {
        "today": term.share_over(on) if term.holds(on) else None,
        "over": term.share_over(on) if on <= term.to_on else 100,
        "years": [_part(term, Stretch(year.from_on, year.to_on)) for year in contract.signings.all()]
        if contract.is_signed_yearly
        else [{"x": 0, "width": 100}],
    }


def _part(term: Stretch, year: Stretch) -> dict[str, int]:
    begins, ends = term.share_over(year.from_on), 100 if year.to_on >= term.to_on else term.share_over(year.to_on)
    return {"x": begins, "width": max(1, ends - begins)}


def _payment(row: Any) -> dict[str, Any]:
    known = [Condition(code).label for code in row.conditions if code in Condition.values]
    amount = row.contract.price * row.share / 100 if row.contract.price is not None else None
    return {"row": row, "conditions": known, "amount": amount}


def _quota(row: Any) -> dict[str, Any]:
    used = used_of(row)
    open_uses = [use for use in row.uses.all() if use.is_beyond and use.decided_at is None]
    return {
        "row": row,
        "used": used,
        "left": max(0, row.amount - used),
        "shown": min(used, row.amount),
        "open": open_uses,
    }
