"""The expectations of the tables of a rig-day, generated from the channels."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl
import polars.selectors as cs

from idrill.channels import CHANNELS, channel
from idrill.dvr.limits import lowest
from idrill.expectations.kept import kept
from idrill.frame import KEYS, Origin, Quality, channels_in, quality_of, sd_of

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite

USUAL_SHARE = 0.95
"""Share of a channel's values within its physical limits below which there is a warning."""

KNOWN_BITS = sum(Quality)
"""Every quality bit that has a meaning."""

TOGETHER = 12
"""Channels in one part of a frame. Great Expectations copies all columns it was given to drop the
nulls of one, and takes about 10 ms for each table it is given: 8 to 18 cost least [e]."""


@dataclass(frozen=True, slots=True)
class Expected:
    """One expectation."""

    what: str
    """Its name among those of Great Expectations."""
    of: Mapping[str, object]
    says: str
    """What a person is told when it is not met; no two of a suite say the same."""
    severity: str = "critical"

    def as_config(self) -> dict[str, object]:
        """As Great Expectations reads it."""
        return {
            "type": kept(self.what) if "column" in self.of else f"expect_{self.what}",
            "kwargs": dict(self.of),
            "meta": {"says": self.says},
            "severity": self.severity,
        }


@dataclass(frozen=True, slots=True)
class Part:
    """Columns of a table, and what is expected of them alone."""

    columns: tuple[str, ...]
    expected: tuple[Expected, ...]
    suite: "ExpectationSuite"
    rows: int | None = None
    """How many rows are looked at; None for all."""

    def of(self, table: pl.DataFrame) -> object:
        """What of a table is looked at, as Great Expectations takes it."""
        return as_pandas(table.select(self.columns).slice(0, self.rows))

    def suite_of(self, says: Collection[str]) -> "ExpectationSuite":
        """The suite of some of its expectations, by what they say."""
        return _suite("some", [each for each in self.expected if each.says in says])


def parameters(rig_id: str, day: date) -> dict[str, object]:
    """What the suites ask of a table that should be of one rig and UTC day."""
    midnight = datetime.combine(day, time.min)
    return {"rigs": [rig_id], "start": midnight, "end": midnight + timedelta(days=1)}


def as_pandas(table: pl.DataFrame) -> object:
    """The table as Great Expectations takes it: it compares instants with naive ones only.

    Texts that stand in many rows become categories: it hashes every table that it is given.
    """
    plain = table.with_columns(
        cs.datetime().dt.replace_time_zone(None),
        cs.enum().cast(pl.String),
    )
    if "origin" in plain.columns:
        # What a rig measured is one series, whether it came live or in files.
        plain = plain.with_columns(pl.col("origin").replace(Origin.LIVE.value, Origin.FILE.value))
    return plain.with_columns(cs.string().cast(pl.Categorical)).to_pandas()


def frame_suite(columns: Sequence[str]) -> "ExpectationSuite":
    """The expectations of a frame with these columns, to be met by the whole of it."""
    names = channels_in(columns)
    return _suite("frame", [*_of_keys(), _of_names(columns), *_of_channels(names, columns)])


@lru_cache(maxsize=64)
def frame_parts(columns: tuple[str, ...]) -> tuple[Part, ...]:
    """The expectations of `frame_suite`, divided among parts of a frame with these columns."""
    names = channels_in(columns)
    groups = [names[first : first + TOGETHER] for first in range(0, len(names), TOGETHER)]
    return (
        _part(KEYS, _of_keys()),
        _part(columns, [_of_names(columns)], rows=0),
        *(_part(_columns_of(group, columns), _of_channels(group, columns)) for group in groups),
    )


@lru_cache(maxsize=4)
def aggregate_parts(columns: tuple[str, ...]) -> tuple[Part, ...]:
    """The expectations of a table of statistics with these columns."""
    return (_part(columns, [*_of_rig_day(), *_of_buckets()]),)


def _part(columns: Sequence[str], expected: Iterable[Expected], rows: int | None = None) -> Part:
    every = tuple(expected)
    return Part(tuple(columns), every, _suite("part", every), rows)


