"""A service that takes readings in, on a database of its own; readings, and many who send them.

`python -m benchmarks.intake PORT` serves the application under uvicorn with one endpoint more,
which does nothing behind the door of a reading.
"""

import asyncio
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import httpx
import numpy as np
import polars as pl
import psycopg
from fastapi import APIRouter
from psycopg import sql

from idrill.access import DOORS, Role
from idrill.channels import CHANNELS
from idrill.rigs import Rig
from idrill.store import rigs, users
from idrill.store.database import Database
from idrill.store.passwords import Passwords
from idrill.store.users import NewUser

_HERE = "postgresql://postgres@127.0.0.1:5432/postgres"
POSTGRES = os.environ.get("IDRILL_TEST_POSTGRES", _HERE)  # noqa: TID251  as the tests find it
NAMES = tuple(channel.name for channel in CHANNELS if not channel.detail)[:16]
RIGS = 8
TELL = "/api/v1/sensor-data"
NOTHING = "/api/v1/nothing"
"""Behind the door of a reading; does nothing."""
FIRST = datetime.now(UTC).replace(microsecond=0) - timedelta(days=300)
_EMAIL, _PASSWORD = "ada@rig.example", secrets.token_urlsafe(16)  # not a person's


@dataclass(frozen=True)
class Intake:
    """A service that answers."""

    port: int
    pid: int
    token: str
    database: str
    """URL of its store, in libpq's form; empty for SQLite."""

    def request(self, path: str, body: bytes, media: str = "application/json") -> bytes:
        """A request as it goes over the wire."""
        lines = [
            f"POST {path} HTTP/1.1",
            "Host: 127.0.0.1",
            f"Authorization: Bearer {self.token}",
            f"Content-Type: {media}",
            f"Content-Length: {len(body)}",
        ]
        return "\r\n".join([*lines, "", ""]).encode() + body

    def resident(self) -> float:
        """What the process holds in memory [MiB]."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024.0


@dataclass(frozen=True)
class Answer:
    """What came back of a request."""

    status: int
    seconds: float
    retry_after: bool


def readings(rig: str, first: int, count: int) -> pl.DataFrame:
    """So many readings of a rig at 1 Hz from a second on, of 16 channels."""
    numbers = np.random.default_rng(sum(rig.encode()) + first)
    start = FIRST + timedelta(seconds=first)
    times = pl.datetime_range(
        start, start + timedelta(seconds=count - 1), "1s", time_unit="us", eager=True
    )
    told = {name: numbers.uniform(1.0, 50.0, count).round(3) for name in NAMES}
    return pl.DataFrame({"time": times} | told)


def columns(rig: str, table: pl.DataFrame) -> bytes:
    """Readings as a body in columns."""
    told = {name: table[name].to_list() for name in NAMES}
    return json.dumps({"rig_id": rig, "time": _times(table), "channels": told}).encode()


def rows(rig: str, table: pl.DataFrame) -> bytes:
    """Readings as a body row by row."""
    values = table.select(NAMES).to_dicts()
    told = [{"time": at, "values": row} for at, row in zip(_times(table), values, strict=True)]
    return json.dumps({"rig_id": rig, "rows": told}).encode()


def single(rig: str, second: int) -> bytes:
    """One reading of one channel."""
    at = (FIRST + timedelta(seconds=second)).isoformat()
    return json.dumps({"rig_id": rig, "time": at, "values": {"torque": 14.25}}).encode()


def _times(table: pl.DataFrame) -> list[str]:
    return [at.isoformat() for at in table["time"]]


async def send(port: int, told: Sequence[Sequence[bytes]]) -> list[Answer]:
    """The answers to requests, each list over a connection of its own, one after the other."""
    found: list[Answer] = []
    async with asyncio.TaskGroup() as group:
        for requests in told:
            group.create_task(_send_over_one(port, requests, found))
    return found


async def _send_over_one(port: int, requests: Sequence[bytes], found: list[Answer]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in requests:
        began = time.perf_counter()
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = head.split(b"content-length:")[1].split(b"\r\n")[0]
        await reader.readexactly(int(length))
        seconds = time.perf_counter() - began
        found.append(Answer(int(head[9:12]), seconds, b"\r\nretry-after:" in head))
    writer.close()


def all_taken(answers: Sequence[Answer]) -> None:
    """See that every request was answered with success.

    Raises:
        RuntimeError: If one was not.
    """
    refused = [one.status for one in answers if one.status != 200]
    if refused:
        raise RuntimeError(f"{len(refused)} of {len(answers)} refused, the first: {refused[0]}")


@contextmanager
def postgres() -> Iterator[str]:
    """URL of a new database, in libpq's form, until the block ends."""
    name = f"idrill_bench_{uuid4().hex[:8]}"
    with psycopg.connect(POSTGRES, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield f"{POSTGRES.rsplit('/', 1)[0]}/{name}"
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def service(home: Path, database: str = "", more: dict[str, str] | None = None) -> Iterator[Intake]:
    """The service on a database, SQLite unless told, with rigs and somebody who may tell."""
    store = database.replace("postgresql://", "postgresql+psycopg://", 1)
    store = store or f"sqlite:///{home / 'idrill.db'}"
    furnish(store)
    port = free_port()
    process = started(port, environment(home, store) | (more or {}))
    try:
        yield Intake(port, process.pid, token(port), database)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def started(port: int, environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """A process of the service, which may not answer yet."""
    return subprocess.Popen(  # noqa: S603  our own program
        [sys.executable, "-m", "benchmarks.intake", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def environment(home: Path, store: str) -> dict[str, str]:
    """What a process of the service is given."""
    return {
        **os.environ,  # noqa: TID251  handed on to the service
        "IDRILL_HOME": str(home),
        "IDRILL_DATABASE_URL": store,
        "IDRILL_SECRET_KEY": secrets.token_urlsafe(48),
        "IDRILL_ENV": "production",
        "IDRILL_REQUEST_RATE": "1000000000/minute",
        "OMP_NUM_THREADS": "1",
        "POLARS_MAX_THREADS": "1",
    }


def furnish(store: str) -> None:
    """Make the tables of a store, the rigs, and somebody who may tell readings."""
    database = Database(store)
    database.migrate()
    with database.session() as session:
        hashed = Passwords().hashed(_PASSWORD)
        users.create(session, NewUser(_EMAIL, "", Role.ENGINEER, hashed, None))
        for number in range(RIGS):
            rigs.register(session, Rig(f"R{number}", f"R{number}"))
    database.dispose()


def token(port: int) -> str:
    """What somebody holds who logged in, once the service answers.

    Raises:
        RuntimeError: If it does not start.
    """
    url, body = (
        f"http://127.0.0.1:{port}/api/v1/auth/login",
        {"email": _EMAIL, "password": _PASSWORD},
    )
    for _ in range(600):
        try:
            told = httpx.post(url, json=body)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return str(told.raise_for_status().json()["access_token"])
    raise RuntimeError("the service did not start")


def _with_nothing() -> None:
    """Add the endpoint that does nothing."""
    from idrill_serving import app, doors
    from idrill_serving.doors import ClosedRoute

    router = APIRouter(route_class=ClosedRoute)

    @router.post(NOTHING)
    async def answer_nothing() -> dict[str, str]:
        """Nothing."""
        return {"status": "ok"}

    door = replace(DOORS[f"POST {TELL}"])
    vars(doors)["DOORS"] = {**DOORS, f"POST {NOTHING}": door}  # of this process alone
    # It stands for a module of routes, of which the application takes the router alone.
    app.RESOURCES = (*app.RESOURCES, SimpleNamespace(router=router))  # type: ignore[assignment]


if __name__ == "__main__":
    from idrill_serving import commands

    _with_nothing()
    commands.serve(port=int(sys.argv[1]), host="127.0.0.1", plain=True)
