"""G17: whatever the spelling, no connection is made but to an exactly listed host and port."""

import contextlib
import socket
import time

import pytest

from servicedesk.notices import wire
from servicedesk.notices.enums import Reason, State
from servicedesk.tenancy.enums import Role
from tests.notices.conftest import SHORT
from tests.notices.receivers import HttpReceiver
from tests.world import make_member

# {p} is the sink's port. All lead, or lead some programs, to the sink on this machine.
SPELLINGS = """
http://127.0.0.1:{p}/ http://localhost:{p}/ http://LOCALHOST:{p}/ http://localhost.:{p}/ http://localhost.localdomain:{p}/
http://127.1:{p}/ http://127.0.1:{p}/ http://2130706433:{p}/ http://017700000001:{p}/ http://0x7f000001:{p}/
http://0x7f.0x0.0x0.0x1:{p}/ http://0x7f.1:{p}/ http://0177.0.0.1:{p}/ http://0177.0.0.01:{p}/ http://127.0.0.01:{p}/
http://127.000.000.001:{p}/ http://00000177.00.00.01:{p}/ http://127.0.0.1.:{p}/ http://127.0.0.2:{p}/
http://127.255.255.254:{p}/ http://0.0.0.0:{p}/ http://0:{p}/ http://0.0.0.1:{p}/ http://00:{p}/ http://256.256.256.256:{p}/
http://383.0.0.1:{p}/ http://4294967295:{p}/ http://[::1]:{p}/ http://[0:0:0:0:0:0:0:1]:{p}/ http://[::]:{p}/
http://[0000::1]:{p}/ http://[::0001]:{p}/ http://[::ffff:127.0.0.1]:{p}/ http://[::ffff:7f00:1]:{p}/
http://[0:0:0:0:0:ffff:127.0.0.1]:{p}/ http://[::127.0.0.1]:{p}/ http://[::7f00:1]:{p}/ http://[64:ff9b::127.0.0.1]:{p}/
http://[64:ff9b::7f00:1]:{p}/ http://[2002:7f00:1::]:{p}/ http://[fe80::1%25lo]:{p}/ http://[::1%25lo]:{p}/
http://[::1%lo]:{p}/ http://::1:{p}/ http://user@127.0.0.1:{p}/ http://user:word@127.0.0.1:{p}/
http://good.example@127.0.0.1:{p}/ http://good.example:80@127.0.0.1:{p}/ http://good.example%40127.0.0.1:{p}/
http://127.0.0.1:{p}@good.example/ http://good.example#@127.0.0.1:{p}/ http://127.0.0.1:{p}#@good.example/
http://good.example?@127.0.0.1:{p}/ http://127.0.0.1:{p}\\@good.example/ http://good.example\\@127.0.0.1:{p}/
http:\\\\127.0.0.1:{p}\\ http:/127.0.0.1:{p}/ http:127.0.0.1:{p}/ //127.0.0.1:{p}/ ///127.0.0.1:{p}/ 127.0.0.1:{p}
http:///127.0.0.1:{p}/ http://127.0.0.1:{p}:80/ http://127.0.0.1:80:{p}/ http://127.0.0.1:+{p}/ http://127.0.0.1:0{p}/
http://127.0.0.1:{p}0000/ http://%31%32%37%2e%30%2e%30%2e%31:{p}/ http://127%2e0%2e0%2e1:{p}/ http://１２７.０.０.１:{p}/
http://127。0。0。1:{p}/ http://①②⑦.0.0.1:{p}/ http://ⓛocalhost:{p}/ http://locaLhoſt:{p}/ http://127.0.0.1\\t:{p}/
http://127.0.0.1\\x00.good.example:{p}/ http://127.0.0.1\\r\\nHost:good.example:{p}/ http://good.example\\x00@127.0.0.1:{p}/
http://good.example.:{p}/ http://xgood.example:{p}/ http://good.example.evil.example:{p}/ http://sub.good.example:{p}/
http://good.example:{p}/ https://127.0.0.1:{p}/ https://localhost:{p}/ HTTP://127.0.0.1:{p}/ hTTp://127.0.0.1:{p}/
file:///etc/passwd file://127.0.0.1:{p}/etc/passwd gopher://127.0.0.1:{p}/_POST dict://127.0.0.1:{p}/info
ftp://127.0.0.1:{p}/ ldap://127.0.0.1:{p}/ tftp://127.0.0.1:{p}/ ws://127.0.0.1:{p}/ unix:/run/valkey.sock
http+unix://%2Frun%2Fvalkey.sock/ jar:http://127.0.0.1:{p}!/ view-source:http://127.0.0.1:{p}/ data:text/html,x
javascript:alert(1) http://127.0.0.1:{p}/\\x20HTTP/1.1 http://metadata.example:{p}/ http://rebinding.example:{p}/
http://-127.0.0.1:{p}/ http://127.0.0.1-:{p}/ http://[127.0.0.1]:{p}/ http://[localhost]:{p}/ http://127.0.0.1%00:{p}/
""".split()  # noqa: SIM905
ESCAPES = {"\\t": "\t", "\\x00": "\x00", "\\r\\n": "\r\n", "\\x20": " ", "\\\\": "\\"}


