"""Invite, take back, accept: the only way anybody gets in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from servicedesk.accounts.models import Invitation, User
from servicedesk.accounts.permissions import FIRST_LEADS, INVITE_PEOPLE, INVITES
from servicedesk.accounts.services.passwords import set_password
from servicedesk.accounts.services.trails import record_in_both
from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.tenancy.enums import Role, Side
from servicedesk.tenancy.models import Department, Hospital, Membership, Vendor
from servicedesk.tenancy.refusals import Forbidden, Refused
from servicedesk.tenancy.wall import Context, Person, hash_of, opened

GOOD_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Found:
    """What a link tells before anybody has come in by it."""

    id: UUID
    hospital_id: int | None
    vendor_id: int | None
    role: str
    name: str
    organisation: str

    @property
    def context(self) -> Context:
        return Context.of_owner(self.hospital_id, self.vendor_id)


@transaction.atomic
def invite(
    *,
    role: Role,
    name: str,
    by: Person,
    at: datetime,
    phone: str = "",
    email: str = "",
    department: Department | None = None,
    organisation: Hospital | Vendor | None = None,
) -> tuple[Invitation, str]:
    """Returns the invitation and its secret, which is shown once and kept nowhere.

    `organisation` is for the security administrator, who invites the first lead of one; everybody else invites into
    their own.
    """
    hospital_id, vendor_id = _owner(organisation, by)
    _refuse_unless_may_invite(role, organisation, by)
    secret = secrets.token_urlsafe(32)
    invitation = Invitation(
        hospital_id=hospital_id,
        vendor_id=vendor_id,
        role=role,
        department=department,
        name=name,
        phone=phone,
        email=email,
        secret_hash=hash_of(secret),
        from_platform=organisation is not None,
        invited_by_id=by.membership_id,
        from_at=at,
        until_at=at + GOOD_FOR,
    )
    invitation.save(force_insert=True)
    _record(Act.INVITED, invitation, by=by, at=at)
    return invitation, secret


def _owner(organisation: Hospital | Vendor | None, by: Person) -> tuple[int | None, int | None]:
    if isinstance(organisation, Hospital):
        return organisation.id, None
    return (None, organisation.id) if organisation else (by.hospital_id, by.vendor_id)


def _refuse_unless_may_invite(role: Role, organisation: Hospital | Vendor | None, by: Person) -> None:
    if INVITE_PEOPLE.reach_of(by) is None:
        raise Forbidden(_("Your role does not include this: %(act)s.") % {"act": INVITE_PEOPLE.words}, code="role")
    if organisation is None:
        if role not in INVITES[by.role]:
            raise Forbidden(_("You cannot invite somebody as %(role)s.") % {"role": role.label}, code="role")
        return
    fits = Side.HOSPITAL if isinstance(organisation, Hospital) else Side.VENDOR
    if by.role != Role.SECURITY_ADMINISTRATOR or role not in FIRST_LEADS or role.side != fits:
        raise Forbidden(_("You cannot invite somebody as %(role)s.") % {"role": role.label}, code="role")
    if is_led(organisation):
        raise Refused(
            _("%(organisation)s has somebody who invites its people. Ask them.") % {"organisation": organisation},
            code="led",
        )


def is_led(organisation: Hospital | Vendor) -> bool:
    """Whether an organisation has a lead: the one thing the platform may know of its people."""
    hospital_id, vendor_id = (organisation.id, None) if isinstance(organisation, Hospital) else (None, organisation.id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT organisation_is_led(%s, %s)", [hospital_id, vendor_id])
        return bool(cursor.fetchone()[0])


def _record(act: Act, invitation: Invitation, *, by: Person, at: datetime) -> None:
    words = {"role": str(invitation.role)}
    if invitation.from_platform and by.side == Side.PLATFORM:
        record_in_both(act, invitation, by=by, at=at, words=words)
    else:
        record(act, invitation, by=by, at=at, words=words)


@transaction.atomic
def revoke(invitation: Invitation, *, by: Person, at: datetime) -> None:
    """Take an invitation back; its link opens nothing any more."""
    invitation = Invitation.objects.select_for_update(no_key=True, of=("self",)).get(pk=invitation.pk)
    if Role(invitation.role) not in INVITES[by.role] and not invitation.from_platform:
        raise Refused(_("You cannot take back this invitation."), code="role")
    if not invitation.is_open(at=at):
        raise Refused(_("This invitation is no longer open."))
    invitation.revoked_at = at
    invitation.save(update_fields=["revoked_at"])
    _record(Act.INVITATION_REVOKED, invitation, by=by, at=at)


def find(secret: str, *, at: datetime) -> Found | None:
    """The open invitation behind a link. Unknown, used, taken back and expired are one and the same: None."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM invitation_by_secret(%s)", [hash_of(secret)])
        row = cursor.fetchone()
    if row is None:
        return None
    found = Found(*row)
    with opened(found.context):
        return found if Invitation.objects.get(pk=found.id).is_open(at=at) else None


@transaction.atomic
def accept_as_newcomer(found: Found, *, username: str, password: str, at: datetime) -> User:
    user = User(username=username)
    try:
        with transaction.atomic():
            set_password(user, password, at=at)
    except IntegrityError as error:
        raise ValidationError({"username": _("This user name is taken. Choose another.")}) from error
    accept(found, user, at=at)
    return user


@transaction.atomic
def accept(found: Found, user: User, *, at: datetime) -> Membership:
    """The person joins. The row lock makes the link work once, however many open it at the same moment."""
    with opened(found.context):
        invitation = Invitation.objects.select_for_update(no_key=True, of=("self",)).get(pk=found.id)
        if not invitation.is_open(at=at):
            raise Refused(_("This invitation is no longer open."), code="used")
        if invitation.from_platform and is_led_here(invitation):
            raise Refused(_("This organisation has a lead by now. Ask them for an invitation."), code="led")
        membership = _join(invitation, user, at=at)
        invitation.accepted_at, invitation.accepted_by = at, user
        invitation.save(update_fields=["accepted_at", "accepted_by"])
        record(Act.JOINED, membership, by=_person(membership), at=at, words={"invitation": str(invitation.pk)})
    return membership


def is_led_here(invitation: Invitation) -> bool:
    organisation = invitation.organisation
    return organisation is not None and is_led(organisation)


def _join(invitation: Invitation, user: User, *, at: datetime) -> Membership:
    membership = Membership(
        user=user,
        hospital_id=invitation.hospital_id,
        vendor_id=invitation.vendor_id,
        role=invitation.role,
        department=invitation.department,
        name=invitation.name,
        phone=invitation.phone,
        email=invitation.email,
        from_at=at,
    )
    try:
        with transaction.atomic():
            membership.save(force_insert=True)
    except IntegrityError as error:
        raise Refused(_why_not(error), code="membership") from error
    return membership


def _why_not(error: IntegrityError) -> str:
    if "platform" in str(error):
        return _("Whoever administers the platform belongs to no hospital and no vendor, and holds one such role only.")
    return _("You belong to this organisation already.")


def _person(membership: Membership) -> Person:
    return Person(
        user_id=membership.user_id,
        membership_id=membership.pk,
        role=Role(membership.role),
        name=membership.name,
        organisation=str(membership.organisation or ""),
        hospital_id=membership.hospital_id,
        vendor_id=membership.vendor_id,
        department_id=membership.department_id,
    )
