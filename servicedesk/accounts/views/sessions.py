"""What allauth's page of one's own sessions lacks; its door hangs among theirs (`foreign_doors`)."""

from __future__ import annotations

from typing import Any

from allauth.usersessions.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _


def end_session(request: Any, pk: int) -> HttpResponse:
    """One of the person's other sessions: the phone that was lost, and nothing else. This one ends by signing out."""
    others = UserSession.objects.filter(user=request.user).exclude(session_key=request.session.session_key)
    get_adapter().end_sessions([get_object_or_404(others, pk=pk)])
    messages.success(request, _("That device is signed out."))
    return redirect("usersessions_list")
