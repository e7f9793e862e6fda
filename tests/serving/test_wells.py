"""Well profiles and drilling sessions over HTTP."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from idrill.access import Role
from idrill.store import wells
from idrill.wells import DrillString, Station, StringComponent, Well
from tests.rig_work import a_rig, a_well, actions, posted
from tests.service import Service, bearer

WELLS = "/api/v1/config/well-profiles"
SESSIONS = "/api/v1/config/drilling-sessions"
PROFILE: dict[str, Any] = {
    "name": "15/9-F-7",
    "field": "Volve",
    "operator": "Somebody",
    "rig_id": "R1",
    "water_depth": 91.0,
    "air_gap": 30.0,
    "total_depth": 3000.0,
    "sections": [
        {"kind": "hole", "top": 0.0, "bottom": 1000.0, "diameter": 0.4445},
        {"kind": "hole", "top": 1000.0, "bottom": 3000.0, "diameter": 0.3112},
    ],
    "casing": [
        {"kind": "surface", "top": 0.0, "bottom": 990.0, "inner_diameter": 0.3153,
         "outer_diameter": 0.3397}
    ],
    "muds": [
        {"kind": "spud", "top": 0.0, "bottom": 3000.0, "density": 1200.0,
         "plastic_viscosity": 0.03, "yield_point": None}
    ],
    "formations": [
        {"name": "Upper", "top": 0.0, "bottom": 3000.0, "lithology": "claystone",
         "pore_density": 1030.0, "fracture_density": None}
    ],
    "limits": [
        {"channel": "weight_on_bit", "top": 0.0, "bottom": 3000.0, "low": None, "high": 150.0}
    ],
}  # fmt: skip


def test_a_well_is_entered_shown_replaced_and_removed(either: Service) -> None:
    client, engineer = either.client, either.token(Role.ENGINEER)
    path = f"{WELLS}/15-9-F-7"

    created = client.post(WELLS, json=PROFILE, headers=engineer)
    shown = client.get(path, headers=either.token(Role.VIEWER)).json()
    less = {**PROFILE, "version": 1, "sections": PROFILE["sections"][:1], "muds": []}
    replaced = client.put(path, json=less, headers=engineer).json()
    stale = client.put(path, json=less, headers=engineer)
    gone = client.delete(path, headers=engineer).status_code

    assert created.status_code == 201
    assert shown == created.json() == {**PROFILE, "id": "15-9-F-7", "version": 1}
    assert replaced == {**shown, "version": 2, "sections": less["sections"], "muds": []}
    assert (stale.status_code, stale.json()["code"]) == (409, "version_conflict")
    assert (gone, client.get(path, headers=engineer).status_code) == (204, 404)
    assert actions(either, "well 15-9-F-7") == ["well.created", "well.changed", "well.removed"]


def test_a_well_that_is_there_is_not_entered_again(shared: Service) -> None:
    name = a_well(shared, "R1")

    again = shared.client.post(WELLS, json={"name": name}, headers=shared.token(Role.ENGINEER))

    assert (again.status_code, again.json()["code"]) == (409, "already_exists")


def test_what_files_told_of_a_well_stays_when_its_profile_is_replaced(either: Service) -> None:
    pipe = DrillString("run 1", (StringComponent(1, "drill pipe", 100.0, 0.127, 0.1086),))
    surveyed = (Station(0.0, 0.0, 0.0), Station(1000.0, 0.2, 1.5))
    with either.database.session() as session:
        wells.merge_well(session, Well("W-1", "W 1", trajectory=surveyed, strings=(pipe,)))

    body = {"version": 1, "name": "W one", "total_depth": 1000.0}
    answer = either.client.put(f"{WELLS}/W-1", json=body, headers=either.token(Role.ADMIN))

    with either.database.session() as session:
        known = wells.get(session, "W-1")
        merged = wells.merge_well(session, Well("W-1", "W-1", air_gap=20.0))
    assert answer.status_code == 200
    assert (known.trajectory, known.strings, known.name) == (surveyed, (pipe,), "W one")
    assert (merged.total_depth, merged.air_gap) == (1000.0, 20.0)


@pytest.mark.parametrize(
    ("wrong", "detail"),
    [
        ({"total_depth": 2000.0}, "section 2 ends at 3000 m, below the total depth of 2000 m"),
        ({"limits": [{"channel": "wob", "top": 0, "bottom": 1, "high": 1}]}, "no channel 'wob'"),
        ({"formations": [{"name": "x", "top": 0.0}]}, "bottom: Field required"),
        ({"name": "—"}, "holds no letter and no digit"),
        ({"id": "../etc"}, "String should match pattern"),
        ({"owner": "me"}, "Extra inputs are not permitted"),
    ],
)
def test_a_profile_that_cannot_be_is_refused_and_leaves_nothing(
    shared: Service, wrong: dict[str, Any], detail: str
) -> None:
    body = {**PROFILE, "name": "Wrong 1", **wrong}

    answer = shared.client.post(WELLS, json=body, headers=shared.token(Role.ENGINEER))

    assert answer.status_code == 422
    assert detail in answer.json()["detail"]
    listed = shared.client.get(WELLS, headers=shared.token(Role.ADMIN)).json()["wells"]
    assert "WRONG-1" not in [one["id"] for one in listed]


def test_wells_come_page_by_page_and_those_of_a_rig(service: Service) -> None:
    made = sorted(a_well(service, "R1") for _ in range(3))
    other = a_well(service, "R2")
    viewer = service.token(Role.VIEWER)

    first = service.client.get(f"{WELLS}?rig_id=R1&limit=2", headers=viewer).json()
    second = service.client.get(
        f"{WELLS}?rig_id=R1&limit=2&after={first['next']}", headers=viewer
    ).json()  # fmt: skip
    every = service.client.get(WELLS, headers=viewer).json()

    assert [one["id"] for page in (first, second) for one in page["wells"]] == made
    assert [one["id"] for one in every["wells"]] == sorted([*made, other])
    assert second["next"] is None


def test_who_sees_one_rig_sees_the_wells_that_it_drilled_or_is_to_drill(service: Service) -> None:
    one = bearer(service.login("one@rig.example")["access_token"])
    planned, drilled, foreign = a_well(service, "R1"), a_well(service, "R2"), a_well(service, "R2")
    start = {"start": "2020-01-01T00:00:00Z", "end": "2020-02-01T00:00:00Z"}
    posted(service, SESSIONS, {"rig_id": "R1", "well_id": drilled, **start}, status=201)

    listed = service.client.get(WELLS, headers=one).json()["wells"]
    shown = {
        well: service.client.get(f"{WELLS}/{well}", headers=one).status_code
        for well in (planned, drilled, foreign)
    }

    assert {well["id"] for well in listed} == {planned, drilled}
    assert shown == {planned: 200, drilled: 200, foreign: 404}


def test_who_sees_some_rigs_makes_wells_for_these_and_reaches_no_others(service: Service) -> None:
    one = bearer(service.login("one@rig.example")["access_token"])
    own, foreign = a_well(service, "R1"), a_well(service, "R2")

    def status(method: str, path: str, body: dict[str, Any]) -> int:
        return int(service.client.request(method, path, json=body, headers=one).status_code)

    assert status("POST", WELLS, {"name": "mine", "rig_id": "R1"}) == 201
    assert status("POST", WELLS, {"name": "nobody's"}) == 422
    assert status("POST", WELLS, {"name": "theirs", "rig_id": "R2"}) == 404
    assert status("PUT", f"{WELLS}/{own}", {"version": 1, "name": "x", "rig_id": "R2"}) == 404
    assert status("PUT", f"{WELLS}/{foreign}", {"version": 1, "name": "x", "rig_id": "R1"}) == 404
    taken = {"rig_id": "R1", "well_id": foreign, "start": "2020-01-01T00:00:00Z"}
    assert status("POST", SESSIONS, taken) == 404
    assert status("DELETE", f"{WELLS}/{foreign}", {}) == 404


def test_the_rig_that_is_to_drill_a_well_is_named_to_those_only_who_may_see_it(
    shared: Service,
) -> None:
    one = bearer(shared.login("one@rig.example")["access_token"])
    well = a_well(shared, "R2")
    drilled = {"start": "2018-01-01T00:00:00Z", "end": "2018-02-01T00:00:00Z"}
    posted(shared, SESSIONS, {"rig_id": "R1", "well_id": well, **drilled}, status=201)

    shown = shared.client.get(f"{WELLS}/{well}", headers=one)
    listed = shared.client.get(WELLS, headers=one)
    body = {"version": 1, "name": "W", "total_depth": 100.0}
    changed = shared.client.put(f"{WELLS}/{well}", json=body, headers=one)

    assert "R2" not in shown.text + listed.text + changed.text
    assert (shown.json()["rig_id"], changed.status_code) == (None, 200)
    kept = shared.client.get(f"{WELLS}/{well}", headers=shared.token(Role.ADMIN)).json()
    assert (kept["rig_id"], kept["total_depth"]) == ("R2", 100.0)


def test_a_rig_drills_one_well_at_a_time(either: Service) -> None:
    engineer, rig = either.token(Role.ENGINEER), a_rig(either)
    first, second = a_well(either, rig), a_well(either, rig)

    def drill(well: str, start: str, end: str | None) -> Any:
        body = {"rig_id": rig, "well_id": well, "start": start, "end": end}
        return either.client.post(SESSIONS, json=body, headers=engineer)

    going_on = drill(first, "2026-03-01T00:00:00Z", None)
    clash = drill(second, "2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")
    before = drill(second, "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z")
    path = f"{SESSIONS}/{going_on.json()['id']}"
    ended = either.client.patch(path, json={"end": "2026-03-05T00:00:00Z"}, headers=engineer)
    after = drill(second, "2026-03-05T00:00:00Z", None)
    longer = either.client.patch(path, json={"end": "2026-03-07T00:00:00Z"}, headers=engineer)

    assert (clash.status_code, clash.json()["code"]) == (409, "overlap")
    assert first in clash.json()["detail"]
    assert [one.status_code for one in (before, ended, after, longer)] == [201, 200, 201, 409]
    listed = either.client.get(f"{SESSIONS}?rig_id={rig}", headers=engineer).json()["sessions"]
    assert [one["well_id"] for one in listed] == [second, first, second]


def test_a_session_that_was_ended_too_early_goes_on(shared: Service) -> None:
    rig, engineer = a_rig(shared), shared.token(Role.ENGINEER)
    times = {"start": "2026-03-01T00:00:00Z", "end": "2026-03-05T00:00:00Z"}
    body = {"rig_id": rig, "well_id": a_well(shared, rig), **times}
    path = f"{SESSIONS}/{posted(shared, SESSIONS, body, status=201)['id']}"

    later = shared.client.patch(path, json={"start": "2026-03-02T00:00:00Z"}, headers=engineer)
    again = shared.client.patch(path, json={"end": None}, headers=engineer)

    assert (later.json()["start"], later.json()["end"]) == (
        "2026-03-02T00:00:00Z",
        "2026-03-05T00:00:00Z",
    )
    assert (again.json()["start"], again.json()["end"]) == ("2026-03-02T00:00:00Z", None)


def test_of_many_who_say_what_a_rig_drills_now_one_is_heard(either: Service) -> None:
    engineer, rig = either.token(Role.ENGINEER), a_rig(either)
    names = [a_well(either, rig) for _ in range(4)]

    def drill(well: str) -> int:
        body = {"rig_id": rig, "well_id": well, "start": "2026-03-01T00:00:00Z"}
        return int(either.client.post(SESSIONS, json=body, headers=engineer).status_code)

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(drill, names))

    assert statuses == [201, 409, 409, 409]


def test_a_well_that_a_rig_drilled_is_not_removed(shared: Service) -> None:
    well, engineer = a_well(shared, "R1"), shared.token(Role.ENGINEER)
    start = {"start": "2019-01-01T00:00:00Z", "end": "2019-02-01T00:00:00Z"}
    session = posted(shared, SESSIONS, {"rig_id": "R1", "well_id": well, **start}, status=201)

    kept = shared.client.delete(f"{WELLS}/{well}", headers=engineer)
    shared.client.delete(f"{SESSIONS}/{session['id']}", headers=engineer)
    gone = shared.client.delete(f"{WELLS}/{well}", headers=engineer)

    assert (kept.status_code, kept.json()["code"]) == (409, "in_use")
    assert gone.status_code == 204


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-03-02T00:00:00Z", "2026-03-01T00:00:00Z"),
        ("2026-03-02T00:00:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("2026-03-02T00:00:00Z", "9999-12-31T23:59:59-12:00"),
    ],
)
def test_a_session_at_no_possible_time_is_refused(
    shared: Service, start: str, end: str | None
) -> None:
    body = {"rig_id": "R1", "well_id": a_well(shared, "R1"), "start": start, "end": end}

    answer = shared.client.post(SESSIONS, json=body, headers=shared.token(Role.ENGINEER))

    assert answer.status_code == 422
