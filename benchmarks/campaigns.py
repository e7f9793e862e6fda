"""Six months at 1 Hz in the memory of a day, and the lives of 200 rigs on the slow clock.

Each run is a process of its own with a home of its own. This one imports nothing large: what a
process takes before it becomes another counts towards the peak of that other.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.harness import Comparison, Result, Sample
from idrill.settings import export

DAYS = (1, 30, 180)
SEED = 3
FLAT = 1.25
"""How much more memory any number of days may take than one: the day before is still held while the
next is simulated, and one day alone has none before it."""

IDRILL = "from idrill.cli import main; main()"

LIVES = """
from idrill.simulator.fleet import SimulatedFleet
print(sum(rig.histories.height for rig in SimulatedFleet(200, seed=11)), "rows")
"""
"""200 rigs for 15,000 h in steps of a minute; no telemetry is made of them."""


@dataclass(frozen=True)
class Run:
    """One process."""

    rows: int
    seconds: float
    peak: float
    """Resident memory [MiB]."""


def run() -> Result:
    """A rig for a day, a month and six months, and a fleet."""
    _simulated(1, "lake")  # compiles what is not compiled yet
    lake = {days: _simulated(days, "lake") for days in DAYS}
    inbox = {days: _simulated(days, "inbox") for days in (DAYS[0], DAYS[-1])}
    return _result(lake, inbox, _run([sys.executable, "-c", LIVES]))


def _result(lake: dict[int, Run], inbox: dict[int, Run], lives: Run) -> Result:
    return Result(
        promise="",
        title="Six months of a simulated rig",
        against="one day of the same rig: peak resident memory of `idrill simulate`",
        comparisons=(
            *(_compared("lake", lake[days], lake[1], days) for days in DAYS[1:]),
            _compared("inbox", inbox[DAYS[-1]], inbox[1], DAYS[-1]),
        ),
        notes=(
            "Each run is a process with a home of its own, from starting Python to its end. Into "
            "the lake a day is simulated, archived, read back, entered in the ledger, merged and "
            "committed; into the inbox it is written as CSV. The truth is written beside both.",
        ),
        figures={
            f"rows of {DAYS[-1]} days into the lake": f"{lake[DAYS[-1]].rows:,}",
            "a rig-day into the lake [s]": _each(lake),
            "a rig-day into the inbox [s]": _each(inbox),
            "lives of 200 rigs, 15,000 h in steps of a minute, without telemetry [s]": round(
                lives.seconds, 1
            ),
            "lives among them": f"{lives.rows:,}",
            "peak memory of that [MiB]": round(lives.peak),
            "processes that wanted a core meanwhile, on average": round(os.getloadavg()[2], 1),
        },
    )


def _compared(into: str, many: Run, one: Run, days: int) -> Comparison:
    label = f"{days} days into the {into}"
    ours, peer = (Sample((side.peak,), "MiB") for side in (many, one))
    return Comparison(label, ours, peer, floor=FLAT, bound="at most")


def _each(runs: dict[int, Run]) -> float:
    """What a day more costs [s]."""
    few, many = min(runs), max(runs)
    return round((runs[many].seconds - runs[few].seconds) / (many - few), 2)


def _simulated(days: int, into: str) -> Run:
    options = ["--rig", "SIM_01", "--days", str(days), "--seed", str(SEED), "--into", into]
    with tempfile.TemporaryDirectory(prefix="idrill-bench-") as home:
        export(_alone_in(Path(home)))
        done = _run([sys.executable, "-c", IDRILL, "simulate", *options])
    print(f"{days:>4} days into the {into}: {done}", flush=True)
    return done


def _alone_in(home: Path) -> dict[str, str]:
    """The settings of a deployment below one folder, whatever was set before."""
    return {
        "IDRILL_HOME": str(home),
        "IDRILL_DATABASE_URL": f"sqlite:///{home / 'idrill.db'}",
        "IDRILL_LAKE_URL": str(home / "lake"),
        "IDRILL_INBOX": str(home / "inbox"),
        "IDRILL_FIRST_DAY": "2024-01-01",
    }


def _run(command: Sequence[str]) -> Run:
    """Run a command to its end; its last number of rows, its time and its peak.

    Raises:
        RuntimeError: If it fails.
    """
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as told:
        child = subprocess.Popen(command, stdout=told, cwd=Path(__file__).parents[1])  # noqa: S603  our own command
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        told.seek(0)
        text = told.read()
    if status:
        raise RuntimeError(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    rows = re.findall(r"([\d,]+) rows", text)[-1]
    return Run(int(rows.replace(",", "")), seconds, usage.ru_maxrss / 1024)
