"""Readings that are told over HTTP, and told back: at once, with history, without a seam."""

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from idrill.access import Role
from idrill.store.lake import Lake
from idrill.store.tables import KPIS, MINUTE
from tests.service import Service

TELL = "/api/v1/sensor-data"
BATCH = f"{TELL}/batch"
COLUMNS = f"{TELL}/columns"
REALTIME = f"{TELL}/realtime"
HISTORICAL = f"{TELL}/historical"
AGGREGATED = f"{TELL}/aggregated"


def seconds_ago(count: float) -> str:
    return (datetime.now(UTC) - timedelta(seconds=count)).isoformat()


def post(service: Service, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = service.client.post(path, json=body, headers=service.token(Role.ENGINEER))
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def get(service: Service, path: str, **asked: Any) -> dict[str, Any]:
    headers = service.token(Role.VIEWER)
    answer = service.client.get(path, params={"rig_id": "R1"} | asked, headers=headers)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_a_reading_is_committed_when_it_is_answered_and_is_the_latest(on_either: Service) -> None:
    body = {"rig_id": "R1", "time": seconds_ago(2), "values": {"torque": 14.5, "hook_load": 99_999}}

    told = post(on_either, TELL, body)
    shown = get(on_either, REALTIME)

    assert (told["rows"], told["changed"], told["revision"]) == (1, 1, 1)
    assert told["out_of_range"] == {"hook_load": 1}
    assert shown["origin"] == "live"
    by_name = {one["channel"]: one for one in shown["readings"]}
    assert (by_name["torque"]["value"], by_name["torque"]["unit"]) == (14.5, "kN·m")
    assert 1.9 < by_name["torque"]["age"] < 60
    assert by_name["torque"]["usable"]
    assert (by_name["hook_load"]["usable"], by_name["hook_load"]["flags"]) == (
        False,
        ["out_of_range"],
    )


def test_a_batch_says_which_rows_it_could_not_use_and_why(on_either: Service) -> None:
    rows = [
        {"time": seconds_ago(3), "values": {"torque": 1.0}},
        {"time": "2024-03-01T00:00:00", "values": {"torque": 1.0}},
        {"time": seconds_ago(-3600), "values": {"torque": 1.0}},
        {"time": seconds_ago(2), "values": {"torqe": 1.0}},
        {"time": seconds_ago(1), "values": {"torque": "1"}},
    ]

    told = post(on_either, BATCH, {"rig_id": "R1", "rows": rows})

    assert told["rows"] == 1
    assert [(one["place"], one["reason"]) for one in told["rejected"]] == [
        (1, "bad_time"),
        (2, "in_the_future"),
        (3, "unknown_channel"),
        (4, "bad_number"),
    ]


def test_columns_are_told_back_as_they_came(on_either: Service) -> None:
    start = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=5)
    times = [(start + timedelta(seconds=second)).isoformat() for second in range(120)]
    torque = [10.0 + second % 7 for second in range(120)]
    span = {"start": start.isoformat(), "end": (start + timedelta(minutes=3)).isoformat()}

    told = post(on_either, COLUMNS, {"rig_id": "R1", "time": times, "channels": {"torque": torque}})
    shown = get(on_either, HISTORICAL, channels="torque", **span)
    halves = get(on_either, AGGREGATED, channels="torque", bucket="30s", **span)

    assert told["rows"] == 120
    assert [row["torque"] for row in shown["rows"]] == torque
    assert {row["origin"] for row in shown["rows"]} == {"live"}
    assert sum(row["count"] for row in halves["rows"]) == 120
    assert [row["max"] for row in halves["rows"]] == [16.0, 16.0, 16.0, 16.0, None]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"rig_id": "R9"}, 404, "not_found"),
        ({"values": {"torqe": 1.0}}, 422, "invalid_request"),
        ({"values": {}}, 422, "invalid_request"),
        ({"units": {"torque": "lbf"}}, 422, "invalid_request"),
        ({"origin": "file"}, 422, "invalid_request"),
        ({"origin": "synthetic"}, 409, "origin_refused"),
        ({"time": None}, 422, "invalid_request"),
        ({"rig_id": "R2", "origin": "live"}, 409, "origin_refused"),
        ({"revision": 7}, 422, "invalid_request"),
    ],
)
def test_a_reading_that_makes_no_sense_is_refused(
    shared: Service, body: dict[str, Any], status: int, code: str
) -> None:
    told = {"rig_id": "R1", "time": seconds_ago(1), "values": {"torque": 1.0}} | body

    answer = shared.client.post(TELL, json=told, headers=shared.token(Role.ENGINEER))

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def test_a_rig_that_one_may_not_see_is_like_one_that_is_not_there(shared: Service) -> None:
    one = {"Authorization": f"Bearer {shared.login('one@rig.example')['access_token']}"}
    body = {"time": seconds_ago(1), "values": {"torque": 1.0}}

    hidden = shared.client.post(TELL, json=body | {"rig_id": "R2"}, headers=one)
    absent = shared.client.post(TELL, json=body | {"rig_id": "R9"}, headers=one)
    read = shared.client.get(REALTIME, params={"rig_id": "R2"}, headers=one)

    assert hidden.status_code == absent.status_code == read.status_code == 404
    assert hidden.json()["detail"] == absent.json()["detail"].replace("R9", "R2")


