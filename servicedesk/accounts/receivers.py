"""Signing in and out on record. These are allauth's and Django's own acts, so signals are the only place to see them.

The line stands in the trail of the organisation the person enters (or would enter); a name nobody has stands in the
platform's trail, without the name: what is typed into that field is now and then a password.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.account.signals import password_changed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import post_delete, post_save
from django.utils import timezone

from servicedesk.accounts.models import User
from servicedesk.accounts.services.locks import tell_of_lock
from servicedesk.audit.enums import Act, Result
from servicedesk.audit.record import Word, record
from servicedesk.tenancy.middleware import CHOSEN
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.wall import NOBODY, Context, enter, opened


def connect() -> None:
    user_logged_in.connect(signed_in)
    user_logged_out.connect(signed_out)
    user_login_failed.connect(sign_in_failed)
    authentication_failed.connect(code_failed)
    password_changed.connect(password_was_changed)
    post_save.connect(second_factor_saved, sender=Authenticator)
    post_delete.connect(second_factor_removed, sender=Authenticator)


def signed_in(sender: Any, request: Any, user: User, **kwargs: Any) -> None:
    _record(Act.SIGNED_IN, user, at=timezone.now(), acting=True)


def signed_out(sender: Any, request: Any, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        chosen = request.session.get(CHOSEN)
        _record(Act.SIGNED_OUT, user, at=timezone.now(), chosen=UUID(chosen) if chosen else None, acting=True)


def sign_in_failed(sender: Any, credentials: dict[str, Any], **kwargs: Any) -> None:
    user = named(str(credentials.get("username", "")))
    _record(Act.SIGN_IN_FAILED, user, at=timezone.now(), result=Result.FAILED)


def named(name: str) -> User | None:
    return User.objects.filter(username=name.strip().lower()).first()


def code_failed(sender: Any, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    _record(Act.SIGN_IN_FAILED, user, at=timezone.now(), result=Result.FAILED, words={"step": authenticator.type})


def password_was_changed(sender: Any, user: User, **kwargs: Any) -> None:
    _record(Act.PASSWORD_CHANGED, user, at=timezone.now(), acting=True)


def record_sessions_ended(user: User, count: int, *, at: datetime) -> None:
    _record(Act.SESSIONS_ENDED, user, at=at, acting=True, words={"count": count})


def record_lock(user: User | None, *, address: str, at: datetime) -> None:
    """The person is told as well; the guesser, who may have guessed at a name nobody has, is told neither way."""
    membership = _record(Act.LOCKED, user, at=at, result=Result.DENIED)
    if membership is not None:
        tell_of_lock(membership, address=address, at=at)


def second_factor_saved(sender: Any, instance: Authenticator, created: bool, **kwargs: Any) -> None:
    if created:
        _record(Act.SECOND_FACTOR_ADDED, instance.user, at=timezone.now(), words={"kind": instance.type})


def second_factor_removed(sender: Any, instance: Authenticator, **kwargs: Any) -> None:
    _record(Act.SECOND_FACTOR_REMOVED, instance.user, at=timezone.now(), words={"kind": instance.type})


def _record(
    act: Act,
    user: User | None,
    *,
    at: datetime,
    chosen: UUID | None = None,
    acting: bool = False,
    result: Result = Result.DONE,
    words: Mapping[str, Word] | None = None,
) -> Membership | None:
    """In a context of its own: before sign-in there is none, and afterwards the one that was holds again. Returns the
    membership in whose organisation's trail the line stands."""
    with opened(NOBODY):
        person = (enter(user.pk, chosen) or enter(user.pk, None)) if user else None
        if person is None:
            with opened(Context.of_platform()):
                record(act, user, by=None, at=at, result=result, words=words)
            return None
        subject = Membership.objects.get(pk=person.membership_id)
        record(act, subject, by=person if acting else None, at=at, result=result, words=words)
        return subject
