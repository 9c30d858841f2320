"""The pages: one's own inbox and wishes, the organisation's targets, receivers and dead letters."""

from datetime import time

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from servicedesk.audit.enums import Act
from servicedesk.audit.models import Record
from servicedesk.notices import selectors
from servicedesk.notices.enums import Channel, NoticeKind, Reason, State
from servicedesk.notices.models import Breaker, InboxItem, Message, Preference, Receiver, Target
from servicedesk.notices.sealing import unseal
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.wall import Context, opened
from tests.notices.conftest import SECRET, context_of, give_address
from tests.world import enter, make_matter, make_member

pytestmark = pytest.mark.django_db
OWN_FACTS = {"id", "membership_id", "event_key", "read_at"}


def signed_in(membership) -> Client:
    if Role(membership.role).needs_second_factor:
        Authenticator.objects.create(user=membership.user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    membership.user.language = "en"
    membership.user.save()
    client = Client()
    client.force_login(membership.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def lead(desk):
    return make_member(Role.IT_LEAD, desk.world.h1)


def acts(organisation) -> list[str]:
    with opened(context_of(organisation)):
        found = Record.objects.filter(act__startswith="notices.").order_by("id")
        return list(found.values_list("act", flat=True))


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


# ── targets and receivers ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_manager_lists_a_target_sets_up_a_webhook_and_tries_it(desk, manager):
    server = desk.web()
    desk.settings.LOCAL_TARGETS = [f"127.0.0.1:{server.port}"]
    client = signed_in(manager)
    assert client.post("/notices/targets/", {"host": "127.0.0.1", "port": server.port}).status_code == 302
    words = {"name": "平台", "channel": "webhook", "url": server.url, "secret": SECRET, "wants": "everything"}
    assert client.post("/notices/receivers/new/", words).status_code == 302
    enter(manager)
    receiver = Receiver.objects.get()
    assert client.post(f"/notices/receivers/{receiver.id}/test/").status_code == 302
    desk.clock.at = desk.message().due_at
    assert desk.deliver().state == State.SENT
    assert server.seen[0].json["kind"] == "trial"
    assert "平台" in client.get("/notices/deliveries/").content.decode()
    assert acts(desk.world.v1) == [Act.TARGET_ALLOWED, Act.RECEIVER_ADDED, Act.RECEIVER_TRIED]


def test_address_and_key_are_never_shown_again_nor_readable_in_the_database(desk, manager):
    """G9: a copy of the database alone gives away neither a robot's address nor a key."""
    url = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=CANARY-IN-ADDRESS"
    client = signed_in(manager)
    client.post("/notices/targets/", {"host": "qyapi.weixin.qq.com", "port": 443})
    words = {"name": "群", "channel": "wecom", "url": url, "secret": "CANARY-AS-KEY-123", "wants": "escalations"}
    assert client.post("/notices/receivers/new/", words).status_code == 302
    receiver = Receiver.objects.get()
    pages = [client.get(page).content.decode() for page in ("/notices/targets/", f"/notices/receivers/{receiver.id}/")]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r::text FROM notices_receiver r UNION ALL SELECT h::text FROM notices_historicalreceiver h"
        )
        rows = [row for (row,) in cursor.fetchall()]
        cursor.execute("SELECT a::text FROM audit_record a")
        rows += [row for (row,) in cursor.fetchall()]
    assert len(rows) >= 4
    assert not [text for text in [*pages, *rows] if "CANARY" in text]
    assert unseal(receiver.sealed) == (url, "CANARY-AS-KEY-123")


def test_changing_a_receiver_keeps_what_is_left_empty(desk, manager):
    receiver = desk.receiver(desk.world.v1, "http://10.1.2.3:8080/a")
    client = signed_in(manager)
    change = f"/notices/receivers/{receiver.id}/"
    assert client.post(change, {"name": "新", "url": "", "secret": "", "wants": "escalations"}).status_code == 302
    enter(manager)
    receiver.refresh_from_db()
    assert (receiver.name, receiver.wants, unseal(receiver.sealed)) == (
        "新",
        "escalations",
        ("http://10.1.2.3:8080/a", SECRET),
    )
    new = {"name": "新", "url": "http://10.1.2.3:8080/b", "secret": "another key of both", "wants": "everything"}
    client.post(change, new)
    receiver.refresh_from_db()
    assert unseal(receiver.sealed) == ("http://10.1.2.3:8080/b", "another key of both")
    client.post(f"{change}switch/")
    receiver.refresh_from_db()
    assert receiver.is_on is False
    assert client.post(f"{change}test/").status_code == 409


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://10.1.2.4:8080/", "Put 10.1.2.4:8080 on the list"),
        ("http://10.1.2.3/", "Put 10.1.2.3:80 on the list"),
        ("http://user@10.1.2.3:8080/", "Give the address"),
        ("http://167838211:8080/", "Give the address"),
        ("gopher://10.1.2.3:8080/", "Give the address"),
    ],
)
def test_a_receiver_needs_a_listed_target(desk, manager, url, sentence):
    client = signed_in(manager)
    client.post("/notices/targets/", {"host": "10.1.2.3", "port": 8080})
    words = {"name": "x", "channel": "webhook", "url": url, "secret": SECRET, "wants": "everything"}
    answer = client.post("/notices/receivers/new/", words)
    assert answer.context["form"].errors["url"][0].startswith(sentence)
    assert not Receiver.objects.exists()


