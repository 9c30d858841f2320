"""Receivers at the wire: real sockets on 127.0.0.1 that answer by script. After the script they say yes.

The words: ok · 429 · 500 · 404 · 302 · hang (takes the message, says nothing) · cut (takes it, closes the line) ·
deaf (closes before reading) · drip (one byte at a time, never done).
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Seen:
    """What arrived whole, whatever was answered."""

    key: str
    head: str
    body: bytes

    @property
    def json(self) -> dict:
        return json.loads(self.body)

    def header(self, name: str) -> str:
        for line in self.head.split("\r\n")[1:]:
            if line.lower().startswith(f"{name.lower()}:"):
                return line.partition(":")[2].strip()
        return ""


@dataclass
class Server:
    script: list[str] = field(default_factory=list)
    choose: Callable[[], str] | None = None
    seen: list[Seen] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)  # keys of what was taken with a yes
    connections: int = 0
    host: str = "127.0.0.1"

    def __post_init__(self) -> None:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        self.listener = socket.socket(family, socket.SOCK_STREAM)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            self.listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        self.listener.bind((self.host, 0))
        self.listener.listen(64)
        self.port = self.listener.getsockname()[1]
        self.over = threading.Event()
        self.lock = threading.Lock()
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self.over.set()
        with contextlib.suppress(
            OSError
        ):  # wakes whoever waits in accept(); closed under them, they take the next one's calls
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _serve(self) -> None:
        while not self.over.is_set():
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._guarded, args=(line,), daemon=True).start()

    def _guarded(self, line: socket.socket) -> None:
        with line, contextlib.suppress(OSError, ValueError):
            self.talk(line)

    def next_word(self) -> str:
        with self.lock:
            if self.choose:
                return self.choose()
            return self.script.pop(0) if self.script else "ok"

    def talk(self, line: socket.socket) -> None:
        raise NotImplementedError


class HttpReceiver(Server):
    """Answers 200 with a body that webhook, gateway and all three robots take for a yes."""

    yes = b'{"errcode":0,"code":0}'

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def talk(self, line: socket.socket) -> None:
        word = self.next_word()
        if word == "deaf":
            return
        stream = line.makefile("rb")
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            row = stream.readline()
            if not row:  # hung up: reading on would never end, and slow down every test after this one
                return
            head += row
        text = head.decode()
        length = next(int(row.split(":")[1]) for row in text.split("\r\n") if row.lower().startswith("content-length"))
        body = stream.read(length)
        if len(body) < length:
            return  # the sender gave up half-way: nothing arrived
        seen = Seen("", text, body)
        seen.key = seen.header("Idempotency-Key")
        self.seen.append(seen)
        if word == "hang":
            self.over.wait(5)
        elif word == "drip":
            for byte in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 500:
                line.sendall(bytes([byte]))
                time.sleep(0.02)
        elif word != "cut":
            self._answer(line, word, seen)

    def _answer(self, line: socket.socket, word: str, seen: Seen) -> None:
        if word == "ok":
            self.accepted.append(seen.key)
        body = self.yes if word in ("ok", "lost answer") else word.encode()
        status = {"ok": "200", "lost answer": "200"}.get(word, word if word.isdecimal() else "200")
        extra = f"Location: http://127.0.0.1:{self.port}/elsewhere\r\n" if status == "302" else ""
        head = f"HTTP/1.1 {status} X\r\n{extra}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        line.sendall(head.encode() + body)


class MailReceiver(Server):
    """As much SMTP as a sender needs."""

    def talk(self, line: socket.socket) -> None:
        word = self.next_word()
        if word == "deaf":
            return
        stream = line.makefile("rb")
        line.sendall(b"220 fake\r\n")
        while command := stream.readline():
            verb = command[:4].upper()
            if verb in (b"EHLO", b"HELO"):
                line.sendall(b"250 fake\r\n")
            elif verb == b"RCPT" and word == "404":
                line.sendall(b"550 nobody of this name\r\n")
            elif verb == b"DATA":
                line.sendall(b"354 go on\r\n")
                if not self._data(line, stream, word):
                    return
            elif verb == b"QUIT":
                line.sendall(b"221 bye\r\n")
                return
            else:
                line.sendall(b"250 fine\r\n")

    def _data(self, line: socket.socket, stream, word: str) -> bool:
        text = b""
        while not text.endswith(b"\r\n.\r\n"):
            row = stream.readline()
            if not row:
                return False
            text += row
        seen = Seen("", f"\r\n{text.decode()}", text)
        seen.key = seen.header("Message-ID").strip("<>").partition("@")[0]
        self.seen.append(seen)
        if word == "ok":
            self.accepted.append(seen.key)
            line.sendall(b"250 taken\r\n")
        elif word == "429":
            line.sendall(b"450 later please\r\n")
        elif word == "500":
            line.sendall(b"451 my own fault\r\n")
        elif word == "drip":
            for _ in range(500):
                line.sendall(b"2")
                time.sleep(0.02)
        elif word == "hang":
            self.over.wait(5)
        return word in ("ok", "429", "500")
