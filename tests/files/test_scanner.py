"""The scanner is asked over its socket, and lets nothing in unless it says so."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from servicedesk.files.checking import Kind, Reason, clamav
from tests.files import nasty
from tests.files.verdicts import checked, refusal

Behaviour = Callable[[socket.socket, bytes], None]


def exactly(connection: socket.socket, count: int) -> bytes:
    return connection.recv(count, socket.MSG_WAITALL)


def received_by_clamd(connection: socket.socket) -> bytes:
    assert exactly(connection, 10) == b"zINSTREAM\0"
    content = b""
    while length := struct.unpack("!L", exactly(connection, 4))[0]:
        content += exactly(connection, length)
    return content


@contextmanager
def fake_clamd(behave: Behaviour, listener: socket.socket) -> Iterator[None]:
    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            behave(connection, received_by_clamd(connection))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with listener:
        yield
    thread.join()


@contextmanager
def clamd(behave: Behaviour) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    with fake_clamd(behave, listener):
        yield f"tcp:127.0.0.1:{listener.getsockname()[1]}"


def answers(words: bytes) -> Behaviour:
    return lambda connection, content: connection.sendall(words)


def find_eicar(connection: socket.socket, content: bytes) -> None:
    found = b"stream: Win.Test.EICAR_HDB-1 FOUND\0" if nasty.EICAR in content else b"stream: OK\0"
    connection.sendall(found)


def hang(connection: socket.socket, content: bytes) -> None:
    connection.recv(1)


def trickle(connection: socket.socket, content: bytes) -> None:
    try:
        while True:
            connection.sendall(b"s")
            threading.Event().wait(0.02)
    except OSError:
        return


def test_a_clean_file_passes_the_scanner_whole() -> None:
    seen = []

    def remember(connection: socket.socket, content: bytes) -> None:
        seen.append(content)
        connection.sendall(b"stream: OK\0")

    content = nasty.LOG.encode() * 20_000
    with clamd(remember) as address:
        assert checked(content, "a.log", scan=clamav(address)).kind is Kind.TEXT
    assert seen == [content]


def test_the_scanner_may_listen_on_a_path(tmp_path: Path) -> None:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "clamd"))
    listener.listen()
    with fake_clamd(find_eicar, listener):
        assert checked(b"hello", scan=clamav(f"unix:{tmp_path}/clamd")).kind is Kind.TEXT


def test_what_the_scanner_finds_is_refused_by_name() -> None:
    with clamd(find_eicar) as address:
        refused = refusal(b"mail with " + nasty.EICAR, "a.log", scan=clamav(address))
    assert refused.reason is Reason.INFECTED
    assert "“Win.Test.EICAR_HDB-1”" in refused.sentence


def test_the_scanner_sees_pictures_as_they_were_sent() -> None:
    with clamd(find_eicar) as address:
        assert refusal(nasty.picture() + nasty.EICAR, scan=clamav(address)).reason is Reason.INFECTED


@pytest.mark.parametrize(
    "behave",
    [
        answers(b""),
        answers(b"stream: O"),
        answers(b"stream: OK"),
        answers(b"INSTREAM size limit exceeded. ERROR\0"),
        answers(b"x" * 9000),
        hang,
        trickle,
    ],
)
def test_a_scanner_that_does_not_answer_well_lets_nothing_in(behave: Behaviour) -> None:
    with clamd(behave) as address:
        assert refusal(b"hello", scan=clamav(address, seconds=0.3)).reason is Reason.SCANNER_UNAVAILABLE


def test_a_scanner_that_is_away_lets_nothing_in(tmp_path: Path) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    listener.close()
    for address in (f"tcp:127.0.0.1:{port}", f"unix:{tmp_path}/none"):
        assert refusal(b"hello", scan=clamav(address)).reason is Reason.SCANNER_UNAVAILABLE


def test_a_wrong_scanner_address_is_the_operators_mistake() -> None:
    with pytest.raises(ValueError, match="Neither unix:path nor tcp:host:port"):
        checked(b"hello", scan=clamav("clamd.local:3310"))
