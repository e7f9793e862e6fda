"""Models over HTTP: what serves, what became of the others, and who moves them."""

import shutil
from pathlib import Path

import pytest

from idrill.access import Role
from idrill.registry.champions import folder_of
from idrill.store import promotions
from tests.frozen_models import CAP, CHANNELS
from tests.served_models import MODEL, added, crown, promotable
from tests.service import Service

MODELS = "/api/v1/models"
ONE = f"{MODELS}/{MODEL}"
WHY = {"reason": "liners failed days before it said"}


def served(service: Service) -> int | None:
    """The version that answers."""
    found = service.client.get(ONE, headers=service.token(Role.VIEWER)).json()["served"]
    return None if found is None else int(found)


def test_a_model_tells_what_serves_what_it_takes_and_how_good_it_is(shared: Service) -> None:
    viewer = shared.token(Role.VIEWER)

    [listed] = shared.client.get(MODELS, headers=viewer).json()["models"]
    told = shared.client.get(ONE, headers=viewer).json()

    assert listed == {name: told[name] for name in listed}
    assert (told["champion"]["version"], told["aliases"]) == (1, {"champion": 1})
    assert (told["served"], told["problem"]) == (1, None)
    assert [(one["version"], one["state"]) for one in told["registered"]] == [(1, "champion")]
    card = told["card"]
    assert (card["channels"], card["rows"]) == (list(CHANNELS), 12)
    assert (card["unit"], card["cap"], card["component"]) == ("cycles", CAP, "liner")
    assert card["figures"][0]["name"] == "rmse"
    assert card["intervals"] == [{"claimed": 0.9, "found": 0.91, "units": 240}]


def test_every_move_is_told_the_newest_first_page_by_page(shared: Service) -> None:
    viewer = shared.token(Role.VIEWER)

    first = shared.client.get(f"{ONE}/history?limit=3", headers=viewer).json()
    rest = shared.client.get(
        f"{ONE}/history?limit=3&before={first['next']}", headers=viewer
    ).json()  # fmt: skip

    states = [one["state"] for one in first["moves"] + rest["moves"]]
    assert states == ["champion", "canary", "shadow", "candidate"]
    assert first["moves"][0]["evaluation"] == {"rmse": 9.5}
    assert rest["next"] is None


def test_a_data_scientist_promotes_what_the_gate_lets_pass(service: Service) -> None:
    version, scientist = promotable(service), service.token(Role.DATA_SCIENTIST)

    answer = service.client.post(f"{ONE}/versions/{version}/promote", headers=scientist)
    again = service.client.post(f"{ONE}/versions/{version}/promote", headers=scientist)

    told = answer.json()
    assert answer.status_code == 200
    assert (told["champion"]["version"], told["champion"]["by"]) == (
        2,
        "data_scientist@rig.example",
    )
    assert "age" in told["reason"]
    assert served(service) == 2
    assert (again.status_code, again.json()["code"]) == (409, "illegal_move")
    trail = service.client.get(
        "/api/v1/audit?action=model.promoted", headers=service.token(Role.ADMIN)
    ).json()["entries"]
    assert [(one["actor"], one["subject"]) for one in trail] == [
        ("data_scientist@rig.example", MODEL)
    ]
    assert (trail[0]["details"]["version"], trail[0]["details"]["state"]) == (2, "champion")


def test_what_does_not_pass_is_refused_for_good_and_changes_nothing(service: Service) -> None:
    version, scientist = promotable(service, rival=5.0), service.token(Role.DATA_SCIENTIST)

    answer = service.client.post(f"{ONE}/versions/{version}/promote", headers=scientist)

    assert answer.status_code == 409
    assert "rul-liner/2 is refused: " in answer.json()["detail"]
    assert served(service) == 1
    with service.database.session() as session:
        assert promotions.version_of(session, MODEL, 2).state == "refused"


def test_what_was_not_judged_is_not_promoted(service: Service) -> None:
    scientist = service.token(Role.DATA_SCIENTIST)
    never = added(service)
    promotable(service)

    def refused(version: int) -> tuple[int, str]:
        answer = service.client.post(f"{ONE}/versions/{version}/promote", headers=scientist)
        return answer.status_code, answer.json()["detail"]

    assert refused(never)[0] == 409
    assert "the last assessment is of rul-liner/3, not of rul-liner/2" in refused(never)[1]
    assert refused(99)[0] == 404
    assert served(service) == 1


def test_a_candidate_judged_against_another_champion_is_judged_again(service: Service) -> None:
    version = promotable(service)
    crown(service.database, added(service))

    answer = service.client.post(
        f"{ONE}/versions/{version}/promote", headers=service.token(Role.DATA_SCIENTIST)
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "promotion_conflict")


def test_a_rollback_puts_the_one_before_back_and_then_nothing(service: Service) -> None:
    crown(service.database, added(service))
    admin = service.token(Role.ADMIN)

    back = service.client.post(f"{ONE}/rollback", json=WHY, headers=admin)
    assert served(service) == 1
    nothing = service.client.post(f"{ONE}/rollback", json=WHY | {"to": "nothing"}, headers=admin)
    assert served(service) is None
    none_left = service.client.post(f"{ONE}/rollback", json=WHY, headers=admin)

    assert back.json()["champion"]["version"] == 1
    assert nothing.json()["champion"] is None
    assert (none_left.status_code, none_left.json()["code"]) == (409, "illegal_move")
    trail = service.client.get("/api/v1/audit?action=model.rolled_back", headers=admin).json()[
        "entries"
    ]
    assert [one["details"]["state"] for one in trail] == ["rolled_back", "champion"]
    assert trail[0]["details"]["reason"] == WHY["reason"]


def test_a_rollback_to_a_folder_that_is_gone_changes_nothing(
    service: Service, tmp_path: Path
) -> None:
    crown(service.database, added(service))
    shutil.rmtree(folder_of(tmp_path / "home" / "models", MODEL, 1))

    answer = service.client.post(f"{ONE}/rollback", json=WHY, headers=service.token(Role.ADMIN))

    assert answer.status_code == 409
    assert "models/rul-liner/1 is no model folder" in answer.json()["detail"]
    assert str(tmp_path) not in answer.json()["detail"]
    assert served(service) == 2


@pytest.mark.parametrize("path", [f"{MODELS}/rul-kelly", f"{MODELS}/rul-kelly/history"])
def test_a_model_that_there_is_not_is_said_so(shared: Service, path: str) -> None:
    answer = shared.client.get(path, headers=shared.token(Role.VIEWER))

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_nobody_is_rolled_back_without_a_reason(shared: Service) -> None:
    answer = shared.client.post(
        f"{ONE}/rollback", json={"reason": " "}, headers=shared.token(Role.ADMIN)
    )  # fmt: skip

    assert answer.status_code == 422
