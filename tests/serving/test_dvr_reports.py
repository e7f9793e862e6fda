"""Gross errors and the report of a rig-day over HTTP."""

import io
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from idrill.access import Role
from idrill.frame import QUALITY
from idrill.store.tables import VALIDATED
from idrill_serving.representations import ARROW, CSV, HTML, JSON, MARKDOWN, PARQUET
from tests.service import Service, bearer
from tests.serving.conftest import MORNING, tell

ERRORS = "/api/v1/dvr/gross-errors"
REPORT = "/api/v1/dvr/reports/R1/2024-03-01"
DAY = date(2024, 3, 1)
DAYS = {"rig_id": "R1", "first": "2024-03-01", "last": "2024-03-02"}


@pytest.fixture(scope="module")
def viewer(shared: Service) -> dict[str, str]:
    """The headers of somebody who may read."""
    return shared.token(Role.VIEWER)


def told(service: Service, headers: dict[str, str], **changed: Any) -> dict[str, Any]:
    answer = service.client.get(ERRORS, params=DAYS | changed, headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_each_fault_is_told_once_as_it_was_told_last(either: Service) -> None:
    found = told(either, either.newcomer(Role.VIEWER))

    assert [(one["name"], one["kind"], one["end"], one["day"]) for one in found["rows"]] == [
        ("flow_in", "sensor", "2024-03-02T06:00:00.000000Z", "2024-03-02"),
        ("torque or pump_wear", "unclear", "2024-03-01T03:00:00.000000Z", "2024-03-01"),
        ("influx", "process", None, "2024-03-02"),
    ]
    first = found["rows"][0]
    assert (first["size"], first["sd"], first["unit"]) == (42.0, 3.0, "L/min")
    assert (first["network"], first["detector"]) == ("circulation", "mean")
    assert found["rows"][1]["suspects"] == ["torque", "pump_wear"]
    assert (found["synthetic"], found["next"]) == (False, None)


def test_a_fault_is_told_as_it_was_known_at_the_end_of_the_period(
    shared: Service, viewer: dict[str, str]
) -> None:
    found = told(shared, viewer, last="2024-03-01")["rows"]

    assert [(one["name"], one["end"] is None) for one in found] == [
        ("flow_in", True),
        ("torque or pump_wear", False),
    ]


def test_a_fault_that_was_renamed_is_one_and_those_of_two_networks_are_two(
    service: Service,
) -> None:
    def one(kind: str, name: str, network: str, *suspects: str) -> tuple[object, ...]:
        known = (MORNING, MORNING + timedelta(hours=1), None, 1.0, 0.1, "kN·m", "mean", "?")
        return (kind, name, network, list(suspects), *known)

    first = [
        one("unclear", "torque or pump_wear", "rotation", "torque", "pump_wear"),
        one("sensor", "torque", "rock", "torque"),
    ]
    second = [
        one("sensor", "torque", "rotation", "torque"),
        one("sensor", "torque", "rock", "torque"),
    ]
    tell(service.client.app.state.platform.lake, "R2", [first, second])  # type: ignore[attr-defined]
    viewer = service.token(Role.VIEWER)

    def shown(**asked: Any) -> list[tuple[str, str, str]]:
        rows = told(service, viewer, rig_id="R2", **asked)["rows"]
        return [(row["name"], row["network"], row["day"]) for row in rows]

    page = told(service, viewer, rig_id="R2", limit=1)
    torque = [("torque", network, "2024-03-02") for network in ("rock", "rotation")]
    assert shown() == torque
    assert shown(limit=1) + shown(limit=1, cursor=page["next"]) == torque
    assert shown(kind="unclear") == []
    assert shown(last="2024-03-01", kind="unclear") == [
        ("torque or pump_wear", "rotation", "2024-03-01")
    ]


@pytest.mark.parametrize("limit", [1, 2])
def test_pages_hold_every_gross_error_once(
    shared: Service, viewer: dict[str, str], limit: int
) -> None:
    names: list[str] = []
    cursor: dict[str, str] = {}
    for _ in range(4):
        page = told(shared, viewer, limit=limit, **cursor)
        names += [one["name"] for one in page["rows"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}

    assert names == ["flow_in", "torque or pump_wear", "influx"]


def test_gross_errors_of_one_kind_are_told_alone(shared: Service, viewer: dict[str, str]) -> None:
    assert [one["name"] for one in told(shared, viewer, kind="process")["rows"]] == ["influx"]


@pytest.mark.parametrize(
    ("media", "read"),
    [(CSV, pl.read_csv), (PARQUET, pl.read_parquet), (ARROW, pl.read_ipc_stream)],
)
def test_gross_errors_come_as_tables_too(
    shared: Service, viewer: dict[str, str], media: str, read: Any
) -> None:
    answer = shared.client.get(ERRORS, params=DAYS, headers=viewer | {"Accept": media})

    table = read(io.BytesIO(answer.content))
    assert table["name"].to_list() == ["flow_in", "torque or pump_wear", "influx"]
    if media == CSV:
        assert table["reason"][1] == "'=alike()"


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"first": "2024-03-05", "last": "2024-03-06"}, 404),
        ({"rig_id": "R9"}, 404),
        ({"rig_id": "r 1"}, 422),
        ({"last": "2024-02-01"}, 422),
        ({"first": "2023-01-01"}, 422),
        ({"kind": "bad"}, 422),
        ({"cursor": "not ours"}, 422),
        ({"limit": 0}, 422),
    ],
)
def test_a_request_for_gross_errors_that_makes_no_sense_says_so(
    shared: Service, viewer: dict[str, str], changed: dict[str, Any], status: int
) -> None:
    assert shared.client.get(ERRORS, params=DAYS | changed, headers=viewer).status_code == status


