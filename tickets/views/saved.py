"""Views of the queue that people keep, for themselves or for everybody of their organisation."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.tenancy.doors import door
from servicedesk.tenancy.refusals import Refused
from tickets.forms.queue import ViewForm
from tickets.models import QueueView
from tickets.permissions import KEEP_VIEWS
from tickets.queue.views import views_of
from tickets.queue.wanted import chips, read
from tickets.services import queueing


@door(KEEP_VIEWS, methods=("GET", "POST"))
def keep_view(request: Any) -> HttpResponse:
    """The address carries what is kept, in our own spelling."""
    query = QueryDict(request.META.get("QUERY_STRING", "")[:2000])
    wanted = read(query, views=views_of(request.person))
    form = ViewForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        name, is_shared = form.cleaned_data["name"], form.cleaned_data["is_shared"]
        try:
            kept = queueing.keep_view(
                name, wanted.address(facts=True), is_shared=is_shared, by=request.person, at=timezone.now()
            )
            return redirect(f"{reverse('tickets')}?{kept.query}&saved={kept.pk}")
        except Refused as refusal:
            form.add_error(None, str(refusal.sentence))
    view = views_of(request.person)[wanted.view]
    context = {"form": form, "view": view, "chips": chips(wanted, {}), "address": wanted.address(facts=True)}
    return render(request, "tickets/queue_keep.html", context)


@door(KEEP_VIEWS, methods=("POST",), of=QueueView)
def drop_view(request: Any, view: QueueView) -> HttpResponse:
    queueing.drop_view(view, by=request.person, at=timezone.now())
    messages.success(request, _("The view “%(name)s” is gone.") % {"name": view.name})
    return redirect("tickets")
