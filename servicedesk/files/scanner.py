"""ClamAV over its socket. What cannot be scanned is refused."""

import socket
import struct
import time
from collections.abc import Callable
from typing import IO

from servicedesk.files.reasons import Reason, Refused
from servicedesk.files.streams import CHUNK, chunks

Scan = Callable[[IO[bytes]], None]

LONGEST_ANSWER = 4096


def unscanned(file: IO[bytes]) -> None:
    """For an installation without a scanner."""


def clamav(address: str, *, seconds: float = 10) -> Scan:
    """A scan by the clamd at `unix:/run/clamav/clamd.ctl` or `tcp:host:port`, all of it within `seconds`."""

    def scan(file: IO[bytes]) -> None:
        try:
            answer = asked(address, file, time.monotonic() + seconds)
        except OSError as error:
            raise Refused(Reason.SCANNER_UNAVAILABLE) from error
        refuse_unless_clean(answer)

    return scan


def asked(address: str, file: IO[bytes], deadline: float) -> bytes:
    with connected(address, deadline) as connection:
        send(connection, b"zINSTREAM\0", deadline)
        file.seek(0)
        for chunk in chunks(file):
            send(connection, struct.pack("!L", len(chunk)) + chunk, deadline)
        send(connection, struct.pack("!L", 0), deadline)
        return answered(connection, deadline)


def connected(address: str, deadline: float) -> socket.socket:
    scheme, _, place = address.partition(":")
    if scheme == "tcp":
        host, _, port = place.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), timeout=left(deadline))
    if scheme != "unix":
        raise ValueError(f"Neither unix:path nor tcp:host:port: {address}")
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(left(deadline))
    try:
        connection.connect(place)
    except OSError:
        connection.close()
        raise
    return connection


def left(deadline: float) -> float:
    """Seconds until the deadline, which a clamd that trickles cannot move."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def send(connection: socket.socket, data: bytes, deadline: float) -> None:
    connection.settimeout(left(deadline))
    connection.sendall(data)


def answered(connection: socket.socket, deadline: float) -> bytes:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
        connection.settimeout(left(deadline))
        received = connection.recv(CHUNK)
        if not received:
            break
        answer += received
    return answer


def refuse_unless_clean(answer: bytes) -> None:
    words = answer.rstrip(b"\0\n").decode(errors="replace")
    if words == "stream: OK" and answer.endswith(b"\0"):
        return
    if words.startswith("stream: ") and words.endswith(" FOUND"):
        raise Refused(Reason.INFECTED, finding=words.removeprefix("stream: ").removesuffix(" FOUND"))
    raise Refused(Reason.SCANNER_UNAVAILABLE)
