"""The pages of the room: one's own inbox, and how a person wishes to be told."""

from datetime import time

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from servicedesk.audit.enums import Act
from servicedesk.notices import selectors
from servicedesk.notices.enums import NoticeKind
from servicedesk.notices.models import InboxItem, Preference
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.wall import Context, opened
from tests.notices.conftest import give_address
from tests.notices.visits import acts, signed_in
from tests.world import enter, make_matter, make_member

pytestmark = pytest.mark.django_db
OWN_FACTS = {"id", "membership_id", "event_key", "read_at"}


# ── inbox ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_inbox_shows_ones_own_and_leads_to_the_matter(desk, engineer):
    colleague = make_member(Role.VENDOR_ENGINEER, desk.world.v1)
    desk.tell(engineer, key="mine")
    desk.tell(colleague, key="theirs", kind=NoticeKind.TICKET_URGED)
    client = signed_in(engineer)
    page = client.get("/inbox/").content.decode()
    assert ("was given to you" in page, "asks for haste" in page) == (True, False)
    assert "1 unread notice<" in client.get("/inbox/unread/").content.decode()
    item = InboxItem.objects.visible_to(enter(engineer)).get()
    answer = client.get(f"/inbox/{item.id}/")
    assert (answer.status_code, answer["Location"]) == (302, "/tickets/1/")
    assert "unread notice" not in client.get("/inbox/unread/").content.decode()
    assert client.get("/inbox/?unread=1").context["items"] == []


def test_somebody_elses_notice_is_missing(desk, engineer, lead):
    desk.tell(engineer)
    item = InboxItem.objects.visible_to(enter(engineer)).get()
    for stranger in (
        make_member(Role.VENDOR_ENGINEER, desk.world.v1),
        make_member(Role.VENDOR_MANAGER, desk.world.v2),
        lead,
    ):
        assert signed_in(stranger).get(f"/inbox/{item.id}/").status_code == 404
    assert selectors.unread_count(enter(engineer)) == 1


def test_mark_all_as_read_touches_nobody_else(desk, engineer):
    colleague = make_member(Role.VENDOR_ENGINEER, desk.world.v1)
    for number in range(3):
        desk.tell(engineer, colleague, key=f"event:{number}")
    assert signed_in(engineer).post("/inbox/read/").status_code == 302
    assert [selectors.unread_count(enter(person)) for person in (engineer, colleague)] == [0, 3]


def test_older_notices_are_one_link_away(desk, engineer):
    matter = make_matter(desk.world.h1, desk.world.v1)
    for number in range(selectors.PAGE + 2):
        desk.tell(engineer, key=f"event:{number}", subject=matter)
    client = signed_in(engineer)
    first = client.get("/inbox/")
    second = client.get(f"/inbox/?before={first.context['older']}")
    assert (len(first.context["items"]), len(second.context["items"]), second.context["older"]) == (
        selectors.PAGE,
        2,
        None,
    )
    keys = [item.event_key for item in [*first.context["items"], *second.context["items"]]]
    assert keys == [f"event:{number}" for number in reversed(range(selectors.PAGE + 2))]
    assert client.get("/inbox/?before=nonsense").status_code == 200


