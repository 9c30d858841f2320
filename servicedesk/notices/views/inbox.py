from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from servicedesk.notices import selectors
from servicedesk.notices.models import InboxItem
from servicedesk.notices.permissions import READ_INBOX
from servicedesk.notices.services import inbox as services
from servicedesk.notices.views.frame import page
from servicedesk.notices.views.paging import page_of
from servicedesk.tenancy.doors import door


@door(READ_INBOX)
def inbox(request: Any) -> HttpResponse:
    unread_only = request.GET.get("unread") == "1"
    items, older = page_of(
        request, lambda before: selectors.inbox(request.person, before=before, unread_only=unread_only)
    )
    context = {
        "items": items,
        "older": older,
        "unread_only": unread_only,
        "unread": selectors.unread_count(request.person),
    }
    return page(request, "notices/inbox.html", context, tab="inbox")


@door(READ_INBOX)
def unread(request: Any) -> HttpResponse:
    """The badge, which asks again by itself."""
    return render(request, "notices/_unread.html", {"unread": selectors.unread_count(request.person)})


@door(READ_INBOX, of=InboxItem)
def open_notice(request: Any, item: InboxItem) -> HttpResponse:
    """Only redirects, so that it works as an ordinary link: to open in a new tab, from a mail, without scripts."""
    services.mark_read(item, by=request.person, at=timezone.now())
    return redirect(item.url)


@door(READ_INBOX, methods=("POST",))
def mark_all_read(request: Any) -> HttpResponse:
    services.mark_all_read(by=request.person, at=timezone.now())
    return redirect("inbox")
