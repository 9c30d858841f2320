"""The only way in: a link for one person, once, for a week. ALL-1."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connections, transaction
from django.test import Client
from django.utils import timezone

from servicedesk.accounts.models import Invitation, User
from servicedesk.accounts.permissions import INVITE_PEOPLE, INVITES
from servicedesk.accounts.services import invitations, tries
from servicedesk.tenancy.enums import Role, Side
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.refusals import Forbidden, Refused
from servicedesk.tenancy.wall import NOBODY, Context, opened
from tests.accounts.people import acts, browser_of, invited, lead_of, masked
from tests.world import enter, make_member, make_user

pytestmark = pytest.mark.django_db
NEWCOMER = {"username": "li.xin", "password1": "Herbst-Laub-26", "password2": "Herbst-Laub-26"}
ALLOWED = {
    Role.IT_LEAD: {Role.WARD_REPORTER, Role.IT_ENGINEER, Role.IT_LEAD, Role.HOSPITAL_AUDITOR},
    Role.VENDOR_MANAGER: {
        Role.VENDOR_ENGINEER,
        Role.PROJECT_MANAGER,
        Role.VENDOR_MANAGER,
        Role.ACCOUNT_MANAGER,
    },
    Role.PROJECT_MANAGER: {Role.VENDOR_ENGINEER},
    Role.SECURITY_ADMINISTRATOR: {
        Role.SYSTEM_ADMINISTRATOR,
        Role.SECURITY_ADMINISTRATOR,
        Role.AUDIT_ADMINISTRATOR,
    },
}


@pytest.fixture
def lead(world):
    return lead_of(world.h1)


def members_of(hospital):
    with opened(Context.of_hospital(hospital.id)):
        return list(Membership.objects.filter(hospital=hospital).order_by("from_at"))


def organisation_of(role, world):
    return {Side.HOSPITAL: world.h1, Side.VENDOR: world.v1, Side.PLATFORM: None}[role.side]


def test_who_invites_whom_is_as_ordered():
    assert INVITES == ALLOWED
    assert set(INVITE_PEOPLE.grants) == set(ALLOWED)


@pytest.mark.parametrize("inviter", Role)
def test_nobody_invites_beyond_their_table(world, inviter):
    by = make_member(inviter, organisation_of(inviter, world))
    for invitee in Role:
        if invitee in ALLOWED.get(inviter, set()):
            assert invited(by, invitee)[0].role == invitee
        else:
            with pytest.raises(Forbidden):
                invited(by, invitee)


def test_a_newcomer_joins_by_the_link(world, lead):
    invitation, secret = invited(lead, Role.IT_ENGINEER, phone="13800000000")
    client = Client()
    assert "省人民医院" in client.get(f"/join/{secret}/").content.decode()
    assert client.post(f"/join/{secret}/", NEWCOMER).url == "/"
    newcomer = members_of(world.h1)[-1]
    assert (newcomer.name, newcomer.role, newcomer.phone) == ("李新", Role.IT_ENGINEER, "13800000000")
    assert newcomer.user.username == "li.xin"
    assert newcomer.user.past_passwords.count() == 1
    assert client.get("/people/").status_code == 200
    assert acts(world.h1, subject_kind="accounts.invitation") == ["accounts.invited"]
    assert acts(world.h1, by_user=newcomer.user_id) == ["accounts.joined", "accounts.signed_in"]
    assert secret not in str(vars(invitation))


def test_a_signed_in_person_adds_the_organisation_to_their_account(world, lead):
    engineer = make_member(Role.IT_ENGINEER, world.h2)
    _, secret = invited(lead, Role.IT_ENGINEER)
    client = browser_of(engineer)
    assert client.get(f"/join/{secret}/").status_code == 200
    client.post(f"/join/{secret}/")
    assert members_of(world.h1)[-1].user_id == engineer.user_id
    assert "省人民医院" in client.get("/me/").content.decode()


def test_nothing_typed_is_lost_but_the_password(lead):
    _, secret = invited(lead, Role.IT_ENGINEER)
    answer = Client().post(f"/join/{secret}/", {**NEWCOMER, "password2": "Something-else-1"})
    assert answer.status_code == 200
    assert 'value="li.xin"' in answer.content.decode()
    assert "Herbst" not in answer.content.decode()


def test_a_taken_user_name_is_said_beside_the_field_and_the_link_still_works(world, lead):
    make_user("li.xin")
    _, secret = invited(lead, Role.IT_ENGINEER)
    answer = Client().post(f"/join/{secret}/", NEWCOMER)
    assert answer.context["form"].errors["username"]
    assert Client().post(f"/join/{secret}/", {**NEWCOMER, "username": "li.xin2"}).status_code == 302


def test_a_weak_password_makes_no_account(world, lead):
    _, secret = invited(lead, Role.IT_ENGINEER)
    Client().post(f"/join/{secret}/", {**NEWCOMER, "password1": "abc", "password2": "abc"})
    assert not User.objects.filter(username="li.xin").exists()
    assert len(members_of(world.h1)) == 1


def test_used_revoked_expired_and_unknown_links_are_one_page(world, lead):
    used, revoked, expired = (invited(lead, Role.IT_ENGINEER) for _ in range(3))
    Client().post(f"/join/{used[1]}/", NEWCOMER)
    with opened(NOBODY):
        invitations.revoke(revoked[0], by=enter(lead), at=timezone.now())
    with opened(Context.of_hospital(world.h1.id)):
        long_ago = timezone.now() - timedelta(days=30)
        Invitation.objects.filter(pk=expired[0].pk).update(from_at=long_ago, until_at=long_ago + timedelta(days=7))
    secrets = (used[1], revoked[1], expired[1], "x" * 43, "nonsense")
    answers = {secret: Client().get(f"/join/{secret}/") for secret in secrets}
    assert {answer.status_code for answer in answers.values()} == {410}
    assert len({masked(answer, secret) for secret, answer in answers.items()}) == 1


def test_a_link_is_good_for_seven_days(lead):
    invitation, secret = invited(lead, Role.IT_ENGINEER)
    week = timedelta(days=7)
    assert invitations.find(secret, at=invitation.from_at + week - timedelta(seconds=1))
    assert invitations.find(secret, at=invitation.from_at + week) is None


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_twenty_people_at_one_link_are_one_newcomer(whole_world):
    _, secret = invited(lead_of(whole_world.h1), Role.IT_ENGINEER)

    def join(number: int) -> int:
        try:
            return Client().post(f"/join/{secret}/", {**NEWCOMER, "username": f"person-{number}"}).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(join, range(20)))
    assert answers[0] == 302
    assert set(answers[1:]) <= {409, 410}
    assert len(members_of(whole_world.h1)) == 2
    assert User.objects.filter(username__startswith="person-").count() == 1


def test_guessing_links_is_limited_per_address(lead):
    _, secret = invited(lead, Role.IT_ENGINEER)
    for number in range(tries.LINK.tries):
        Client().get(f"/join/guess-{number}/", REMOTE_ADDR="10.9.9.9")
    assert Client().get(f"/join/{secret}/", REMOTE_ADDR="10.9.9.9").status_code == 410
    assert Client().get(f"/join/{secret}/", REMOTE_ADDR="10.9.9.8").status_code == 200


def test_a_hospitals_invitations_are_seen_by_nobody_else(world, lead):
    invitation, _ = invited(lead, Role.IT_ENGINEER)
    for stranger in (lead_of(world.h2), lead_of(world.v1), make_member(Role.SECURITY_ADMINISTRATOR)):
        client = browser_of(stranger)
        assert "李新" not in client.get("/people/invitations/").content.decode()
        assert client.post(f"/people/invitations/{invitation.pk}/revoke/").status_code == 404
    assert "李新" in browser_of(lead).get("/people/invitations/").content.decode()


def test_a_department_of_another_hospital_is_refused(world, lead):
    answer = browser_of(lead).post(
        "/people/invite/",
        {"name": "李新", "role": "ward_reporter", "department": str(world.radiology[world.h2.id].pk)},
    )
    assert answer.context["form"].errors["department"]


def test_a_ward_reporter_needs_a_department(lead):
    answer = browser_of(lead).post("/people/invite/", {"name": "李新", "role": "ward_reporter"})
    assert answer.context["form"].errors["department"]


def test_the_link_is_shown_once_on_the_page(world, lead):
    answer = browser_of(lead).post("/people/invite/", {"name": "李新", "role": "it_engineer"})
    assert answer.status_code == 200
    secret = answer.context["link"].rstrip("/").rsplit("/", 1)[1]
    assert Client().get(f"/join/{secret}/").status_code == 200
    assert secret not in browser_of(lead).get("/people/invitations/").content.decode()


# ── the first lead of an organisation ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def security():
    return make_member(Role.SECURITY_ADMINISTRATOR)


def test_the_security_administrator_makes_the_first_lead_and_sees_nothing_else(world, security):
    invitation, secret = invited(security, Role.IT_LEAD, organisation=world.h3)
    assert acts(None, act="accounts.invited") == acts(world.h3, act="accounts.invited") == ["accounts.invited"]
    client = browser_of(security)
    assert "李新" in client.get("/people/invitations/").content.decode()
    Client().post(f"/join/{secret}/", NEWCOMER)
    assert members_of(world.h3)[0].role == Role.IT_LEAD
    lead = members_of(world.h3)[0]
    assert client.get(f"/people/{lead.pk}/").status_code == 404
    with opened(NOBODY):
        enter(security)
        assert [row.pk for row in Invitation.objects.all()] == [invitation.pk]
        assert list(Membership.objects.all()) == [security]


def test_an_organisation_with_a_lead_is_its_own_business(world, security, lead):
    with pytest.raises(Refused):
        invited(security, Role.IT_LEAD, organisation=world.h1)
    with opened(NOBODY):
        enter(security)
        now = timezone.now()
        row = Invitation(hospital=world.h1, role=Role.IT_LEAD, name="x", secret_hash="y", from_platform=True)
        row.invited_by, row.from_at, row.until_at = security, now, now + timedelta(days=7)
        with pytest.raises(DatabaseError), transaction.atomic():
            row.save()
        row.hospital, row.role = world.h3, Role.IT_ENGINEER
        with pytest.raises(DatabaseError), transaction.atomic():
            row.save()


def test_of_two_first_leads_invited_at_once_one_joins(world, security):
    first, second = (invited(security, Role.VENDOR_MANAGER, organisation=world.v2)[1] for _ in range(2))
    assert Client().post(f"/join/{first}/", NEWCOMER).status_code == 302
    assert Client().post(f"/join/{second}/", {**NEWCOMER, "username": "second"}).status_code == 409
    assert not User.objects.filter(username="second").exists()


@pytest.mark.parametrize("role", [Role.IT_ENGINEER, Role.VENDOR_MANAGER, Role.AUDIT_ADMINISTRATOR])
def test_the_platform_invites_no_other_role_into_a_hospital(world, security, role):
    with pytest.raises(Forbidden):
        invited(security, role, organisation=world.h3)


def test_the_page_offers_organisations_without_a_lead_only(world, security, lead):
    lead_of(world.v1)
    answer = browser_of(security).get("/people/invite/first-lead/")
    offered = {str(row) for row in answer.context["form"].rows.values()}
    assert offered == {world.h2.name, world.h3.name, world.v2.name}
    key = f"hospital-{world.h2.pk}"
    sent = browser_of(security).post("/people/invite/first-lead/", {"organisation": key, "name": "李新"})
    assert sent.status_code == 200
    assert "/join/" in sent.context["link"]
    forged = browser_of(security).post(
        "/people/invite/first-lead/", {"organisation": f"hospital-{world.h1.pk}", "name": "李新"}
    )
    assert forged.context["form"].errors["organisation"]


# ── 三员分立 ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def accept(secret, user):
    with opened(NOBODY):
        return invitations.accept(invitations.find(secret, at=timezone.now()), user, at=timezone.now())


@pytest.mark.parametrize("second", [Role.SYSTEM_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR])
def test_nobody_holds_two_platform_roles(security, second):
    other = make_member(Role.SECURITY_ADMINISTRATOR)
    _, secret = invited(security, second)
    with pytest.raises(Refused) as refusal:
        accept(secret, other.user)
    assert refusal.value.code == "membership"


def test_an_operator_belongs_to_no_tenant_and_the_other_way_round(world, security, lead):
    _, to_hospital = invited(lead, Role.IT_ENGINEER)
    _, to_platform = invited(security, Role.SYSTEM_ADMINISTRATOR)
    with pytest.raises(Refused):
        accept(to_hospital, security.user)
    with pytest.raises(Refused):
        accept(to_platform, lead.user)


def test_the_database_itself_keeps_the_three_administrators_apart(security):
    with pytest.raises(DatabaseError), transaction.atomic():
        make_member(Role.AUDIT_ADMINISTRATOR, user=security.user)


def test_somebody_who_left_the_platform_may_join_a_hospital(world, lead):
    yesterday = timezone.now() - timedelta(days=1)
    former = make_member(Role.SYSTEM_ADMINISTRATOR, until_at=yesterday)
    _, secret = invited(lead, Role.IT_ENGINEER)
    assert accept(secret, former.user).hospital_id == world.h1.id


def test_nobody_joins_the_same_organisation_twice(lead):
    _, secret = invited(lead, Role.IT_ENGINEER)
    with pytest.raises(Refused):
        accept(secret, lead.user)


def test_a_taken_name_is_a_validation_error(lead):
    make_user("li.xin")
    _, secret = invited(lead, Role.IT_ENGINEER)
    found = invitations.find(secret, at=timezone.now())
    with pytest.raises(ValidationError):
        invitations.accept_as_newcomer(found, username="li.xin", password="x", at=timezone.now())