@pytest.mark.parametrize("path", [f"{ERRORS}?first=2024-03-01&last=2024-03-01&rig_id=R2", None])
def test_what_was_found_on_a_rig_that_one_may_not_see_is_not_there(
    shared: Service, path: str | None
) -> None:
    one = bearer(shared.login("one@rig.example")["access_token"])

    foreign = shared.client.get(path or REPORT.replace("R1", "R2"), headers=one)
    absent = shared.client.get(
        (path or REPORT).replace("R2", "R9").replace("R1", "R9"), headers=one
    )

    assert foreign.status_code == absent.status_code == 404
    assert foreign.json()["detail"].replace("R2", "R9") == absent.json()["detail"]


def test_the_report_of_a_rig_day_says_what_became_of_its_values(either: Service) -> None:
    answer = either.client.get(REPORT, headers=either.newcomer(Role.VIEWER))

    found = answer.json()
    assert answer.headers["content-type"] == JSON
    assert (found["rig_id"], found["day"], found["synthetic"]) == ("R1", "2024-03-01", False)
    assert found["usable_share"] == 0.75
    assert [one["name"] for one in found["faults"]] == ["flow_in", "torque or pump_wear"]
    assert found["imbalance"] == [
        {"balance": "mud", "hours": 2.0, "before": 9.0, "after": 3.0, "unit": "L/min"}
    ]
    [finding] = found["validation"]["findings"]
    assert (finding["channel"], finding["bit"], finding["rows"]) == ("torque", "frozen", 50)
    assert [one["channel"] for one in found["to_calibrate"]] == ["torque"]
    assert found["versions"][0]["sources"] == "s"


def test_the_report_is_to_be_read_as_words_and_as_a_page(
    shared: Service, viewer: dict[str, str]
) -> None:
    words = shared.client.get(REPORT, headers=viewer | {"Accept": MARKDOWN})
    page = shared.client.get(REPORT, headers=viewer | {"Accept": f"{HTML}, {JSON};q=0.1"})

    assert words.headers["content-type"].startswith(MARKDOWN)
    assert "| torque |" in words.text
    assert "stands still although the rig moves it" in words.text
    assert "| sensor: flow_in |" in words.text
    assert page.text.startswith("<!doctype html>")
    assert "=cmd()" in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "script" not in page.text


@pytest.mark.parametrize(
    ("path", "accept", "status"),
    [
        (REPORT.replace("03-01", "03-03"), JSON, 404),
        (REPORT.replace("03-01", "03-03"), HTML, 404),
        (REPORT.replace("03-01", "03-03"), MARKDOWN, 404),
        (REPORT.replace("R1", "R9"), JSON, 404),
        (REPORT.replace("03-01", "02-31"), JSON, 422),
        (REPORT, CSV, 406),
    ],
)
def test_a_report_that_is_not_there_is_said_so(
    shared: Service, viewer: dict[str, str], path: str, accept: str, status: int
) -> None:
    answer = shared.client.get(path, headers=viewer | {"Accept": accept})

    assert answer.status_code == status


def test_a_report_is_that_of_the_rows_as_they_are_now(service: Service) -> None:
    viewer = service.token(Role.VIEWER)
    platform = service.client.app.state.platform  # type: ignore[attr-defined]
    place = {"rig_id": "R1", "day": DAY}
    before = service.client.get(REPORT, headers=viewer).json()["validation"]

    rows = platform.lake.read(VALIDATED, place)
    platform.lake.write(
        VALIDATED, place, rows.with_columns(pl.lit(0, QUALITY).alias("torque_quality"))
    )
    after = service.client.get(REPORT, headers=viewer).json()["validation"]

    assert (len(before["findings"]), after["findings"]) == (1, [])
