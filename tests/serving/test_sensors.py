"""Sensors that are switched off over HTTP, and the facilities that rigs belong to."""

import pytest

from idrill.access import Role
from tests.service import Service, bearer

SENSORS = "/api/v1/rigs/R1/sensors"
NOON = "2026-03-01T12:00:00Z"


@pytest.fixture
def engineer(service: Service) -> dict[str, str]:
    """The headers of an engineer."""
    return service.token(Role.ENGINEER)


def test_readings_of_a_sensor_that_is_off_are_refused_with_the_reason(
    service: Service, engineer: dict[str, str]
) -> None:
    post = service.client.post
    body = {"at": NOON, "reason": "being replaced"}
    off = post(f"{SENSORS}/torque/deactivate", json=body, headers=engineer)

    rows = [
        {"time": f"2026-03-01T{clock}Z", "values": {"torque": 1.0, "hook_load": 800.0}}
        for clock in ("11:59:59", "12:00:00")
    ]
    told = post(
        "/api/v1/sensor-data/batch", json={"rig_id": "R1", "rows": rows}, headers=engineer
    ).json()
    listed = service.client.get(SENSORS, headers=engineer).json()

    assert off.json()["active"] is False
    assert [(one["place"], one["reason"]) for one in told["rejected"]] == [(1, "inactive")]
    assert "being replaced" in told["rejected"][0]["detail"]
    assert listed["inactive"] == ["torque"]
    assert listed["switches"][0]["told_by"] == "engineer@rig.example"


def test_a_sensor_that_is_on_again_is_taken_and_both_are_in_the_audit_trail(
    service: Service, engineer: dict[str, str]
) -> None:
    for word, at in (("deactivate", NOON), ("activate", "2026-03-01T13:00:00Z")):
        told = service.client.post(f"{SENSORS}/torque/{word}", json={"at": at}, headers=engineer)
        assert told.status_code == 200

    admin = service.token(Role.ADMIN)
    trail = service.client.get("/api/v1/audit?limit=50", headers=admin).json()

    assert service.client.get(SENSORS, headers=engineer).json()["inactive"] == []
    said = str(trail)
    assert said.count("sensor.deactivated") == said.count("sensor.activated") == 1


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (f"{SENSORS}/torqe/deactivate", {}, 422),
        (f"{SENSORS}/torque/deactivate", {"at": "2199-01-01T00:00:00Z"}, 422),
        (f"{SENSORS}/torque/deactivate", {"at": "2026-03-01T12:00:00"}, 422),
        ("/api/v1/rigs/R9/sensors/torque/deactivate", {}, 404),
    ],
    ids=["no channel", "in the future", "no zone", "no rig"],
)
def test_what_cannot_be_switched_is_refused(
    service: Service, engineer: dict[str, str], path: str, body: dict[str, str], status: int
) -> None:
    assert service.client.post(path, json=body, headers=engineer).status_code == status


def test_the_opposite_of_a_switch_at_its_instant_is_refused(
    service: Service, engineer: dict[str, str]
) -> None:
    body = {"at": NOON}
    first = service.client.post(f"{SENSORS}/torque/deactivate", json=body, headers=engineer)
    again = service.client.post(f"{SENSORS}/torque/deactivate", json=body, headers=engineer)
    other = service.client.post(f"{SENSORS}/torque/activate", json=body, headers=engineer)

    assert first.json() == again.json()
    assert other.status_code == 409


def test_a_facility_tells_of_its_rigs_those_that_one_may_see(
    service: Service, engineer: dict[str, str]
) -> None:
    post = service.client.post
    new = {"id": "PLATFORM_A", "name": "Platform A"}
    made = post("/api/v1/facilities", json=new, headers=engineer)
    again = post("/api/v1/facilities", json=new, headers=engineer)
    for rig in ("R1", "R2"):
        post("/api/v1/facilities/PLATFORM_A/rigs", json={"rig_id": rig}, headers=engineer)
    one = bearer(service.login("one@rig.example")["access_token"])

    def seen(headers: dict[str, str]) -> list[str]:
        answer = service.client.get("/api/v1/facilities", headers=headers).json()
        return list(answer["facilities"][0]["rigs"])

    assert (made.status_code, again.status_code) == (201, 409)
    assert seen(engineer) == ["R1", "R2"]
    assert seen(one) == ["R1"]
    assert (
        post("/api/v1/facilities/NOWHERE/rigs", json={"rig_id": "R1"}, headers=engineer)
    ).status_code == 404
    assert post("/api/v1/facilities", json=new | {"id": "B"}, headers=one).status_code == 403
