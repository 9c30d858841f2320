from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from servicedesk.notices import selectors
from servicedesk.notices.enums import NoticeKind, Urgency
from servicedesk.notices.forms import PreferenceForm
from servicedesk.notices.permissions import SET_PREFERENCES
from servicedesk.notices.services.preferences import set_preferences
from servicedesk.notices.views.frame import page, posted
from servicedesk.tenancy.doors import door


@door(SET_PREFERENCES, methods=("GET", "POST"))
def preferences(request: Any) -> HttpResponse:
    form = PreferenceForm(posted(request), preference=selectors.preference(request.person))
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data
        set_preferences(
            form.choices, quiet=words["quiet"], quiet_days=words["quiet_days"], by=request.person, at=timezone.now()
        )
        messages.success(request, _("Saved. It holds from the next notice on."))
        return redirect("notice_preferences")
    always = [kind.label for kind in NoticeKind if kind.urgency == Urgency.ESCALATION]
    return page(request, "notices/preferences.html", {"form": form, "always": always}, tab="notice_preferences")
