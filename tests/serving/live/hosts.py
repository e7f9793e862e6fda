"""The service under uvicorn in a thread, and clients that speak over real sockets."""

import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from idrill.access import Role
from idrill.readers.posted import Period, PostedReading, read_rows
from idrill.settings import Settings
from idrill.store import live_outlet, logins, users
from idrill.store.database import Database
from idrill.store.live_intake import Batch
from idrill.store.live_outlet import Event, Verdict
from idrill_serving.app import create_app
from idrill_serving.live.hub import Hub
from idrill_serving.platform import Platform
from idrill_serving.tokens import Claims
from tests.service import email_of

Told = dict[str, Any]
PATIENCE = 60.0
"""How long a test waits for what has to come [s]; a slow machine gets its time."""
NOON = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)


@dataclass
class Host:
    """A service that answers."""

    app: FastAPI
    port: int

    @property
    def platform(self) -> Platform:
        platform: Platform = self.app.state.platform
        return platform

    @property
    def hub(self) -> Hub:
        hub: Hub = self.app.state.hub
        return hub

    @property
    def database(self) -> Database:
        return self.platform.database

    def token(self, role: Role = Role.VIEWER, email: str | None = None) -> str:
        """A token of somebody who has just logged in."""
        with self.database.session() as session:
            user = users.named(session, email or email_of(role))
            login = logins.begin(session, user.id)
        return self.platform.tokens.issue(Claims(user.id, login.id))

    def tell(self, seconds: Sequence[int], rig_id: str = "R1", /, **values: float) -> int:
        """Commit readings of some seconds past noon; the revision that holds them."""
        told = values or {"hook_load": 800.0}
        rows = [
            PostedReading((NOON + timedelta(seconds=one)).isoformat(), dict(told))
            for one in seconds
        ]
        period = Period.until(datetime.now(UTC), (NOON - timedelta(days=2)).date())
        return self.platform.live.write(
            Batch(rig_id, None, read_rows(rows, period), "a test")
        ).revision

    def judge(
        self, verdicts: Sequence[Verdict] = (), events: Sequence[Event] = (), rig_id: str = "R1"
    ) -> int:
        """Tell verdicts and events as scoring does."""
        with self.database.session() as session:
            number = live_outlet.tell(session, rig_id, verdicts, events)
        self.platform.wake.ring()
        return number


@contextmanager
def hosted(settings: Settings) -> Iterator[Host]:
    """The service under uvicorn, until the block ends."""
    app = create_app(settings)
    listening = socket.socket()
    # Those that are accepted inherit it: else megabytes fit between the service and a client.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16 << 10)
    listening.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, access_log=False, ws_per_message_deflate=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    wait_until(lambda: server.started)
    yield Host(app, listening.getsockname()[1])
    server.should_exit = True
    thread.join(PATIENCE)
    listening.close()


def wait_until(so: Any) -> None:
    """Wait until something is so; fail if it never is."""
    deadline = time.monotonic() + PATIENCE
    while not so():
        assert time.monotonic() < deadline, "what had to happen did not"
        time.sleep(0.01)


@dataclass
class Line:
    """A client with a socket, and the rows that it was told."""

    socket: ClientConnection
    rows: dict[str, Told] = field(default_factory=dict)
    """By time."""
    position: list[int] = field(default_factory=lambda: [0, 0])
    told_twice: int = 0

    def say(self, kind: str, **body: object) -> None:
        self.socket.send(json.dumps({"type": kind, **body}))

    def next(self) -> Told:
        """The next message."""
        told: Told = json.loads(self.socket.recv(timeout=PATIENCE))
        return told

    def until(self, *kinds: str) -> Told:
        """The next message of one of these kinds; those before it are left out."""
        deadline = time.monotonic() + PATIENCE
        while (told := self.next())["type"] not in kinds:
            assert time.monotonic() < deadline, f"no {kinds} came"
        return told

    def goodbye(self) -> tuple[int, str]:
        """The code and the reason with which the service ends this."""
        with pytest.raises(ConnectionClosed) as end:
            self.until("a message that never comes")
        assert end.value.rcvd is not None, end.value
        return end.value.rcvd.code, end.value.rcvd.reason

    def login(self, **secret: str) -> Told:
        assert self.next()["type"] == "hello"
        self.say("login", **secret)
        return self.next()

    def subscribe(self, **wanted: object) -> Told:
        """Subscribe; the answer."""
        self.say("subscribe", **wanted)
        return self.until("subscribed", "error")

    def take(self, told: Mapping[str, Any]) -> None:
        """Keep the rows of a message, and see that nothing is missing before it."""
        if told["type"] == "snapshot" and told["part"] == 1:
            self.rows.clear()
        if told["type"] == "batch":
            after, here = told["after"], self.position
            assert after[0] <= here[0] and after[1] <= here[1], (after, here)  # noqa: PT018  a pair
        for number, at in enumerate(told["time"]):
            self.rows[at] = {name: values[number] for name, values in told["values"].items()}
        if told["part"] == told["parts"]:
            self.position = told["position"]

    def follow(self, revision: int) -> None:
        """Take what comes until a revision was told."""
        while self.position[0] < revision:
            told = self.until("snapshot", "batch")
            self.take(told)


@contextmanager
def line_to(host: Host, rig_id: str | None = "R1", source: str = "127.0.0.1") -> Iterator[Line]:
    """A socket on which nobody has said anything, from an address of this machine."""
    path = f"/api/v1/sensor-data/ws/{rig_id}" if rig_id else "/api/v1/sensor-data/ws"
    url = f"ws://127.0.0.1:{host.port}{path}"
    with connect(url, compression=None, proxy=None, source_address=(source, 0)) as opened:
        yield Line(opened)


@contextmanager
def watching(host: Host, rig_id: str | None = "R1", **wanted: object) -> Iterator[Line]:
    """Somebody who came in and has subscribed."""
    with line_to(host, rig_id) as line:
        assert line.login(token=host.token())["type"] == "welcome"
        answer = line.subscribe(**wanted)
        assert answer["type"] == "subscribed", answer
        yield line
