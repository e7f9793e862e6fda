"""Biases and drifts of one sensor at a time."""

from collections.abc import Iterator

import numpy as np

from benchmarks.rig_days.publishing import published
from benchmarks.rig_days.scoring import GROUPS, Said, Wrong
from benchmarks.rig_days.trials import Noise, Sound, trial
from idrill.simulator.events import DAY
from idrill.simulator.faults import Fault, FaultKind

SIZE = 5.0
"""Of a bias, by the standard deviation over the detectability."""
LATEST = 16 * 3600
"""Second of the day at which a bias begins at the latest [s]."""


def biases(one: Sound, size: float = SIZE, each: int = 2) -> Iterator[dict[str, object]]:
    """A bias in each checked channel, from an instant of a day to the end of the next.

    Args:
        one: The rig.
        size: By the standard deviation over the detectability.
        each: How many for each channel.
    """
    random = np.random.default_rng([one.seed, round(10 * size)])
    for name, noise in one.noises.items():
        for _ in range(each):
            if (sensor := _sensor(one, name)) is not None:
                day = int(random.integers(1, len(one.days) - 1))
                start = float(day * DAY + random.integers(LATEST))
                signed = size * noise.sd / noise.detectability * random.choice([-1.0, 1.0])
                fault = Fault(sensor, FaultKind.OFFSET, start, (day + 2.0) * DAY, float(signed))
                yield _followed("bias", one, name, fault, float(signed))


def _sensor(one: Sound, name: str) -> str | None:
    """The sensor that a fault of the channel is a fault of: its own, or one that it is made of."""
    package = one.rig.campaign.sensors
    if any(sensor.channel == name for sensor in package.sensors):
        return name
    return next(iter(package.derived.get(name, ())), None)


def called(name: str, sensor: str) -> frozenset[str]:
    """What names a fault: channel, sensor, or the group that is checked as one."""
    groups = [group for part, group in GROUPS.items() if part in sensor]
    return frozenset({name, sensor, *groups})


def drifts(one: Sound) -> Iterator[dict[str, object]]:
    """A drift of one standard deviation a day of each checked channel, from the second day on."""
    for name, noise in one.noises.items():
        if (sensor := _sensor(one, name)) is not None:
            yield _drift(one, name, sensor, noise)


def _drift(one: Sound, name: str, sensor: str, noise: Noise) -> dict[str, object]:
    start, days = float(DAY), len(one.days)
    size = noise.sd * (days - 1)
    fault = Fault(sensor, FaultKind.DRIFT, start, float(days * DAY), size, (days - 1.0) * DAY)
    return _followed("drift", one, name, fault, noise.sd)


def _followed(what: str, one: Sound, name: str, fault: Fault, size: float) -> dict[str, object]:
    """Day after day until the fault is named or over."""
    first, last = int(fault.start // DAY), int((fault.end - 1.0) // DAY)
    wrong = Wrong(
        "sensor", called(name, fault.channel), one.rig.at(fault.start), one.rig.at(fault.end)
    )
    before, memory, told = one.before(first), one.rig.midnights[first].memory, []
    row: dict[str, object] = {}
    for day in range(first, last + 1):
        raw, memory = one.rig.measured_on(day, memory, [fault])
        done = published(raw, before)
        before = done.left
        told.append(done.reconciled.report.faults)
        row = trial(what, one, name, size, wrong, told, range(first, day + 1))
        if row["best"] == Said.NAMED.value:
            break
    return row
