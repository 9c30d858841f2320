"""The organisation's targets and receivers: listed by a manager, tried, never shown again."""

import pytest
from django.db import connection

from servicedesk.audit.enums import Act
from servicedesk.notices.enums import Channel, State
from servicedesk.notices.models import Breaker, Receiver, Target
from servicedesk.notices.sealing import unseal
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.wall import Context, opened
from tests.notices.conftest import SECRET
from tests.notices.visits import acts, signed_in
from tests.world import enter, make_member

pytestmark = pytest.mark.django_db


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
