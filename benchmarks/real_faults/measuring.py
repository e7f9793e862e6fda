"""Power and delay on real noise, and alarms without a fault."""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import polars as pl
from rich.progress import track

from benchmarks.harness import Result
from benchmarks.real_faults.faults import Fault, Kind, faults_of, spread
from benchmarks.real_faults.logs import LOGS, log
from benchmarks.real_faults.scoring import Outcome, outcome, table
from benchmarks.real_faults.untouched import Alarm, alarms

PLACEMENTS = 2
WORKERS = 2
PER = 12.0
"""Hours within which a detector should give at most one alarm of an untouched log."""


def run() -> Result:
    """Faults put into the logs one at a time, and the logs as they are."""
    faults = [fault for name in LOGS for fault in faults_of(log(name), PLACEMENTS)]
    outcomes = measured(faults)
    found = [alarm for name in LOGS for alarm in alarms(log(name))]
    return Result(
        promise="",
        title="Faults put into real logs",
        against="nothing: one fault at a time is put into a log of a real rig, which is validated "
        "and reconciled as one stretch",
        comparisons=(),
        figures=dict([*headline(outcomes), *rates(found), *answers(outcomes), *listed(found)]),
        notes=(
            f"{len(faults)} faults, each at {PLACEMENTS} places in the middle of drilling, six "
            "hours or more into the log, and lasting to its end (a freeze: 20 minutes). TSPP2, "
            "TSPP3, TSPP4: 9.4, 13.9 and 11.9 h of Volve at 4 s; F-7: 41 h of a well that is "
            "plugged, pits every 30 s.",
            "Found: anything is said that the untouched log does not say. Named: the channel is "
            "called wrong, alone or in a class that it cannot be told from. Unclear: it is one of "
            "several explanations.",
            "sd: by how much the channel usually disagrees with the others: two minutes against "
            "the hour before, pressure and flow against each other, depths and block against each "
            "other, the rest against itself.",
        ),
    )


def measured(faults: Sequence[Fault]) -> list[Outcome]:
    """The outcomes of faults, several at a time."""
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("forkserver")) as pool:
        done = pool.map(outcome, faults, chunksize=8)
        return list(track(done, "Faults in real logs", total=len(faults)))


HEADLINE = ("flow_in", "standpipe_pressure")
"""The channels that balances of the mud check in all three files."""


def headline(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, str]]:
    """Biases of flow and pressure in all drilling files together, by size."""
    rows = table(outcomes).filter(
        pl.col("kind") == Kind.BIAS.value, pl.col("channel").is_in(HEADLINE)
    )
    by_size = list(rows.group_by("size", maintain_order=True))
    sizes = " · ".join(f"{size[0]:g}" for size, _ in by_size)
    yield (
        f"biases of flow in and standpipe pressure, all drilling files, {sizes} sd",
        f"of {by_size[0][1].height} found {_counts(by_size, 'found')}, "
        f"named {_counts(by_size, 'named')}",
    )


def rates(found: Sequence[Alarm]) -> Iterator[tuple[str, str]]:
    """How often each detector gives an alarm of an untouched log."""
    for name in LOGS:
        counted = Counter(alarm.detector for alarm in found if alarm.log == name)
        share = PER / log(name).hours
        told = (f"{detector} {count * share:.2g}" for detector, count in counted.most_common())
        yield f"{name} untouched, alarms in {PER:.0f} h by detector", ", ".join(told) or "none"


def answers(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, str]]:
    """By log, kind and channel: how many were found and named, and how soon."""
    rows = table(outcomes)
    for (name, kind, channel), some in rows.group_by("log", "kind", "channel", maintain_order=True):
        by_size = list(some.group_by("size", maintain_order=True))
        sizes = " · ".join(f"{size[0]:g}" for size, _ in by_size)
        unit = _unit(str(name), Kind(str(kind)), str(channel))
        yield (
            f"{name}, {kind} of {channel}, {sizes} {unit}",
            f"of {by_size[0][1].height} found {_counts(by_size, 'found')}, "
            f"named {_counts(by_size, 'named')}, unclear {_counts(by_size, 'unclear')}; "
            f"median delay {' · '.join(_delay(group) for _, group in by_size)}"
            f"{_detectors(some)}",
        )


def listed(found: Sequence[Alarm]) -> Iterator[tuple[str, str]]:
    """Every alarm of the untouched logs."""
    for number, alarm in enumerate(found, 1):
        yield (
            f"alarm {number}: {alarm.log} {alarm.at:%m-%d %H:%M:%S} {alarm.about}, "
            f"{alarm.detector}",
            f"{alarm.says}. {alarm.explained or 'NOT EXPLAINED'}",
        )


def _unit(name: str, kind: Kind, channel: str) -> str:
    match kind:
        case Kind.BIAS | Kind.DRIFT:
            per = " per hour" if kind is Kind.DRIFT else ""
            return f"sd{per} (sd {spread(channel, name):.3g})"
        case Kind.FREEZE:
            return "min"
        case Kind.UNIT:
            return "times"
        case Kind.TARE:
            return "kN"


def _counts(by_size: Sequence[tuple[object, pl.DataFrame]], column: str) -> str:
    return " · ".join(str(group[column].sum()) for _, group in by_size)


def _delay(group: pl.DataFrame) -> str:
    median = group["seconds"].median()
    if not isinstance(median, float):
        return "-"
    return f"{median:.0f} s" if median < 120.0 else f"{median / 60.0:.0f} min"


def _detectors(some: pl.DataFrame) -> str:
    counted = Counter(some["detector"].drop_nulls().to_list())
    told = ", ".join(f"{detector} {count}" for detector, count in counted.most_common(3))
    return f"; first by {told}" if told else ""
