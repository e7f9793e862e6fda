"""Rigs over HTTP, and what somebody learns of a rig that they may not see."""

import pytest

from idrill.access import Role
from idrill.rigs import Rig
from idrill.store import rigs
from tests.rig_work import a_rig, an_alert
from tests.service import Service, bearer

RANGE = "start=2024-03-01T00:00:00Z&end=2024-03-02T00:00:00Z&channels=torque"
OF_A_RIG = [
    "/api/v1/rigs/{}",
    "/api/v1/rigs/{}/equipment",
    f"/api/v1/sensor-data/historical?rig_id={{}}&{RANGE}",
    f"/api/v1/sensor-data/aggregated?rig_id={{}}&{RANGE}",
    "/api/v1/dvr/quality?rig_id={}&first=2024-03-01&last=2024-03-01",
    "/api/v1/dvr/calibrations?rig_id={}",
]


@pytest.fixture(scope="module")
def one(shared: Service) -> dict[str, str]:
    """The headers of an engineer who sees R1 only."""
    return bearer(shared.login("one@rig.example")["access_token"])


def test_people_see_the_rigs_that_they_may(shared: Service, one: dict[str, str]) -> None:
    some = shared.client.get("/api/v1/rigs", headers=one).json()["rigs"]
    every = shared.client.get("/api/v1/rigs", headers=shared.token(Role.VIEWER)).json()["rigs"]

    assert [rig["id"] for rig in some] == ["R1"]
    assert [(rig["id"], rig["synthetic"]) for rig in every] == [("R1", False), ("R2", True)]


@pytest.mark.parametrize("path", OF_A_RIG)
def test_a_rig_that_one_may_not_see_is_as_one_that_is_not_there(
    shared: Service, one: dict[str, str], path: str
) -> None:
    def told(rig: str) -> tuple[int, str]:
        answer = shared.client.get(path.format(rig), headers=one)
        return answer.status_code, answer.json()["detail"].replace(rig, "?")

    assert told("R2") == told("R9")
    assert told("R2")[0] == 404


def test_who_may_see_a_rig_that_is_not_there_yet_learns_of_no_other(shared: Service) -> None:
    early = shared.newcomer(Role.ENGINEER, rigs=("R1", "R9"))

    absent = shared.client.get("/api/v1/rigs/R9", headers=early).json()["detail"]
    foreign = shared.client.get("/api/v1/rigs/R2", headers=early).json()["detail"]

    assert absent == foreign.replace("R2", "R9")
    assert "R1" not in absent


@pytest.mark.parametrize("rig", ["r1", "R1%00", "R1'--", "..%2F..%2Fetc", "R1%0A", "%F0%9F%92%A9"])
@pytest.mark.parametrize("path", OF_A_RIG)
def test_what_cannot_name_a_rig_is_refused(
    shared: Service, one: dict[str, str], path: str, rig: str
) -> None:
    assert shared.client.get(path.format(rig), headers=one).status_code in (404, 422)


def test_equipment_is_told_with_its_components_and_how_they_fail(
    shared: Service, one: dict[str, str]
) -> None:
    told = shared.client.get("/api/v1/rigs/R1/equipment", headers=one).json()["equipment"]

    drive = next(item for item in told if item["id"] == "top_drive")
    assert {part["name"]: part["failure_modes"] for part in drive["components"]} == {
        "washpipe": ["ELU"],
        "gearbox": ["VIB", "OHE"],
    }


EQUIPMENT = [
    {"id": "mud_pump_1", "kind": "mud_pump", "manufacturer": "Maker", "serial_number": "7"},
    {"id": "tank", "kind": "mud_tank"},
    {"id": "top_drive", "kind": "top_drive"},
]
CIRCUIT = [
    {"kind": "mud", "source": "tank", "target": "mud_pump_1"},
    {"kind": "mud", "source": "mud_pump_1", "target": "top_drive"},
    {"kind": "mud", "source": "top_drive", "target": "tank"},
]
SENSORS = [{"name": "shaking", "channel": "pump_1_vibration", "equipment": "mud_pump_1",
            "component": "valve"}]  # fmt: skip


