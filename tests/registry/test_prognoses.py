"""Daily prognoses from a store and a lake: the window of training, the version and origin read."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from idrill.aggregation import downsample
from idrill.frame import Origin
from idrill.prognosis import LEVELS, Prognosis
from idrill.registry import prognoses as module
from idrill.registry.prognoses import Bench, keep_prognoses, prognoses, what_is_known
from idrill.rigs import Rig
from idrill.rul.components import ComponentLife, EndedBy, framing_of
from idrill.rul.histories import lives_of
from idrill.rul.hours import hours_of
from idrill.simulator.fleet import SimulatedFleet
from idrill.store import component_lives, rigs
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.predictions import Prediction, PredictionSource
from idrill.store.tables import HOURLY
from idrill.windows import last_windows

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
    bench: Bench, days: list[pl.DataFrame], *origins: Origin, synthetic: bool = False
) -> str:
    """A rig on record whose hours lie in the lake, the days in turn from some origins."""
    name = str(days[0]["rig_id"][0])
    for number, hours in enumerate(days):
        place: dict[str, str | date] = {"rig_id": name, "day": (START + number * DAY).date()}
        origin = pl.lit(origins[number % len(origins)].value).cast(hours.schema["origin"])
        bench.lake.write(HOURLY, place, hours.with_columns(origin.alias("origin")))
    with bench.database.session() as session:
        rigs.register(session, Rig(name, "at work", synthetic=synthetic))
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
