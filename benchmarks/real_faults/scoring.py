"""What came of a fault: whether it was found, what it was called, and how soon."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import polars as pl

from benchmarks.real_faults.faults import Fault, Kind
from benchmarks.real_faults.logs import Log, log
from idrill.dvr.rig_days import RigState, reconcile_rig_day
from idrill.dvr.tracks import HISTORY
from idrill.dvr.validation import validate
from idrill.frame import Quality, channels_in, quality_of

PASSING = Quality.MISSING | Quality.GAP | Quality.LATE
"""Bits that say nothing against a value."""
AT_ONCE = (Kind.FREEZE, Kind.UNIT)
"""What validation names at once is not reconciled: nothing else is asked of it."""
SAME = timedelta(minutes=15)
"""An alarm of the untouched log that near is no answer to the fault."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One thing that was said once a fault had begun."""

    detector: str
    """`validation: <bit>`, or `reconciliation: <detector>`."""
    seconds: float
    """Since the fault began."""
    named: bool
    """Whether the channel is said to be wrong, alone or as one of a class."""
    unclear: bool
    """Whether the channel is one of several explanations."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one fault."""

    fault: Fault
    answers: tuple[Answer, ...]
    """In the order in which they came."""

    @property
    def found(self) -> Answer | None:
        """The first thing that was said."""
        return self.answers[0] if self.answers else None

    @property
    def named(self) -> Answer | None:
        """The first that names the channel."""
        return next((each for each in self.answers if each.named), None)

    @property
    def unclear(self) -> bool:
        """Whether the channel is named as one of several explanations and never alone."""
        return self.named is None and any(each.unclear for each in self.answers)


def outcome(fault: Fault) -> Outcome:
    """Puts a fault into its log and looks what is said of it."""
    one = log(fault.log)
    start = one.frame["time"][fault.place]
    validated = validate(fault.put_into(one)).frame
    said = list(_marks(one, validated, fault, start))
    if not (fault.kind in AT_ONCE and any(each.named for each in said)):
        said += _faults(one, validated, fault, start)
    return Outcome(fault, tuple(sorted(said, key=lambda each: each.seconds)))


def _marks(one: Log, validated: pl.DataFrame, fault: Fault, start: datetime) -> Iterator[Answer]:
    """New quality bits, each where it stands for the first time."""
    after = pl.col("time") >= start
    if fault.kind is Kind.FREEZE:
        after &= pl.col("time") <= start + timedelta(minutes=fault.size + 5)
    for name in channels_in(validated.columns):
        before = one.validated.frame[quality_of(name)]
        marked = validated.select("time", new=pl.col(quality_of(name)) & ~before).filter(after)
        for bit in Quality:
            if bit & PASSING or not bit:
                continue
            first = marked.filter(pl.col("new") & int(bit) != 0)["time"].min()
            if isinstance(first, datetime):
                seconds = (first - start).total_seconds()
                yield Answer(f"validation: {str(bit.name).lower()}", seconds,
                             named=name == fault.channel, unclear=False)  # fmt: skip


def _faults(one: Log, validated: pl.DataFrame, fault: Fault, start: datetime) -> Iterator[Answer]:
    """New faults of reconciliation, from the full hour on that the fault begins in."""
    usual = one.reconciled.report.faults.select("name", "detected").rows()
    cut, time = start.replace(minute=0, second=0, microsecond=0), pl.col("time")
    done = reconcile_rig_day(
        validated.filter(time >= cut),
        history=history_before(cut, validated),
        state=RigState.from_json(_left(one.name, cut)),
    )
    for row in done.report.faults.iter_rows(named=True):
        known = any(row["name"] == name and abs(row["detected"] - at) < SAME for name, at in usual)
        if row["detected"] >= start and not known:
            accused = fault.channel in (row["name"], *row["suspects"])
            yield Answer(
                f"reconciliation: {row['detector']}",
                (row["detected"] - start).total_seconds(),
                named=accused and row["kind"] == "sensor",
                unclear=accused and row["kind"] == "unclear",
            )


@cache
def _left(name: str, cut: datetime) -> str:
    """What the untouched log leaves at a full hour, as JSON."""
    return reconcile_rig_day(log(name).validated.frame.filter(pl.col("time") < cut)).state.as_json()


def history_before(cut: datetime, validated: pl.DataFrame) -> pl.DataFrame:
    """The rows of the quarter of an hour before an instant."""
    return validated.filter(pl.col("time").is_between(cut - HISTORY, cut, closed="left"))


def table(outcomes: Iterable[Outcome]) -> pl.DataFrame:
    """The outcomes, a row each."""
    rows = [
        (
            each.fault.log,
            each.fault.kind.value,
            each.fault.channel,
            each.fault.size,
            each.found is not None,
            each.named is not None,
            each.unclear,
            None if each.found is None else each.found.seconds,
            None if each.found is None else each.found.detector,
        )
        for each in outcomes
    ]
    return pl.DataFrame(rows, schema=COLUMNS, orient="row")


COLUMNS = {
    "log": pl.String, "kind": pl.String, "channel": pl.String, "size": pl.Float64,
    "found": pl.Boolean, "named": pl.Boolean, "unclear": pl.Boolean, "seconds": pl.Float64,
    "detector": pl.String,
}  # fmt: skip
