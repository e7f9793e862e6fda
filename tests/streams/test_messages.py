"""The schema of a message: what it tells, and what it may not say."""

import json
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from idrill.errors import IDrillError, InvalidMessage, InvalidRequest, UnknownChannel
from idrill.frame import Origin
from idrill.readers.posted import Period
from idrill.streams import messages
from idrill.streams.delivery import LARGEST

NOON = "2026-03-01T12:00:00+00:00"
PERIOD = Period.until(datetime(2026, 3, 2, tzinfo=UTC), date(2024, 1, 1))
WHOLE: dict[str, Any] = {
    "format": "idrill.readings/1",
    "message_id": "1",
    "rig_id": "R1",
    "rows": [{"time": NOON, "values": {"torque": 1.5}}],
}


def read(**changes: Any) -> messages.Told:
    told = {name: value for name, value in (WHOLE | changes).items() if value is not ...}
    return messages.read(json.dumps(told).encode(), PERIOD)


def test_rows_and_columns_tell_the_same() -> None:
    rows = messages.in_rows("R1", [(NOON, {"torque": 1.5})], message_id="1", sender="ada")
    columns = messages.in_columns(
        "R1", [NOON], {"torque": [1.5]}, message_id="2", origin=Origin.REPLAY
    )

    by_row, by_column = messages.read(rows, PERIOD), messages.read(columns, PERIOD)

    assert by_row.posted.table.equals(by_column.posted.table)
    assert (by_row.rig_id, by_row.origin, by_row.sender) == ("R1", None, "ada")
    assert by_column.origin is Origin.REPLAY


def test_a_reading_that_cannot_be_used_is_rejected_alone() -> None:
    told = read(rows=[*WHOLE["rows"], {"time": NOON, "values": {"torque": "much"}}])

    assert told.posted.table.height == 1
    assert [(one.place, one.reason.value) for one in told.posted.rejected] == [(1, "bad_number")]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"format": "idrill.readings/2"}, "format"),
        ({"message_id": ...}, "message_id: Field required"),
        ({"rig_id": "r 1"}, "rig_id"),
        ({"origin": "file"}, "origin"),
        ({"rows": ...}, "in `rows` or in `columns`"),
        ({"columns": {"time": [], "channels": {}}}, "in `rows` or in `columns`"),
        ({"color": "red"}, "color"),
        ({"rows": [{"time": NOON}]}, "rows.0.values"),
    ],
)
def test_what_is_no_message_is_refused_with_the_place(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(InvalidMessage, match=why):
        read(**changes)


def test_units_and_columns_are_held_against_the_channels() -> None:
    with pytest.raises(InvalidRequest, match="kN"):
        read(units={"hook_load": "lbf"})
    with pytest.raises(UnknownChannel):
        read(rows=..., columns={"time": [NOON], "channels": {"colour": [1.0]}})
    with pytest.raises(InvalidRequest, match="2 values for 1 instants"):
        read(rows=..., columns={"time": [NOON], "channels": {"torque": [1.0, 2.0]}})


def test_what_is_too_large_for_a_broker_is_neither_written_nor_read() -> None:
    rows = [(NOON, {"torque": "x" * LARGEST})]

    with pytest.raises(InvalidMessage, match="send fewer"):
        messages.in_rows("R1", rows, message_id="1")
    with pytest.raises(InvalidMessage, match="send fewer"):
        messages.read(b" " * (LARGEST + 1), PERIOD)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: json.dumps(text).encode()))
def test_no_bytes_whatever_end_in_anything_but_a_clear_error(body: bytes) -> None:
    with pytest.raises(IDrillError):
        messages.read(body, PERIOD)


def test_a_draft_becomes_what_reading_the_messages_one_by_one_says() -> None:
    bodies = [
        messages.in_rows(
            "R1",
            [(f"2026-03-01T12:00:{row:02}+00:00", {name: row + 0.5}) for row in rows],
            message_id="1",
            sender="ada",
            origin=Origin.REPLAY,
        )
        for name, rows in (
            ("torque", range(3)),
            ("hook_load", range(2, 12)),
            ("torque", range(20, 21)),
        )
    ]

    drafts = [draft for body in bodies if (draft := messages.draft(body))]
    together = messages.posted_together(drafts, PERIOD)

    apart = [messages.read(body, PERIOD) for body in bodies]
    assert [(one.rig_id, one.origin, one.sender) for one in drafts] == [
        (one.rig_id, one.origin, one.sender) for one in apart
    ]
    expected = pl.concat([one.posted.table for one in apart], how="diagonal")
    assert together.table.equals(expected.select(together.table.columns))
    assert together.rejected == ()


def test_drafts_with_a_reading_that_cannot_be_used_reject_it_as_it_was_told() -> None:
    good, bad = [(NOON, {"torque": 1})], [(NOON, {"torque": 1}), ("noon", {"rpm": 7})]
    bodies = [messages.in_rows("R1", rows, message_id="1") for rows in (good, bad, good)]

    drafts = [draft for body in bodies if (draft := messages.draft(body))]
    together = messages.posted_together(drafts, PERIOD)

    apart = [messages.read(body, PERIOD).posted for body in bodies]
    assert len(drafts) == 3
    assert together.rejected == apart[1].rejected
    assert together.table["place"].to_list() == [0, 0, 0]


@pytest.mark.parametrize(
    "changes",
    [
        {"rows": ..., "columns": {"time": [NOON], "channels": {"torque": [1.5]}}},
        {"units": {"torque": "kN·m"}},
        {"rows": [{"time": NOON, "values": {"torque": "much"}}]},
        {"rows": [{"time": 7, "values": {"torque": 1.0}}]},
        {"rows": [{"time": NOON, "values": {"torque": True}}]},
        {"rig_id": "r 1"},
        {"message_id": ""},
        {"color": "red"},
    ],
    ids=str,
)
def test_what_needs_explaining_is_no_draft(changes: dict[str, Any]) -> None:
    told = {name: value for name, value in (WHOLE | changes).items() if value is not ...}

    assert messages.draft(json.dumps(told).encode()) is None
