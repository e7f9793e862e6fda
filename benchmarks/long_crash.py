"""The crash test at length: 100 kills through each broker, of consumers, API, database and broker.

20,000 readings, shuffled, late, in parts and sent twice, go straight to the broker and by way of
the API, which puts them into the store where the broker is away. Every second kill of a consumer
lands while the store is held still, so that nothing that it was handed is acknowledged; each of
these must be followed by messages that are handed out again. The table is compared with what the
publisher's file says, row for row. It takes some ten minutes for each broker at most;
`python -m benchmarks.long_crash nats` runs one of them in full, and writes no page.
"""

import asyncio
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from subprocess import Popen
from tempfile import TemporaryDirectory
from uuid import uuid4

import httpx
import psycopg

from benchmarks import intake
from benchmarks.harness import Result
from idrill.errors import StoreError
from idrill.rigs import Rig
from idrill.store import rigs
from idrill.store.database import Database
from idrill.streams.broker import stream_of
from idrill.streams.delivery import Stream
from tests.own_postgres import OwnPostgres, made, programs
from tests.streams import crash
from tests.streams.brokers import BROKERS
from tests.streams.own_brokers import Broker, own_broker

READINGS = 20_000
KILLS: Mapping[str, int] = {"consumer": 64, "database": 12, "broker": 12, "API": 12}
PATIENCE = 300.0
"""How long readings may take after the last kill [s]."""
TOGETHER = 50
"""Readings that are told at once."""
LONGEST = 20.0
"""How long a kill waits for messages to be handed out [s]."""
HELD = "consumer that holds what nobody acknowledged"
SLACK = 3
"""Kills that the publisher may be ahead of."""
PUBLISH = "/api/v1/producer/sensor-data"


@dataclass
class Witness:
    """What consumers were handed, and what was there to be handed again at each kill."""

    notes: Path
    unacknowledged: list[tuple[int, set[str]]] = field(default_factory=list)
    """Of kills of consumers while the store was held still: where the notes were, and what of them
    nobody had acknowledged."""

    def handed(self) -> list[str]:
        """Messages in the order in which consumers were handed them."""
        return self.notes.read_text().split() if self.notes.exists() else []

    def followed(self) -> int:
        """How many of the kills were followed by messages that were handed out again."""
        handed = self.handed()
        return sum(bool(held & set(handed[at:])) for at, held in self.unacknowledged)


@dataclass
class Api:
    """A process of the service that is killed and started again."""

    port: int
    environment: Mapping[str, str]
    process: Popen[bytes]
    token: str = ""

    def kill(self) -> None:
        """End it as a loss of power would, and start it again."""
        self.process.kill()
        self.process.wait()
        self.process = intake.started(self.port, self.environment)


def run(kinds: Sequence[str] = BROKERS) -> Result:
    """What became of the readings through each broker.

    Raises:
        StoreError: If the programs of PostgreSQL's server are not installed.
        RuntimeError: If the table differs, or a kill was followed by nothing that came again.
    """
    if programs() is None:
        raise StoreError("no initdb: install PostgreSQL's server programs")
    figures: dict[str, float | str] = {}
    for kind in kinds:
        with TemporaryDirectory(prefix="idrill-crash-") as folder:
            figures[kind] = _through(kind, Path(folder))
        print(f"{kind}: {figures[kind]}", flush=True)
    named = ", ".join(f"{count} of the {what}" for what, count in KILLS.items())
    return Result(
        promise="",
        title="Crash test of the live path at length",
        against="the publisher's file",
        comparisons=(),
        notes=(
            f"{READINGS:,} readings through each broker, half of them by way of the API; "
            f"{sum(KILLS.values())} kills: {named}. Mosquitto is asked to end, since it writes "
            "down what it keeps when it ends; of RabbitMQ the network before it is cut.",
            "Followed: kills of a consumer that held what nobody had acknowledged, after which "
            "some of that was handed out again; all must be.",
        ),
        figures=figures,
    )


def _through(kind: str, folder: Path) -> str:
    randomly = random.Random(7)  # noqa: S311  not for secrets
    told = crash.made(READINGS, randomly)
    file = folder / "published.jsonl"
    file.write_text("".join(map(crash.line, told)))
    expected = crash.reference(file)
    began = time.monotonic()
    with own_broker(kind) as broker, _server() as server, _api(folder, broker, server) as api:
        name = api.environment["IDRILL_STREAM_NAME"]
        consumer = crash.Consumer(broker.url, name, api.environment["IDRILL_DATABASE_URL"], folder)
        witness = Witness(folder / "handed")
        sent = asyncio.run(_played(broker, server, api, consumer, witness, told))
        found = crash.settled(server.url, expected, PATIENCE)
        consumer.end()
    handed = Counter(witness.handed())
    again = sum(times - 1 for each, times in handed.items() if each != "?")
    held, followed = len(witness.unacknowledged), witness.followed()
    if found != expected or followed < held:
        raise RuntimeError(f"{kind}: equal {found == expected}, {followed} of {held} followed")
    return (
        f"equal: {len(expected):,} rows; {sent:,} messages to the broker, {again:,} redelivered, "
        f"{sum(KILLS.values())} kills, {followed} of {held} followed, "
        f"{time.monotonic() - began:.0f} s"
    )


