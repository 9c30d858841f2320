"""The pages about the product itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST

from servicedesk.health import findings, remarks
from servicedesk.metrics import exposition
from servicedesk.tenancy.doors import Audience, door, is_internal


@door(Audience.PUBLIC)
def healthz(request: HttpRequest) -> JsonResponse:
    """503 as soon as anything is unwell. Which part, and how far, only this machine's neighbours learn."""
    found = findings()
    ok = all(finding.ok for finding in found)
    body: dict[str, object] = {"ok": ok}
    if is_internal(request):
        body["parts"] = {finding.name: {"ok": finding.ok, "value": finding.value} for finding in found}
    return JsonResponse(body, status=200 if ok else 503)


@door(Audience.PUBLIC)
def livez(request: HttpRequest) -> JsonResponse:
    """May this web process be sent requests? A dead worker elsewhere is no reason to take it out."""
    ok = all(finding.ok for finding in findings() if finding.name == "database")
    return JsonResponse({"ok": ok}, status=200 if ok else 503)


@door(Audience.SIGNED_IN)
def status(request: HttpRequest) -> HttpResponse:
    found, now = findings(), timezone.now()
    well = all(finding.ok for finding in found)
    context = {"findings": [*found, *remarks(at=now)], "well": well, "now": now}
    return render(request, "status.html", context)


@door(Audience.INTERNAL)
def metrics(request: HttpRequest) -> HttpResponse:
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)