@pytest.mark.parametrize(
    "host", ["http://x.example", "x.example/path", "x.example:80", "0x7f.1", "10.1", "x..y", "医院"]
)
def test_a_target_is_a_plain_host(desk, manager, host):
    answer = signed_in(manager).post("/notices/targets/", {"host": host, "port": 80})
    assert "host" in answer.context["form"].errors


def test_a_short_key_is_refused(desk, manager):
    words = {"name": "x", "channel": "webhook", "url": "http://a.example/", "secret": "short", "wants": "everything"}
    assert "secret" in signed_in(manager).post("/notices/receivers/new/", words).context["form"].errors


def test_a_withdrawn_target_and_a_second_gateway(desk, manager):
    desk.receiver(desk.world.v1, "http://10.1.2.3:8080/a", Channel.SMS)
    client = signed_in(manager)
    words = {"name": "x", "channel": "sms", "url": "http://10.1.2.3:8080/", "secret": SECRET, "wants": "everything"}
    answer = client.post("/notices/receivers/new/", words)
    assert answer.context["form"].errors["url"][0].startswith("There is a gateway")
    target = Target.objects.get()
    assert client.post("/notices/targets/", {"host": "10.1.2.3", "port": 8080}).context["form"].errors
    assert client.post(f"/notices/targets/{target.id}/withdraw/").status_code == 302
    assert not Target.objects.exists()


def test_targets_and_receivers_are_the_organisations_own(desk, manager, lead, engineer):
    """ALL-1: strangers find nothing, colleagues without the right are told so."""
    receiver = desk.receiver(desk.world.v1, "http://10.1.2.3:8080/a")
    with opened(Context.of_vendor(desk.world.v1.id)):
        target = Target.objects.get()
    urls = [
        f"/notices/targets/{target.id}/withdraw/",
        *(f"/notices/receivers/{receiver.id}/{act}/" for act in ("switch", "test")),
    ]
    for stranger in (lead, make_member(Role.VENDOR_MANAGER, desk.world.v2), make_member(Role.SYSTEM_ADMINISTRATOR)):
        client = signed_in(stranger)
        assert [client.post(url).status_code for url in urls] == [404] * 3
        assert "10.1.2.3" not in client.get("/notices/targets/").content.decode()
    colleague = signed_in(engineer)
    assert [colleague.post(url).status_code for url in urls] == [403] * 3
    assert colleague.get("/notices/targets/").status_code == 403
    assert "10.1.2.3" in signed_in(manager).get("/notices/targets/").content.decode()


def test_the_page_shows_that_a_receiver_is_left_alone(desk, manager):
    receiver = desk.receiver(desk.world.v1, "http://10.1.2.3:8080/a")
    Breaker.objects.create(key=str(receiver.id), failures=3, rests_until=desk.clock())
    assert "left alone until 12:00:00" in signed_in(manager).get("/notices/targets/").content.decode()


# ── dead letters ─────────────────────────────────────────────────────────────────────────────────────────────────────


