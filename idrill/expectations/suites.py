"""The expectations of the tables of a rig-day, generated from the channels."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from idrill.channels import CHANNELS, channel
from idrill.dvr.limits import lowest
from idrill.frame import KEYS, Origin, Quality, channels_in, quality_of, sd_of

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite

USUAL_SHARE = 0.95
"""Share of a channel's values within its physical limits below which there is a warning."""

KNOWN_BITS = sum(Quality)
"""Every quality bit that has a meaning."""


def parameters(rig_id: str, day: date) -> dict[str, object]:
    """What the suites ask of a table that should be of one rig and UTC day."""
    midnight = datetime.combine(day, time.min)
    return {"rigs": [rig_id], "start": midnight, "end": midnight + timedelta(days=1)}


def as_pandas(table: pl.DataFrame) -> object:
    """The table as Great Expectations takes it: it compares instants with naive ones only."""
    plain = table.with_columns(
        pl.col("time").dt.replace_time_zone(None), pl.col(pl.Enum).cast(pl.String)
    )
    # What a rig measured is one series, whether it came live or in files.
    plain = plain.with_columns(pl.col("origin").replace(Origin.LIVE.value, Origin.FILE.value))
    return plain.to_pandas()


@lru_cache(maxsize=64)
def frame_suite(columns: tuple[str, ...]) -> "ExpectationSuite":
    """The expectations of a frame with these columns."""
    names = channels_in(columns)
    added = {"activity", *map(sd_of, names)} & set(columns)
    return _suite(
        "frame",
        [
            *_of_rig_day(),
            _expect(
                "compound_columns_to_be_unique",
                {"column_list": ["rig_id", "time"]},
                "an instant stands in more than one row",
            ),
            _expect(
                "column_unique_value_count_to_be_between",
                {"column": "origin", "max_value": 1},
                "rows of more than one origin are mixed",
            ),
            _expect(
                "table_columns_to_match_set",
                {"column_set": sorted({*KEYS, *names, *map(quality_of, names), *added})},
                "columns are not those of a frame",
            ),
            *(expectation for name in names for expectation in _of_channel(name)),
            *(_of_sd(name) for name in names if sd_of(name) in columns),
        ],
    )


@lru_cache(maxsize=1)
def aggregate_suite() -> "ExpectationSuite":
    """The expectations of a table of statistics."""
    return _suite(
        "aggregate",
        [
            *_of_rig_day(),
            _expect(
                "compound_columns_to_be_unique",
                {"column_list": ["origin", "channel", "time"]},
                "a bucket of a channel stands in more than one row",
            ),
            _expect(
                "column_values_to_be_in_set",
                {"column": "channel", "value_set": [each.name for each in CHANNELS]},
                "a channel is unknown",
            ),
            _expect(
                "column_values_to_be_between",
                {"column": "coverage", "min_value": 0.0, "max_value": 1.0},
                "coverage lies outside 0 … 1",
            ),
            _expect(
                "column_min_to_be_between",
                {"column": "count", "min_value": 0},
                "a count is negative",
            ),
            _expect(
                "column_pair_values_a_to_be_greater_than_b",
                {"column_A": "max", "column_B": "min", "or_equal": True},
                "a maximum lies below its minimum",
            ),
        ],
    )


def _suite(name: str, expectations: list[dict[str, object]]) -> "ExpectationSuite":
    from great_expectations import ExpectationSuite

    return ExpectationSuite(name=name, expectations=expectations)


def _of_rig_day() -> list[dict[str, object]]:
    """What every table of one rig and day satisfies."""
    return [
        _expect("table_row_count_to_be_between", {"min_value": 1}, "there is no row"),
        _expect(
            "column_values_to_be_in_set",
            {"column": "rig_id", "value_set": {"$PARAMETER": "rigs"}},
            "rows are those of another rig",
        ),
        _expect(
            "column_min_to_be_between",
            {"column": "time", "min_value": {"$PARAMETER": "start"}},
            "a row lies before the day",
        ),
        _expect(
            "column_max_to_be_between",
            {"column": "time", "max_value": {"$PARAMETER": "end"}, "strict_max": True},
            "a row lies after the day",
        ),
    ]


def _of_channel(name: str) -> list[dict[str, object]]:
    """What every channel of a frame satisfies, and what it usually does."""
    limits = channel(name)
    low, high = lowest(limits), limits.high
    usual = _expect(
        "column_values_to_be_between",
        {"column": name, "min_value": low, "max_value": high, "mostly": USUAL_SHARE},
        f"{name} lies outside {low:g} … {high:g} {limits.unit}",
    )
    return [
        _expect(
            "column_proportion_of_non_null_values_to_be_between",
            {"column": name, "min_value": 0.0, "strict_min": True},
            f"{name} holds no value at all",
        ),
        _expect(
            "column_max_to_be_between",
            {"column": quality_of(name), "max_value": KNOWN_BITS},
            f"the quality of {name} has unknown bits",
        ),
        usual | {"severity": "warning"},
    ]


def _of_sd(name: str) -> dict[str, object]:
    """What the standard deviation of a reconciled channel satisfies."""
    return _expect(
        "column_values_to_be_between",
        {"column": sd_of(name), "min_value": 0.0, "strict_min": True},
        f"a standard deviation of {name} is not above 0",
    )


def _expect(what: str, of: dict[str, object], says: str) -> dict[str, object]:
    """One expectation, and the sentence for a person when it is not met."""
    return {"type": f"expect_{what}", "kwargs": of, "meta": {"says": says}}