@pytest.mark.parametrize("url", ["/inbox/", "/inbox/unread/", "/notices/deliveries/"])
def test_a_list_costs_the_same_with_one_row_and_with_three(desk, engineer, url):
    desk.mail()
    give_address(engineer)
    client = signed_in(engineer)
    matter = make_matter(desk.world.h1, desk.world.v1)
    costs = []
    for count in (1, 2):
        for number in range(count):
            desk.tell(engineer, key=f"event:{count}:{number}", subject=matter)
        client.get(url)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(url)
        costs.append(len(queries))
    assert costs[0] == costs[1]


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_the_unread_count_is_one_query_by_its_index(desk, engineer):
    """Among thousands of notices of the organisation and hundreds of one's own that are read."""
    desk.tell(engineer)
    colleague = make_member(Role.VENDOR_ENGINEER, desk.world.v1)
    with opened(Context.of_vendor(desk.world.v1.id, desk.world.h1.id)):
        facts = {name: value for name, value in InboxItem.objects.values()[0].items() if name not in OWN_FACTS}
        for person, count, read_at in ((engineer, 500, desk.clock()), (colleague, 3000, None)):
            InboxItem.objects.bulk_create(
                InboxItem(**facts, membership=person, event_key=f"event:{number}", read_at=read_at)
                for number in range(count)
            )
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE notices_inboxitem")
    with transaction.atomic(), connection.cursor() as cursor:
        me = enter(engineer)
        with CaptureQueriesContext(connection) as queries:
            assert selectors.unread_count(me) == 1
        assert len(queries) == 1
        cursor.execute(f"EXPLAIN {queries[0]['sql']}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "inbox_unread" in plan


# ── preferences ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_person_sets_how_they_are_told(desk, engineer):
    client = signed_in(engineer)
    assert "Escalations and duty always come through" in client.get("/notices/preferences/").content.decode()
    words = {"quiet_from": "22:00", "quiet_to": "07:00", "quiet_days": ["0", "1"], "ticket_assigned": ["mail", "sms"]}
    assert client.post("/notices/preferences/", words).status_code == 302
    mine = Preference.objects.visible_to(enter(engineer)).get()
    assert (mine.quiet_from, mine.quiet_to, mine.quiet_days) == (time(22), time(7), [0, 1])
    assert mine.channels_for(NoticeKind.TICKET_ASSIGNED) == ("mail", "sms")
    assert mine.channels_for(NoticeKind.TICKET_URGED) == ()
    client.post("/notices/preferences/", {})
    mine.refresh_from_db()
    assert (mine.quiet_from, mine.quiet_days, Preference.objects.count()) == (None, [], 1)
    colleague = enter(make_member(Role.VENDOR_MANAGER, desk.world.v1))
    assert not Preference.objects.visible_to(colleague).exists()
    assert Act.PREFERENCES_SET in acts(desk.world.v1)


@pytest.mark.parametrize(
    "words",
    [
        {"quiet_from": "22:00"},
        {"quiet_from": "22:00", "quiet_to": "07:00"},
        {"quiet_from": "22:00", "quiet_to": "22:00", "quiet_days": [str(day) for day in range(7)]},
        {"quiet_from": "late", "quiet_to": "07:00", "quiet_days": ["0"]},
        {"ticket_assigned": ["pigeon"]},
    ],
)
def test_what_makes_no_sense_is_not_saved(desk, engineer, words):
    answer = signed_in(engineer).post("/notices/preferences/", words)
    assert (answer.status_code, bool(answer.context["form"].errors)) == (200, True)
    assert not Preference.objects.visible_to(enter(engineer)).exists()


def test_an_escalation_cannot_be_chosen_away_and_what_stays_inside_has_no_channel(desk, engineer):
    form = signed_in(engineer).get("/notices/preferences/").context["form"]
    assert {kind for kind in NoticeKind if kind.value not in form.fields} == {
        NoticeKind.SEVERE_REPORTED,
        NoticeKind.DEADLINE_NEAR,
        NoticeKind.DEADLINE_PASSED,
        NoticeKind.NOBODY_ON_DUTY,
        NoticeKind.STEPS_SET_ASIDE,
        NoticeKind.MESSAGES_DEAD,
        NoticeKind.TRIAL,
        NoticeKind.TICKET_ACT,
        NoticeKind.INCIDENT_DECLARED,
    }


# ── dead letters ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_page_of_the_room_opens_and_is_linked(desk, manager):
    client = signed_in(manager)
    for name in ("inbox", "notice_preferences", "deliveries", "targets"):
        page = client.get(reverse(name)).content.decode()
        links = [reverse(other) for other in ("inbox", "notice_preferences", "deliveries", "targets")]
        assert [link for link in links if f'href="{link}"' not in page] == []
    with translation.override("en"):
        assert client.get("/notices/receivers/new/").status_code == 200
