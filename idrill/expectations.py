"""What a rig-day must be before it may be published: Great Expectations suites from the channels.

A fault keeps the partition from being written; a warning goes with it. Great Expectations and its
pandas are loaded by the first check, not by importing this module.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl

from idrill.channels import CHANNELS, channel
from idrill.errors import PartitionFault
from idrill.frame import KEYS, Quality, channels_in, quality_of

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from great_expectations.core.batch_definition import BatchDefinition
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult

USUAL_SHARE = 0.95
"""Share of a channel's values within its physical limits below which there is a warning."""

KNOWN_BITS = sum(Quality)
"""Every quality bit that has a meaning."""


@dataclass(frozen=True, slots=True)
class ExpectationReport:
    """What a suite found in a table."""

    success: bool
    """Whether it may be published."""
    faults: tuple[str, ...] = ()
    """Why not, one sentence each."""
    warnings: tuple[str, ...] = ()
    """What a person should look at, one sentence each."""
    statistics: Mapping[str, int] = field(default_factory=dict)
    """How many expectations were evaluated, met and not met."""


def check_frame(frame: pl.DataFrame, *, rig_id: str, day: date) -> ExpectationReport:
    """What keeps a staged frame from being the rig-day it should become.

    Args:
        frame: Canonical rows, validated or raw.
        rig_id: The rig they should be of.
        day: The UTC day they should lie in.
    """
    if frame.is_empty():
        return _no_rows(rig_id, day)
    names = tuple(channels_in(frame.columns))
    absent = [name for name in (*KEYS, *map(quality_of, names)) if name not in frame.columns]
    if absent:
        return ExpectationReport(
            success=False, faults=(f"columns are missing: {', '.join(absent)}",)
        )
    return _validate(_frame_suite(tuple(frame.columns)), frame, rig_id=rig_id, day=day)


def check_aggregate(long: pl.DataFrame, *, rig_id: str, day: date) -> ExpectationReport:
    """What keeps a table of minutes, hours or a day from being that of a rig-day.

    Args:
        long: What `aggregation.downsample` returned.
        rig_id: The rig it should be of.
        day: The UTC day it should lie in.
    """
    if long.is_empty():
        return ExpectationReport(success=True, statistics={"evaluated": 0, "met": 0, "unmet": 0})
    return _validate(_aggregate_suite(), long, rig_id=rig_id, day=day)


def require(report: ExpectationReport) -> None:
    """See that a report lets a partition be published.

    Raises:
        PartitionFault: If it does not; the message lists the faults.
    """
    if not report.success:
        raise PartitionFault("; ".join(report.faults))


def _no_rows(rig_id: str, day: date) -> ExpectationReport:
    return ExpectationReport(success=False, faults=(f"{rig_id} has no row on {day}",))


def _validate(
    suite: "ExpectationSuite", table: pl.DataFrame, *, rig_id: str, day: date
) -> ExpectationReport:
    """What the expectations find in a table that should be of one rig and day."""
    batch = _batches().get_batch(batch_parameters={"dataframe": _as_pandas(table)})
    midnight = datetime.combine(day, time.min)
    asked = {"rigs": [rig_id], "start": midnight, "end": midnight + timedelta(days=1)}
    found = batch.validate(suite, result_format="SUMMARY", expectation_parameters=asked)
    unmet = [result for result in found.results if not result.success]
    faults = tuple(_sentence(result) for result in unmet if not _is_warning(result))
    evaluated = len(found.results)
    return ExpectationReport(
        success=not faults,
        faults=faults,
        warnings=tuple(_sentence(result) for result in unmet if _is_warning(result)),
        statistics={
            "evaluated": evaluated,
            "met": evaluated - len(unmet),
            "unmet": len(unmet),
        },
    )


def _as_pandas(table: pl.DataFrame) -> object:
    # Great Expectations compares instants with naive ones only
    plain = table.with_columns(
        pl.col("time").dt.replace_time_zone(None), pl.col(pl.Enum).cast(pl.String)
    )
    return plain.to_pandas()


def _is_warning(result: "ExpectationValidationResult") -> bool:
    config = result.expectation_config
    return config is not None and config.severity == "warning"


def _sentence(result: "ExpectationValidationResult") -> str:
    """What is wrong, in words and with the figures that were found."""
    config, details = result.expectation_config, result.result
    says = (
        config.meta["says"] if config is not None and config.meta else "an expectation is not met"
    )
    problem = result.exception_info or {}
    if problem.get("raised_exception"):
        return f"{says} (it could not be evaluated: {problem['exception_message']})"
    if "unexpected_percent" in details:
        return f"{says} ({details['unexpected_percent']:.3g} % of {details['element_count']} rows)"
    if "details" in details:
        mismatched = details["details"]["mismatched"]
        return says + "".join(f", {kind}: {', '.join(names)}" for kind, names in mismatched.items())
    return f"{says} (found: {details['observed_value']})" if "observed_value" in details else says


@lru_cache(maxsize=1)
def _batches() -> "BatchDefinition[Any]":
    """Where tables enter the one ephemeral context of the process."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    quiet = DataContextConfig(
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False),
        store_backend_defaults=InMemoryStoreBackendDefaults(),
    )
    context = gx.get_context(mode="ephemeral", project_config=quiet)
    asset = context.data_sources.add_pandas("staged").add_dataframe_asset("table")
    return asset.add_batch_definition_whole_dataframe("whole")


@lru_cache(maxsize=64)
def _frame_suite(columns: tuple[str, ...]) -> "ExpectationSuite":
    """The expectations of a frame with these columns."""
    names = channels_in(columns)
    expected = {*KEYS, *names, *map(quality_of, names), *({"activity"} & set(columns))}
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
                {"column_set": sorted(expected)},
                "columns are not those of a frame",
            ),
            *(expectation for name in names for expectation in _of_channel(name)),
        ],
    )


@lru_cache(maxsize=1)
def _aggregate_suite() -> "ExpectationSuite":
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
    usual = _expect(
        "column_values_to_be_between",
        {"column": name, "min_value": limits.low, "max_value": limits.high, "mostly": USUAL_SHARE},
        f"{name} lies outside {limits.low:g} … {limits.high:g} {limits.unit}",
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


def _expect(what: str, of: dict[str, object], says: str) -> dict[str, object]:
    """One expectation, and the sentence for a person when it is not met."""
    return {"type": f"expect_{what}", "kwargs": of, "meta": {"says": says}}