async def _played(
    broker: Broker,
    server: OwnPostgres,
    api: Api,
    consumer: crash.Consumer,
    witness: Witness,
    told: Sequence[crash.Reading],
) -> int:
    """Tell everything while everybody is killed; messages that went straight to the broker."""
    name = api.environment["IDRILL_STREAM_NAME"]
    await crash.declare(broker.url, name)
    stream = stream_of(broker.url, name)
    await stream.open()
    done: list[str] = []
    kills = _kills(broker, server, api, consumer, witness)
    killing = asyncio.create_task(asyncio.to_thread(_kill, kills, witness, done))
    sent = 0
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{api.port}", timeout=60.0) as client:
        for begin in range(0, len(told), TOGETHER):
            due = begin / len(told) * len(kills) - SLACK
            while len(done) < due and not killing.done():  # noqa: ASYNC110  a thread kills
                await asyncio.sleep(0.02)
            some = told[begin : begin + TOGETHER]
            if begin // TOGETHER % 2:
                await _by_api(client, api, some)
            else:
                sent += await _by_broker(stream, [*some, *some[::10]])
    await killing
    await stream.close()
    return sent


async def _by_broker(stream: Stream, told: Sequence[crash.Reading]) -> int:
    async def one(reading: crash.Reading) -> None:
        rig, body = crash.message(reading)
        while True:
            # Four drivers, each with errors of its own for a broker that is away.
            with suppress(Exception):
                async with asyncio.timeout(10):
                    return await stream.publish(rig, body)
            await asyncio.sleep(0.2)

    await asyncio.gather(*map(one, told))
    return len(told)


async def _by_api(client: httpx.AsyncClient, api: Api, told: Sequence[crash.Reading]) -> None:
    async def of(rig_id: str) -> None:
        rows = [{"time": at.isoformat(), "values": row} for rig, at, row in told if rig == rig_id]
        body = {"rig_id": rig_id, "rows": rows}
        headers = {"Authorization": f"Bearer {api.token}"}
        while True:
            with suppress(httpx.TransportError):
                answer = await client.post(PUBLISH, json=body, headers=headers)
                if answer.is_success:
                    return
            await asyncio.sleep(0.2)

    await asyncio.gather(*map(of, crash.RIGS))


def _kills(
    broker: Broker, server: OwnPostgres, api: Api, consumer: crash.Consumer, witness: Witness
) -> list[tuple[str, Callable[[], None]]]:
    """Who is killed, in turn, and how; the last is a consumer."""
    ways: Mapping[str, Callable[[], None]] = {
        "API": api.kill,
        "database": partial(_again, server),
        "broker": partial(_again, broker),
    }
    kills = [(what, ways[what]) for what in ways for _ in range(KILLS[what])]
    for turn in range(KILLS["consumer"] - 1):
        kill = partial(consumer.kill, last=False)
        held = HELD, partial(_held_still, server, witness, kill)
        kills.append(held if turn % 2 else ("consumer", kill))
    random.Random(11).shuffle(kills)  # noqa: S311  not for secrets
    return [*kills, ("consumer", partial(consumer.kill, last=True))]


def _kill(
    kills: Sequence[tuple[str, Callable[[], None]]], witness: Witness, done: list[str]
) -> None:
    randomly = random.Random(13)  # noqa: S311  not for secrets
    for what, kill in kills:
        if what != HELD:
            _until_more(witness)
            time.sleep(randomly.uniform(0, 0.1))
        kill()
        done.append(what)


def _until_more(witness: Witness) -> list[str]:
    """What was handed out once that is more than now, or nothing came for long."""
    before, deadline = len(witness.handed()), time.monotonic() + LONGEST
    while len(handed := witness.handed()) == before and time.monotonic() < deadline:
        time.sleep(0.01)
    return handed[before:]


def _again(server: OwnPostgres | Broker) -> None:
    """End a server as a loss of power would, and start it again."""
    server.stop()
    server.start()


def _held_still(server: OwnPostgres, witness: Witness, kill: Callable[[], None]) -> None:
    """Kill a consumer that was handed messages of which nothing could be committed."""
    with psycopg.connect(server.url) as connection:
        # Whoever writes locks a row of it; what is under way ends first.
        connection.execute("LOCK TABLE live_rigs IN EXCLUSIVE MODE")
        held = set(_until_more(witness)) - {"?"}
        kill()
        if held:
            witness.unacknowledged.append((len(witness.handed()), held))


@contextmanager
def _api(folder: Path, broker: Broker, server: OwnPostgres) -> Iterator[Api]:
    store = server.url.replace("postgresql://", "postgresql+psycopg://", 1)
    intake.furnish(store)
    database = Database(store)
    with database.session() as session:
        for rig in crash.RIGS:
            rigs.register(session, Rig(rig, rig))
    database.dispose()
    name = f"idrill.crash-{uuid4().hex[:8]}"
    environment = intake.environment(folder / "api", store)
    environment |= {"IDRILL_STREAM_URL": broker.url, "IDRILL_STREAM_NAME": name}
    port = intake.free_port()
    api = Api(port, environment, intake.started(port, environment))
    try:
        api.token = intake.token(port)
        yield api
    finally:
        api.process.send_signal(signal.SIGTERM)
        api.process.wait(120)


@contextmanager
def _server() -> Iterator[OwnPostgres]:
    found = programs()
    if found is None:
        raise StoreError("no initdb: install PostgreSQL's server programs")
    server = made(found)
    try:
        yield server
    finally:
        server.remove()


if __name__ == "__main__":
    run(sys.argv[1:] or BROKERS)
