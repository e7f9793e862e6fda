"""What the suites find in a staged table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl

from idrill.errors import PartitionFault
from idrill.expectations.suites import Part, aggregate_parts, frame_parts, parameters
from idrill.frame import KEYS, channels_in, quality_of

if TYPE_CHECKING:
    from great_expectations.core.batch_definition import BatchDefinition
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult


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
        frame: Canonical rows: raw, validated or reconciled.
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
    return _validate(frame_parts(tuple(frame.columns)), frame, rig_id=rig_id, day=day)


def check_aggregate(long: pl.DataFrame, *, rig_id: str, day: date) -> ExpectationReport:
    """What keeps a table of minutes, hours or a day from being that of a rig-day.

    Args:
        long: What `aggregation.downsample` returned.
        rig_id: The rig it should be of.
        day: The UTC day it should lie in.
    """
    if long.is_empty():
        return ExpectationReport(success=True, statistics={"evaluated": 0, "met": 0, "unmet": 0})
    return _validate(aggregate_parts(tuple(long.columns)), long, rig_id=rig_id, day=day)


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
    parts: Sequence[Part], table: pl.DataFrame, *, rig_id: str, day: date
) -> ExpectationReport:
    """What the expectations find in a table that should be of one rig and day."""
    asked = parameters(rig_id, day)
    return told([result for part in parts for result in _results(part, table, asked)])


def _results(
    part: Part, table: pl.DataFrame, asked: dict[str, object]
) -> "Sequence[ExpectationValidationResult]":
    """What is found in a part: figures of what is not met alone, for they cost as much again."""
    batch = _batches().get_batch(batch_parameters={"dataframe": part.of(table)})
    found = batch.validate(part.suite, result_format="BOOLEAN_ONLY", expectation_parameters=asked)
    unmet = {_says(result) for result in found.results if not result.success}
    if not unmet:
        return found.results
    suite = part.suite_of(unmet)
    again = batch.validate(suite, result_format="BASIC", expectation_parameters=asked)
    return [*(result for result in found.results if result.success), *again.results]


def told(results: "Sequence[ExpectationValidationResult]") -> ExpectationReport:
    """What Great Expectations found, in our words."""
    unmet = [result for result in results if not result.success]
    faults = tuple(_sentence(result) for result in unmet if not _is_warning(result))
    evaluated = len(results)
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


def _is_warning(result: "ExpectationValidationResult") -> bool:
    config = result.expectation_config
    return config is not None and config.severity == "warning"


def _says(result: "ExpectationValidationResult") -> str:
    """What is to be said of an expectation that is not met."""
    config = result.expectation_config
    return config.meta["says"] if config and config.meta else "an expectation is not met"


def _sentence(result: "ExpectationValidationResult") -> str:
    """What is wrong, in words and with the figures that were found."""
    says, details = _says(result), result.result
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
