"""The contract every channel keeps, against receivers that answer 200, 429, 500, hang, and cut the line."""

import base64
import hashlib
import hmac
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from servicedesk.notices.channels import SEND
from servicedesk.notices.enums import PERSONAL, Channel, NoticeKind, Reason, State
from servicedesk.tenancy.enums import Role
from tests.notices.conftest import NOON, SECRET, give_address
from tests.world import make_member

pytestmark = pytest.mark.django_db
OUTWARD = list(SEND)
ROBOTS = [Channel.WECOM, Channel.DINGTALK, Channel.FEISHU]


@pytest.fixture(params=OUTWARD, ids=str)
def way(request, desk):
    """One message waiting on this channel, and the server it will reach."""
    return waiting(desk, request.param)


def waiting(desk, channel, path=""):
    engineer = make_member(Role.VENDOR_ENGINEER, desk.world.v1)
    server = desk.mail() if channel == Channel.MAIL else desk.web()
    if channel == Channel.MAIL:
        give_address(engineer)
    else:
        desk.receiver(desk.world.v1, server.url + path, channel)
    if channel == Channel.SMS:
        give_address(engineer, email="", phone="13800000000")
    desk.tell(engineer, kind=NoticeKind.DEADLINE_NEAR)
    (message,) = desk.messages()
    assert message.channel == channel
    return server


def test_all_outward_channels_are_here():
    assert set(OUTWARD) == set(Channel) - {Channel.INBOX}


def test_a_yes_is_sent(desk, way):
    message = desk.deliver()
    assert (message.state, message.sent_at, message.reason) == (State.SENT, NOON, "")
    assert len(way.seen) == 1
    desk.deliver()
    assert len(way.seen) == 1


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("429", Reason.BUSY),
        ("500", Reason.BROKEN),
        ("hang", Reason.TIMEOUT),
        ("drip", Reason.TIMEOUT),
        ("cut", Reason.UNREACHABLE),
        ("deaf", Reason.UNREACHABLE),
    ],
)
def test_a_fault_is_tried_again_with_the_same_key(desk, way, word, reason):
    way.script[:] = [word]
    message = desk.deliver()
    if message.channel == Channel.MAIL and word == "500":
        reason = Reason.BUSY  # in SMTP both are 4xx: later
    assert (message.state, message.reason, message.lease_until) == (State.WAITING, reason, None)
    assert NOON + timedelta(seconds=5) <= message.due_at <= NOON + timedelta(seconds=15)
    desk.deliver()
    assert desk.message().state == State.WAITING  # not before it is due
    desk.clock.at = message.due_at
    assert desk.deliver().state == State.SENT
    assert {seen.key for seen in way.seen} <= {str(message.id), ""}
    assert len(way.seen) == (1 if word == "deaf" else 2)


def test_a_clear_no_ends_sooner(desk, way):
    way.script[:] = ["404"] * 9
    tries = 0
    while desk.message().state == State.WAITING:
        desk.clock.at = desk.message().due_at
        desk.deliver()
        tries += 1
    assert (tries, desk.message().reason) == (3, Reason.REFUSED)
    assert desk.clock.at - NOON < timedelta(minutes=2)


@pytest.mark.parametrize("channel", [channel for channel in OUTWARD if channel != Channel.MAIL])
def test_a_redirect_is_never_followed(desk, channel):
    server = waiting(desk, channel)
    server.script[:] = ["302"]
    assert desk.deliver().reason == Reason.REDIRECTED
    assert server.connections == 1


