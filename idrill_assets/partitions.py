"""The keys of the graph: rig and day for telemetry, well for depth logs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import dagster as dg

from idrill.settings import load_settings

RIGS = dg.DynamicPartitionsDefinition(name="rig")
WELLS = dg.DynamicPartitionsDefinition(name="well")

DAYS_PER_RUN = 31
"""How many rig-days one run of a backfill takes."""

MANY_PER_RUN = dg.BackfillPolicy.multi_run(max_partitions_per_run=DAYS_PER_RUN)


@dataclass(frozen=True, slots=True, order=True)
class RigDay:
    """One UTC day of one rig."""

    rig_id: str
    day: date

    @property
    def key(self) -> dg.MultiPartitionKey:
        """Its partition key, such as `2026-02-01|RIG_01`."""
        return dg.MultiPartitionKey({"day": self.day.isoformat(), "rig": self.rig_id})

    @property
    def lake(self) -> dict[str, str | date]:
        """Its partition in the lake."""
        return {"rig_id": self.rig_id, "day": self.day}

    @property
    def before(self) -> "RigDay":
        """The same rig the day before."""
        return RigDay(self.rig_id, self.day - timedelta(days=1))

    @property
    def noon(self) -> datetime:
        """The middle of the day."""
        return datetime.combine(self.day, time(12), UTC)

    @classmethod
    def of(cls, key: str) -> "RigDay":
        """The rig-day with this partition key."""
        day, _, rig = key.partition("|")
        return cls(rig, date.fromisoformat(day))


def rig_days(first_day: date) -> dg.MultiPartitionsDefinition:
    """The partitions of telemetry, from `first_day` until today."""
    days = dg.DailyPartitionsDefinition(first_day.isoformat(), timezone="UTC", end_offset=1)
    return dg.MultiPartitionsDefinition({"day": days, "rig": RIGS})


def stretches(wanted: Iterable[RigDay], most: int = DAYS_PER_RUN) -> Iterator[list[RigDay]]:
    """Runs of consecutive days of one rig, each at most `most` days long.

    Example:
        >>> days = [RigDay("R1", date(2026, 2, day)) for day in (1, 2, 4)]
        >>> [[rig_day.day.day for rig_day in stretch] for stretch in stretches(days)]
        [[1, 2], [4]]
    """
    stretch: list[RigDay] = []
    for rig_day in sorted(set(wanted)):
        if stretch and (rig_day.before != stretch[-1] or len(stretch) == most):
            yield stretch
            stretch = []
        stretch.append(rig_day)
    if stretch:
        yield stretch


FIRST_DAY = load_settings().first_day

RIG_DAYS = rig_days(FIRST_DAY)
"""The partitions of every asset of telemetry."""


def has_partition(day: date) -> bool:
    """Whether a day is one of the partitions.

    The store may know others: those from before the first day was moved, and, shortly before
    midnight, tomorrow.
    """
    return FIRST_DAY <= day <= datetime.now(UTC).date()
