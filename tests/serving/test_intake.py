"""The short way in and the long one take the same, and answer alike."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from idrill.access import Role
from idrill_serving import readings
from tests.service import Service

TELL = "/api/v1/sensor-data"
LONG = "application/vnd.idrill+json"
"""JSON by another name, which is no more than that to FastAPI and pydantic."""
START = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
TIMES = [(START + timedelta(seconds=second)).isoformat() for second in range(20)]


def rows(**odd: Any) -> list[dict[str, Any]]:
    """Twenty rows, of which the eleventh may be odd."""
    told: list[dict[str, Any]] = [
        {"time": at, "values": {"torque": 1.5, "flow_in": 2}} for at in TIMES
    ]
    told[10] |= odd
    return told


def columns(**odd: Any) -> dict[str, Any]:
    return {"rig_id": "R1", "time": TIMES, "channels": {"torque": [1.5] * 20}} | odd


BODIES: list[tuple[str, Any]] = [
    ("", {"rig_id": "R1", "time": TIMES[0], "values": {"torque": 1.5}}),
    ("", {"rig_id": "R1", "time": TIMES[0], "values": {"torque": None}}),
    ("", {"rig_id": " R1 ", "time": TIMES[0], "values": {"torque": 3}}),
    ("", {"rig_id": "R1", "time": TIMES[0], "values": {"torque": True}}),
    ("", {"rig_id": "R1", "time": TIMES[0], "values": {"torque": 10**400}}),
    ("", {"rig_id": "R1", "time": TIMES[0], "values": {"torque": 1}, "units": {"torque": "kN·m"}}),
    ("", {"rig_id": "R1", "time": TIMES[0], "values": {"torque": 1}, "units": {"torque": "lbf"}}),
    ("", {"rig_id": "R9", "time": TIMES[0], "values": {"torque": 1}}),
    ("", {"rig_id": "R1", "time": 5, "values": {"torque": 1}}),
    ("", {"rig_id": "R1", "time": TIMES[0], "values": {"torque": 1}, "origin": "file"}),
    ("", {"rig_id": "R1", "time": TIMES[0], "values": {"torque": 1}, "origin": "synthetic"}),
    ("", {"rig_id": "R1\n", "time": TIMES[0], "values": {"torque": 1}}),
    ("/batch", {"rig_id": "R1", "rows": rows()}),
    ("/batch", {"rig_id": "R1", "rows": rows(values={"torque": "1"})}),
    ("/batch", {"rig_id": "R1", "rows": rows(values={"torqe": 1.0})}),
    ("/batch", {"rig_id": "R1", "rows": rows(values={})}),
    ("/batch", {"rig_id": "R1", "rows": rows(time="2024-03-01T00:00:00")}),
    ("/batch", {"rig_id": "R1", "rows": rows(time="no time")}),
    ("/batch", {"rig_id": "R1", "rows": rows(more=1)}),
    ("/batch", {"rig_id": "R1", "rows": []}),
    ("/columns", columns()),
    ("/columns", columns(channels={"torque": [1.5] * 19 + [None], "hook_load": [2] * 20})),
    ("/columns", columns(channels={"torque": [1.5] * 19 + ["2"]})),
    ("/columns", columns(channels={"torque": [1.5] * 19})),
    ("/columns", columns(channels={"torqe": [1.5] * 20})),
    ("/columns", columns(time=[*TIMES[:19], "2001-01-01T00:00:00Z"])),
    ("/columns", columns(channels={})),
]


@pytest.mark.parametrize(("path", "body"), BODIES, ids=map(str, range(len(BODIES))))
def test_both_ways_answer_alike(shared: Service, path: str, body: Any) -> None:
    headers = shared.token(Role.ENGINEER)
    told = [
        shared.client.post(
            TELL + path, content=json.dumps(body), headers=headers | {"Content-Type": media}
        )
        for media in ("application/json", LONG, "application/json")
    ]
    answers = [one.json() for one in told]
    for one in answers:
        # What is of one request, and not of what it told.
        one.pop("request_id", None)

    assert len({one.status_code for one in told}) == 1
    # The first of them may have changed something, which the others then do not.
    assert answers[1] == answers[2]
    assert answers[0].get("rejected") == answers[1].get("rejected")
    assert answers[0].get("errors") == answers[1].get("errors")


@pytest.mark.parametrize(
    ("path", "body"), [BODIES[0], BODIES[12], BODIES[20]], ids=["one", "rows", "columns"]
)
def test_what_is_as_it_should_be_goes_the_short_way(
    shared: Service, path: str, body: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def long_way(*_: object) -> None:
        raise AssertionError("this is the long way")

    monkeypatch.setattr(readings, "told_in_rows", long_way)
    monkeypatch.setattr(readings, "told_in_columns", long_way)

    answer = shared.client.post(TELL + path, json=body, headers=shared.token(Role.ENGINEER))

    assert answer.status_code == 200
