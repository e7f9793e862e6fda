"""Rigs over HTTP, and what somebody learns of a rig that they may not see."""

import pytest

from idrill.access import Role
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