def test_a_rig_is_entered_described_and_retired(either: Service) -> None:
    client, engineer = either.client, either.token(Role.ENGINEER)
    new = {"id": "R7", "name": "Seven", "owner": "Somebody", "block_weight": 350.0}

    created = client.post("/api/v1/rigs", json=new, headers=engineer)
    body = {"version": 1, "name": "Rig Seven", "owner": None, "retired": True}
    changed = client.patch("/api/v1/rigs/R7", json=body, headers=engineer).json()
    stale = client.patch("/api/v1/rigs/R7", json=body, headers=engineer)
    again = client.post("/api/v1/rigs", json=new, headers=engineer)

    assert (created.status_code, created.json()["retired_at"]) == (201, None)
    assert (changed["name"], changed["owner"], changed["block_weight"]) == (
        "Rig Seven",
        None,
        350.0,
    )
    assert (changed["version"], changed["retired_at"] is not None) == (2, True)
    assert (stale.status_code, stale.json()["code"]) == (409, "version_conflict")
    assert (again.status_code, again.json()["code"]) == (409, "already_exists")
    back = client.patch("/api/v1/rigs/R7", json={"version": 2, "retired": False}, headers=engineer)
    assert (back.json()["retired_at"], back.json()["name"]) == (None, "Rig Seven")


def test_who_sees_some_rigs_enters_none(shared: Service, one: dict[str, str]) -> None:
    answer = shared.client.post("/api/v1/rigs", json={"id": "R2", "name": "x"}, headers=one)

    assert (answer.status_code, answer.json()["code"]) == (403, "access_denied")


def test_what_a_rig_is_made_of_is_replaced_as_a_whole(either: Service) -> None:
    engineer = either.token(Role.ENGINEER)
    body = {"equipment": EQUIPMENT, "sensors": SENSORS, "links": CIRCUIT}
    rig = a_rig(either)
    path = f"/api/v1/rigs/{rig}/equipment"

    done = either.client.put(path, json={"version": 1, **body}, headers=engineer)
    shown = either.client.get(path, headers=either.token(Role.VIEWER)).json()
    stale = either.client.put(path, json={"version": 1, **body}, headers=engineer)

    assert done.status_code == 200, done.text
    assert done.json() == shown
    assert (shown["version"], shown["links"]) == (2, CIRCUIT)
    assert shown["sensors"] == [{**SENSORS[0], "unit": "m/s²"}]
    assert [(one["id"], one["iso14224"]["code"]) for one in shown["equipment"]] == [
        ("mud_pump_1", "PU"),
        ("tank", "TA"),
        ("top_drive", "TD"),
    ]
    assert stale.status_code == 409
    with either.database.session() as session:
        kept = rigs.register(session, Rig(rig, rig))
    assert [item.id for item in kept.equipment] == ["mud_pump_1", "tank", "top_drive"]


def test_equipment_of_which_something_is_recorded_stays(service: Service) -> None:
    an_alert(service, "R1")
    others = [one for one in EQUIPMENT if one["id"] != "mud_pump_1"]
    engineer = service.token(Role.ENGINEER)

    gone = service.client.put(
        "/api/v1/rigs/R1/equipment", json={"version": 1, "equipment": others}, headers=engineer
    )

    assert (gone.status_code, gone.json()["code"]) == (409, "in_use")
    assert "open alerts" in gone.json()["detail"]
    shown = service.client.get("/api/v1/rigs/R1/equipment", headers=engineer).json()
    assert (shown["version"], len(shown["equipment"])) == (1, 5)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"links": [*CIRCUIT[1:], {**CIRCUIT[0], "target": "pump"}]}, "invalid_equipment"),
        ({"links": [*CIRCUIT, {**CIRCUIT[1], "source": "top_drive",
                                     "target": "mud_pump_1"}]}, "invalid_equipment"),
        ({"sensors": [{**SENSORS[0], "component": "gearbox"}]}, "invalid_equipment"),
        ({"sensors": [{**SENSORS[0], "channel": "shaking"}]}, "unknown_channel"),
        ({"equipment": [*EQUIPMENT, EQUIPMENT[0]]}, "invalid_equipment"),
        ({"equipment": [{"id": "p", "kind": "derrick"}]}, "invalid_request"),
    ],
)  # fmt: skip
def test_a_rig_that_cannot_be_made_up_so_is_refused_and_left_as_it_was(
    shared: Service, wrong: dict[str, object], code: str
) -> None:
    engineer = shared.token(Role.ENGINEER)
    body = {"version": 1, "equipment": EQUIPMENT, "sensors": SENSORS, "links": CIRCUIT}

    answer = shared.client.put(
        "/api/v1/rigs/R1/equipment", json={**body, **wrong}, headers=engineer
    )  # fmt: skip

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    shown = shared.client.get("/api/v1/rigs/R1/equipment", headers=engineer).json()
    assert (shown["version"], shown["links"]) == (1, [])
