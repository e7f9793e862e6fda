"""Daily prognoses from a store and a lake: the window of training, the version and origin read."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from idrill.aggregation import downsample
from idrill.errors import InvalidRequest
from idrill.frame import Origin
from idrill.prognosis import LEVELS, InputQuality, Prognosis
from idrill.registry import prognoses as module
from idrill.registry.champions import folder_of, model_name
from idrill.registry.daily_prognoses import keep_prognoses
from idrill.registry.prognoses import Bench, prognoses, what_is_known
from idrill.rigs import STANDARD_EQUIPMENT, Equipment, FixtureKind, Rig
from idrill.rul.components import ComponentLife, EndedBy, framing_of, problem_of
from idrill.rul.export import export
from idrill.rul.histories import lives_of
from idrill.rul.hours import hours_of
from idrill.rul.intervals import Interval
from idrill.rul.networks import network_named
from idrill.rul.scaling import fit_scaler
from idrill.rul.training import TrainedNetwork
from idrill.simulator.fleet import SimulatedFleet
from idrill.store import component_lives, promotions, rigs
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.predictions import Prediction, PredictionSource
from idrill.store.releases import Judgement
from idrill.store.tables import HOURLY
from idrill.windows import Lives, last_windows
from tests.frozen_models import card, exported

START = datetime(2024, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
DAYS = 16
AS_OF = START + DAYS * DAY
REPLACED = {"liner": 5, "piston": 4, "valve": 7}
"""Days after the start at which the second unit of each was installed."""


def generations(rig_id: str) -> list[ComponentLife]:
    """Two units of each component of a pump."""
    return [
        life
        for name, day in REPLACED.items()
        for life in (
            ComponentLife(
                rig_id, "mud_pump_1", name, 1, START, START + day * DAY, EndedBy.PREVENTIVE
            ),
            ComponentLife(rig_id, "mud_pump_1", name, 2, START + day * DAY, variant="metal"),
        )
    ]


@pytest.fixture(scope="module")
def days() -> list[pl.DataFrame]:
    """Hours of a simulated rig, day by day."""
    fleet = SimulatedFleet(1, 21, start=START, duration=DAYS * DAY, step=timedelta(minutes=10))
    rig = fleet.rig(1)
    return [downsample(rig.measured(144 * n, 144 * (n + 1)), "1h") for n in range(DAYS)]


@pytest.fixture
def bench(database: Database, tmp_path: Path) -> Bench:
    return Bench(database, Lake(str(tmp_path / "lake"), database), tmp_path / "models")


def put_to_work(
    bench: Bench,
    days: list[pl.DataFrame],
    *origins: Origin,
    synthetic: bool = False,
    beside: tuple[Equipment, ...] = (),
) -> str:
    """A rig on record whose hours lie in the lake, the days in turn from some origins."""
    name = str(days[0]["rig_id"][0])
    for number, hours in enumerate(days):
        place: dict[str, str | date] = {"rig_id": name, "day": (START + number * DAY).date()}
        origin = pl.lit(origins[number % len(origins)].value).cast(hours.schema["origin"])
        bench.lake.write(HOURLY, place, hours.with_columns(origin.alias("origin")))
    with bench.database.session() as session:
        equipment = (*STANDARD_EQUIPMENT, *beside)
        rigs.register(session, Rig(name, "at work", equipment=equipment, synthetic=synthetic))
        component_lives.record(session, name, generations(name))
    return name


@pytest.mark.parametrize("component", ["liner", "piston", "valve"])
def test_the_daily_window_is_the_one_that_the_histories_give(
    bench: Bench, days: list[pl.DataFrame], component: str
) -> None:
    name = put_to_work(bench, days, Origin.FILE)
    lives = lives_of(component, hours_of(pl.concat(days)), generations(name))
    [life] = [one for one in lives if one.unit.endswith("/2")]
    trained = last_windows(lives, framing_of(component).length)[lives.lives.index(life) :][:1]

    found = what_is_known(bench, name, AS_OF).windows["mud_pump_1", component]

    assert found.windows is not None
    assert not np.isnan(trained.values[0][trained.mask[0]]).all(axis=0).any()
    np.testing.assert_allclose(found.windows.values, trained.values, rtol=1e-6)


@pytest.mark.parametrize(
    ("origins", "told"),
    [
        ((Origin.FILE,), Origin.FILE),
        ((Origin.LIVE,), Origin.LIVE),
        ((Origin.FILE, Origin.LIVE), Origin.LIVE),
        ((Origin.LIVE, Origin.REPLAY, Origin.FILE), Origin.REPLAY),
    ],
)
def test_a_prognosis_tells_the_origin_that_is_trusted_least(
    bench: Bench, days: list[pl.DataFrame], origins: tuple[Origin, ...], told: Origin
) -> None:
    name = put_to_work(bench, days[:4], *origins)

    made = prognoses(bench, name, START + 4 * DAY, PredictionSource.DAILY)

    assert {one.origin for one in made} == {told}


def test_a_synthetic_rig_stays_one(bench: Bench, days: list[pl.DataFrame]) -> None:
    name = put_to_work(bench, days[:2], Origin.LIVE, synthetic=True)

    made = prognoses(bench, name, START + 2 * DAY, PredictionSource.DAILY)

    assert {one.origin for one in made} == {Origin.SYNTHETIC}


def test_a_tank_on_the_rig_hinders_no_prognosis(bench: Bench, days: list[pl.DataFrame]) -> None:
    tank = Equipment("mud_tank_1", FixtureKind.MUD_TANK)
    name = put_to_work(bench, days[:4], Origin.FILE, beside=(tank,))

    made = prognoses(bench, name, START + 4 * DAY, PredictionSource.DAILY)

    assert {one.prognosis.equipment for one in made} >= {"mud_pump_1", "top_drive", "drawworks"}


def test_the_version_that_was_read_is_the_one_that_is_kept(
    bench: Bench, days: list[pl.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody writes to the table between the reading and the keeping."""
    name = put_to_work(bench, days[:4], Origin.FILE)
    read, pinned = bench.lake.version(HOURLY), list[int]()
    made = prognoses(bench, name, START + 4 * DAY, PredictionSource.DAILY)

    def then_written(*_: object) -> list[Prediction]:
        place: dict[str, str | date] = {"rig_id": name, "day": (START + 4 * DAY).date()}
        bench.lake.write(HOURLY, place, days[4])
        return [_given(one) for one in made]

    monkeypatch.setattr(module, "prognoses", then_written)
    monkeypatch.setattr(Lake, "pin", lambda *told: pinned.append(told[2]))

    kept = keep_prognoses(bench, name, START + 4 * DAY, PredictionSource.DAILY)

    assert bench.lake.version(HOURLY) != read
    assert kept.written.version == read
    assert pinned == [read]


