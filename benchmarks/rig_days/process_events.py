"""Events of the process: drawn ones, and those that change the pressure by the same share."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import polars as pl

from benchmarks.rig_days.publishing import published
from benchmarks.rig_days.rigs import within_a_day
from benchmarks.rig_days.scoring import Wrong
from benchmarks.rig_days.trials import Sound, trial
from idrill.simulator.event_kinds import SPECS, EventKind, While
from idrill.simulator.events import DAY, Array, Event, draw_event
from idrill.simulator.faults import Fault, FaultKind

NAMES: dict[EventKind, frozenset[str]] = {
    EventKind.INFLUX: frozenset({"influx"}),
    EventKind.LOSSES: frozenset({"losses"}),
    EventKind.PIT_TRANSFER: frozenset({"pit_transfer", "pit_gain"}),
    EventKind.ADDITION: frozenset({"addition", "pit_gain"}),
    EventKind.WASHOUT: frozenset({"washout"}),
    EventKind.LINER_LEAK: frozenset({"pump_wear"}),
    EventKind.PLUGGED_NOZZLE: frozenset({"plugged_nozzle"}),
}
"""What names them in a report."""
EARLIEST, LATEST = 3_600, 16 * 3_600
"""Seconds of the day between which an event begins [s]."""
DRAWS = 6
"""How often a start is drawn until something happens: a well out of hole does not lose mud."""
LEAST_VOLUME, LEAST_PRESSURE = 0.5, 0.003
"""Changes from which something has happened: mud in a pit [m³], share of the pressure [-]."""
LEAST_SECONDS = 600
"""For which the pressure has changed [s]."""

AFTERWARDS = 3_600.0
"""For how long after its end an event may still be told [s]."""

SHARE = 0.03
"""By which the pressure changes, where it changes by the same share [-]."""
PUMPING = 2e6
"""Standpipe pressure from which the pumps run [Pa]."""


def events(one: Sound, each: int) -> Iterator[dict[str, object]]:
    """Drawn events of each kind, as severe, sudden and lasting as the simulator draws them.

    Args:
        one: The rig.
        each: How many of each kind.
    """
    random = np.random.default_rng([one.seed, 3])
    for kind in NAMES:
        for _ in range(each):
            row = _event(one, kind, random)
            if row is not None:
                yield row


def _event(one: Sound, kind: EventKind, random: np.random.Generator) -> dict[str, object] | None:
    """A trial; None if nothing came of it wherever it was put."""
    for _ in range(DRAWS):
        day = int(random.integers(1, len(one.days)))
        event = _placed(draw_event(SPECS[kind], float(day * DAY), random), day, random)
        truth = one.rig.lived_again(day, [event])
        if happened(truth, one.rig.truths[day]):
            return _told("event", one, event, truth)
    return None


def _placed(event: Event, day: int, random: np.random.Generator) -> Event:
    start = float(day * DAY + random.integers(EARLIEST, LATEST))
    moved = replace(event, start=start, end=start + event.end - event.start, during=While.ANYTHING)
    return within_a_day(moved)


def happened(truth: pl.DataFrame, sound: pl.DataFrame) -> bool:
    """Whether a day differs by mud in a pit or by pressure."""
    volume = max(
        float((truth[name] - sound[name]).abs().max() or 0.0)  # type: ignore[arg-type]  # numbers
        for name in truth.columns
        if name.startswith("pit_")
    )
    changed = np.abs(pressures(truth, sound) - 1.0) > LEAST_PRESSURE
    return bool(volume > LEAST_VOLUME or changed.sum() > LEAST_SECONDS)


def pressures(truth: pl.DataFrame, sound: pl.DataFrame) -> Array:
    """Pressure by that of the sound day, where the pumps make the same strokes and they differ."""
    one, other = (table["standpipe_pressure"].to_numpy() for table in (truth, sound))
    strokes = [(table["pump_1_stroke_rate"] + table["pump_2_stroke_rate"]).to_numpy()
               for table in (truth, sound)]  # fmt: skip
    alike = (other > PUMPING) & (one != other) & (np.abs(strokes[0] - strokes[1]) < 1e-9)
    return np.asarray(one[alike] / other[alike])


def _told(what: str, one: Sound, event: Event, truth: pl.DataFrame) -> dict[str, object]:
    day = int(event.start // DAY)
    raw = one.rig.measured_again(day, truth)
    told = published(raw, one.before(day)).reconciled.report.faults
    until = one.rig.at(event.end + AFTERWARDS)
    wrong = Wrong("process", NAMES[event.kind], one.rig.at(event.start), until)
    return trial(what, one, event.kind.value, event.severity, wrong, [told], [day])


FIRST_GUESS = {
    EventKind.WASHOUT: 0.03,
    EventKind.LINER_LEAK: 0.04,
    EventKind.PLUGGED_NOZZLE: 0.05,
}
"""Severities that the search for the same change of pressure begins with."""


def same_pressure(one: Sound) -> Iterator[dict[str, object]]:
    """Washout, pump wear, plugged nozzle and a drift of the sensor, at a share of the pressure."""
    random = np.random.default_rng([one.seed, 6])
    if (start := _drilling(one, random)) is None:
        return
    growth = float(random.uniform(1.0, 3.0)) * 3_600.0
    day = int(start // DAY)
    end = (day + 1.0) * DAY
    for kind, guess in FIRST_GUESS.items():
        grows = 5.0 if kind is EventKind.PLUGGED_NOZZLE else growth
        event = _sized(one, Event(kind, start, end, guess, grows))
        if event is not None:
            yield _told("pressure", one, event, one.rig.lived_again(day, [event]))
    yield _pressure_drift(one, start, growth)


def _drilling(one: Sound, random: np.random.Generator) -> float | None:
    """A second from which the pumps run for most of eight hours; None if there is none."""
    for _ in range(50):
        day = int(random.integers(1, len(one.days)))
        second = int(random.integers(EARLIEST, LATEST))
        pressure = one.rig.truths[day]["standpipe_pressure"].to_numpy()[second : second + 28_800]
        if (pressure > PUMPING).mean() > 0.8:
            return float(day * DAY + second)
    return None


def _sized(one: Sound, event: Event) -> Event | None:
    """The event as severe as the share of pressure asks for; None if it cannot be."""
    day = int(event.start // DAY)
    after = int(event.start + event.growth) % DAY
    for _ in range(4):
        truth = one.rig.lived_again(day, [event])
        seen = pressures(truth[after : after + 7_200], one.rig.truths[day][after : after + 7_200])
        if seen.size < 600:
            return None
        change = abs(float(np.median(seen)) - 1.0)
        if abs(change / SHARE - 1.0) < 0.05:
            return event
        severity = event.severity * min(max(SHARE / max(change, 1e-4), 0.2), 5.0)
        if severity > 0.9:
            return None
        event = replace(event, severity=severity)
    return event


def _pressure_drift(one: Sound, start: float, growth: float) -> dict[str, object]:
    day = int(start // DAY)
    pressure = one.rig.measured(day)["standpipe_pressure"]
    size = -SHARE * float(pressure.filter(pressure > PUMPING / 1e3).quantile(0.5) or 0.0)
    fault = Fault("standpipe_pressure", FaultKind.DRIFT, start, (day + 1.0) * DAY, size, growth)
    told = published(one.rig.measured(day, [fault]), one.before(day)).reconciled.report.faults
    wrong = Wrong(
        "sensor", frozenset({"standpipe_pressure"}), one.rig.at(start), one.rig.at(fault.end)
    )
    return trial("pressure", one, "standpipe_pressure drift", size, wrong, [told], [day])
