"""The door of a page: who may come in, with which methods, to which kind of row. Every URL has one; a test walks them.

    @door(SEE_DEPARTMENTS, of=Department)
    def show_department(request, department): ...

Order matters for what it gives away: permission first, then the row through `visible_to` (a foreign one is missing),
then how far the permission reaches.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import wraps
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from servicedesk.tenancy.enums import Reach
from servicedesk.tenancy.models.base import Walled
from servicedesk.tenancy.permissions import Permission
from servicedesk.tenancy.refusals import Forbidden, Refused
from servicedesk.tenancy.scopes import NAMED
from servicedesk.tenancy.undoing import in_one_piece
from servicedesk.ui.middleware import client_address

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Audience(StrEnum):
    PUBLIC = "public"  # anybody on the network
    SIGNED_IN = "signed in"  # anybody with an account, even without a membership
    MEMBER = "member"  # anybody in any role
    INTERNAL = "internal"  # this machine and the addresses in INTERNAL_ADDRESSES


@dataclass(frozen=True)
class Rule:
    """What a URL declares; the matrix derives every expectation from it."""

    who: Permission | Audience
    methods: tuple[str, ...]
    of: type[Walled] | None = None
    key: str = "pk"
    writes: Permission | None = None  # who may change something there, where that is not whoever may read

    def asked_by(self, method: str | None) -> Rule:
        is_write = self.writes and method in self.methods and method not in SAFE
        return replace(self, who=self.writes, writes=None) if is_write else self


def door(
    who: Permission | Audience,
    *,
    methods: tuple[str, ...] = ("GET",),
    of: type[Walled] | None = None,
    key: str = "pk",
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    rule = Rule(who, methods, of, key)

    def hang(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def come_in(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                return walk(rule, view, request, args, kwargs)
            except Refused as refusal:
                request.denial = refusal.code  # type: ignore[attr-defined]
                return refusal_page(request, refusal)

        come_in.rule = rule  # type: ignore[attr-defined]
        return come_in

    return hang


def walk(
    rule: Rule, view: Callable[..., HttpResponseBase], request: Any, args: Any, kwargs: Any, *, savepoint: bool = True
) -> HttpResponseBase:
    rule = rule.asked_by(request.method)
    if turned_away := _turned_away(rule, request):
        return turned_away
    if request.method not in rule.methods and request.method not in {"HEAD", "OPTIONS"}:
        return HttpResponseNotAllowed(rule.methods)
    if rule.of:
        args = (_row(rule, request, kwargs.pop(rule.key)), *args)
    if request.method in SAFE:
        return view(request, *args, **kwargs)
    # A refused act leaves nothing behind, and the page about it can still be made; no page is made for programs.
    with transaction.atomic(savepoint=savepoint), nullcontext() if savepoint else in_one_piece():
        return view(request, *args, **kwargs)


def _turned_away(rule: Rule, request: Any) -> HttpResponse | None:
    if rule.who == Audience.PUBLIC:
        return None
    if rule.who == Audience.INTERNAL:
        if is_internal(request):
            return None
        raise Http404
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if rule.who == Audience.SIGNED_IN:
        return None
    if request.person is None:
        return redirect("no_membership")
    if isinstance(rule.who, Permission) and rule.who.reach_of(request.person) is None:
        raise Forbidden(_why_not(rule.who, request.person), code="role")
    return None


def _why_not(permission: Permission, person: Any) -> str:
    words = {"act": permission.words}
    if person.only is None:
        return _("Your role does not include this: %(act)s.") % words
    if permission.name in NAMED:
        return _("The scopes of this token do not include this: %(act)s.") % words
    return _("No token may do this; it takes a person who is signed in: %(act)s.") % words


def is_internal(request: Any) -> bool:
    try:
        address = ip_address(client_address(request))
    except ValueError:
        return False
    return any(address in network for network in settings.INTERNAL_ADDRESSES)


def _row(rule: Rule, request: Any, key: Any) -> Walled:
    assert rule.of is not None
    person = request.person
    try:
        row = rule.of.objects.visible_to(person).filter(**{rule.key: key}).first()
    except (ValueError, ValidationError):
        row = None
    if row is None:
        request.denial = "not_found"
        raise Http404
    if isinstance(rule.who, Permission) and rule.who is not rule.of.see:
        reach = rule.who.reach_of(person)
        is_narrow = reach and reach != Reach.ORGANISATION
        if is_narrow and not rule.of.objects.filter(rule.of.within(reach, person), pk=row.pk).exists():
            raise Forbidden(_("This belongs to somebody else; you may only read it."), code="reach")
    if request.method not in SAFE and not row.is_writable_by(person):
        raise Forbidden(_("You may read this but no longer change it."), code="read_only")
    return row


def refusal_page(request: HttpRequest, refusal: Refused) -> HttpResponse:
    return render(request, "errors/refused.html", {"sentence": refusal.sentence}, status=refusal.status)
