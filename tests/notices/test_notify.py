"""Who is told, through what, once. ALL-1."""

import pytest
from django.db import ProgrammingError, transaction
from django.utils import translation

from servicedesk.notices.enums import SENTENCES, Channel, NoticeKind, Wants
from servicedesk.notices.models import InboxItem, Message, Preference
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Membership
from servicedesk.tenancy.wall import Context, opened
from tests.notices.conftest import NOON, WORDS, give_address
from tests.world import enter, make_matter, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def engineer(world):
    return give_address(make_member(Role.VENDOR_ENGINEER, world.v1))


def wants(membership, **choices):
    with opened(Context.of_vendor(membership.vendor_id)):
        Preference.objects.create(vendor_id=membership.vendor_id, membership=membership, choices=choices)


def test_every_kind_has_a_sentence_and_reads(desk):
    assert set(SENTENCES) == set(NoticeKind)
    with translation.override("en"):
        assert [kind for kind in NoticeKind if "%" in kind.sentence % dict.fromkeys(kind.needed_words, "x")] == []


def test_a_hospital_tells_a_vendors_engineer(desk, engineer):
    """PACS-18: the hospital writes it, and only the vendor's person reads it."""
    desk.mail()
    lead, colleague = make_member(Role.IT_LEAD, desk.world.h1), make_member(Role.VENDOR_ENGINEER, desk.world.v1)
    desk.tell(engineer)
    with translation.override("en"):
        me = enter(engineer)
        assert [item.text for item in InboxItem.objects.visible_to(me)] == ["工单 7 was given to you."]
    assert [message.channel for message in desk.messages()] == [Channel.MAIL]
    for stranger in (lead, colleague, make_member(Role.VENDOR_MANAGER, desk.world.v2)):
        assert not InboxItem.objects.visible_to(enter(stranger)).exists()


def test_the_other_party_cannot_read_it_even_past_the_application(desk, engineer):
    desk.mail()
    desk.tell(engineer)
    with opened(Context.of_hospital(desk.world.h1.id)):
        assert (InboxItem.objects.count(), Message.objects.count()) == (0, 0)
    with opened(Context.of_vendor(desk.world.v2.id, desk.world.h1.id)):
        assert (InboxItem.objects.count(), Message.objects.count()) == (0, 0)
    with opened(Context.of_vendor(desk.world.v1.id, desk.world.h1.id)):
        assert (InboxItem.objects.count(), Message.objects.count()) == (1, 1)


def test_telling_twice_tells_once(desk, engineer):
    desk.mail()
    matter = make_matter(desk.world.h1, desk.world.v1)
    for _ in range(3):
        desk.tell(engineer, engineer, subject=matter)
    desk.tell(engineer, subject=matter, key="ticket:1:again")
    assert len(desk.messages()) == 2
    assert InboxItem.objects.visible_to(enter(engineer)).count() == 2


def test_nothing_is_told_when_the_act_fails(desk, engineer):
    with transaction.atomic():
        desk.tell(engineer)
        transaction.set_rollback(True)
    assert not InboxItem.objects.visible_to(enter(engineer)).exists()


def test_whoever_is_no_party_is_refused(desk, world):
    stranger = make_member(Role.VENDOR_ENGINEER, world.v2)
    other_hospital = make_member(Role.IT_LEAD, world.h2)
    operator = make_member(Role.SYSTEM_ADMINISTRATOR)
    for somebody in (stranger, other_hospital, operator):
        with pytest.raises(ValueError, match="no party"):
            desk.tell(somebody)


def test_the_database_refuses_a_wrong_addressee_too(desk, world, engineer):
    facts = {
        "event_key": "x",
        "kind": "trial",
        "words": {},
        "url": "/",
        "subject_kind": "",
        "subject_id": "",
        "at": NOON,
    }
    with opened(Context.of_hospital(world.h1.id)):
        for side, vendor in (("hospital", world.v1), ("vendor", world.v2), ("platform", world.v1)):
            with pytest.raises(ProgrammingError, match="addressed"), transaction.atomic():
                InboxItem.objects.create(hospital=world.h1, vendor=vendor, side=side, membership=engineer, **facts)


def test_whoever_left_is_passed_over(desk, world):
    gone = make_member(Role.VENDOR_ENGINEER, world.v1, until_at=NOON.replace(year=2026, month=2))
    desk.tell(gone)
    assert desk.messages() == []


