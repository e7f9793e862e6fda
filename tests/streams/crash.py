"""A crash test: readings through a broker while whoever consumes them is killed, again and again.

What should be in the table is made from what the publisher wrote to its file.
"""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql

from idrill.rigs import Rig
from idrill.store import rigs
from idrill.store.database import Database
from idrill.streams import messages
from idrill.streams.broker import stream_of

RIGS = ("CRASH_1", "CRASH_2")
CHANNELS = ("torque", "hook_load", "flow_in")
FIRST = datetime(2026, 3, 1, tzinfo=UTC)
POISON = [b"\xff\x00 not JSON", b'{"format": "idrill.readings/1"}']
CONSUMER = "tests.streams.consumer"

Reading = tuple[str, datetime, dict[str, float]]
Table = dict[tuple[str, datetime], tuple[float | None, ...]]


@dataclass(frozen=True)
class Plan:
    """How much is published, and what is done to whoever consumes it."""

    url: str
    readings: int
    kills: int
    patience: float
    """How long readings may take after the last kill [s]."""
    breaks: tuple[Callable[[], None], ...] = ()
    """What breaks the store, each called once, spread over the kills."""
    ahead: int = 800
    """Messages at most that nobody was handed yet; Mosquitto drops what is beyond a thousand."""
    seed: int = 7


@dataclass(frozen=True)
class Outcome:
    """What was found when everything was over."""

    expected: Table
    found: Table
    sent: int
    """Messages, those included that were sent twice."""
    redelivered: int
    """Messages that a consumer was handed more than once."""
    handed: int
    kills: int
    dead: int
    """Messages among the dead letters."""
    seconds: float


def run(plan: Plan, database_url: str, folder: Path) -> Outcome:
    """Publish, kill, wait until all is there or patience ends, and compare."""
    store = Database(database_url.replace("postgresql://", "postgresql+psycopg://", 1))
    store.migrate()
    with store.session() as session:
        for name in RIGS:
            rigs.register(session, Rig(name, name))
    store.dispose()
    randomly = random.Random(plan.seed)  # noqa: S311  not for secrets
    told = made(plan.readings, randomly)
    (folder / "published.jsonl").write_text("".join(line(one) for one in told))
    expected = reference(folder / "published.jsonl")
    name = f"idrill.crash-{uuid4().hex[:8]}"
    began = time.monotonic()
    consumer = Consumer(plan.url, name, store.url, folder)
    sent = asyncio.run(_play(plan, told, name, consumer, randomly))
    found = settled(database_url, expected, plan.patience)
    dead = dead_letters(database_url)
    consumer.end()
    handed = Counter((folder / "handed").read_text().split())
    again = sum(times - 1 for each, times in handed.items() if each != "?")
    seconds = time.monotonic() - began
    return Outcome(expected, found, sent, again, handed.total(), consumer.kills, dead, seconds)


class Consumer:
    """A process that consumes; the next one is ready before it is killed."""

    def __init__(self, url: str, name: str, store: str, folder: Path) -> None:
        self._folder = folder
        self._environment = {
            **os.environ,  # noqa: TID251  a child needs all of it
            "IDRILL_STREAM_URL": url,
            "IDRILL_STREAM_NAME": name,
            "IDRILL_DATABASE_URL": store,
            "IDRILL_FIRST_DAY": "2024-01-01",
            "IDRILL_HOME": str(folder / "home"),
        }
        self._next = self._made_ready()
        self._process = self._begun()
        self.kills = 0

    def kill(self, *, last: bool) -> None:
        """End it as a loss of power would, and begin the next."""
        self._process.kill()
        self._process.wait()
        self.kills += 1
        self._process = self._begun(last=last)

    def end(self) -> None:
        """Ask it to end; it must, by itself and without a fault."""
        self._process.send_signal(signal.SIGTERM)
        assert self._process.wait(120) == 0, (self._folder / "log").read_text()[-3000:]

    def handed(self) -> int:
        """How many messages were handed to it and those before it, each counted once."""
        notes = self._folder / "handed"
        return len(set(notes.read_text().splitlines())) if notes.exists() else 0

    def _begun(self, *, last: bool = False) -> "subprocess.Popen[str]":
        process = self._next
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        process.stdin.write("begin\n")
        process.stdin.flush()
        if not last:
            self._next = self._made_ready()
        return process

    def _made_ready(self) -> "subprocess.Popen[str]":
        order = [sys.executable, "-m", CONSUMER, str(self._folder / "handed")]
        pipe = subprocess.PIPE
        with (self._folder / "log").open("a") as log:
            return subprocess.Popen(  # noqa: S603  our own program
                order, env=self._environment, stdin=pipe, stdout=pipe, stderr=log, text=True
            )