def spelt(template: str, port: int) -> str:
    for word, character in ESCAPES.items():
        template = template.replace(word, character)
    return template.replace("{p}", str(port))


@pytest.fixture
def sink():
    """On every address of this machine, of both families: whatever gets through is counted."""
    server = HttpReceiver(host="::" if socket.has_dualstack_ipv6() else "0.0.0.0")
    yield server
    server.close()


def connections_of(sink):
    """How many there were, told after one of our own, which shows that the sink counts."""
    socket.create_connection(("127.0.0.1", sink.port)).close()
    deadline = time.monotonic() + 5
    while not sink.connections and time.monotonic() < deadline:
        time.sleep(0.01)
    return sink.connections - 1


@pytest.fixture
def names(monkeypatch):
    """What names lead to; the numbers asked of the system's own resolver stay with it."""
    answers, asked = {}, []
    system = socket.getaddrinfo

    def look_up(host, port, *args, **more):
        asked.append(host)
        if host not in answers:
            return system(host, port, *args, **more)
        answer = answers[host]
        found = answer.pop(0) if isinstance(answer[0], list) else answer
        if not found:
            raise socket.gaierror("no such name")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    answers["good.example"] = []
    for name in ("metadata.example", "rebinding.example", "xgood.example", "sub.good.example"):
        answers[name] = ["127.0.0.1"]
    answers["good.example.evil.example"] = answers["localhost.localdomain"] = ["127.0.0.1"]
    answers["good.example"] = ["127.0.0.1"]
    return answers


def test_there_are_enough_spellings():
    assert len(set(SPELLINGS)) >= 100


def test_nothing_unlisted_is_called(sink, names):
    """The list holds a name, another port of this machine, and a neighbour."""
    allowed = {("good.example", 80), ("127.0.0.1", sink.port + 1 if sink.port < 65535 else 1), ("10.0.0.7", sink.port)}
    reasons = {}
    for template in SPELLINGS:
        with pytest.raises(wire.NotSent) as refusal:
            wire.post(spelt(template, sink.port), b"{}", {}, allowed=allowed, patience=SHORT)
        reasons[template] = refusal.value.reason
    assert set(reasons.values()) == {Reason.NOT_ALLOWED}
    assert connections_of(sink) == 0


def test_listed_by_its_number_only_that_spelling_is_called(sink, names, settings):
    """Two signatures: the organisation's list and the operator's."""
    allowed = {("127.0.0.1", sink.port)}
    exact = f"http://127.0.0.1:{sink.port}/"
    with pytest.raises(wire.NotSent) as refusal:
        wire.post(exact, b"{}", {}, allowed=allowed, patience=SHORT)
    assert (refusal.value.reason, sink.connections) == (Reason.FORBIDDEN_ADDRESS, 0)
    settings.LOCAL_TARGETS = [f"127.0.0.1:{sink.port}"]
    called = set()
    for template in SPELLINGS:
        before = sink.connections
        with contextlib.suppress(wire.NotSent):
            wire.post(spelt(template, sink.port), b"{}", {}, allowed=allowed, patience=SHORT)
        if sink.connections > before:
            called.add(spelt(template, sink.port))
    assert called == {exact, f"https://127.0.0.1:{sink.port}/"}  # https: the same host and port; its handshake fails


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "169.254.169.254", "169.254.0.23", "100.100.100.200", "168.63.129.16",
        "192.0.0.192", "224.0.0.1", "255.255.255.255", "240.0.0.1", "::1", "::", "fe80::1", "fd00:ec2::254", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::", "fec0::1",
    ],
)  # fmt: skip
def test_a_listed_name_that_leads_here_is_not_called(sink, names, address):
    """Loopback, link-local, metadata, multicast, reserved, and what hides one: also beside a harmless address."""
    for found in ([address], ["10.1.2.3", address]):
        names["good.example"] = found
        with pytest.raises(wire.NotSent) as refusal:
            wire.post(
                f"http://good.example:{sink.port}/", b"", {}, allowed={("good.example", sink.port)}, patience=SHORT
            )
        assert refusal.value.reason == Reason.FORBIDDEN_ADDRESS
    assert connections_of(sink) == 0