def test_a_rig_without_live_readings_has_none(shared: Service) -> None:
    shown = get(shared, REALTIME, rig_id="R2")

    assert (shown["origin"], shown["newest"], shown["readings"]) == (None, None, [])


def test_a_key_without_the_scope_may_not_tell_readings(service: Service) -> None:
    engineer = service.token(Role.ENGINEER)
    keys = [
        service.client.post(
            "/api/v1/api-keys", json={"name": "k", "scopes": [scope], "days": 1}, headers=engineer
        ).json()["secret"]
        for scope in ("read_sensor_data", "write_sensor_data")
    ]
    body = {"rig_id": "R1", "time": seconds_ago(1), "values": {"torque": 1.0}}

    statuses = [
        service.client.post(TELL, json=body, headers={"X-API-Key": key}).status_code for key in keys
    ]

    assert statuses == [403, 200]


def late(service: Service, second: int, **values: float) -> None:
    """A reading of the second day that the lake holds, told afterwards."""
    time = datetime(2024, 3, 2, 0, 0, second, tzinfo=UTC).isoformat()
    post(service, TELL, {"rig_id": "R1", "time": time, "values": values})


@pytest.mark.parametrize("limit", [7, 49, 1000])
def test_no_instant_stands_twice_where_both_hold_it(service: Service, limit: int) -> None:
    for second in (0, 10, 49, 50, 51):
        late(service, second, hook_load=800.0 + second)
    span = {"start": "2024-03-01T00:00:00Z", "end": "2024-03-03T00:00:00Z"}

    rows, cursor = [], None
    while True:
        page = get(
            service,
            HISTORICAL,
            channels=["torque", "hook_load"],
            limit=limit,
            **span,
            **({"cursor": cursor} if cursor else {}),
        )
        rows += page["rows"]
        cursor = page["next"]
        if cursor is None:
            break

    times = [row["time"] for row in rows]
    assert len(times) == len(set(times)) == 102
    assert times == sorted(times)
    both = next(row for row in rows if row["time"].startswith("2024-03-02T00:00:10"))
    assert (both["torque"], both["hook_load"], both["origin"]) == (10.0, 810.0, "file")
    assert rows[-1]["origin"] == "live"


def test_statistics_of_a_day_reach_to_what_came_since(service: Service) -> None:
    day = datetime(2024, 3, 2, tzinfo=UTC)
    platform = service.client.app.state.platform  # type: ignore[attr-defined]
    fill_minutes(platform.lake, day)
    span = {"start": "2024-03-02T00:00:00Z", "end": "2024-03-02T01:00:00Z", "channels": "torque"}

    before = get(service, AGGREGATED, bucket="5m", **span)["rows"]
    late(service, 55, torque=500.0)
    after = get(service, AGGREGATED, bucket="5m", **span)["rows"]

    assert [row["max"] for row in before] == [7.0]
    assert [(row["origin"], row["max"], row["count"]) for row in after] == [
        ("live", 49.0, 50),
    ]
    [live] = get(service, HISTORICAL, **(span | {"start": "2024-03-02T00:00:52Z"}))["rows"]
    assert live["torque_quality"] != 0


def fill_minutes(lake: Lake, day: datetime) -> None:
    """Statistics of one minute, as if they had been made from something else."""
    told = {"time": [day], "origin": ["file"], "channel": ["torque"], "count": [60]}
    told |= {name: [7.0] for name in ("min", "mean", "max", "last", "std")} | {"coverage": [1.0]}
    rows = pl.DataFrame(told, schema_overrides=dict(MINUTE.schema))
    lake.write(MINUTE, {"rig_id": "R1", "day": day.date()}, rows)


