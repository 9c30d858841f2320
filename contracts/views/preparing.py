"""'New contract', page by page. Each can be left half-way: what is typed stays with the draft."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.blueprint import blueprint, names
from contracts.completeness import Page, gaps, solves
from contracts.enums import StaffRole
from contracts.forms.contract import ContractForm, SolveTimeForm
from contracts.forms.parts import KINDS, PLANNED
from contracts.forms.staff import StaffForm
from contracts.matrices import draft_of, row_of
from contracts.models import Contract, StaffMember
from contracts.permissions import DECIDE_CONTRACTS, KEEP_CONTRACTS
from contracts.selectors import staff_on
from contracts.services import activating, drafting, keeping, promising, staffing
from contracts.views.page import acts, sections
from servicedesk.sla.promise import Metric, Unit
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.refusals import Refused

WRITES = ("GET", "POST")
TITLES = {
    Page.PARTIES: gettext_lazy("Parties and term"),
    Page.SYSTEMS: gettext_lazy("Systems, modules and interfaces"),
    Page.PROMISES: gettext_lazy("Promises"),
    Page.PEOPLE: gettext_lazy("People"),
    Page.PLANS: gettext_lazy("Plans, documents, money"),
}
ORDER = list(Page)


def prepared(page: Page) -> Callable[..., Any]:
    """A page of the wizard: `make(request, contract, data)` gives its forms, `write(forms, …)` makes them rows."""

    def hang(build: Callable[..., tuple[dict[str, Any], Callable[..., None]]]) -> Callable[..., HttpResponse]:
        @door(KEEP_CONTRACTS, methods=WRITES, of=Contract)
        def walk(request: Any, contract: Contract) -> HttpResponse:
            if contract.activated_at is not None:
                return redirect("contract", pk=contract.pk)
            forms, write = build(request, contract, _typed(request, contract, page))
            if request.method == "POST":
                return _take(request, contract, page, forms, write)
            return _show(request, contract, page, forms)

        return walk

    return hang


def _typed(request: Any, contract: Contract, page: Page) -> Any:
    """What is posted now, else what was left unfinished here."""
    if request.method == "POST":
        return request.POST
    left = contract.draft.get("typed", {}).get(page)
    return QueryDict(left) if left else None


def _take(request: Any, contract: Contract, page: Page, forms: dict[str, Any], write: Any) -> HttpResponse:
    at, later = timezone.now(), "later" in request.POST
    checked = [form.is_valid() for form in forms.values()]
    if all(checked):
        try:
            with transaction.atomic():
                write(at)
                drafting.finish_page(contract, page, by=request.person, at=at)
            return redirect("contract", pk=contract.pk) if later else _next(contract, page)
        except Refused as refusal:
            return _show(request, contract, page, forms, refusal=str(refusal.sentence))
    if later:
        drafting.keep_typed(contract, page, request.POST.urlencode(), by=request.person, at=at)
        messages.info(request, _("What you typed is kept with the draft. Something on the page is not finished yet."))
        return redirect("contract", pk=contract.pk)
    return _show(request, contract, page, forms)


def _next(contract: Contract, page: Page) -> HttpResponse:
    following = ORDER[ORDER.index(page) + 1 :]
    return redirect(f"prepare_{following[0]}" if following else "prepare_summary", pk=contract.pk)


def _show(request: Any, contract: Contract, page: Page, forms: dict[str, Any], *, refusal: str = "") -> HttpResponse:
    context = {
        "contract": contract,
        "page": page,
        "title": TITLES[page],
        "steps": steps(contract, page),
        "forms": forms,
        "kinds": KINDS,
        "refusal": refusal,
    }
    return render(request, f"contracts/prepare_{page}.html", context | _more(contract, page))


def _more(contract: Contract, page: Page) -> dict[str, Any]:
    return sections(contract, at=timezone.now()) if page is Page.PROMISES else {}


def steps(contract: Contract, here: Page | None) -> list[dict[str, Any]]:
    done, typed = contract.draft.get("done", []), contract.draft.get("typed", {})
    return [
        {"label": TITLES[page], "url_name": f"prepare_{page}", "is_current": page is here, "is_done": page in done,
         "is_half": page in typed, "number": number}
        for number, page in enumerate(Page, start=1)
    ]  # fmt: skip


@prepared(Page.PARTIES)
def prepare_parties(request: Any, contract: Contract, data: Any) -> Any:
    form = ContractForm(data, instance=contract, by=request.person)

    def write(at: Any) -> None:
        kept = form.save(commit=False)
        kept.ends_on = form.cleaned_data.get("ends_on")
        keeping.change_contract(kept, **form.desk(), by=request.person, at=at)

    return {"form": form}, write


@prepared(Page.SYSTEMS)
def prepare_systems(request: Any, contract: Contract, data: Any) -> Any:
    return _formsets(request, contract, data, ("systems",))


@prepared(Page.PLANS)
def prepare_plans(request: Any, contract: Contract, data: Any) -> Any:
    return _formsets(request, contract, data, PLANNED)


def _formsets(request: Any, contract: Contract, data: Any, slugs: tuple[str, ...]) -> Any:
    forms = {slug: KINDS[slug].formset(contract, data) for slug in slugs}

    def write(at: Any) -> None:
        for slug, formset in forms.items():
            model = KINDS[slug].model
            changes = {"kept": formset.kept, "removed": formset.removed}
            keeping.keep_parts(contract, model, **changes, by=request.person, at=at)

    return forms, write


@prepared(Page.PROMISES)
def prepare_promises(request: Any, contract: Contract, data: Any) -> Any:
    form = SolveTimeForm(data, initial=_said(contract))
    version = draft_of(contract)
    own = [row for row in map(row_of, version.rows) if not promising.is_agreed_solve_time(row)] if version else []
    if solves(own):  # the contract itself gives a time: there is nothing to ask
        return {"form": NoQuestion()}, lambda at: None

    def write(at: Any) -> None:
        promising.agree_solve_time(contract, **form.agreement(), by=request.person, at=at)

    return {"form": form}, write


class NoQuestion:
    """Where the contract itself gives a time to solve faults in, the page asks nothing."""

    def is_valid(self) -> bool:
        return True


def _said(contract: Contract) -> dict[str, Any]:
    if contract.has_no_solve_time:
        return {"agreed": "none"}
    version = draft_of(contract)
    for row in map(row_of, version.rows if version else []):
        if promising.is_agreed_solve_time(row):
            promise = next(each for each in row.promises if each.metric is Metric.RESTORE)
            factor = 60 if promise.unit is Unit.ELAPSED_MINUTES else 1
            return {"agreed": "time", "number": promise.target // factor, "unit": promise.unit.value}
    return {}


@prepared(Page.PEOPLE)
def prepare_people(request: Any, contract: Contract, data: Any) -> Any:
    at = timezone.now()
    people = _people(contract, at)
    forms = {
        prefix: StaffForm(
            data, instance=member, prefix=prefix, contract=contract, by=request.person, at=at,
            use_required_attribute=False, empty_permitted=is_new,
        )
        for prefix, member, is_new in people
    }  # fmt: skip

    def write(at: Any) -> None:
        for form in forms.values():
            if not form.empty_permitted or form.cleaned_data.get("name"):
                staffing.keep_staff(form.save(commit=False), by=request.person, at=at)

    return forms, write


def _people(contract: Contract, at: Any) -> list[tuple[str, StaffMember, bool]]:
    """Whoever is named, then a blank for each role that the contract wants filled."""
    begins = contract.starts_on or timezone.localdate(at)
    named = staff_on(contract, max(begins, timezone.localdate(at)))
    rows = [(str(member.pk), member, False) for member in named]
    there = [StaffRole(member.role) for member in named]
    for post in blueprint(contract.blueprint).owed.staff if contract.blueprint in names() else ():
        for number in range(max(0, post.number - there.count(post.role))):
            blank = StaffMember(role=post.role, from_on=begins, is_resident=post.role is StaffRole.RESIDENT_ENGINEER)
            rows.append((f"{post.role}-{number}", blank, True))
    return rows


@door(KEEP_CONTRACTS, of=Contract)
def prepare_summary(request: Any, contract: Contract) -> HttpResponse:
    if contract.activated_at is not None:
        return redirect("contract", pk=contract.pk)
    now = timezone.now()
    context = sections(contract, at=now) | acts(contract, request.person, on=timezone.localdate(now))
    more = {"steps": steps(contract, None), "may_activate": DECIDE_CONTRACTS.reach_of(request.person)}
    more["blocking"] = [gap for gap in gaps(contract, on=timezone.localdate(now)) if gap.blocks]
    return render(request, "contracts/prepare_summary.html", context | more)


@door(DECIDE_CONTRACTS, methods=("POST",), of=Contract)
def activate(request: Any, contract: Contract) -> HttpResponse:
    activating.activate_contract(contract, by=request.person, at=timezone.now())
    messages.success(request, _("The contract is in force."))
    return redirect("contract", pk=contract.pk)


@door(KEEP_CONTRACTS, methods=("POST",), of=Contract)
def discard(request: Any, contract: Contract) -> HttpResponse:
    drafting.discard_draft(contract, by=request.person, at=timezone.now())
    return redirect("contracts")
