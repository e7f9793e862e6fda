"""Remaining life over HTTP: of posted windows, of a rig's component, and what was said before."""

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from idrill.access import Role
from idrill.aggregation import downsample
from idrill.frame import Origin
from idrill.prognosis import LEVELS, InputQuality, Prognosis
from idrill.registry.champions import folder_of
from idrill.registry.prognoses import Bench, prognoses
from idrill.rigs import Rig
from idrill.rul.components import ComponentLife, EndedBy
from idrill.rul.histories import lives_of
from idrill.rul.hours import hours_of
from idrill.rul.prediction import FrozenModel
from idrill.simulator.fleet import SimulatedFleet
from idrill.store import component_lives, predictions, rigs
from idrill.store.lake import Lake
from idrill.store.predictions import Prediction, PredictionSource
from idrill.store.tables import HOURLY
from tests.frozen_models import CAP
from tests.served_models import rig_model, window
from tests.service import Service, bearer, opened, settings_of

RUL = "/api/v1/predictions/rul"
START = datetime(2024, 3, 1, tzinfo=UTC)
DAYS = 6
AS_OF = START + timedelta(days=DAYS)


@pytest.fixture(scope="module")
def home(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of its own."""
    folder = tmp_path_factory.mktemp("predictions") / "home"
    shutil.copytree(template, folder)
    return folder


@pytest.fixture(scope="module")
def served(home: Path) -> Iterator[Service]:
    """A service with a champion for liners."""
    yield from opened(settings_of(home))


def asked(*windows: dict[str, list[float | None]]) -> dict[str, Any]:
    told = [{"channels": one} for one in windows]
    return {"component": "liner", "origin": "file", "windows": told}


def test_a_posted_window_is_answered_as_the_model_answers(served: Service, home: Path) -> None:
    champion = FrozenModel.open(folder_of(home / "models", "rul-liner", 1))
    values = np.array(list(window().values()), dtype=np.float32).T[None]
    _, quantiles = champion.ask(values, np.ones((1, 12), dtype=bool))

    told = served.client.post(RUL, json=asked(window()), headers=served.token(Role.OPERATOR)).json()

    [one] = told.pop("predictions")
    assert one["quantiles"] == pytest.approx(quantiles[0].tolist(), rel=1e-6)
    assert (one["remaining"], one["quality"], one["reason"]) == (one["quantiles"][2], "good", "")
    assert told == {
        "model": "rul-liner",
        "version": 1,
        "component": "liner",
        "origin": "file",
        "unit": "cycles",
        "cap": CAP,
        "levels": list(LEVELS),
    }


def test_windows_are_answered_in_their_order_and_withheld_one_by_one(served: Service) -> None:
    dark: dict[str, list[float | None]] = {name: [None] * 12 for name in window()}
    body = asked(window(), dark, window(3))

    told = served.client.post(RUL, json=body, headers=served.token(Role.ADMIN)).json()

    assert [one["quality"] for one in told["predictions"]] == ["good", "withheld", "good"]
    assert [one["quantiles"] is None for one in told["predictions"]] == [False, True, False]
    assert told["predictions"][1]["reason"] == "0% of its channels have a value"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"component": "kelly"}, "no component is called 'kelly'; there are liner"),
        ({"component": "../liner"}, "component"),
        ({"origin": "guess"}, "origin"),
        ({"windows": []}, "windows"),
        ({"windows": [{"channels": {}}]}, "channels"),
        ({"windows": [{"channels": window(13)}]}, "windows.0 has 13 rows: send 1 to 12"),
        ({"windows": [{"channels": {"depth": [1.0]}}]}, "windows.0 lacks altitude"),
        ({"windows": [{"channels": window() | {"speed": ["fast"] * 12}}]}, "speed"),
        ({"windows": [{"channels": window() | {"speed": [1e300] * 12}}]}, "speed"),
        ({"rig_id": "R1"}, "rig_id"),
    ],
)
def test_a_window_that_makes_no_sense_is_refused_with_the_place(
    served: Service, change: dict[str, Any], fault: str
) -> None:
    answer = served.client.post(
        RUL, json=asked(window()) | change, headers=served.token(Role.ENGINEER)
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert fault in answer.json()["detail"]


def test_without_a_champion_the_answer_says_why_and_what_to_do(served: Service) -> None:
    engineer = served.token(Role.ENGINEER)
    posted = asked(window()) | {"component": "brake"}
    auto = {"rig_id": "R1", "component": "brake"}

    for path, body in ((RUL, posted), (f"{RUL}/auto", auto)):
        answer = served.client.post(path, json=body, headers=engineer)

        assert (answer.status_code, answer.json()["code"]) == (503, "no_champion")
        assert "rul-brake does not serve" in answer.json()["detail"]
        assert "idrill train" in answer.json()["detail"]


def lives_on(rig: str) -> list[ComponentLife]:
    """A liner that was replaced after two days, and one that works on, in the first pump."""
    changed = START + timedelta(days=2)
    return [
        ComponentLife(rig, "mud_pump_1", "liner", 1, START, changed, EndedBy.PREVENTIVE),
        ComponentLife(rig, "mud_pump_1", "liner", 2, changed, variant="metal"),
        ComponentLife(rig, "mud_pump_1", "piston", 1, START),
        ComponentLife(rig, "mud_pump_1", "valve", 1, START),
    ]


@pytest.fixture(scope="module")
def at_work(home: Path, template: Path) -> Iterator[tuple[Service, str]]:
    """A rig with six days of hours, a record of its liners, and a champion that takes them."""
    place = home.parent / "at_work"
    shutil.copytree(template, place)
    fleet = SimulatedFleet(1, 21, start=START, duration=DAYS * timedelta(days=1),
                           step=timedelta(minutes=10))  # fmt: skip
    rig = fleet.rig(1)
    days = [downsample(rig.measured(144 * n, 144 * (n + 1)), "1h") for n in range(DAYS)]
    name = str(days[0]["rig_id"][0])
    for service in opened(settings_of(place)):
        lake = Lake(str(place / "lake"), service.database)
        for number, hours in enumerate(days):
            day: dict[str, str | date] = {
                "rig_id": name,
                "day": (START + timedelta(days=number)).date(),
            }
            origin = pl.lit("file").cast(hours.schema["origin"])
            lake.write(HOURLY, day, hours.with_columns(origin.alias("origin")))
        with service.database.session() as session:
            rigs.register(session, Rig(name, "at work"))
            component_lives.record(session, name, lives_on(name))
        known = lives_of("liner", hours_of(pl.concat(days)), lives_on(name))
        rig_model(service.database, place / "models", 2, known)
        yield service, name


def test_a_rig_is_foreseen_as_every_morning_and_it_is_kept_as_requested(
    at_work: tuple[Service, str],
) -> None:
    service, rig = at_work
    platform = service.client.app.state.platform  # type: ignore[attr-defined]
    bench = Bench(service.database, platform.lake, platform.settings.models_folder)
    daily = [
        one.prognosis
        for one in prognoses(bench, rig, AS_OF, PredictionSource.DAILY)
        if one.prognosis.component == "liner"
    ]
    body = {"rig_id": rig, "component": "liner", "as_of": AS_OF.isoformat()}
    maintainer = service.token(Role.MAINTENANCE)

    told = service.client.post(f"{RUL}/auto", json=body, headers=maintainer)
    kept = service.client.get(f"{RUL}/{rig}", headers=maintainer).json()

    answers = told.json()["predictions"]
    assert [one["quantiles"] for one in answers] == [
        None if one.quantiles is None else list(one.quantiles) for one in daily
    ]
    [first, *others] = answers
    assert first["quantiles"] is not None
    assert first["life"] == f"{rig}/mud_pump_1/liner/2"
    assert (first["model"], first["version"], first["source"]) == ("rul-liner", 2, "request")
    assert (first["origin"], first["unit"]) == ("file", "hours with strokes")
    assert first["lake_version"] == platform.lake.version(HOURLY)
    assert first["cap"] >= first["quantiles"][-1]
    assert first["data_until"] == AS_OF.isoformat().replace("+00:00", "Z")
    assert first["data_age"] == 0.0
    assert {one["data_until"] for one in others} == {None}
    assert [one["equipment"] for one in others] == ["mud_pump_2", "mud_pump_3"]
    assert all("on record as installed" in one["reason"] for one in others)
    assert sorted(kept["predictions"], key=lambda one: str(one["equipment"])) == answers


def test_a_rig_that_fell_silent_is_foreseen_from_data_that_are_told_to_be_old(
    at_work: tuple[Service, str],
) -> None:
    service, rig = at_work
    later = (AS_OF + timedelta(days=3)).isoformat()
    body = {"rig_id": rig, "component": "liner", "as_of": later}
    maintainer = service.token(Role.MAINTENANCE)

    service.client.post(f"{RUL}/auto", json=body, headers=maintainer)
    kept = service.client.get(f"{RUL}/{rig}", headers=maintainer).json()["predictions"]

    newest = next(one for one in kept if one["equipment"] == "mud_pump_1")
    assert newest["as_of"].startswith(later[:10])
    assert newest["data_until"] == AS_OF.isoformat().replace("+00:00", "Z")
    assert newest["data_age"] == 72.0
    assert newest["quality"] != "good"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"as_of": "2199-01-01T00:00:00Z"}, 422),
        ({"as_of": "0001-01-01T00:00:00Z"}, 422),
        ({"as_of": "2024-03-01T00:00:00"}, 422),
        ({"rig_id": "NOWHERE"}, 404),
        ({"component": "kelly"}, 422),
    ],
)
def test_what_cannot_be_foreseen_of_a_rig_is_refused(
    served: Service, change: dict[str, str], status: int
) -> None:
    body = {"rig_id": "R1", "component": "liner"} | change

    answer = served.client.post(f"{RUL}/auto", json=body, headers=served.token(Role.ENGINEER))

    assert answer.status_code == status


def test_a_rig_that_one_may_not_see_is_foreseen_and_listed_like_one_that_is_not_there(
    served: Service,
) -> None:
    one = bearer(served.login("one@rig.example")["access_token"])

    def told(rig: str) -> list[tuple[int, str]]:
        body = {"rig_id": rig, "component": "liner"}
        answers = (
            served.client.post(f"{RUL}/auto", json=body, headers=one),
            served.client.get(f"{RUL}/{rig}", headers=one),
        )
        return [(each.status_code, each.json()["detail"].replace(rig, "?")) for each in answers]

    assert told("R2") == told("NOWHERE")
    assert [status for status, _ in told("R2")] == [404, 404]


def said(hour: int, component: str, source: PredictionSource) -> Prediction:
    prognosis = Prognosis(
        rig_id="R1",
        equipment="mud_pump_1",
        component=component,
        unit="R1/mud_pump_1/liner/1",
        failure_modes=("LOO",),
        as_of=START + timedelta(hours=hour),
        quantiles=(1.0, 2.0, 3.0, 4.0, 5.0),
        cap=300.0,
        age=20.0,
        model="rul-liner/3",
        quality=InputQuality.GOOD,
        reason="",
    )
    return Prediction(prognosis, source, 7, Origin.LIVE)


def test_the_history_of_a_rig_is_paged_and_chosen_from_on_either_database(
    on_either: Service,
) -> None:
    made = [
        said(hour, component, source)
        for hour in range(3)
        for component in ("liner", "piston")
        for source in (PredictionSource.DAILY, PredictionSource.REQUEST)
    ]
    with on_either.database.session() as session:
        predictions.keep(session, made)
    viewer = on_either.token(Role.VIEWER)

    def listed(query: str) -> list[tuple[str, str, str]]:
        found, cursor = [], ""
        while True:
            more = f"&cursor={cursor}" if cursor else ""
            page = on_either.client.get(f"{RUL}/R1?limit=5{query}{more}", headers=viewer).json()
            found += [
                (one["as_of"], one["component"], one["source"]) for one in page["predictions"]
            ]
            cursor = page["next"]
            if not cursor:
                return found

    everything = listed("")
    assert everything == sorted(everything, reverse=True)
    assert len(set(everything)) == len(made)
    liners = listed("&component=liner&source=daily")
    assert liners == [one for one in everything if one[1:] == ("liner", "daily")]


@pytest.mark.parametrize("cursor", ["x", "W10=", "WyJhIiwiYiIsImMiLCJkIiwiZSJd", "bnVsbA=="])
def test_a_cursor_of_someone_else_is_refused(served: Service, cursor: str) -> None:
    answer = served.client.get(f"{RUL}/R1?cursor={cursor}", headers=served.token(Role.VIEWER))

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