def _given(one: Prediction) -> Prediction:
    """The same with quantiles."""

    said: Prognosis = replace(one.prognosis, quantiles=(1.0,) * len(LEVELS))
    return replace(one, prognosis=said)


def test_an_instant_without_a_zone_is_refused(bench: Bench) -> None:
    with bench.database.session() as session:
        rigs.register(session, Rig("R1", "one"))

    with pytest.raises(InvalidRequest, match="2024-03-17 00:00:00 has no time zone, such as UTC"):
        prognoses(bench, "R1", AS_OF.replace(tzinfo=None), PredictionSource.REQUEST)


def crown(bench: Bench, component: str, digest: str) -> None:
    """Make version 1 of a component's model the champion."""
    model = model_name(component)
    with bench.database.session() as session:
        promotions.enter(session, model, 1, digest, by="ada", reason="trained")
        promotions.promote(session, model, 1, Judgement("beats all"), by="ada", against=None)


def sound(folder: Path, component: str, lives: Lives) -> str:
    """Digest of the folder of an untrained model that takes the windows of a component."""
    problem = problem_of(component, 300.0)
    network = network_named("summary").build(len(problem.channels), problem.length).eval()
    interval = Interval(np.array([]), np.array([[-9.0, -6.0, 0.0, 6.0, 9.0]]), problem.cap)
    said = replace(card(model=model_name(component)), problem=problem)
    return export(
        [TrainedNetwork(problem, fit_scaler(problem, lives), network)], interval, said, folder
    )


def test_one_damaged_champion_withholds_its_own_prognosis_and_no_other(
    bench: Bench, days: list[pl.DataFrame]
) -> None:
    name = put_to_work(bench, days, Origin.FILE)
    lives = lives_of("piston", hours_of(pl.concat(days)), generations(name))
    folders = {
        part: folder_of(bench.models_folder, model_name(part), 1) for part in ("piston", "valve")
    }
    crown(bench, "liner", "ab" * 32)
    crown(bench, "piston", sound(folders["piston"], "piston", lives))
    crown(bench, "valve", exported(folders["valve"], model="rul-valve"))

    made = {
        one.prognosis.component: one.prognosis
        for one in prognoses(bench, name, AS_OF, PredictionSource.DAILY)
        if one.prognosis.equipment in ("mud_pump_1", "top_drive")
    }

    assert made["piston"].quantiles is not None
    assert made["piston"].quality is not InputQuality.WITHHELD
    for part in ("liner", "valve"):
        assert made[part].quality is InputQuality.WITHHELD
        assert made[part].quantiles is None
        assert made[part].model == f"rul-{part}/1"
    assert "rul-liner/1 cannot be asked: " in made["liner"].reason
    assert "is no model folder: model.onnx" in made["liner"].reason
    assert "rul-valve/1 cannot be asked: rul-valve takes windows of 12 rows" in made["valve"].reason
    assert "it was never trained" in made["washpipe"].reason