@pytest.mark.parametrize(
    "address", ["10.1.2.3", "172.16.0.9", "192.168.3.4", "203.0.113.7", "fd12:3456::7", "2400:3200::1"]
)
def test_hospitals_live_on_private_addresses(address):
    assert not wire.is_special(wire.ipaddress.ip_address(address))


def test_a_name_that_changes_its_mind_is_asked_once(sink, names, monkeypatch):
    """Rebinding: the connection goes to what was checked, never to a second answer."""
    names["good.example"] = [["203.0.113.7"], ["127.0.0.1"], ["203.0.113.8"], ["127.0.0.1"]]
    dialled = []

    def dial(where, timeout):
        dialled.append(where)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", dial)
    reasons = []
    for _ in range(4):
        with pytest.raises(wire.NotSent) as refusal:
            wire.post(
                f"http://good.example:{sink.port}/", b"", {}, allowed={("good.example", sink.port)}, patience=SHORT
            )
        reasons.append(refusal.value.reason)
    assert dialled == [("203.0.113.7", sink.port), ("203.0.113.8", sink.port)]
    assert reasons == [Reason.UNREACHABLE, Reason.FORBIDDEN_ADDRESS] * 2


def test_a_name_nobody_knows(names):
    names["good.example"] = [[]]
    with pytest.raises(wire.NotSent) as refusal:
        wire.post("http://good.example/", b"", {}, allowed={("good.example", 80)}, patience=SHORT)
    assert refusal.value.reason == Reason.UNREACHABLE


def test_a_name_server_that_hangs(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: time.sleep(1))
    with pytest.raises(wire.NotSent) as refusal:
        wire.post("http://good.example/", b"", {}, allowed={("good.example", 80)}, patience=wire.Patience(0.1, 0.2))
    assert refusal.value.reason == Reason.TIMEOUT


def test_our_own_servers_are_not_called(settings):
    """A tenant who lists the database's or the queue's address does not get to talk to it."""
    settings.REDIS_URL = "redis://queue:7777/0"
    database = int(settings.DATABASES["default"]["PORT"] or 5432)
    for port in (7777, database):
        with pytest.raises(wire.NotSent) as refusal:
            wire.post(f"http://10.0.0.7:{port}/", b"", {}, allowed={("10.0.0.7", port)}, patience=SHORT)
        assert refusal.value.reason == Reason.FORBIDDEN_ADDRESS


def test_proxies_of_the_environment_are_not_used(sink, monkeypatch, settings):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{sink.port}")
    receiver = HttpReceiver()
    settings.LOCAL_TARGETS = [f"127.0.0.1:{receiver.port}"]
    answer = wire.post(receiver.url, b"{}", {}, allowed={("127.0.0.1", receiver.port)}, patience=SHORT)
    receiver.close()
    assert (answer.status, receiver.connections, sink.connections) == (200, 1, 0)


@pytest.mark.django_db
def test_a_receiver_whose_target_was_withdrawn_ends_as_a_dead_letter(desk):
    server = desk.web()
    desk.receiver(desk.world.v1, server.url, listed=False)
    desk.tell(make_member(Role.VENDOR_ENGINEER, desk.world.v1))
    message = desk.deliver()
    assert (message.state, message.reason, server.connections) == (State.DEAD, Reason.NOT_ALLOWED, 0)


@pytest.mark.django_db
def test_another_organisations_list_opens_nothing(desk):
    """The hospital lists a target; its vendor's receiver at the same address is still refused."""
    server = desk.web()
    desk.receiver(desk.world.h1, server.url)
    desk.receiver(desk.world.v2, server.url)
    receiver = desk.receiver(desk.world.v1, server.url, listed=False)
    desk.tell(make_member(Role.VENDOR_ENGINEER, desk.world.v1))
    message = desk.deliver()
    assert (message.receiver_id, message.reason, server.connections) == (receiver.id, Reason.NOT_ALLOWED, 0)
