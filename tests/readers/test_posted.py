"""Readings told row by row or in columns: what can be used, and why the rest cannot."""

from datetime import UTC, date, datetime

import pytest

from idrill.errors import InvalidRequest, UnknownChannel
from idrill.readers.posted import Period, PostedReading, check_units, read_columns, read_rows
from idrill.readers.reading import Reason

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)
PERIOD = Period.until(NOW, date(2024, 1, 1))
EARLIER = "2024-03-01T11:00:00+00:00"


@pytest.mark.parametrize(
    ("time", "values", "reason"),
    [
        (EARLIER[:19], {"torque": 1.0}, Reason.BAD_TIME),
        ("yesterday", {"torque": 1.0}, Reason.BAD_TIME),
        (1709290800, {"torque": 1.0}, Reason.BAD_TIME),
        ("0001-01-01T00:00:00+14:00", {"torque": 1.0}, Reason.BAD_TIME),
        ("2024-03-01T12:06:00Z", {"torque": 1.0}, Reason.IN_THE_FUTURE),
        ("2023-12-31T23:59:59Z", {"torque": 1.0}, Reason.BEFORE_FIRST_DAY),
        (EARLIER, {"torqe": 1.0}, Reason.UNKNOWN_CHANNEL),
        (EARLIER, {"torque": "1.0"}, Reason.BAD_NUMBER),
        (EARLIER, {"torque": True}, Reason.BAD_NUMBER),
        (EARLIER, {"torque": float("nan")}, Reason.BAD_NUMBER),
        (EARLIER, {"torque": 10**400}, Reason.BAD_NUMBER),
        (EARLIER, {"torque": None}, Reason.NO_VALUES),
        (EARLIER, {}, Reason.NO_VALUES),
        (EARLIER, [1.0], Reason.BAD_NUMBER),
    ],
)
def test_a_reading_is_rejected_alone_and_says_why(
    time: object, values: object, reason: Reason
) -> None:
    sound = PostedReading(EARLIER, {"hook_load": 800})

    found = read_rows([sound, PostedReading(time, values), sound], PERIOD)

    assert [(one.place, one.reason) for one in found.rejected] == [(1, reason)]
    assert found.table["place"].to_list() == [0, 2]
    assert found.table["hook_load"].to_list() == [800.0, 800.0]


def test_columns_give_what_rows_give() -> None:
    times = [f"2024-03-01T11:00:0{second}Z" for second in range(3)]
    columns = {"torque": [1, None, 3.5], "hook_load": [800.0, 801.0, None]}

    found = read_columns(times, columns, PERIOD)
    one_by_one = read_rows(
        [
            PostedReading(time, {name: values[place] for name, values in columns.items()})
            for place, time in enumerate(times)
        ],
        PERIOD,
    )

    assert found.table.equals(one_by_one.table)
    assert found.rejected == ()


@pytest.mark.parametrize("odd", ["a", "\ud800", True, float("inf"), None, 10**400])
def test_one_odd_value_in_a_column_costs_one_row(odd: object) -> None:
    times = [f"2024-03-01T11:00:0{second}Z" for second in range(3)]

    found = read_columns(times, {"torque": [1.0, odd, 3.0]}, PERIOD)

    assert [one.place for one in found.rejected] == [1]
    assert found.table["torque"].to_list() == [1.0, 3.0]


def test_a_column_that_makes_no_sense_is_refused_whole() -> None:
    with pytest.raises(InvalidRequest, match="torque has 1 values for 2"):
        read_columns([EARLIER, EARLIER], {"torque": [1.0]}, PERIOD)
    with pytest.raises(UnknownChannel, match="torque"):
        read_columns([EARLIER], {"torqe": [1.0]}, PERIOD)


def test_a_value_in_another_unit_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="kN·m, not in ft·lbf"):
        check_units({"torque": "ft·lbf"})
