"""Brokers of the tests' own, which may be killed and come back with what they kept.

Where the program is not installed, and of RabbitMQ, which takes long to start, it is the network
before the broker that goes away.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from ssl import SSLContext
from threading import Thread
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

from tests.streams.brokers import url_of

PATIENCE = 60.0
"""How long a broker may take to answer [s]."""

PROGRAMS = {"nats": "nats-server", "redis": "redis-server", "mqtt": "mosquitto"}


class Broker(Protocol):
    """A broker that may go away."""

    url: str

    def start(self) -> None:
        """Let it answer, with what it kept."""

    def stop(self) -> None:
        """Let it be gone, from one moment to the next."""


class Program:
    """A server in a process and a folder of its own.

    Args:
        kind: Of broker.
        program: Where it is installed.
        folder: For what it keeps.
        more: Words for its command line, beside those that it needs.
    """

    def __init__(self, kind: str, program: str, folder: Path, more: Sequence[str] = ()) -> None:
        self.port = free_port()
        self.url = f"{kind}://127.0.0.1:{self.port}"
        self._kind, self._folder = kind, folder
        self._order = [program, *_words(kind, self.port, folder), *more]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(self._order, stdout=log, stderr=log)  # noqa: S603  a broker's own program
        wait_for(self.port)

    def stop(self) -> None:
        """Kill it; Mosquitto, which writes down what it keeps when it ends, is asked to end."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGTERM if self._kind == "mqtt" else signal.SIGKILL)
            process.wait(PATIENCE)


class Wire:
    """The network before a server, which may be cut.

    Args:
        url: Of the server.
        tls: What callers are met with; None: they are not encrypted.
    """

    def __init__(self, url: str, tls: SSLContext | None = None) -> None:
        parts = urlsplit(url)
        self._server = parts.hostname or "127.0.0.1", parts.port or 0
        self.port = free_port()
        who = f"{parts.username}:{parts.password}@" if parts.username else ""
        place = f"{who}127.0.0.1:{self.port}"
        self.url = urlunsplit((parts.scheme, place, parts.path, parts.query, ""))
        self._tls = tls
        self._door: socket.socket | None = None
        self._open: list[socket.socket] = []

    def start(self) -> None:
        """Let everybody through."""
        self._door = socket.create_server(("127.0.0.1", self.port))
        Thread(target=self._serve, args=(self._door,), daemon=True).start()

    def stop(self) -> None:
        """Hang up on everybody, and let nobody through."""
        sockets, self._open = [*self._open, *([self._door] if self._door else [])], []
        self._door = None
        for one in sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _serve(self, door: socket.socket) -> None:
        with suppress(OSError):
            while True:
                caller = door.accept()[0]
                Thread(target=self._meet, args=(caller,), daemon=True).start()

    def _meet(self, caller: socket.socket) -> None:
        with suppress(OSError):
            if self._tls is not None:
                caller = self._tls.wrap_socket(caller, server_side=True)
            server = socket.create_connection(self._server)
            self._open += [caller, server]
            Thread(target=_pass_on, args=(server, caller), daemon=True).start()
            _pass_on(caller, server)


@contextmanager
def own_broker(kind: str) -> Iterator[Broker]:
    """A broker that answers, until the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="idrill-broker-"))
    program = program_of(kind)
    broker: Broker = Program(kind, program, folder) if program else Wire(url_of(kind))
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()
        shutil.rmtree(folder, ignore_errors=True)


def program_of(kind: str) -> str | None:
    """Where the program of a broker is installed, if it is."""
    name = PROGRAMS.get(kind)
    return name and (shutil.which(name) or shutil.which(name, path="/usr/sbin"))


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_for(port: int) -> None:
    """Wait until somebody listens."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline, f"nobody listens at {port}"
            time.sleep(0.05)
        else:
            return


def _words(kind: str, port: int, folder: Path) -> list[str]:
    if kind == "nats":
        return ["-a", "127.0.0.1", "-p", str(port), "-js", "-sd", str(folder / "kept")]
    if kind == "redis":
        keeping = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""]
        return ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder), *keeping]
    configuration = folder / "mosquitto.conf"
    configuration.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence true\n"
        f"persistence_location {folder}/\nmax_queued_messages 0\n"
        "max_inflight_messages 256\n" + ("user root\n" if os.geteuid() == 0 else "")
    )
    return ["-c", str(configuration)]


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while told := one.recv(65536):
            other.sendall(told)
    for each in (one, other):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
