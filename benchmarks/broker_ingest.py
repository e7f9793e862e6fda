"""Readings per second that `idrill work` commits from each broker, against the bare calls.

A queue is filled first; then a consumer is started and the table watched until all is there. The
bare consumer reads the same messages through the same client, parses them and copies whatever came
together in binary into a table with the same key; it checks nothing, merges nothing and buries
nothing. `idrill work` validates and scores what it commits meanwhile, as it always does.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import msgspec
import polars as pl
import psycopg

from benchmarks import intake
from benchmarks.harness import Comparison, Result, Sample
from benchmarks.intake import NAMES, RIGS
from idrill.frame import TIME
from idrill.store.binary_copy import HEAD, TAIL, encoded
from idrill.store.database import Database
from idrill.streams import messages
from idrill.streams.broker import stream_of
from tests.streams.brokers import BROKERS
from tests.streams.own_brokers import own_broker

MESSAGES = 6_000
"""Of one reading each."""
ROUNDS = 3
PATIENCE = 120.0
"""How long a side may take [s]."""
TOGETHER = 200
"""Messages that are published at once."""

_COPIED = f"COPY bare (rig_id, time, revision, {', '.join(NAMES)}) FROM STDIN (FORMAT BINARY)"


def run(kinds: Sequence[str] = BROKERS) -> Result:
    """Each broker on PostgreSQL against the bare calls, and on SQLite for itself."""
    comparisons: list[Comparison] = []
    figures: dict[str, float | str] = {}
    for kind in kinds:
        with own_broker(kind) as broker, tempfile.TemporaryDirectory() as scratch:
            pairs = [_pair(broker.url, Path(scratch)) for _ in range(ROUNDS)]
            ours, bare = (Sample(tuple(side)) for side in zip(*pairs, strict=True))
            comparisons.append(Comparison(f"time per reading, {kind}", ours, bare))
            figures[f"readings/s, {kind}, PostgreSQL"] = round(1.0 / ours.median)
            figures[f"readings/s, {kind}, bare"] = round(1.0 / bare.median)
            on_file = [_ours(broker.url, Path(scratch), "") for _ in range(ROUNDS)]
            figures[f"readings/s, {kind}, SQLite"] = round(1.0 / Sample(tuple(on_file)).median)
    return Result(
        promise="",
        title="Readings that `idrill work` commits from a broker",
        against="the same messages read by the same client and copied in binary, unchecked",
        comparisons=tuple(comparisons),
        notes=(
            f"{MESSAGES:,} messages of one reading of {len(NAMES)} channels, of {RIGS} rigs, a "
            "broker of its own on the same machine; from the first row that is committed to the "
            "last. A reading is as many points as it has channels.",
            "Elsewhere: ThingsBoard publishes 3,333 points/s on 4 cores with PostgreSQL; the "
            "system that this one follows asked for 1,800 readings/s.",
        ),
        figures=figures,
    )


def _pair(url: str, scratch: Path) -> tuple[float, float]:
    with intake.postgres() as database:
        ours = _ours(url, scratch, database)
    with intake.postgres() as database:
        return ours, _bare(url, database)


def _ours(url: str, scratch: Path, database: str) -> float:
    """Time per reading of `idrill work`."""
    home = scratch / uuid4().hex
    home.mkdir()
    store = database.replace("postgresql://", "postgresql+psycopg://", 1)
    store = store or f"sqlite:///{home / 'idrill.db'}"
    intake.furnish(store)
    name = _filled(url)
    environment = intake.environment(home, store)
    environment |= {"IDRILL_STREAM_URL": url, "IDRILL_STREAM_NAME": name}
    rows = Database(store)

    def count() -> int:
        with rows.session() as session:
            found = session.connection().exec_driver_sql("SELECT count(*) FROM live_readings")
            return int(found.scalar_one())

    program = Path(sys.executable).parent / "idrill"
    found = _watched([str(program), "work"], environment, count)
    rows.dispose()
    return found


def _bare(url: str, database: str) -> float:
    """Time per reading of the bare consumer."""
    name = _filled(url)
    with psycopg.connect(database, autocommit=True) as server:
        channels = ", ".join(f"{one} double precision" for one in NAMES)
        columns = f"rig_id text, time timestamptz, revision bigint, {channels}"
        server.execute(f"CREATE TABLE bare ({columns}, PRIMARY KEY (rig_id, time))".encode())

        def count() -> int:
            row = server.execute("SELECT count(*) FROM bare").fetchone()
            return int(row[0]) if row else 0

        order = [sys.executable, "-m", "benchmarks.broker_ingest", url, name, database]
        return _watched(order, dict(os.environ), count)  # noqa: TID251  handed on


def _watched(order: list[str], environment: Mapping[str, str], count: Callable[[], int]) -> float:
    """Time per reading, from the first row that a consumer commits to the last.

    Raises:
        RuntimeError: If they are not all there in time.
    """
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(  # noqa: S603  our own program
        order, env=environment, stdout=quiet, stderr=quiet
    )
    try:
        deadline = time.monotonic() + PATIENCE
        while not (first := count()) and time.monotonic() < deadline:
            time.sleep(0.005)
        began = time.perf_counter()
        while (last := count()) < MESSAGES and time.monotonic() < deadline:
            time.sleep(0.005)
        seconds = time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(60)
    if last < MESSAGES or last == first:
        raise RuntimeError(f"{first}, then {last} of {MESSAGES} readings are there")
    return seconds / (last - first)


def _filled(url: str) -> str:
    """The name of a new stream that holds the messages, of which nobody took any."""
    name = f"idrill.bench-{uuid4().hex[:8]}"
    asyncio.run(_fill(url, name))
    return name


async def _fill(url: str, name: str) -> None:
    async def never(_: bytes) -> bool:
        return False

    declaring = stream_of(url, name, never)
    await declaring.open()
    await declaring.close()
    stream = stream_of(url, name)
    await stream.open()
    told = _messages()
    for begin in range(0, len(told), TOGETHER):
        some = told[begin : begin + TOGETHER]
        await asyncio.gather(*(stream.publish(rig, body) for rig, body in some))
    await stream.close()


def _messages() -> list[tuple[str, bytes]]:
    each = MESSAGES // RIGS
    tables = {f"R{one}": intake.readings(f"R{one}", 0, each) for one in range(RIGS)}
    rows = {rig: table.rows(named=True) for rig, table in tables.items()}
    return [(rig, _message(rig, rows[rig][second])) for second in range(each) for rig in tables]


def _message(rig: str, row: dict[str, object]) -> bytes:
    at = row["time"]
    values = {name: row[name] for name in NAMES}
    time_told = at.isoformat() if isinstance(at, datetime) else at
    return messages.in_rows(rig, [(time_told, values)], message_id=uuid4().hex)


class Bare:
    """Copies what came together, and does nothing else.

    Args:
        database: URL of it, in libpq's form.
    """

    def __init__(self, database: str) -> None:
        self._server = psycopg.connect(database)
        self._thread = ThreadPoolExecutor(1)
        self._waiting: list[tuple[bytes, asyncio.Future[bool]]] = []
        self._copying: asyncio.Task[None] | None = None

    async def take(self, body: bytes) -> bool:
        """Whether a message is safe."""
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((body, done))
        if self._copying is None or self._copying.done():
            self._copying = asyncio.create_task(self._run())
        return await done

    async def _run(self) -> None:
        await asyncio.sleep(0)
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            bodies = [body for body, _ in waiting]
            await asyncio.get_running_loop().run_in_executor(self._thread, self._copy, bodies)
            for _, done in waiting:
                done.set_result(True)

    def _copy(self, bodies: Sequence[bytes]) -> None:
        told = [msgspec.json.decode(body) for body in bodies]
        blocks = []
        for rig in {one["rig_id"] for one in told}:
            rows = [row for one in told if one["rig_id"] == rig for row in one["rows"]]
            times = [datetime.fromisoformat(row["time"]).timestamp() for row in rows]
            micros = (pl.Series("time", times) * 1e6).round().cast(pl.Int64).cast(TIME)
            values = pl.DataFrame([row["values"] for row in rows])
            blocks.append(encoded(rig, values.with_columns(micros), 1, NAMES))
        with self._server.cursor() as cursor, cursor.copy(_COPIED) as copying:
            copying.write(HEAD + b"".join(blocks) + TAIL)
        self._server.commit()


async def _consume(url: str, name: str, database: str) -> None:
    stream = stream_of(url, name, Bare(database).take)
    await stream.open()
    with suppress(asyncio.CancelledError):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_consume(*sys.argv[1:4]))
