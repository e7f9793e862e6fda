"""Tables in the format that the caller accepts, and none that runs in a spreadsheet."""

import io
import json
from datetime import UTC, date, datetime

import polars as pl
import pytest
from starlette.exceptions import HTTPException

from idrill_serving.representations import ARROW, CSV, JSON, PARQUET, negotiated, represented

TABLE = pl.DataFrame(
    {
        "time": [datetime(2024, 3, 1, tzinfo=UTC)],
        "day": [date(2024, 3, 1)],
        "value": [float("nan")],
        "names": [["a", "b"]],
    }
)


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_of_a_csv_is_a_formula(formula: str) -> None:
    told = pl.DataFrame({"note": [formula, "a=1"], "by": ["x", formula]})

    written = represented(CSV, told, {})

    read = pl.read_csv(io.BytesIO(bytes(written.body)))
    assert read["note"].to_list() == [f"'{formula}", "a=1"]
    assert read["by"].to_list() == ["x", f"'{formula}"]


def test_a_number_below_zero_stays_a_number_in_a_csv() -> None:
    written = represented(CSV, pl.DataFrame({"value": [-1.5]}), {})

    assert bytes(written.body) == b"value\n-1.5\n"


def test_json_knows_instants_in_utc_and_no_number_that_is_none() -> None:
    told = json.loads(bytes(represented("", TABLE, {"rig_id": "R1", "next": None}).body))

    assert told == {
        "rig_id": "R1",
        "next": None,
        "rows": [
            {
                "time": "2024-03-01T00:00:00.000000Z",
                "day": "2024-03-01",
                "value": None,
                "names": ["a", "b"],
            }
        ],
    }


def test_a_csv_holds_instants_and_lists_as_text() -> None:
    [_, row] = bytes(represented(CSV, TABLE, {}).body).decode().splitlines()

    assert row == '2024-03-01T00:00:00.000000Z,2024-03-01,,"a, b"'


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("text/*;q=0.9, application/json;q=0.1", CSV),
        (f"{PARQUET}, {JSON}", PARQUET),
        (f"{JSON};q=0.2, {ARROW}", ARROW),
        ("text/html, */*;q=0", None),
        ("text/html", None),
        ("text/csv;q=no", None),
    ],
)
def test_the_best_format_that_is_accepted_is_chosen(accept: str, media: str | None) -> None:
    if media is None:
        with pytest.raises(HTTPException):
            negotiated(accept)
    else:
        assert negotiated(accept) == media


def test_where_there_is_more_the_header_says_so() -> None:
    assert represented(CSV, TABLE, {"next": "abc"}).headers["X-Next-Cursor"] == "abc"
    assert "X-Next-Cursor" not in represented(CSV, TABLE, {"next": None}).headers
