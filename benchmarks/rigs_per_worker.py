"""How many rigs at 1 Hz with 40 channels one worker scores as they come, with everything on.

It validates, judges by rules, and foresees each minute how long the components of a rig last, by a
champion of each kind; these have the size of real ones, and are not trained. Each
second every rig tells one row through the writer that the service and `idrill work` have; one
process of `idrill work` scores them. It keeps up if its newest verdicts stay as close to the newest
rows as a single rig's are. Before that each rig has told a quarter of an hour, so that a step looks
back on as much as it ever does, and there are four days of hours of it.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlalchemy import func, select

from benchmarks import intake
from benchmarks.harness import Comparison, Result, Sample
from idrill.aggregation import downsample
from idrill.channels import CHANNELS, channel
from idrill.readers.posted import Period, Posted, read_columns
from idrill.registry import foresight
from idrill.rigs import COMPONENT_KINDS, STANDARD_EQUIPMENT, Rig
from idrill.rul.components import ComponentLife, EndedBy
from idrill.rul.histories import lives_of
from idrill.rul.hours import hours_of
from idrill.simulator.fleet import SimulatedFleet
from idrill.store import alert_rules, component_lives, live_hours, live_scoring, rigs
from idrill.store.audit import Actor
from idrill.store.database import Database
from idrill.store.live_intake import Batch
from idrill.store.live_writer import LiveWriter
from idrill.store.orm import PredictionRow
from tests.served_models import rig_model

RIGS = (50, 100)
SECONDS = 50
"""For how long the rows of each number of rigs come in."""
COUNTED = 30
"""Of these, the last ones in which the lag counts; a minute of every rig ends once in them [s]."""
MINUTE_OVER = 15
"""Row of those that come in with which it is."""
HISTORY = 900
"""Rows that each rig has told before."""
BEHIND = 30.0
"""Newest verdicts that are older than this have fallen behind; a verdict waits for 15 s [s]."""
RULES = 10
DAYS = 4
"""Of which there are hours of each rig, before it told anything."""
NAMES = tuple(one.name for one in CHANNELS if not one.detail)[:40]
PROGRAM = Path(sys.executable).parent / "idrill"
FORESEEN = tuple(kind for kind in COMPONENT_KINDS if kind.name != "brake")
"""Of which there are champions; energy of braking does not show in rows of ten minutes."""
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Load:
    """How a worker fared with so many rigs."""

    rigs: int
    lag: float
    """Most time between the newest row and the newest verdict of a rig [s]."""
    share: float
    """Of a core that the worker took [-]."""
    memory: float
    """Proportional set size of the worker [MiB]."""
    foreseen: int
    """Predictions that were kept meanwhile."""


def run() -> Result:
    """Both databases, with more and more rigs until the worker falls behind."""
    found = {"SQLite": list(_until_behind("")), "PostgreSQL": list(_until_behind("postgresql"))}
    figures: dict[str, float | str] = {}
    for store, loads in found.items():
        kept = [one.rigs for one in loads if one.lag <= BEHIND]
        figures[f"rigs that one worker keeps up with, {store}"] = max(kept, default=0)
        for one in loads:
            figures[f"{store}, {one.rigs} rigs"] = (
                f"lag at most {one.lag:.1f} s, {one.share:.0%} of a core, {one.memory:.0f} MiB, "
                f"{one.foreseen:,} predictions"
            )
    goal = Sample((50.0,), "rigs")
    return Result(
        promise="",
        title="Rigs that one worker scores",
        against="50 rigs, the goal",
        comparisons=tuple(
            Comparison(
                f"rigs at 1 Hz with {len(NAMES)} channels, {store}",
                goal,
                Sample((float(figures[f"rigs that one worker keeps up with, {store}"]),), "rigs"),
            )
            for store in found
        ),
        notes=(
            f"Tried with {', '.join(map(str, RIGS))} rigs, {SECONDS} s each, until the lag passes "
            f"{BEHIND:g} s; a verdict waits for 15 s in any case. {RULES} rules on every rig; "
            f"{len(FORESEEN)} champions foresee the components of each rig every minute. "
            "Whoever tells the rows runs on the same machine.",
        ),
        figures=figures,
    )


def _until_behind(server: str) -> Iterator[Load]:
    for number in RIGS:
        with tempfile.TemporaryDirectory() as scratch, _store(server, Path(scratch)) as url:
            load = _measured(url, Path(scratch), number)
        yield load
        if load.lag > BEHIND:
            return


@contextmanager
def _store(server: str, home: Path) -> Iterator[str]:
    if not server:
        yield f"sqlite:///{home / 'idrill.db'}"
        return
    with intake.postgres() as url:
        yield url.replace("postgresql://", "postgresql+psycopg://", 1)


def _measured(url: str, home: Path, number: int) -> Load:
    database = Database(url)
    database.migrate()
    writer = LiveWriter(database)
    names = [f"R{one}" for one in range(number)]
    minute = datetime.now(UTC).replace(second=0, microsecond=0)
    start = minute - timedelta(seconds=HISTORY + MINUTE_OVER)
    rows = _rows(HISTORY + 10 * SECONDS + 600, seed=number)
    _furnish(database, names)
    _foreseeable(database, home, names, start)
    for name in names:
        writer.write(Batch(name, None, _posted(start, rows[:HISTORY], 0), "a benchmark"))
    with _worker(url, home) as worker:
        while _waiting(database):
            time.sleep(0.2)
        load = _fed(database, writer, names, start, rows, worker)
    writer.close()
    database.dispose()
    return load


def _furnish(database: Database, names: Sequence[str]) -> None:
    """Rigs, and rules that each of them is judged by."""
    with database.session() as session:
        for name in names:
            rigs.register(session, Rig(name, name))
        for name in NAMES[:RULES]:
            rule = {
                "name": name.replace("_", "-"),
                "when": {"channel": name, "above": 0.99 * channel(name).high},
                "priority": "low",
            }
            alert_rules.add(session, rule, Actor("a benchmark"))


def _foreseeable(database: Database, home: Path, names: Sequence[str], start: datetime) -> None:
    """Champions of all components, and what they foresee from: records and hours of each rig."""
    began = start.replace(minute=0, second=0) - timedelta(days=DAYS)
    step = timedelta(minutes=10)
    fleet = SimulatedFleet(1, 21, start=began, duration=timedelta(days=DAYS), step=step)
    hours = downsample(fleet.rig(1).measured(0, DAYS * 144), "1h")
    records = {name: _records(name, began) for name in names}
    for kind in FORESEEN:
        lives = lives_of(kind.name, hours_of(hours), records[names[0]])
        rig_model(database, home / "models", 1, lives, kind.name)
    told = hours.filter(pl.col("channel").is_in(foresight.CHANNELS))
    with database.session() as session:
        for name in names:
            component_lives.record(session, name, records[name])
            live_hours.keep(session, told.with_columns(rig_id=pl.lit(name)))


def _records(rig_id: str, began: datetime) -> list[ComponentLife]:
    """Of each place of a rig: a unit that was replaced after a day, and the one in service."""
    changed = began + timedelta(days=1)
    return [
        life
        for one in STANDARD_EQUIPMENT
        for part in one.components
        for life in (
            ComponentLife(rig_id, one.id, part.name, 1, began, changed, EndedBy.PREVENTIVE),
            ComponentLife(rig_id, one.id, part.name, 2, changed),
        )
    ]


def _fed(
    database: Database,
    writer: LiveWriter,
    names: Sequence[str],
    start: datetime,
    rows: NDArray[np.float64],
    worker: subprocess.Popen[bytes],
) -> Load:
    """Tell a row of each rig a second, and look how far the verdicts are behind."""
    began, used, lags = time.monotonic(), _used(worker.pid), []
    first = HISTORY
    for second in range(SECONDS):
        posted = _posted(start, rows[first : first + 1], first)
        done = [writer.submit(Batch(name, None, posted, "a benchmark")) for name in names]
        for one in done:
            one.result(60)
        first += 1
        time.sleep(max(began + second + 1 - time.monotonic(), 0.0))
        with database.session() as session:
            lag = live_scoring.status(session, datetime.now(UTC)).lag.total_seconds()
        if second >= SECONDS - COUNTED:
            lags.append(lag)
    share = (_used(worker.pid) - used) / (time.monotonic() - began)
    with database.session() as session:
        foreseen = session.scalar(select(func.count()).select_from(PredictionRow)) or 0
    return Load(len(names), max(lags), share, _memory(worker.pid), foreseen)


def _rows(number: int, seed: int) -> NDArray[np.float64]:
    """Values within the limits of each channel, with its noise (row, channel)."""
    random = np.random.default_rng(seed)
    limits = [one for one in CHANNELS if one.name in NAMES]
    middle = [(max(one.low, -1e3) + min(one.high, 1e4)) / 2 for one in limits]
    noise = [one.sigma for one in limits]
    return np.asarray(middle + random.standard_normal((number, len(limits))) * noise)


def _posted(start: datetime, rows: NDArray[np.float64], first: int) -> Posted:
    times = [(start + timedelta(seconds=first + row)).isoformat() for row in range(len(rows))]
    columns = {name: rows[:, at].tolist() for at, name in enumerate(NAMES)}
    period = Period.until(datetime.now(UTC) + timedelta(days=1), (start - timedelta(days=2)).date())
    return read_columns(times, columns, period)


@contextmanager
def _worker(url: str, home: Path) -> Iterator[subprocess.Popen[bytes]]:
    settings = {"IDRILL_HOME": str(home), "IDRILL_DATABASE_URL": url}
    process = subprocess.Popen(  # noqa: S603  our own program
        [str(PROGRAM), "work"],
        env={**os.environ, **settings},  # noqa: TID251  handed on to the worker
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


def _waiting(database: Database) -> int:
    with database.session() as session:
        return live_scoring.status(session, datetime.now(UTC)).waiting


def _used(pid: int) -> float:
    """Time of cores that a process used [s]."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def _memory(pid: int) -> float:
    """Proportional set size of a process [MiB]."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024.0