def test_preferences_choose_for_what_can_wait_only(desk, engineer):
    desk.mail()
    wants(engineer, **{kind.value: [] for kind in NoticeKind})
    desk.tell(engineer, key="routine")
    assert desk.messages() == []
    desk.tell(engineer, key="escalation", kind=NoticeKind.DEADLINE_PASSED)
    desk.tell(key="duty", on_duty=[engineer])
    assert [(message.event_key, message.comes_through) for message in desk.messages()] == [
        ("escalation", True),
        ("duty", True),
    ]


def test_text_messages_need_a_gateway_and_a_phone(desk, world, engineer):
    desk.tell(engineer, key="none", kind=NoticeKind.DEADLINE_NEAR)
    desk.receiver(world.v1, desk.web().url, Channel.SMS)
    desk.tell(engineer, key="no phone", kind=NoticeKind.DEADLINE_NEAR)
    give_address(engineer, phone="13800000000")
    desk.tell(engineer, key="both", kind=NoticeKind.DEADLINE_NEAR)
    assert [(message.event_key, message.channel) for message in desk.messages()] == [("both", "sms")]


def test_an_organisations_receiver_is_told_once(desk, world, engineer):
    everything = desk.receiver(world.v1, desk.web().url)
    escalations = desk.receiver(world.v1, desk.web().url, Channel.WECOM, wants=Wants.ESCALATIONS)
    desk.receiver(world.v2, desk.web().url)
    desk.receiver(world.h1, desk.web().url)
    colleague = make_member(Role.VENDOR_ENGINEER, world.v1)
    desk.tell(engineer, colleague, key="a")
    desk.tell(engineer, colleague, key="b", kind=NoticeKind.SEVERE_REPORTED)
    assert {(message.event_key, message.receiver_id) for message in desk.messages()} == {
        ("a", everything.id),
        ("b", everything.id),
        ("b", escalations.id),
    }


def test_a_hospitals_own_row_can_be_told_to_its_vendor(desk, world, engineer):
    with opened(Context.of_hospital(world.h1.id)):
        department = world.radiology[world.h1.id]
    desk.tell(engineer, subject=department)
    (item,) = InboxItem.objects.visible_to(enter(engineer))
    assert (item.hospital_id, item.vendor_id) == (world.h1.id, world.v1.id)


@pytest.mark.parametrize(
    "url", ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example", "tickets/1"]
)
def test_a_notice_leads_nowhere_but_here(desk, engineer, url):
    from servicedesk.notices.notify import notify

    with opened(Context.of_hospital(desk.world.h1.id)), pytest.raises(ValueError, match="no path"):
        notify("x", to=[engineer], kind=NoticeKind.TRIAL, subject=desk.world.h1, words=WORDS, url=url, at=NOON)


def test_a_sentence_without_its_words_is_refused(desk, engineer):
    from servicedesk.notices.notify import notify

    with opened(Context.of_hospital(desk.world.h1.id)), pytest.raises(ValueError, match="needs the words"):
        notify("x", to=[], kind=NoticeKind.DEADLINE_NEAR, subject=desk.world.h1, words={}, url="/", at=NOON)


def test_words_are_said_in_the_readers_language(desk, engineer):
    from servicedesk.notices.words import stored, text_of

    words = stored(NoticeKind.APPROVAL_DECIDED, {"matter": "变更 3", "decision": Role.IT_LEAD.label})
    assert words == {"matter": "变更 3", "decision": {"text": "Hospital IT lead"}}
    due = stored(NoticeKind.DEADLINE_NEAR, WORDS)
    with translation.override("en"):
        assert text_of("approval_decided", words) == "变更 3 was decided: Hospital IT lead."
        assert text_of("deadline_near", due) == "工单 7: 响应 is due at 2026-11-18 12:00."


@pytest.mark.parametrize("people", [1, 3])
def test_telling_costs_the_same_for_one_and_for_three(desk, world, people, django_assert_num_queries):
    desk.mail()
    matter = make_matter(world.h1, world.v1)
    crowd = [give_address(make_member(Role.VENDOR_ENGINEER, world.v1)) for _ in range(people)]
    from servicedesk.notices.notify import notify

    with opened(Context.of_hospital(world.h1.id)), django_assert_num_queries(4):
        notify("x", to=crowd, kind=NoticeKind.TICKET_ASSIGNED, subject=matter, words=WORDS, url="/", at=NOON)


def test_a_membership_in_another_organisation_reads_its_own_notices_only(desk, world, engineer):
    """A person reads what is addressed to them in the membership they act in."""
    elsewhere = make_member(Role.IT_ENGINEER, world.h3, user=engineer.user)
    desk.tell(engineer)
    assert not InboxItem.objects.visible_to(enter(elsewhere)).exists()
    assert InboxItem.objects.visible_to(enter(engineer)).count() == 1
    assert Membership.objects.filter(id=engineer.id).exists()
