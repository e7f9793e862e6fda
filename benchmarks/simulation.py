"""P16: simulating a rig at 1 Hz, against the same functions through `.py_func` on Python floats."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
from numba.core.dispatcher import Dispatcher

from benchmarks.harness import Comparison, Result, interleaved
from idrill.simulator import kernel
from idrill.simulator.crew import draw_crew
from idrill.simulator.noise import stream as numbers
from idrill.simulator.operation import Operation, draw_around
from idrill.simulator.outfit import draw_outfit
from idrill.simulator.parameters import Parts, parts_of
from idrill.simulator.rig import stream
from idrill.simulator.state import State, copied
from idrill.simulator.truth import TRUTH
from idrill.simulator.well_plan import draw_well

SEED = 16
START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = 86_400
SPAN = 3_600
"""Seconds that both sides simulate: drilling, a connection, circulating."""
ROUNDS = 7
FLOOR = 50.0
CLOSE = 1e-6
"""Relative difference that rounding may leave after an hour, torsion and all."""


class Floats:
    """A table of Python floats that is indexed as an array of two dimensions is."""

    def __init__(self, values: np.ndarray[Any, Any]) -> None:
        self.rows = values.tolist()
        self.shape = values.shape

    def __getitem__(self, place: int | tuple[int, int]) -> Any:
        if isinstance(place, tuple):
            return self.rows[place[0]][place[1]]
        return self.rows[place]

    def __setitem__(self, place: tuple[int, int], value: float) -> None:
        self.rows[place[0]][place[1]] = value


@contextmanager
def interpreted() -> Iterator[None]:
    """While it lasts, every compiled function of the library is its own `.py_func`."""
    found = [
        (module, name, value)
        for module in list(sys.modules.values())
        if module.__name__.startswith("idrill.")
        for name, value in vars(module).items()
        if isinstance(value, Dispatcher)
    ]
    for module, name, value in found:
        setattr(module, name, value.py_func)
    try:
        yield
    finally:
        for module, name, value in found:
            setattr(module, name, value)


def operation() -> Operation:
    """A drawn rig, an hour into its first well."""
    crew = draw_crew(numbers(SEED, "crew"))
    rig, well = draw_outfit("P16", numbers(SEED, "rig")), draw_well("P16", crew, numbers(SEED))
    drawn = Operation(rig, well, crew, START, SEED, draw_around(rig, well, SEED))
    drawn.advance(SPAN)
    return drawn


def as_floats(record: np.void) -> SimpleNamespace:
    """A record with Python numbers."""
    return SimpleNamespace(**{name: record[name].item() for name in record.dtype.names or ()})


def state_of(state: State) -> Any:
    """The state with Python numbers; the swing stays an array, as its own functions want it."""
    records = (as_floats(part[0]) for part in state[:5])
    others = (state.tanks.tolist(), Floats(state.way), state.swing.copy())
    return State._make((*([record] for record in records), *others))


def job_of(drawn: Operation) -> Any:
    """The job with Python numbers."""
    job = drawn.job
    tuples = ([_plain(part)] for part in job[:6])
    return Parts._make((*tuples, Floats(job.path), Floats(job.rock), Floats(job.luck)))


def _plain(part: Any) -> Any:
    arrays = {
        name: value.tolist()
        for name, value in part._asdict().items()
        if isinstance(value, np.ndarray)
    }
    return part._replace(**arrays)


def moments_of(moments: Any) -> Sequence[Any]:
    """The seconds with Python numbers."""
    return [as_floats(moment) for moment in moments]


def run() -> Result:
    """An hour on both sides, and how long a day takes with its sensors."""
    drawn = operation()
    moments, parts = drawn.moments(SPAN, ()), parts_of(drawn.job)
    second0, truth = drawn.epoch + drawn.second, np.zeros((len(TRUTH), SPAN))
    slow_job, slow_moments, slow_truth = job_of(drawn), moments_of(moments), Floats(truth)
    states = [copied(drawn.state) for _ in range(ROUNDS + 1)]
    slow_states = [state_of(drawn.state) for _ in range(ROUNDS + 1)]

    def ours(turn: int) -> None:
        kernel.simulate_seconds(
            states[turn], parts, moments, truth, (0, SPAN), second0, drawn.steps
        )

    def peer(turn: int) -> None:
        with interpreted():
            kernel.simulate_seconds(
                slow_states[turn], slow_job, slow_moments, slow_truth, (0, SPAN),  # type: ignore[arg-type]  # rows
                second0, drawn.steps,
            )  # fmt: skip

    times = interleaved(ours, peer, rounds=ROUNDS)
    return Result(
        promise="P16",
        title="Simulating a rig at 1 Hz",
        against="the same functions through `.py_func` on Python floats",
        comparisons=(Comparison("an hour of drilling", *times, floor=FLOOR),),
        notes=(
            f"{drawn.steps} steps of mud, block and bit a second, 100 of torsion; "
            f"both sides agree to {_apart(truth, slow_truth):.0e} of each column's range.",
        ),
        figures=_day(),
    )


def _apart(truth: np.ndarray[Any, Any], other: Floats) -> float:
    """Largest difference of any column, by its range.

    Raises:
        RuntimeError: If the sides did not simulate the same.
    """
    spread = np.maximum(np.ptp(truth, axis=1), 1e-9)
    apart = float((np.abs(truth - np.array(other.rows)).max(axis=1) / spread).max())
    if not apart < CLOSE:
        raise RuntimeError(f"the sides differ by {apart:.1e} of a column's range")
    return apart


def _day() -> dict[str, float | str]:
    """How long a rig-day takes [s]: the kernel alone, and with sensors and tables."""
    drawn = operation()
    begun = time.perf_counter()
    drawn.advance(DAY)
    alone = time.perf_counter() - begun
    chunks = stream(
        drawn.rig, drawn.well, drawn.crew, start=START, duration=timedelta(days=3), seed=SEED
    )
    next(chunks)
    begun = time.perf_counter()
    for _ in chunks:
        pass
    whole = (time.perf_counter() - begun) / 2
    return {
        "a rig-day of truth alone [s]": round(alone, 2),
        "a rig-day of truth and measured frame [s]": round(whole, 2),
    }