def _suite(name: str, expected: Iterable[Expected]) -> "ExpectationSuite":
    from great_expectations import ExpectationSuite

    return ExpectationSuite(name=name, expectations=[each.as_config() for each in expected])


def _columns_of(names: Iterable[str], columns: Sequence[str]) -> list[str]:
    """The columns of some channels in a frame."""
    of_each = ((name, quality_of(name), sd_of(name)) for name in names)
    return [column for group in of_each for column in group if column in columns]


def _of_rig_day() -> list[Expected]:
    """What every table of one rig and day satisfies."""
    return [
        Expected("table_row_count_to_be_between", {"min_value": 1}, "there is no row"),
        Expected(
            "column_values_to_be_in_set",
            {"column": "rig_id", "value_set": {"$PARAMETER": "rigs"}},
            "rows are those of another rig",
        ),
        Expected(
            "column_min_to_be_between",
            {"column": "time", "min_value": {"$PARAMETER": "start"}},
            "a row lies before the day",
        ),
        Expected(
            "column_max_to_be_between",
            {"column": "time", "max_value": {"$PARAMETER": "end"}, "strict_max": True},
            "a row lies after the day",
        ),
    ]


def _of_keys() -> list[Expected]:
    """What the keys of a frame satisfy."""
    return [
        *_of_rig_day(),
        Expected(
            "compound_columns_to_be_unique",
            {"column_list": ["rig_id", "time"]},
            "an instant stands in more than one row",
        ),
        Expected(
            "column_unique_value_count_to_be_between",
            {"column": "origin", "max_value": 1},
            "rows of more than one origin are mixed",
        ),
    ]


def _of_names(columns: Sequence[str]) -> Expected:
    """What the names of the columns of a frame satisfy."""
    names = channels_in(columns)
    added = {"activity", *map(sd_of, names)} & set(columns)
    return Expected(
        "table_columns_to_match_set",
        {"column_set": sorted({*KEYS, *names, *map(quality_of, names), *added})},
        "columns are not those of a frame",
    )


def _of_channels(names: Iterable[str], columns: Sequence[str]) -> Iterator[Expected]:
    """What some channels of a frame with these columns satisfy."""
    for name in names:
        yield from _of_channel(name)
        if sd_of(name) in columns:
            yield Expected(
                "column_values_to_be_between",
                {"column": sd_of(name), "min_value": 0.0, "strict_min": True},
                f"a standard deviation of {name} is not above 0",
            )


def _of_channel(name: str) -> Iterator[Expected]:
    """What every channel of a frame satisfies, and what it usually does."""
    yield Expected(
        "column_proportion_of_non_null_values_to_be_between",
        {"column": name, "min_value": 0.0, "strict_min": True},
        f"{name} holds no value at all",
    )
    yield Expected(
        "column_max_to_be_between",
        {"column": quality_of(name), "max_value": KNOWN_BITS},
        f"the quality of {name} has unknown bits",
    )
    limits = channel(name)
    low, high = lowest(limits), limits.high
    yield Expected(
        "column_values_to_be_between",
        {"column": name, "min_value": low, "max_value": high, "mostly": USUAL_SHARE},
        f"{name} lies outside {low:g} … {high:g} {limits.unit}",
        severity="warning",
    )


def _of_buckets() -> list[Expected]:
    """What statistics of minutes, hours or a day satisfy."""
    return [
        Expected(
            "compound_columns_to_be_unique",
            {"column_list": ["origin", "channel", "time"]},
            "a bucket of a channel stands in more than one row",
        ),
        Expected(
            "column_values_to_be_in_set",
            {"column": "channel", "value_set": [each.name for each in CHANNELS]},
            "a channel is unknown",
        ),
        Expected(
            "column_values_to_be_between",
            {"column": "coverage", "min_value": 0.0, "max_value": 1.0},
            "coverage lies outside 0 … 1",
        ),
        Expected(
            "column_min_to_be_between",
            {"column": "count", "min_value": 0},
            "a count is negative",
        ),
        Expected(
            "column_pair_values_a_to_be_greater_than_b",
            {"column_A": "max", "column_B": "min", "or_equal": True},
            "a maximum lies below its minimum",
        ),
    ]