def made(count: int, randomly: random.Random) -> list[Reading]:
    """Readings in no order: shuffled among their neighbours, some told in parts, some late."""
    told: list[Reading] = []
    for number in range(count):
        rig, at = RIGS[number % 2], FIRST + timedelta(seconds=number // 2)
        values = {name: round(randomly.uniform(0, 50), 3) for name in CHANNELS}
        if randomly.random() < 0.1:
            told.append((rig, at, {"torque": values.pop("torque")}))
        told.append((rig, at, values))
        if randomly.random() < 0.05:
            told.append((rig, at, {"torque": round(randomly.uniform(0, 50), 3)}))
    order = {id(one): place + randomly.uniform(0, 40) for place, one in enumerate(told)}
    late = {id(one) for one in told if randomly.random() < 0.05}
    return sorted(told, key=lambda one: order[id(one)] + (count if id(one) in late else 0))


def line(reading: Reading) -> str:
    rig, at, values = reading
    return json.dumps({"rig_id": rig, "time": at.isoformat(), "values": values}) + "\n"


def reference(file: Path) -> Table:
    """What the table should hold: per rig and instant the values told, of several the largest."""
    best: dict[tuple[str, datetime], dict[str, float]] = {}
    for line in file.read_text().splitlines():
        one = json.loads(line)
        row = best.setdefault((one["rig_id"], datetime.fromisoformat(one["time"])), {})
        for name, value in one["values"].items():
            row[name] = max(value, row.get(name, value))
    return {key: tuple(row.get(name) for name in CHANNELS) for key, row in best.items()}


async def _play(
    plan: Plan, told: list[Reading], name: str, consumer: Consumer, randomly: random.Random
) -> int:
    """Publish everything while the consumer is killed and the store breaks; messages sent."""
    await declare(plan.url, name)
    stream = stream_of(plan.url, name)
    await stream.open()
    killing = asyncio.create_task(asyncio.to_thread(_kill, plan, consumer, randomly))
    sent = 0
    for begin in range(0, len(told), 50):
        bodies = [message(one) for one in told[begin : begin + 50]]
        bodies += [message(one) for one in told[begin : begin + 50] if randomly.random() < 0.1]
        await asyncio.gather(*(stream.publish(rig, body) for rig, body in bodies))
        sent += len(bodies)
        while sent - consumer.handed() > plan.ahead:  # noqa: ASYNC110  a file tells us
            await asyncio.sleep(0.02)
    for body in POISON:
        await stream.publish(RIGS[0], body)
    await killing
    await stream.close()
    return sent + len(POISON)


async def declare(url: str, name: str) -> None:
    """See that a broker keeps what is published before anybody consumes."""

    async def never(_: bytes) -> bool:
        return False

    stream = stream_of(url, name, never)
    await stream.open()
    await stream.close()


def _kill(plan: Plan, consumer: Consumer, randomly: random.Random) -> None:
    """Kill each consumer a moment after it was handed its first messages."""
    turns = randomly.sample(range(plan.kills), len(plan.breaks))
    breaks = dict(zip(turns, plan.breaks, strict=True))
    for turn in range(plan.kills):
        before = consumer.handed()
        deadline = time.monotonic() + plan.patience
        while consumer.handed() == before and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(randomly.uniform(0, 0.1))
        if turn in breaks:
            breaks[turn]()
            time.sleep(0.2)
        consumer.kill(last=turn == plan.kills - 1)


def message(reading: Reading) -> tuple[str, bytes]:
    rig, at, values = reading
    rows = [(at.isoformat(), values)]
    return rig, messages.in_rows(rig, rows, message_id=uuid4().hex)


def settled(database_url: str, expected: Table, patience: float) -> Table:
    """What the table holds once that is as expected, or patience is at its end."""
    deadline = time.monotonic() + patience
    found: Table = {}
    while found != expected and time.monotonic() < deadline:
        time.sleep(0.2)
        with psycopg.connect(database_url) as connection:
            query = sql.SQL("SELECT rig_id, time, {} FROM live_readings").format(
                sql.SQL(", ").join(map(sql.Identifier, CHANNELS))
            )
            found = {
                (rig, at.astimezone(UTC)): tuple(rest)
                for rig, at, *rest in connection.execute(query)
            }
    return found


def dead_letters(database_url: str) -> int:
    """How many messages are among the dead letters."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT count(*) FROM dead_letters").fetchone()
    return row[0] if row else 0


def cut_connections(database_url: str) -> None:
    """End every connection to a database but our own, as a server that restarts does."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
