"""Calibrations over HTTP: who decides them, and for which rig."""

import pytest

from idrill.access import Role
from idrill.store import calibrations
from tests.service import Service, bearer

CALIBRATIONS = "/api/v1/dvr/calibrations"


def number_on(service: Service, rig: str) -> int:
    with service.database.session() as session:
        [found] = calibrations.of_rig(session, rig)
    return found.id


def test_an_engineer_approves_and_withdraws_in_their_own_name(service: Service) -> None:
    engineer, number = service.token(Role.ENGINEER), number_on(service, "R1")
    path = f"{CALIBRATIONS}/{number}"

    approved = service.client.post(f"{path}/approve", json={"note": "seen"}, headers=engineer)
    again = service.client.post(f"{path}/approve", json={}, headers=engineer)
    service.client.post(f"{path}/withdraw", json={}, headers=engineer)

    assert approved.status_code == 200
    assert (again.status_code, again.json()["code"]) == (409, "illegal_move")
    versions = service.client.get(path, headers=engineer).json()["versions"]
    assert [(one["state"], one["by"], one["note"]) for one in versions] == [
        ("proposed", "reconciliation", ""),
        ("approved", "engineer@rig.example", "seen"),
        ("withdrawn", "engineer@rig.example", ""),
    ]


def test_a_rejection_stands_in_the_audit_trail(service: Service) -> None:
    number = number_on(service, "R1")
    path = f"{CALIBRATIONS}/{number}/reject"
    service.client.post(path, json={"note": "no"}, headers=service.token(Role.ENGINEER))

    told = service.client.get(
        "/api/v1/audit?action=calibration.rejected", headers=service.token(Role.ADMIN)
    )

    [entry] = told.json()["entries"]
    assert entry["subject"] == f"calibration {number}"
    assert entry["details"] == {"rig": "R1", "note": "no"}


@pytest.mark.parametrize("verb", ["approve", "reject", "withdraw", ""])
def test_a_calibration_of_a_rig_that_one_may_not_see_is_not_there(
    service: Service, verb: str
) -> None:
    one = bearer(service.login("one@rig.example")["access_token"])
    foreign, absent = number_on(service, "R2"), 999

    def told(number: int) -> tuple[int, str]:
        path = f"{CALIBRATIONS}/{number}/{verb}".rstrip("/")
        ask = service.client.post if verb else service.client.get
        answer = ask(path, headers=one, **({"json": {}} if verb else {}))
        return answer.status_code, answer.json()["detail"].replace(str(number), "?")

    assert told(foreign) == told(absent)
    assert told(foreign)[0] == 404
    with service.database.session() as session:
        assert calibrations.get(session, foreign).state == "proposed"


def test_a_rig_lists_what_is_proposed_for_it(shared: Service) -> None:
    viewer = shared.token(Role.VIEWER)

    told = shared.client.get(f"{CALIBRATIONS}?rig_id=R1", headers=viewer).json()

    [only] = told["calibrations"]
    assert (only["channel"], only["offset"], only["state"]) == ("torque", 1.5, "proposed")


def test_each_channel_is_told_with_its_usable_share_and_what_was_flagged(shared: Service) -> None:
    asked = {"rig_id": "R1", "first": "2024-03-01", "last": "2024-03-01"}
    viewer = shared.token(Role.VIEWER)

    told = shared.client.get("/api/v1/dvr/quality", params=asked, headers=viewer)
    text = shared.client.get(
        "/api/v1/dvr/quality", params=asked, headers=viewer | {"Accept": "text/csv"}
    )  # fmt: skip

    assert told.json() == {
        **asked,
        "rows": [
            {"channel": "torque", "values": 1800, "score": 0.5, "frozen": 900},
            {"channel": "hook_load", "values": 3600, "score": 1.0, "frozen": 0},
        ],
    }
    assert text.text.splitlines()[0] == "channel,values,score,frozen"


@pytest.mark.parametrize(
    ("first", "last", "status"),
    [
        ("2024-03-05", "2024-03-06", 404),
        ("2024-03-02", "2024-03-01", 422),
        ("2024-01-01", "2024-12-31", 422),
        ("0001-01-01", "9999-12-31", 422),
    ],
)
def test_a_period_that_was_never_reconciled_or_makes_no_sense_is_said_so(
    shared: Service, first: str, last: str, status: int
) -> None:
    asked = {"rig_id": "R1", "first": first, "last": last}

    answer = shared.client.get(
        "/api/v1/dvr/quality", params=asked, headers=shared.token(Role.VIEWER)
    )  # fmt: skip

    assert answer.status_code == status
