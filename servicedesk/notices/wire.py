"""The only way out to a receiver: one POST to exactly the host and port an organisation has listed.

What the rules are, and why:

* An address is accepted in one spelling only. Decimal, octal, hexadecimal or shortened numbers, a user before an @, a
  backslash, a percent sign in the host, a trailing dot, white space, a fragment, an IPv6 zone: refused before anything
  is looked up, because programs disagree about what they mean.
* `host:port` must be on the organisation's own list, exactly. A listed name says nothing about its neighbours, its
  other ports or the address behind it.
* A name is looked up once, and the connection goes to what that look-up gave (a second look-up could answer
  differently: rebinding). TLS still verifies the name.
* Private addresses (10/8, 172.16/12, 192.168/16, fc00::/7) are allowed: hospitals live on them. A *name* that leads to
  this machine, its link, a cloud's metadata service, a multicast or reserved address is refused, even when only one of
  its addresses does.
* Such an address written as a number needs two signatures: the organisation lists it, and the operator names the same
  host:port in LOCAL_TARGETS. An organisation is a tenant; what listens on the operator's loopback is not theirs to
  open, and pages for this machine only (Audience.INTERNAL) trust callers from it.
* The ports of our own PostgreSQL and Valkey are refused everywhere unless the operator names them the same way.
* Redirects are answers, never followed. Proxies of the environment are not used. A connection takes at most 3 s, all
  of it at most 10 s, however slowly the receiver drips.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import os
import re
import socket
import ssl
import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from queue import Empty, Queue
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from django.conf import settings

from servicedesk.notices.enums import Reason

MOST_READ = 64 * 1024
URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?P<path>/[A-Za-z0-9\-._~!$&'()*+,;=:@%/]*(?:\?[A-Za-z0-9\-._~!$&'()*+,;=:@%/?]*)?)?"
)
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
LOOKS_LIKE_A_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# Those that no general rule covers: AWS over IPv6, Alibaba Cloud, Azure, Oracle Cloud.
METADATA = frozenset(map(ipaddress.ip_address, ("fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192")))
# Networks whose addresses carry another one inside: NAT64, 6to4, Teredo, IPv4-compatible; and 'this network'.
DISGUISES = [ipaddress.ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")]
THIS_NETWORK = ipaddress.ip_network("0.0.0.0/8")


class NotSent(Exception):
    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Patience:
    connect: float = 3.0
    total: float = 10.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where an address leads, in its one spelling."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def number(self) -> Address | None:
        return number_of(self.host)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


def place_of(url: str) -> Place | None:
    """The address, or None when it is not in the one spelling we accept."""
    match = URL.fullmatch(url)
    if match is None:
        return None
    host = match["host"].strip("[]")
    port = int(match["port"] or (443 if match["scheme"] == "https" else 80))
    if port > 65535 or not is_host(host) or (":" in host) != match["host"].startswith("["):
        return None
    return Place(match["scheme"], host, port, match["path"] or "/")


def is_host(host: str) -> bool:
    """A plain name in small letters, or a number in its canonical form."""
    if number_of(host):
        return True
    labels = host.split(".")
    return all(map(LABEL.fullmatch, labels)) and not LOOKS_LIKE_A_NUMBER.fullmatch(labels[-1])


def number_of(host: str) -> Address | None:
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return None
    return number if str(number) == host else None


def is_special(number: Address) -> bool:
    """This machine, its link, metadata services, and whatever is no ordinary neighbour."""
    if isinstance(number, ipaddress.IPv6Address) and number.ipv4_mapped:
        return is_special(number.ipv4_mapped)
    if number in METADATA or (number.version == 4 and number in THIS_NETWORK):
        return True
    if any(number.version == net.version and number in net for net in DISGUISES):
        return True
    site_local = isinstance(number, ipaddress.IPv6Address) and number.is_site_local
    return site_local or any(
        (number.is_loopback, number.is_link_local, number.is_multicast, number.is_unspecified, number.is_reserved)
    )


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, allowed: Collection[tuple[str, int]], patience: Patience
) -> Answer:
    """The receiver's answer, or `NotSent` with the reason."""
    place = place_of(url)
    if place is None or (place.host, place.port) not in allowed:
        raise NotSent(Reason.NOT_ALLOWED)
    if place.port in _own_ports() and not _operator_agrees(place):
        raise NotSent(Reason.FORBIDDEN_ADDRESS)
    began = time.monotonic()
    sock = _dial(_looked_up(place, patience), place.port, patience)
    with Watchdog(sock, patience.total - (time.monotonic() - began)) as watchdog:
        try:
            answer = _exchange(place, sock, body, headers)
        except (OSError, http.client.HTTPException) as error:
            late = watchdog.has_bitten or isinstance(error, TimeoutError)
            raise NotSent(Reason.TIMEOUT if late else Reason.UNREACHABLE) from error
        finally:
            sock.close()
        if watchdog.has_bitten:  # http.client takes a head that was cut off for a whole one
            raise NotSent(Reason.TIMEOUT)
        return answer


