"""Readings over HTTP: pages, formats, limits of what one request may ask."""

import base64
import io
from typing import Any

import polars as pl
import pytest

from idrill.access import Role
from idrill_serving.representations import ARROW, CSV, JSON, PARQUET
from tests.service import Service

HISTORICAL = "/api/v1/sensor-data/historical"
AGGREGATED = "/api/v1/sensor-data/aggregated"
DAYS = {
    "rig_id": "R1",
    "channels": ["torque"],
    "start": "2024-03-01T00:00:00Z",
    "end": "2024-03-03T00:00:00Z",
}


@pytest.fixture(scope="module")
def viewer(shared: Service) -> dict[str, str]:
    """The headers of somebody who may read."""
    return shared.token(Role.VIEWER)


def pages(
    service: Service, headers: dict[str, str], path: str, wanted: dict[str, Any]
) -> list[list[dict[str, Any]]]:
    found: list[list[dict[str, Any]]] = []
    cursor = None
    while len(found) < 50:
        asked = wanted | ({"cursor": cursor} if cursor else {})
        answer = service.client.get(path, params=asked, headers=headers)
        assert answer.status_code == 200, answer.text
        found.append(answer.json()["rows"])
        cursor = answer.json()["next"]
        if cursor is None:
            return found
    pytest.fail("the pages have no end")


@pytest.mark.parametrize("limit", [7, 50, 99, 100, 1000])
def test_pages_across_midnight_hold_every_reading_once(
    shared: Service, viewer: dict[str, str], limit: int
) -> None:
    found = pages(shared, viewer, HISTORICAL, DAYS | {"limit": limit})

    times = [row["time"] for page in found for row in page]
    assert len(times) == len(set(times)) == 100
    assert times == sorted(times)
    assert [len(page) for page in found[:-1]] == [limit] * (len(found) - 1)


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6])
def test_pages_of_statistics_break_between_channels_of_one_hour_too(
    shared: Service, viewer: dict[str, str], limit: int
) -> None:
    wanted = DAYS | {"bucket": "1h", "limit": limit, "channels": ["torque", "hook_load"]}

    found = pages(shared, viewer, AGGREGATED, wanted)

    keys = [(row["time"], row["channel"]) for page in found for row in page]
    assert len(keys) == len(set(keys)) == 6
    assert keys == sorted(keys)


def test_a_reading_comes_with_its_origin_quality_and_unit(
    shared: Service, viewer: dict[str, str]
) -> None:
    told = shared.client.get(HISTORICAL, params=DAYS | {"limit": 1}, headers=viewer).json()

    assert told["rows"] == [
        {
            "time": "2024-03-01T00:00:00.000000Z",
            "origin": "file",
            "torque": 0.0,
            "torque_quality": 0,
        }
    ]
    assert told["units"] == {"torque": "kN·m"}
    assert (told["rig_id"], told["synthetic"], told["resolution"]) == ("R1", False, "raw")


@pytest.mark.parametrize(
    ("media", "read"),
    [(CSV, pl.read_csv), (PARQUET, pl.read_parquet), (ARROW, pl.read_ipc_stream)],
)
def test_other_formats_hold_the_same_readings(
    shared: Service, viewer: dict[str, str], media: str, read: Any
) -> None:
    carried = viewer | {"Accept": f"text/html, {media}"}

    answer = shared.client.get(HISTORICAL, params=DAYS | {"limit": 10}, headers=carried)

    table = read(io.BytesIO(answer.content))
    assert answer.headers["content-type"].startswith(media)
    assert answer.headers["X-Next-Cursor"]
    assert table["torque"].to_list() == [float(number) for number in range(10)]


def test_what_nobody_can_write_is_not_acceptable(shared: Service, viewer: dict[str, str]) -> None:
    carried = viewer | {"Accept": "image/png"}

    assert shared.client.get(HISTORICAL, params=DAYS, headers=carried).status_code == 406


def test_json_is_what_one_gets_who_does_not_mind(shared: Service, viewer: dict[str, str]) -> None:
    answer = shared.client.get(HISTORICAL, params=DAYS, headers=viewer | {"Accept": "*/*"})

    assert answer.headers["content-type"] == JSON


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"end": "2024-05-01T00:00:00Z"}, "invalid_request"),
        ({"end": "2024-03-01T00:00:00Z"}, "invalid_request"),
        ({"end": "9999-12-31T23:59:59-12:00"}, "invalid_request"),
        ({"start": "0001-01-01T00:00:00+12:00"}, "invalid_request"),
        ({"start": "2024-03-01T00:00:00"}, "invalid_request"),
        ({"start": "yesterday"}, "invalid_request"),
        ({"limit": 10_001}, "invalid_request"),
        ({"limit": 100_001}, "invalid_request"),
        ({"limit": 0}, "invalid_request"),
        ({"channels": []}, "invalid_request"),
        ({"channels": ["torqe"]}, "unknown_channel"),
        ({"channels": ["torque; DROP TABLE users"]}, "unknown_channel"),
        ({"cursor": "not ours"}, "invalid_request"),
        ({"cursor": base64.urlsafe_b64encode(b'["x", 1]').decode()}, "invalid_request"),
        ({"cursor": base64.urlsafe_b64encode(b"[1]").decode()}, "invalid_request"),
        ({"cursor": base64.urlsafe_b64encode(b"[" * 120).decode()}, "invalid_request"),
        ({"cursor": "💩"}, "invalid_request"),
    ],
)
def test_a_request_that_makes_no_sense_says_so(
    shared: Service, viewer: dict[str, str], changed: dict[str, Any], code: str
) -> None:
    answer = shared.client.get(HISTORICAL, params=DAYS | changed, headers=viewer)

    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize("accept", [ARROW, PARQUET])
def test_a_long_page_is_binary_and_bounded_by_its_values(
    shared: Service, viewer: dict[str, str], accept: str
) -> None:
    binary = viewer | {"Accept": accept}
    wide = ["torque", "hook_load", *(f"pit_volume_{number}" for number in range(1, 10))]

    long = shared.client.get(HISTORICAL, params=DAYS | {"limit": 100_000}, headers=binary)
    both = DAYS | {"limit": 100_000, "channels": wide}
    refused = shared.client.get(HISTORICAL, params=both, headers=binary)

    assert long.status_code == 200
    assert "x-next-cursor" not in long.headers
    assert refused.status_code == 422
    assert "1,000,000 values" in refused.json()["detail"]


def test_a_cursor_from_before_the_range_reads_nothing_outside_it(
    shared: Service, viewer: dict[str, str]
) -> None:
    first = shared.client.get(HISTORICAL, params=DAYS | {"limit": 1}, headers=viewer).json()
    later = DAYS | {"start": "2024-03-02T00:00:00Z", "cursor": first["next"]}

    rows = shared.client.get(HISTORICAL, params=later, headers=viewer).json()["rows"]

    assert {row["time"][:10] for row in rows} == {"2024-03-02"}
    assert len(rows) == 50