def dead_letter(desk, *people, **more):
    desk.tell(*people, **more)
    for message in desk.messages():
        with opened(message.context):
            Message.objects.filter(id=message.id).update(
                state=State.DEAD, reason=Reason.BROKEN, attempt=9, failures=9, failing_since=desk.clock()
            )
    return desk.messages()


def test_a_dead_letter_is_seen_and_sent_again_under_its_key(desk, engineer, manager):
    server = desk.web()
    desk.receiver(desk.world.v1, server.url)
    (message,) = dead_letter(desk, engineer)
    client = signed_in(manager)
    assert "Send again" in client.get("/notices/deliveries/?state=dead").content.decode()
    assert client.post(f"/notices/deliveries/{message.id}/resend/").status_code == 302
    desk.clock.at = desk.again(message).due_at
    again = desk.deliver(message)
    assert (again.state, again.attempt, again.failures, server.seen[0].key) == (State.SENT, 10, 0, str(message.id))
    assert client.post(f"/notices/deliveries/{message.id}/resend/").status_code == 409
    assert acts(desk.world.v1) == []
    with opened(message.context):
        assert Record.objects.filter(act=Act.MESSAGE_RESENT).count() == 1


def test_a_dead_letter_is_set_aside_and_stays_there(desk, engineer, manager):
    server = desk.web()
    desk.receiver(desk.world.v1, server.url)
    (message,) = dead_letter(desk, engineer)
    client = signed_in(manager)
    url = f"/notices/deliveries/{message.id}/dismiss/"
    assert url in client.get("/notices/deliveries/?state=dead").content.decode()
    assert client.post(url).status_code == 302
    assert desk.deliver(message).state == State.DISMISSED
    assert client.get("/notices/deliveries/?state=dead").context["rows"] == []
    assert [client.post(again).status_code for again in (url, url.replace("dismiss", "resend"))] == [409, 409]
    assert client.post("/notices/deliveries/resend/").status_code == 302
    assert desk.again(message).state == State.DISMISSED
    with opened(message.context):
        assert Record.objects.filter(act=Act.MESSAGE_DISMISSED).count() == 1


def test_all_of_the_organisations_dead_letters_and_nobody_elses(desk, engineer, manager, lead):
    desk.mail()
    give_address(engineer)
    give_address(lead)
    dead_letter(desk, engineer, lead, key="a")
    dead_letter(desk, engineer, key="b")
    assert signed_in(manager).post("/notices/deliveries/resend/").status_code == 302
    states = {(message.side, message.event_key): message.state for message in desk.messages()}
    assert states == {("vendor", "a"): State.WAITING, ("vendor", "b"): State.WAITING, ("hospital", "a"): State.DEAD}


def test_a_dead_letter_of_others_is_missing(desk, engineer, manager, lead):
    """The other party of the same ticket, another vendor, the platform: 404; a colleague without the right: 403."""
    desk.mail()
    give_address(engineer)
    (message,) = dead_letter(desk, engineer)
    url = f"/notices/deliveries/{message.id}/resend/"
    strangers = (lead, make_member(Role.VENDOR_MANAGER, desk.world.v2), make_member(Role.SYSTEM_ADMINISTRATOR))
    for stranger in strangers:
        client = signed_in(stranger)
        assert client.post(url).status_code == 404
        assert client.get("/notices/deliveries/").context["rows"] == []
        assert client.post(url.replace("resend", "dismiss")).status_code == 404
    mine = signed_in(engineer)
    assert [row.id for row in mine.get("/notices/deliveries/").context["rows"]] == [message.id]
    assert mine.post(url).status_code == 403
    assert mine.post(url.replace("resend", "dismiss")).status_code == 403
    colleague = signed_in(make_member(Role.VENDOR_ENGINEER, desk.world.v1))
    assert colleague.get("/notices/deliveries/").context["rows"] == []
    assert desk.again(message).state == State.DEAD


def test_every_page_of_the_room_opens_and_is_linked(desk, manager):
    client = signed_in(manager)
    for name in ("inbox", "notice_preferences", "deliveries", "targets"):
        page = client.get(reverse(name)).content.decode()
        links = [reverse(other) for other in ("inbox", "notice_preferences", "deliveries", "targets")]
        assert [link for link in links if f'href="{link}"' not in page] == []
    with translation.override("en"):
        assert client.get("/notices/receivers/new/").status_code == 200