def test_points_choose_the_bucket_and_lose_no_peak(service: Service) -> None:
    for second, torque in enumerate([10.0, 11.0, 12.0, 10.0, 9.0, 10.0]):
        late(service, 20 + second, hook_load=torque)
    span = {"start": "2024-03-02T00:00:00Z", "end": "2024-03-02T00:01:00Z"}

    told = get(service, AGGREGATED, channels="hook_load", points=4, **span)

    values = [row for row in told["rows"] if row["count"]]
    assert told["resolution"] == "15s"
    assert (min(row["min"] for row in values), max(row["max"] for row in values)) == (9.0, 12.0)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"bucket": "7m"}, "do not divide a day"),
        ({"bucket": "1x"}, "is no bucket"),
        ({"bucket": "1m", "points": 5}, "not both"),
        ({"points": 5, "end": "2024-04-02T00:00:00Z"}, "more than 5 days"),
        ({"bucket": "10s", "end": "2024-04-02T00:00:00Z"}, "at most 2 days"),
    ],
)
def test_a_bucket_that_makes_no_sense_is_refused(
    shared: Service, asked: dict[str, Any], words: str
) -> None:
    span = {"start": "2024-03-02T00:00:00Z", "end": "2024-03-03T00:00:00Z"}
    wanted = {"rig_id": "R1", "channels": "torque"} | span | asked

    answer = shared.client.get(AGGREGATED, params=wanted, headers=shared.token(Role.VIEWER))

    assert (answer.status_code, words in answer.json()["detail"]) == (422, True), answer.text


def test_a_summary_adds_up_closed_days_and_the_one_that_is_open(service: Service) -> None:
    platform = service.client.app.state.platform  # type: ignore[attr-defined]
    fill_figures(platform.lake)
    for second in range(51):
        late(service, second, hole_depth=1000.0 + second * 0.01)
    path = f"{TELL}/analytics/R1"
    headers = service.token(Role.VIEWER)

    answer = service.client.get(
        path, params={"first": "2024-03-01", "last": "2024-03-02"}, headers=headers
    )

    told = answer.json()
    closed, still_open = told["days"]
    assert (closed["provisional"], still_open["provisional"]) == (False, True)
    assert told["metres_drilled"] == pytest.approx(120.0 + 0.5)
    assert told["hours"]["drilling_hours"] == 10.0
    assert told["mean_rate_of_penetration"] == 12.0
    assert told["coverage_hours"] == pytest.approx(20.0 + 51.5 / 3600)
    assert told["usable_share_of"] == {"hook_load": 1.0, "torque": 0.5}
    assert told["usable_share"] == 0.75


def test_a_summary_of_nothing_invents_nothing(shared: Service) -> None:
    headers, days = shared.token(Role.VIEWER), {"first": "2024-03-01", "last": "2024-03-02"}

    told = shared.client.get(f"{TELL}/analytics/R2", params=days, headers=headers).json()

    assert told["days"] == []
    names = ("metres_drilled", "mean_rate_of_penetration", "usable_share")
    assert [told[name] for name in names] == [None] * 3


def fill_figures(lake: Lake) -> None:
    """Figures of the first day."""
    told: dict[str, list[object]] = {name: [0.0] for name in KPIS.schema.names()}
    told |= {"rig_id": ["R1"], "day": [datetime(2024, 3, 1, tzinfo=UTC).date()]}
    told |= {"origin": ["file"], "well_id": [None], "metres_drilled": [120.0]}
    told |= {"drilling_hours": [10.0], "other_hours": [10.0], "coverage_hours": [20.0]}
    told |= {"mean_rate_of_penetration": [12.0], "mechanical_specific_energy": [None]}
    rows = pl.DataFrame(told, schema=dict(KPIS.schema))
    lake.write(KPIS, {"rig_id": "R1", "day": rows["day"][0]}, rows)


def test_what_is_published_goes_to_the_store_and_is_counted(service: Service) -> None:
    rows = [{"time": seconds_ago(second), "values": {"torque": 1.0}} for second in (2, 1)]

    told = post(service, "/api/v1/producer/sensor-data", {"rig_id": "R1", "rows": rows})
    status = get(service, "/api/v1/producer/status")

    assert (told["backend"], told["committed"]["rows"]) == ("store", 2)
    assert (status["backend"], status["waiting"]) == ("store", 0)
    assert (status["commits"], status["batches"], status["readings"]) == (1, 1, 2)
    assert status["last_commit"] is not None
    assert status["last_fault"] is None


def test_the_status_of_the_producer_tells_nobody_of_batches_of_others(service: Service) -> None:
    body = {"rig_id": "ELSEWHERE", "rows": [{"time": seconds_ago(1), "values": {"torque": 1.0}}]}

    refused = service.client.post(BATCH, json=body, headers=service.token(Role.ENGINEER))
    status = get(service, "/api/v1/producer/status")

    assert refused.status_code == 404
    assert (status["batches"], status["last_fault"]) == (0, None)
