"""From raw columns to a reading in which every row is accounted for."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idrill.frame import TIME, Quality
from idrill.readers.assembly import MOST_RUNS, RawColumn, RawTable, ReadOptions, assemble, runs
from idrill.readers.columns import ColumnEntry, ColumnMap
from idrill.readers.reading import Kind, Reading, Reason

START = datetime(2024, 3, 1, tzinfo=UTC)


def _column(
    name: str, values: Sequence[float | None], unit: str | None = None, description: str = ""
) -> RawColumn:
    return RawColumn(name, pl.Series(name, values, dtype=pl.Float64), unit, description)


def _assembled(
    *columns: RawColumn,
    seconds: Sequence[float] | None = None,
    depths: Sequence[float] | None = None,
    told: ColumnMap | None = None,
) -> Reading:
    rows = len(columns[0].values)
    if depths is None:
        steps = range(0, 5 * rows, 5) if seconds is None else seconds
        index = pl.Series([START + timedelta(seconds=step) for step in steps], dtype=TIME)
    else:
        index = pl.Series(depths, dtype=pl.Float64)
    raw = RawTable(
        Kind.TIME if depths is None else Kind.DEPTH,
        "csv",
        pl.int_range(2, rows + 2, eager=True),
        index,
        columns,
        rows,
    )
    return assemble(raw, ReadOptions("a.csv", told))


def test_values_arrive_in_the_unit_of_their_channel() -> None:
    reading = _assembled(_column("Average Hookload kkgf", [100.0, 101.0]))
    assert reading.table["hook_load"].to_list() == pytest.approx([980.665, 990.47165])
    (column,) = reading.report.columns
    assert (column.unit, column.interval) == ("kkgf", 5.0)
    assert column.factor == pytest.approx(9.80665)


def test_a_row_without_any_value_is_rejected_in_its_run() -> None:
    reading = _assembled(_column("HKLD", [1.0, None, None, 2.0], "kN"))
    (rejection,) = reading.report.rejections
    assert (rejection.first_line, rejection.last_line, rejection.rows) == (3, 4, 2)
    assert rejection.reason is Reason.NO_VALUES
    assert reading.table["line"].to_list() == [2, 5]


def test_a_file_without_a_known_channel_keeps_no_row_and_says_so() -> None:
    reading = _assembled(_column("H2S Floor", [1.0, 2.0]))
    assert reading.table.is_empty()
    assert reading.report.rows_rejected == 2
    assert "none of its 1 columns is a known channel" in reading.report.rejections[0].detail


def test_a_number_that_is_none_counts_as_missing() -> None:
    reading = _assembled(_column("HKLD", [1.0, float("inf"), float("nan"), 2.0], "kN"))
    assert reading.table["hook_load"].to_list() == [1.0, 2.0]
    assert any("2 values are no finite number" in note for note in reading.report.notes)


def test_a_sentinel_is_taken_out_marked_and_counted() -> None:
    reading = _assembled(
        _column("ROP m/h", [10.0, -999.25, 12.0]), _column("RPM", [90.0, 91.0, 92.0])
    )
    assert reading.table["rate_of_penetration"].to_list() == [10.0, None, 12.0]
    assert reading.table["rate_of_penetration_quality"].to_list() == [0, Quality.SENTINEL, 0]
    assert reading.report.sentinels == {"rate_of_penetration": (-999.25, 1)}


def test_a_channel_of_zeros_is_reported_and_stays() -> None:
    reading = _assembled(_column("GASA", [0.0, 0.0, 0.0]), _column("RPM", [1.0, 2.0, 3.0]))
    assert reading.report.constants == {"total_gas": 0.0}
    assert reading.report.sentinels == {"total_gas": (0.0, 3)}
    assert reading.table["total_gas"].to_list() == [0.0, 0.0, 0.0]


def test_a_column_without_values_is_named_and_dropped() -> None:
    reading = _assembled(_column("RPM", [None, None]), _column("HKLD", [1.0, 2.0], "kN"))
    assert reading.channels == ["hook_load"]
    assert reading.report.unmapped == {"RPM": "no values"}


def test_the_better_name_wins_and_the_other_checks_the_conversion() -> None:
    reading = _assembled(
        _column("HKLD", [101.0, 202.0], "kN"), _column("HKLD_AVG", [100.0, 200.0], "kN")
    )
    assert reading.table["hook_load"].to_list() == [100.0, 200.0]
    assert "beside 'HKLD_AVG', which it agrees with in 100.0%" in reading.report.unmapped["HKLD"]


def test_a_column_that_varies_beats_a_better_name_that_does_not() -> None:
    reading = _assembled(
        _column("HKLD_AVG", [0.0, 0.0], "kN"), _column("HKLD", [101.0, 202.0], "kN")
    )
    assert reading.table["hook_load"].to_list() == [101.0, 202.0]


def test_a_second_unit_system_that_disagrees_is_noted() -> None:
    reading = _assembled(
        _column("Flow In (gal/min)", [500.0, 600.0]), _column("Flow In (L/min)", [500.0, 600.0])
    )
    assert any("only 0.0% of the rows" in note for note in reading.report.notes)


def test_the_map_of_the_user_goes_before_the_headings() -> None:
    told = ColumnMap(
        {
            "A": ColumnEntry("weight_on_bit", "klbf", derived=True),
            "WOB": ColumnEntry(ignore=True),
            "RPM": ColumnEntry("torque", "rpm"),
        }
    )
    reading = _assembled(
        _column("A", [10.0, 11.0]), _column("WOB", [1.0, 2.0]), _column("RPM", [1.0, 2.0]),
        told=told,
    )  # fmt: skip
    (column,) = reading.report.columns
    assert (column.column, column.channel, column.derived) == ("A", "weight_on_bit", True)
    assert reading.report.unmapped["WOB"] == "ignored by the map of columns"
    assert "'rpm' is a unit of frequency" in reading.report.unmapped["RPM"]


def test_order_repeats_and_gaps_are_counted_in_the_order_of_the_file() -> None:
    reading = _assembled(
        _column("RPM", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), seconds=[0, 5, 10, 5, 15, 500]
    )
    report = reading.report
    assert (report.reordered, report.repeated, report.interval) == (1, 1, 5.0)
    assert report.gaps == ((START + timedelta(seconds=15), START + timedelta(seconds=500)),)
    assert (report.first, report.last) == (START, START + timedelta(seconds=500))


def test_a_depth_column_that_repeats_the_index_is_no_channel() -> None:
    reading = _assembled(
        _column("Depth(ft)", [100 / 0.3048, 101 / 0.3048]),
        _column("ROP(1 ft)", [100.0, 200.0]),
        depths=[100.0, 101.0],
    )
    assert reading.channels == ["rate_of_penetration"]
    assert reading.report.unmapped["Depth(ft)"] == "the depth that the rows are indexed by"
    assert reading.report.interval == 1.0


def test_no_rows_at_all_make_an_empty_reading() -> None:
    reading = _assembled(_column("RPM", []))
    assert (reading.report.rows_read, reading.report.first) == (0, None)


def test_rejected_lines_are_told_in_runs_with_their_first_sample() -> None:
    found = runs([2, 3, 7], Reason.BAD_NUMBER, "no number", ["a" * 300, "b", "c"])
    assert [(run.first_line, run.last_line, run.rows) for run in found] == [(2, 3, 2), (7, 7, 1)]
    assert [run.sample for run in found] == ["a" * 200, "c"]


@given(st.sets(st.integers(1, 10**6), max_size=200), st.integers(1, 3))
@settings(max_examples=50, deadline=None)
def test_runs_count_every_rejected_line(lines: set[int], stride: int) -> None:
    ordered = sorted(line * stride for line in lines)
    found = runs(ordered, Reason.BAD_TIME, "")
    assert sum(run.rows for run in found) == len(ordered)
    assert all(run.last_line - run.first_line + 1 == run.rows for run in found)


def test_a_row_rejected_every_second_line_does_not_fill_the_report() -> None:
    found = runs(list(range(1, 100_001, 2)), Reason.WRONG_FIELDS, "3 fields, not 9")
    assert len(found) <= MOST_RUNS
    assert sum(run.rows for run in found) == 50_000


_NUMBERS = st.one_of(
    st.none(), st.floats(), st.sampled_from([0.0, -999.25, 1e30, 1e-300, 5.0, 5_000.0, 34_474.0])
)


@given(st.lists(st.tuples(_NUMBERS, _NUMBERS, _NUMBERS, _NUMBERS), min_size=1, max_size=12))
@settings(max_examples=40, deadline=None)
def test_any_numbers_at_all_make_a_reading_that_adds_up(
    rows: list[tuple[float | None, ...]],
) -> None:
    names = ("Standpipe Pressure (psi)", "Flow In (gpm)", "Hole Depth (ft)", "ROP (ft/h)")
    columns = zip(*(row for row in rows * 20), strict=True)
    reading = _assembled(*(_column(*pair) for pair in zip(names, columns, strict=True)))
    report = reading.report
    assert report.rows_read == 20 * len(rows) == reading.table.height + report.rows_rejected


@pytest.mark.real_data
def test_forge_checks_its_conversions_and_maps_no_pressure_to_torque(real_data: Path) -> None:
    table = pl.read_csv(
        real_data / "forge_58-32" / "Well_58-32.csv", infer_schema_length=None
    ).cast(pl.Float64)
    columns = [_column(name, table[name].to_list()) for name in table.columns]
    reading = _assembled(
        *(column for column in columns if column.name != "Depth(m)"),
        depths=table["Depth(m)"].to_list(),
    )
    report = reading.report
    assert report.rows_read == reading.table.height == 7_311
    assert "'psi' is a unit of pressure" in report.unmapped["Surface Torque (psi)"]
    assert "torque" not in reading.channels
    agreeing = [
        reason for reason in report.unmapped.values() if "it agrees with in 100.0%" in reason
    ]
    assert len(agreeing) == 9
    assert report.suspicions == ()