def test_what_a_webhook_carries(desk):
    server = waiting(desk, Channel.WEBHOOK)
    message = desk.deliver()
    (seen,) = server.seen
    timestamp, signed = seen.header("X-Servicedesk-Timestamp"), seen.header("X-Servicedesk-Signature")
    expected = hmac.new(SECRET.encode(), timestamp.encode() + b"." + seen.body, hashlib.sha256).hexdigest()
    assert (signed, seen.key) == (f"sha256={expected}", str(message.id))
    assert seen.json | {"text": "", "subject": ""} == {
        "id": str(message.id),
        "event": "ticket:1",
        "kind": "deadline_near",
        "urgency": "escalation",
        "subject": "",
        "at": NOON.isoformat(),
        "text": "",
        "url": "http://localhost:8000/tickets/1/",
    }


def test_what_a_mail_carries(desk):
    server = waiting(desk, Channel.MAIL)
    message = desk.deliver()
    (seen,) = server.seen
    assert seen.header("To") == "wang@example.org"
    assert seen.header("Message-ID") == f"<{message.id}@localhost>"
    assert seen.header("Auto-Submitted") == "auto-generated"


def test_what_a_gateway_for_text_messages_gets(desk):
    server = waiting(desk, Channel.SMS)
    message = desk.deliver()
    (seen,) = server.seen
    assert (seen.json["phone"], seen.json["id"]) == ("13800000000", str(message.id))
    assert seen.header("Authorization") == f"Bearer {SECRET}"


def test_a_robots_signature(desk):
    server = waiting(desk, Channel.DINGTALK, "?access_token=abc")
    desk.deliver()
    query = parse_qs(urlsplit(server.seen[0].head.split()[1]).query)
    (timestamp,), (sign,) = query["timestamp"], query["sign"]
    digest = hmac.new(SECRET.encode(), f"{timestamp}\n{SECRET}".encode(), hashlib.sha256).digest()
    assert (sign, query["access_token"]) == (base64.b64encode(digest).decode(), ["abc"])


def test_feishus_signature(desk):
    server = waiting(desk, Channel.FEISHU)
    desk.deliver()
    message = server.seen[0].json
    digest = hmac.new(f"{message['timestamp']}\n{SECRET}".encode(), b"", hashlib.sha256).digest()
    assert message["sign"] == base64.b64encode(digest).decode()
    assert message["msg_type"] == "text"


@pytest.mark.parametrize("channel", ROBOTS, ids=str)
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ('{"errcode":45009,"code":11232}', Reason.BUSY),
        ('{"errcode":93000,"code":19001}', Reason.REFUSED),
        ("<html>a captive portal</html>", Reason.BROKEN),
        ("[]", Reason.BROKEN),
    ],
)
def test_a_robot_that_says_200_and_means_no(desk, channel, answer, reason):
    server = waiting(desk, channel)
    answer = answer.replace("45009", "130101") if channel == Channel.DINGTALK else answer
    server.script[:] = [answer]
    assert desk.deliver().reason == reason


def test_the_mail_server_that_refuses_everybody_is_not_the_messages_fault(desk):
    waiting(desk, Channel.MAIL)
    desk.settings.EMAIL_PORT = 1
    assert (desk.deliver().state, desk.message().reason) == (State.WAITING, Reason.UNREACHABLE)


def test_a_person_without_an_address_any_more(desk):
    waiting(desk, Channel.MAIL)
    engineer = desk.message().membership_id
    from servicedesk.tenancy.models import Membership
    from servicedesk.tenancy.wall import Context, opened

    with opened(Context.of_vendor(desk.world.v1.id)):
        Membership.objects.filter(id=engineer).update(email="")
    assert (desk.deliver().state, desk.message().reason) == (State.DEAD, Reason.NO_ADDRESS)


def test_asked_to_wait_longer_we_wait_longer():
    from servicedesk.notices.channels.posting import by_status
    from servicedesk.notices.wire import Answer

    assert by_status(Answer(429, {"Retry-After": "600"}, b"")).after == timedelta(minutes=10)
    assert by_status(Answer(503, {"retry-after": "nonsense"}, b"")).after == timedelta()
    assert by_status(Answer(204, {}, b"")).is_sent
    assert PERSONAL == (Channel.MAIL, Channel.SMS)
