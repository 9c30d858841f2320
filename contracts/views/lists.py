from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.enums import Status
from contracts.forms.contract import StartForm
from contracts.permissions import SEE_CONTRACTS, START_CONTRACTS
from contracts.selectors import standings
from contracts.services import starting
from servicedesk.tenancy.doors import door

ORDER = (Status.EXPIRING, Status.LAPSED, Status.ACTIVE, Status.COMING, Status.DRAFT, Status.ENDED)


@door(SEE_CONTRACTS)
def list_contracts(request: Any) -> HttpResponse:
    """Those that want something first; a status at a time on wish."""
    found = standings(request.person, on=timezone.localdate())
    chosen = request.GET.get("status", "")
    shown = [each for each in found if each.status == chosen] if chosen in Status.values else found
    shown = sorted(shown, key=lambda each: ORDER.index(each.status))  # stable: the nearest end stays first
    context = {
        "standings": shown,
        "tabs": _tabs(found, chosen),
        "chosen": chosen,
        "may_start": START_CONTRACTS.reach_of(request.person),
        "today": timezone.localdate(),
    }
    return render(request, "contracts/list.html", context)


def _tabs(found: list[Any], chosen: str) -> list[dict[str, Any]]:
    counts = {status: sum(each.status == status for each in found) for status in ORDER}
    everything = {"label": _("All"), "href": "?", "count": len(found), "is_current": chosen not in Status.values}
    named = [
        {"label": status.label, "href": f"?status={status}", "count": counts[status], "is_current": chosen == status}
        for status in ORDER
        if counts[status] or chosen == status
    ]
    return [everything, *named]


@door(START_CONTRACTS, methods=("GET", "POST"))
def start_contract(request: Any) -> HttpResponse:
    now = timezone.now()
    form = StartForm(request.POST or None, by=request.person, at=now)
    if request.method == "POST" and form.is_valid():
        contract = starting.start_contract(**_parties(form), **_words(form), by=request.person, at=now)
        return redirect("prepare_parties", pk=contract.pk)
    return render(request, "contracts/start.html", {"form": form})


def _parties(form: StartForm) -> dict[str, Any]:
    from servicedesk.tenancy.models import Hospital, Vendor

    own = {name: (Hospital if name == "hospital" else Vendor)(pk=key) for name, key in form.own.items()}
    given = {name: form.cleaned_data[name] for name in ("hospital", "vendor") if name in form.cleaned_data}
    return {**own, **given}


def _words(form: StartForm) -> dict[str, Any]:
    return {"code": form.cleaned_data["code"], "name": form.cleaned_data["name"].strip()}
