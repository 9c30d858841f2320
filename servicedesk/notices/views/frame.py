from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from servicedesk.notices.permissions import MANAGE_TARGETS, READ_INBOX, SEE_DELIVERIES, SET_PREFERENCES
from servicedesk.tenancy.permissions import Permission

TABS: list[tuple[str, Promise, Permission]] = [
    ("inbox", _("Inbox"), READ_INBOX),
    ("notice_preferences", _("How I am told"), SET_PREFERENCES),
    ("deliveries", _("Sent and not sent"), SEE_DELIVERIES),
    ("targets", _("Where messages go"), MANAGE_TARGETS),
]


def page(request: Any, template: str, context: dict[str, Any], *, tab: str) -> HttpResponse:
    """A page of this room, with the way to the others that this person may open."""
    tabs = [
        {"label": words, "href": reverse(name), "is_current": name == tab, "count": None}
        for name, words, may in TABS
        if may.reach_of(request.person)
    ]
    return render(request, template, {**context, "tabs": tabs})


def posted(request: Any) -> Any:
    """For a form's first argument. An empty POST is one too: every box unticked."""
    return request.POST if request.method == "POST" else None
