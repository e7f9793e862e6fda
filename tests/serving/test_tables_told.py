"""Readings told as a table of Arrow or Parquet over HTTP."""

import gzip
import io
import struct
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from idrill.access import Role
from idrill_serving.bodies import DEEPEST
from idrill_serving.representations import ARROW, CSV, JSON, PARQUET
from tests.service import Service, bearer

COLUMNS = "/api/v1/sensor-data/columns"
HISTORICAL = "/api/v1/sensor-data/historical"
ROWS = 120


def readings(rows: int = ROWS) -> pl.DataFrame:
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
    times = [start + timedelta(seconds=second) for second in range(rows)]
    torque = [10.0 + second % 7 for second in range(rows)]
    return pl.DataFrame({"time": times, "torque": torque, "hook_load": range(rows)})


def written(table: pl.DataFrame, media: str) -> bytes:
    told = io.BytesIO()
    if media == ARROW:
        table.write_ipc_stream(told, compression="uncompressed")
    else:
        table.write_parquet(told)
    return told.getvalue()


def tell(
    service: Service,
    media: str,
    body: bytes,
    headers: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
) -> Any:
    carried = headers or service.newcomer(Role.ENGINEER)
    asked = {"rig_id": "R1"} | (query or {})
    return service.client.post(
        COLUMNS, params=asked, content=body, headers=carried | {"content-type": media}
    )


@pytest.mark.parametrize("media", [ARROW, PARQUET])
def test_a_table_is_told_back_as_it_came(on_either: Service, media: str) -> None:
    table = readings()
    start = table["time"][0]
    span = {"start": start.isoformat(), "end": (start + timedelta(minutes=3)).isoformat()}

    told = tell(on_either, media, written(table, media))
    wanted = span | {"rig_id": "R1", "channels": ["torque", "hook_load"]}
    shown = on_either.client.get(
        HISTORICAL, params=wanted, headers=on_either.newcomer(Role.VIEWER)
    ).json()["rows"]

    assert told.status_code == 200, told.text
    assert (told.json()["rows"], told.json()["rejected"]) == (ROWS, [])
    assert [row["torque"] for row in shown] == table["torque"].to_list()
    assert [row["hook_load"] for row in shown] == table["hook_load"].to_list()
    assert {row["origin"] for row in shown} == {"live"}


def test_a_table_and_columns_of_json_leave_the_same(service: Service) -> None:
    table = readings(3).with_columns(
        pl.Series("torque", [1.0, None, 3.0]), pl.Series("hook_load", [None, None, 2.0])
    )
    columns = {name: table[name].to_list() for name in ("torque", "hook_load")}
    body = {
        "rig_id": "R1",
        "time": [one.isoformat() for one in table["time"]],
        "channels": columns,
    }

    tables = [tell(service, media, written(table, media)).json() for media in (ARROW, PARQUET)]
    headers = service.newcomer(Role.ENGINEER)
    plain = service.client.post(COLUMNS, json=body, headers=headers).json()

    for told in (*tables, plain):
        [rejected] = told["rejected"]
        assert (told["rows"], rejected["place"], rejected["reason"]) == (2, 1, "no_values")
    assert [told["changed"] for told in (*tables, plain)] == [2, 0, 0]


@pytest.mark.parametrize("media", [ARROW, PARQUET])
def test_a_table_may_be_packed_and_hold_any_bytes(shared: Service, media: str) -> None:
    """Brackets in numbers are no nesting."""
    [brackets] = struct.unpack("<d", b"[[[[[[[@")
    table = readings(50).select("time", pl.lit(brackets).alias("hook_load"))
    body = written(table, media)

    plain = tell(shared, media, body)
    headers = shared.newcomer(Role.ENGINEER) | {"content-encoding": "gzip"}
    packed = tell(shared, media, gzip.compress(body), headers)

    assert media == PARQUET or body.count(b"[") > DEEPEST
    assert (plain.status_code, packed.status_code) == (200, 200)


@pytest.mark.parametrize("role", Role)
def test_only_those_tell_tables_who_tell_readings(shared: Service, role: Role) -> None:
    body = written(readings(1), ARROW)

    status = tell(shared, ARROW, body, shared.newcomer(role)).status_code

    assert status == (200 if role in (Role.ENGINEER, Role.ADMIN) else 403)


def test_nobody_tells_tables_unknown_or_of_a_rig_that_they_may_not_see(shared: Service) -> None:
    one = bearer(shared.login("one@rig.example")["access_token"])
    body = written(readings(1), ARROW)

    foreign, absent = (tell(shared, ARROW, body, one, {"rig_id": rig}) for rig in ("R2", "R9"))
    nobody = shared.client.post(
        f"{COLUMNS}?rig_id=R1", content=body, headers={"content-type": ARROW}
    )

    assert (foreign.status_code, absent.status_code, nobody.status_code) == (404, 404, 401)
    assert foreign.json()["detail"].replace("R2", "R9") == absent.json()["detail"]


@pytest.mark.parametrize("media", [CSV, "text/plain", "application/octet-stream", ""])
def test_a_body_of_another_kind_is_refused_as_such(shared: Service, media: str) -> None:
    answer = tell(shared, media, b"{}")

    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_json_is_told_with_a_charset_too(shared: Service) -> None:
    answer = tell(shared, f"{JSON}; charset=utf-8", b'{"rig_id": "R1", "time": [], "channels": {}}')

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("media", "table", "query", "status", "code"),
    [
        (ARROW, b"PAR1", {}, 422, "invalid_request"),
        (PARQUET, b"", {}, 422, "invalid_request"),
        (PARQUET, b'{"rig_id": "R1"}', {}, 422, "invalid_request"),
        (PARQUET, readings(1).rename({"torque": "torqe"}), {}, 422, "unknown_channel"),
        (ARROW, readings(1).drop("time"), {}, 422, "invalid_request"),
        (ARROW, readings(1), {"rig_id": "r 1"}, 422, "invalid_request"),
        (ARROW, readings(1), {"origin": "file"}, 422, "invalid_request"),
        (ARROW, readings(1), {"origin": "synthetic"}, 409, "origin_refused"),
        (PARQUET, pl.concat([readings(1)] * 200_000), {}, 413, "body_too_large"),
        (ARROW, pl.concat([readings(1)] * 200_000), {}, 413, "body_too_large"),
    ],
)
def test_a_table_that_cannot_be_taken_says_so(
    shared: Service,
    media: str,
    table: pl.DataFrame | bytes,
    query: dict[str, str],
    status: int,
    code: str,
) -> None:
    body = table if isinstance(table, bytes) else written(table, media)

    answer = tell(shared, media, body, query=query)

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def test_the_document_says_that_tables_are_taken(shared: Service) -> None:
    operation = shared.client.get("/openapi.json").json()["paths"][COLUMNS]["post"]

    assert set(operation["requestBody"]["content"]) == {JSON, ARROW, PARQUET}
    assert [one["name"] for one in operation["parameters"]] == ["rig_id", "origin"]