def _operator_agrees(place: Place) -> bool:
    host = f"[{place.host}]" if ":" in place.host else place.host
    return f"{host}:{place.port}" in settings.LOCAL_TARGETS


def _own_ports() -> set[int]:
    ports = {int(database["PORT"] or 5432) for database in settings.DATABASES.values()}
    return ports | {urlsplit(settings.REDIS_URL).port or 6379}


def _looked_up(place: Place, patience: Patience) -> list[Address]:
    if place.number:
        if is_special(place.number) and not _operator_agrees(place):
            raise NotSent(Reason.FORBIDDEN_ADDRESS)
        return [place.number]
    addresses = _resolve(place.host, place.port, patience.connect)
    if any(map(is_special, addresses)):
        raise NotSent(Reason.FORBIDDEN_ADDRESS)
    return addresses


def _resolve(host: str, port: int, seconds: float) -> list[Address]:
    """getaddrinfo knows no time limit, so it is asked by a thread that may be left behind."""
    answers: Queue[Any] = Queue()

    def ask() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        found = answers.get(timeout=seconds)
    except Empty:
        raise NotSent(Reason.TIMEOUT) from None
    if isinstance(found, Exception) or not found:
        raise NotSent(Reason.UNREACHABLE)
    return [ipaddress.ip_address(entry[4][0].partition("%")[0]) for entry in found]


def _dial(addresses: list[Address], port: int, patience: Patience) -> socket.socket:
    end = time.monotonic() + patience.connect
    failure: OSError = TimeoutError()
    for address in addresses:
        if (left := end - time.monotonic()) <= 0:
            break
        try:
            sock = socket.create_connection((str(address), port), timeout=left)
        except OSError as error:
            failure = error
        else:
            sock.settimeout(patience.total)
            return sock
    raise NotSent(Reason.TIMEOUT if isinstance(failure, TimeoutError) else Reason.UNREACHABLE) from failure


def _exchange(place: Place, sock: socket.socket, body: bytes, headers: Mapping[str, str]) -> Answer:
    connection = http.client.HTTPConnection(place.host, place.port)
    if place.scheme == "https":
        sock = ssl.create_default_context().wrap_socket(sock, server_hostname=place.host)
        connection.default_port = 443
    connection.sock, connection.auto_open = sock, 0
    try:
        connection.request("POST", place.path, body, {"User-Agent": "ServiceDesk", "Connection": "close", **headers})
        response = connection.getresponse()
        return Answer(response.status, dict(response.headers.items()), response.read(MOST_READ))
    finally:
        connection.close()


class Watchdog:
    """Cuts the line when the whole exchange takes too long: a socket's own time limit starts again with every byte."""

    def __init__(self, sock: socket.socket, seconds: float) -> None:
        self.has_bitten = False
        self.line = socket.socket(fileno=os.dup(sock.fileno()))  # survives TLS wrapping, which detaches the original
        self.timer = threading.Timer(max(seconds, 0), self._bite)
        self.timer.daemon = True

    def _bite(self) -> None:
        self.has_bitten = True
        with contextlib.suppress(OSError):  # it was over already
            self.line.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        self.timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.timer.cancel()
        self.timer.join()
        self.line.close()
