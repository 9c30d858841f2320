"""Ending access, changing roles, handing over; and that an organisation is never without a lead. GB/T 22239 8.1.4.2."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client
from django.utils import timezone

from servicedesk.accounts.models import HandOver, Invitation
from servicedesk.accounts.services import handing_over, invitations, members
from servicedesk.tenancy.enums import Role, Side
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import NOBODY, Context, opened
from tests.accounts.people import acts, browser_of, invited, lead_of, sign_in
from tests.world import enter, make_member, make_user

pytestmark = pytest.mark.django_db


def now():
    return timezone.now()


@pytest.fixture
def lead(world):
    return lead_of(world.h1)


@pytest.fixture
def engineer(world):
    return make_member(Role.IT_ENGINEER, world.h1)


def as_(membership, service, *args, **kwargs):
    with opened(NOBODY):
        return service(*args, by=enter(membership), at=now(), **kwargs)


def lead_over(role, world):
    if role.side == Side.HOSPITAL:
        return lead_of(world.h1)
    return lead_of(world.v1) if role.side == Side.VENDOR else make_member(Role.SECURITY_ADMINISTRATOR)


@pytest.mark.parametrize("role", Role)
def test_ending_a_membership_ends_access_at_the_next_request(world, role):
    """G11, in every role."""
    organisation = {Side.HOSPITAL: world.h1, Side.VENDOR: world.v1, Side.PLATFORM: None}[role.side]
    department = world.radiology[world.h1.id] if role == Role.WARD_REPORTER else None
    member = make_member(role, organisation, department=department)
    client = browser_of(member)
    assert client.get("/people/").status_code == 200
    as_(lead_over(role, world), members.end_membership, member)
    assert client.get("/people/").status_code == 302
    assert client.get("/people/", follow=True).redirect_chain[-1][0] in ("/no-membership/", "/accounts/login/?next=/")


@pytest.mark.parametrize("role", [Role.WARD_REPORTER, Role.VENDOR_ENGINEER, Role.AUDIT_ADMINISTRATOR])
def test_disabling_the_user_ends_access_at_the_next_request(world, role):
    organisation = {Side.HOSPITAL: world.h1, Side.VENDOR: world.v1, Side.PLATFORM: None}[role.side]
    department = world.radiology[world.h1.id] if role == Role.WARD_REPORTER else None
    member = make_member(role, organisation, department=department)
    client = browser_of(member)
    assert client.get("/people/").status_code == 200
    type(member.user).objects.filter(pk=member.user_id).update(is_active=False)
    assert client.get("/people/").url == "/accounts/login/?next=/people/"


def test_the_other_membership_keeps_working_and_nobody_slips_into_it(world, lead, engineer):
    other = make_member(Role.IT_ENGINEER, world.h2, user=engineer.user)
    here, there = browser_of(engineer), browser_of(other)
    as_(lead, members.end_membership, engineer)
    posted = here.post("/me/details/", {"name": "Somebody else"})
    assert posted.url == "/"
    with opened(NOBODY):
        enter(other)
        assert Membership.objects.get(pk=other.pk).name == other.name
    assert 'class="toast-note warning"' in here.get("/").content.decode()
    assert there.get("/people/").status_code == 200


def test_somebody_who_never_chose_does_not_slip_either(world, lead, engineer):
    make_member(Role.IT_ENGINEER, world.h2, user=engineer.user, from_at=now())
    client = Client()
    client.force_login(engineer.user)
    assert "省人民医院" in client.get("/me/").content.decode()
    as_(lead, members.end_membership, engineer)
    assert client.post("/me/details/", {"name": "x"}).url == "/"


def test_sessions_end_with_the_last_membership_only(world, lead, engineer):
    other = make_member(Role.IT_ENGINEER, world.h2, user=engineer.user)
    client = Client()
    sign_in(client, engineer.user)
    key = client.session.session_key
    as_(lead, members.end_membership, engineer)
    assert Session.objects.filter(pk=key).exists()
    as_(lead_of(world.h2), members.end_membership, other)
    assert not Session.objects.filter(pk=key).exists()


def test_the_last_lead_cannot_leave_or_be_made_less(world, lead):
    client = browser_of(lead)
    answer = client.post(f"/people/{lead.pk}/end/")
    assert answer.status_code == 409
    second = lead_of(world.h1)
    as_(lead, members.end_membership, second)
    with pytest.raises(Refused):
        as_(lead, members.end_membership, lead)
    third = lead_of(world.h1)
    as_(third, members.change_role, lead, role=Role.IT_ENGINEER, department=None)
    with pytest.raises(Refused):
        as_(third, members.end_membership, third)
    assert acts(world.h1, by_user__isnull=False, act__in=["accounts.membership_ended", "accounts.role_changed"]) == [
        "accounts.membership_ended",
        "accounts.role_changed",
    ]


@pytest.mark.parametrize("role", [Role.VENDOR_MANAGER, Role.SECURITY_ADMINISTRATOR])
def test_a_vendor_keeps_a_manager_and_the_platform_its_security_administrator(world, role):
    only = make_member(role, world.v1 if role.side == Side.VENDOR else None)
    with pytest.raises(Refused) as refusal:
        as_(only, members.end_membership, only)
    assert refusal.value.code == "last_lead"


def test_a_disabled_lead_does_not_count(world, lead):
    make_member(Role.IT_LEAD, world.h1, user=make_user(is_active=False))
    with pytest.raises(Refused):
        as_(lead, members.end_membership, lead)


def test_nobody_changes_their_own_role(world, lead):
    lead_of(world.h1)
    with pytest.raises(Refused) as refusal:
        as_(lead, members.change_role, lead, role=Role.IT_ENGINEER, department=None)
    assert refusal.value.code == "own"


def test_a_role_is_cut_at_the_next_request(world, lead, engineer):
    client = browser_of(engineer)
    assert client.get("/departments/new/").status_code == 200
    sent = browser_of(lead).post(f"/people/{engineer.pk}/role/", {"role": "hospital_auditor", "department": ""})
    assert sent.url == f"/people/{engineer.pk}/"
    assert client.get("/departments/new/").status_code == 403
    assert acts(world.h1, act="accounts.role_changed", by_user=lead.user_id)


def test_a_platform_role_cannot_be_given_to_a_hospitals_person(lead, engineer):
    answer = browser_of(lead).post(f"/people/{engineer.pk}/role/", {"role": "system_administrator"})
    assert answer.context["form"].errors["role"]


def test_a_lead_of_elsewhere_reaches_nobody_here(world, engineer):
    for stranger in (lead_of(world.h2), lead_of(world.v1), make_member(Role.SECURITY_ADMINISTRATOR)):
        client = browser_of(stranger)
        for act in ("role", "end", "hand-over"):
            assert client.post(f"/people/{engineer.pk}/{act}/").status_code == 404


def test_handing_over_moves_invitations_and_the_role_and_ends_access(world, lead):
    successor = make_member(Role.IT_ENGINEER, world.h1)
    invitation, _ = invited(lead, Role.WARD_REPORTER, department=world.radiology[world.h1.id])
    other_lead = lead_of(world.h1)
    client = browser_of(lead)
    sent = browser_of(other_lead).post(
        f"/people/{lead.pk}/hand-over/", {"successor": str(successor.pk), "with_role": "on"}
    )
    assert sent.url == "/people/"
    with opened(NOBODY):
        enter(other_lead)
        assert Invitation.objects.get(pk=invitation.pk).invited_by_id == successor.pk
        assert Membership.objects.get(pk=successor.pk).role == Role.IT_LEAD
        assert HandOver.objects.get().successor_id == successor.pk
    assert client.get("/people/").status_code == 302
    assert "accounts.handed_over" in acts(world.h1)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
@pytest.mark.parametrize("leads", [2, 3])
@pytest.mark.parametrize("acts_of_both", [("end", "end"), ("end", "role"), ("role", "role"), ("hand-over", "end")])
def test_two_leads_act_on_each_other_at_the_same_moment(whole_world, monkeypatch, acts_of_both, leads):
    """Both are past the door and every check before the lock when the first gets it. One lead is always left."""
    one, two, *_others = people = [lead_of(whole_world.h1) for _ in range(leads)]
    heir = make_member(Role.IT_ENGINEER, whole_world.h1)
    words = {
        "end": {},
        "role": {"role": Role.IT_ENGINEER, "department": ""},
        "hand-over": {"successor": str(heir.pk)},
    }
    together, lock = Barrier(2, timeout=10), members._locked_with_its_leads

    def lock_together(membership, *, at):
        together.wait()
        return lock(membership, at=at)

    monkeypatch.setattr(members, "_locked_with_its_leads", lock_together)

    def act(client, other, what):
        try:
            return client.post(f"/people/{other.pk}/{what}/", words[what]).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        clients = [browser_of(one), browser_of(two)]
        answers = list(pool.map(act, clients, (two, one), acts_of_both))
    with opened(Context.of_hospital(whole_world.h1.id)):
        left = Membership.objects.active(at=now()).filter(role=Role.IT_LEAD, pk__in=[person.pk for person in people])
        assert left.count() == (1 if leads == 2 else leads - answers.count(302))
    assert sorted(answers) == [302, 409] if leads == 2 else set(answers) <= {302, 409}


def test_the_last_lead_hands_over_by_giving_the_role_away(world, lead, engineer):
    as_(lead, handing_over.hand_over, lead, to=engineer, with_role=True)
    with opened(NOBODY):
        assert enter(engineer).role == Role.IT_LEAD


def test_work_is_handed_over_within_the_organisation_only(world, lead, engineer):
    stranger = make_member(Role.IT_ENGINEER, world.h2)
    answer = browser_of(lead).post(f"/people/{engineer.pk}/hand-over/", {"successor": str(stranger.pk)})
    assert answer.context["form"].errors["successor"]
    with pytest.raises(Refused):
        as_(lead, handing_over.hand_over, engineer, to=stranger)


def test_the_security_administrator_disables_a_colleague(world):
    security = make_member(Role.SECURITY_ADMINISTRATOR)
    operator = make_member(Role.SYSTEM_ADMINISTRATOR)
    client = browser_of(operator)
    assert browser_of(security).post(f"/people/{operator.pk}/disable/").status_code == 302
    assert client.get("/people/").url.startswith("/accounts/login/")
    assert browser_of(security).post(f"/people/{operator.pk}/enable/").status_code == 302
    operator.user.refresh_from_db()
    assert operator.user.is_active
    assert acts(None, subject_id=str(operator.pk), act__startswith="accounts.user") == [
        "accounts.user_disabled",
        "accounts.user_enabled",
    ]


def test_a_withdrawn_invitation_cannot_be_withdrawn_twice(lead):
    invitation, _ = invited(lead, Role.IT_ENGINEER)
    as_(lead, invitations.revoke, invitation)
    with pytest.raises(Refused):
        as_(lead, invitations.revoke, invitation)
