"""The lists that hang on a contract, each on a page of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from contracts.forms.parts import KINDS, Kind
from contracts.models import Contract
from contracts.permissions import KEEP_CONTRACTS
from contracts.services import keeping
from servicedesk.tenancy.doors import door
from servicedesk.tenancy.refusals import Refused


def editor_of(kind: Kind) -> Callable[..., Any]:
    @door(KEEP_CONTRACTS, methods=("GET", "POST"), of=Contract)
    def edit(request: Any, contract: Contract) -> HttpResponse:
        formset, refusal = kind.formset(contract, request.POST or None), ""
        if request.method == "POST" and formset.is_valid():
            try:
                changes = {"kept": formset.kept, "removed": formset.removed}
                keeping.keep_parts(contract, kind.model, **changes, by=request.person, at=timezone.now())
                return redirect("contract", pk=contract.pk)
            except Refused as refused:
                refusal = str(refused.sentence)
        context = {"contract": contract, "kind": kind, "formset": formset, "refusal": refusal}
        return render(request, "contracts/parts.html", context)

    return edit


EDITORS = {kind.slug: editor_of(kind) for kind in KINDS.values()}
