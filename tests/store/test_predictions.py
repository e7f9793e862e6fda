"""Predictions: kept once, the newest found."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from idrill.errors import InvalidRequest
from idrill.frame import Origin
from idrill.prognosis import InputQuality, Prognosis
from idrill.rigs import Rig
from idrill.store import predictions, rigs
from idrill.store.database import Database
from idrill.store.predictions import Prediction, PredictionSource

NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)
GIVEN = Prognosis(
    rig_id="R1",
    equipment="top_drive",
    component="gearbox",
    unit="R1/top_drive/gearbox/2",
    failure_modes=("VIB", "OHE"),
    as_of=NOON,
    quantiles=(10.0, 20.0, 30.0, 40.0, 50.0),
    cap=60.0,
    age=123.5,
    model="rul-gearbox/3",
    quality=InputQuality.GOOD,
    reason="",
)
WITHHELD = replace(
    GIVEN,
    component="washpipe",
    quantiles=None,
    cap=None,
    age=None,
    model="",
    quality=InputQuality.WITHHELD,
    reason="its age is not known",
)


def daily(prognosis: Prognosis) -> Prediction:
    return Prediction(prognosis, PredictionSource.DAILY, 7, Origin.SYNTHETIC)


@pytest.fixture(autouse=True)
def rig(database: Database) -> None:
    with database.session() as session:
        rigs.register(session, Rig("R1", "one", synthetic=True))


def test_a_prediction_comes_back_as_it_was_given_or_withheld(database: Database) -> None:
    with database.session() as session:
        predictions.keep(session, [daily(GIVEN), daily(WITHHELD)])

    with database.session() as session:
        given, withheld = predictions.latest(session, "R1", at=NOON)

    assert (given.prognosis, withheld.prognosis) == (GIVEN, WITHHELD)


def test_a_prediction_tells_how_much_older_its_data_were(database: Database) -> None:
    known = replace(daily(GIVEN), data_until=NOON - timedelta(hours=50))
    with database.session() as session:
        predictions.keep(session, [known, daily(WITHHELD)])

    with database.session() as session:
        given, withheld = predictions.page(
            session, "R1", component=None, source=None, after=None, limit=9
        )[::-1]

    assert {given.data_age, withheld.data_age} == {timedelta(hours=50), None}
    assert known.data_until in (given.data_until, withheld.data_until)
    assert (given.lake_version, given.origin) == (7, Origin.SYNTHETIC)


def test_the_same_prediction_twice_is_one_row_with_what_was_said_last(database: Database) -> None:
    with database.session() as session:
        predictions.keep(session, [daily(GIVEN)])
        predictions.keep(session, [daily(replace(GIVEN, reason="anew"))])

    with database.session() as session:
        [kept] = predictions.history(session, "R1", "top_drive", "gearbox")

    assert kept.prognosis.reason == "anew"


def test_the_newest_of_each_component_is_found_and_its_history_in_order(
    database: Database,
) -> None:
    days = [replace(GIVEN, as_of=NOON + day * timedelta(days=1)) for day in (1, 0, 2)]
    with database.session() as session:
        predictions.keep(session, [daily(one) for one in days])

    with database.session() as session:
        [newest] = predictions.latest(session)
        all_of_it = predictions.history(session, "R1", "top_drive", "gearbox")
        last_two = predictions.history(session, "R1", "top_drive", "gearbox", limit=2)

    assert newest.prognosis.as_of == NOON + timedelta(days=2)
    assert [one.prognosis.as_of.day for one in all_of_it] == [1, 2, 3]
    assert last_two == all_of_it[1:]


def test_the_last_prognosis_of_a_silent_rig_grows_doubtful_and_is_withheld(
    database: Database,
) -> None:
    with database.session() as session:
        predictions.keep(session, [daily(GIVEN), daily(WITHHELD)])

    days = (0, 2, 3, 14, 15)
    with database.session() as session:
        told = {
            day: predictions.latest(session, "R1", at=NOON + timedelta(days=day)) for day in days
        }
        [today, _] = predictions.latest(session, "R1")
        [written] = predictions.history(session, "R1", "top_drive", "gearbox")

    assert [told[day][0].prognosis.quality.value for day in days] == [
        "good", "good", "doubtful", "doubtful", "withheld",
    ]  # fmt: skip
    late = told[3][0].prognosis
    assert late.quantiles == GIVEN.quantiles
    assert late.reason == "silent since 2026-02-01 12:00: nothing newer for 3.0 days"
    assert told[15][0].prognosis.quantiles is None
    assert told[3][1].prognosis.reason.startswith("its age is not known; silent since 2026-02-01")
    assert told[3][1].prognosis.quality is InputQuality.WITHHELD
    assert today.prognosis.quality is InputQuality.WITHHELD
    assert written.prognosis == GIVEN


def test_an_instant_without_a_zone_is_refused(database: Database) -> None:
    with database.session() as session:
        predictions.keep(session, [daily(GIVEN)])

    with (
        pytest.raises(InvalidRequest, match="2026-02-01 12:00:00 has no time zone"),
        database.session() as session,
    ):
        predictions.latest(session, at=NOON.replace(tzinfo=None))


def test_what_a_shadow_or_a_visitor_was_told_is_not_the_latest(database: Database) -> None:
    shadow = Prediction(GIVEN, PredictionSource.SHADOW, None, Origin.SYNTHETIC)
    asked = Prediction(GIVEN, PredictionSource.REQUEST, None, Origin.SYNTHETIC)
    with database.session() as session:
        predictions.keep(session, [shadow, asked])

    with database.session() as session:
        assert predictions.latest(session, "R1") == []
        [told] = predictions.latest(session, "R1", sources=[PredictionSource.SHADOW])
    assert told.source is PredictionSource.SHADOW
