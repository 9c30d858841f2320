"""Change what a person may do in an organisation, and end it. Access ends with the next request: the wall asks again
for every one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from servicedesk.accounts.models import User
from servicedesk.accounts.permissions import DISABLE_ACCOUNTS, INVITES, LEADS, MANAGE_PEOPLE
from servicedesk.audit.enums import Act
from servicedesk.audit.record import record
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Department, Membership
from servicedesk.tenancy.refusals import Forbidden, Refused
from servicedesk.tenancy.wall import Person


def refuse_unless_manages(membership: Membership, *, by: Person) -> None:
    if membership.is_machine:
        raise Refused(_("This is a machine; it ends with its token."), code="machine")
    if MANAGE_PEOPLE.reach_of(by) is None or Role(membership.role) not in INVITES[by.role]:
        raise Refused(_("You do not administer this person."), code="role")


@transaction.atomic
def change_role(
    membership: Membership, *, role: Role, department: Department | None, by: Person, at: datetime
) -> Membership:
    """Another role or department in the same organisation."""
    refuse_unless_manages(membership, by=by)
    membership = _locked_with_its_leads(membership, at=at)
    if role != membership.role:
        if membership.user_id == by.user_id:
            raise Refused(_("Nobody changes their own role. Ask another lead."), code="own")
        if role not in INVITES[by.role]:
            raise Forbidden(_("You cannot make somebody %(role)s.") % {"role": role.label}, code="role")
        if membership.role == _lead_role(membership) != role:
            _refuse_if_last_lead(membership, at=at)
    words = {"from": membership.role, "to": str(role), "department": str(department.pk) if department else None}
    membership.role, membership.department = role, department
    membership.save(update_fields=["role", "department"])
    record(Act.ROLE_CHANGED, membership, by=by, at=at, words=words)
    return membership


@transaction.atomic
def end_membership(membership: Membership, *, by: Person, at: datetime) -> None:
    """The person's access to this organisation ends now; elsewhere it goes on."""
    refuse_unless_manages(membership, by=by)
    membership = _locked_with_its_leads(membership, at=at)
    if membership.role == _lead_role(membership):
        _refuse_if_last_lead(membership, at=at)
    membership.until_at = max(at, membership.from_at)
    membership.save(update_fields=["until_at"])
    record(Act.MEMBERSHIP_ENDED, membership, by=by, at=at)
    if not is_member_anywhere(membership.user_id):
        end_sessions(membership.user_id)


@transaction.atomic
def disable_user(membership: Membership, *, by: Person, at: datetime) -> None:
    """The platform's own people only: an organisation ends a membership, and leaves the person's other ones alone."""
    _set_active(membership, False, Act.USER_DISABLED, by=by, at=at)
    end_sessions(membership.user_id)


@transaction.atomic
def enable_user(membership: Membership, *, by: Person, at: datetime) -> None:
    _set_active(membership, True, Act.USER_ENABLED, by=by, at=at)


def _set_active(membership: Membership, is_active: bool, act: Act, *, by: Person, at: datetime) -> None:
    refuse_unless_manages(membership, by=by)
    if DISABLE_ACCOUNTS.reach_of(by) is None:
        raise Forbidden(_("Only the security administrator may do this."), code="role")
    membership = _locked_with_its_leads(membership, at=at)
    if not is_active and membership.role == _lead_role(membership):
        _refuse_if_last_lead(membership, at=at)
    User.objects.filter(pk=membership.user_id).update(is_active=is_active)
    record(act, membership, by=by, at=at)


def _lead_role(membership: Membership) -> Role:
    return LEADS[Role(membership.role).side]


def _of_same_organisation(membership: Membership) -> Q:
    return Q(hospital_id=membership.hospital_id, vendor_id=membership.vendor_id)


def _locked_with_its_leads(membership: Membership, *, at: datetime) -> Membership:
    """Two leads who end each other at the same moment must see each other's act."""
    leads = Membership.objects.filter(_of_same_organisation(membership), role=_lead_role(membership))
    list(leads.order_by("id").select_for_update(no_key=True, of=("self",)))
    row = Membership.objects.select_for_update(no_key=True, of=("self",)).get(pk=membership.pk)
    if row.until_at is not None and row.until_at <= at:
        raise Refused(_("This person's access has ended already."), code="ended")
    return row


def _refuse_if_last_lead(membership: Membership, *, at: datetime) -> None:
    others = Membership.objects.active(at=at).filter(
        _of_same_organisation(membership), role=_lead_role(membership), until_at=None, user__is_active=True
    )
    if not others.exclude(pk=membership.pk).exists():
        raise Refused(
            _("The organisation would be without a %(role)s. Give somebody else this role first.")
            % {"role": _lead_role(membership).label},
            code="last_lead",
        )


def is_member_anywhere(user_id: UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT person_is_member(%s)", [user_id])
        return bool(cursor.fetchone()[0])


def end_sessions(user_id: UUID) -> None:
    for session in UserSession.objects.filter(user_id=user_id):
        session.end()
