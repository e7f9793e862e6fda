"""A simulated rig that runs: what is injected shows, and an interruption changes nothing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import polars as pl
import pytest

from idrill.errors import InvalidSimulation, NotFound, UnknownChannel
from idrill.frame import Origin
from idrill.rigs import Rig
from idrill.simulator.campaign import Campaign, draw_campaign
from idrill.sources.pacing import Pace
from idrill.sources.simulation import Labels, NeverAhead, SimulatedRig, Stage, streamed
from idrill.sources.sinks import Address, StoreSink
from idrill.sources.typical import Asked, wanted
from idrill.store import injections, live_readings, rigs
from idrill.store.database import Database
from idrill.store.injections import Injection, Wanted

SECOND, STEP = timedelta(seconds=1), timedelta(seconds=30)
KICK = Wanted("kick", None, 0.01, 1.0, 120.0)
FROZEN = Wanted("frozen", "hook_load", 1.0, 0.0, 60.0)


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    """A rig that began an hour ago, and to which nothing happens by itself."""
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    return draw_campaign("SIM_01", start=start, days=2, seed=3)


@pytest.fixture
def entered(database: Database) -> Database:
    """The store, with the rig."""
    with database.session() as session:
        rigs.register(session, Rig("SIM_01", "SIM_01", synthetic=True))
    return database


def ask(database: Database, *asked: Wanted) -> None:
    with database.session() as session:
        for one in asked:
            injections.ask(session, "SIM_01", one, "somebody")


def known(database: Database) -> list[Injection]:
    with database.session() as session:
        return injections.of_rig(session, "SIM_01")


def run(
    campaign: Campaign, database: Database, sink: StoreSink, *plan: tuple[int, tuple[Wanted, ...]]
) -> Labels:
    """Run for so many stretches, then ask for something, and so on; another rig each time."""
    labels = Labels(campaign.start)
    for count, asked in plan:
        with database.session() as session:
            begun = injections.begun(session, "SIM_01")
            mark = live_readings.mark_of(session, "SIM_01")
        rig = SimulatedRig(campaign, begun)
        last = campaign.start - SECOND if mark is None or mark.last_time is None else mark.last_time
        for passed in rig.catch_up(last + SECOND, lambda: False):
            labels.add(passed)
        ending = Event()
        to = Address("SIM_01", Origin.SYNTHETIC, "a test")
        stage = Stage(database, sink, to, print, ending)
        clock = NeverAhead(Pace(None, ending), ending)
        clock.step = lambda at: STEP  # type: ignore[method-assign]  # noqa: ARG005
        stretches = streamed(rig, stage, clock)
        for _ in range(count):
            labels.add(next(stretches))
        ask(database, *asked)
    return labels


def frame(database: Database) -> pl.DataFrame:
    with database.session() as session:
        mark = live_readings.mark_of(session, "SIM_01")
        assert mark is not None
        end = datetime.now(UTC) + timedelta(days=1)
        found = live_readings.between(session, mark, end - timedelta(days=3), end)
    return found.drop("revision")


def test_what_is_injected_begins_with_the_next_second_and_shows(
    campaign: Campaign, entered: Database, sink: StoreSink
) -> None:
    ask(entered, FROZEN)

    run(campaign, entered, sink, (4, ()))

    [one] = known(entered)
    assert one.start == campaign.start
    shown = frame(entered)["hook_load"].to_list()
    assert len(set(shown[:60])) == 1
    assert len(set(shown[60:])) > 10


def test_an_interruption_changes_no_reading_and_no_label(
    campaign: Campaign, entered: Database, sink: StoreSink, tmp_path: Path
) -> None:
    first = run(campaign, entered, sink, (3, (KICK,)), (2, (FROZEN,)), (6, ()))
    second = SimulatedRig(campaign, [one for one in known(entered) if one.start is not None])

    whole = second.advance(STEP * 11)

    names = [name for name in frame(entered).columns if name in whole.measured.columns]
    told = frame(entered).select(names)
    assert told.drop("origin").equals(whole.measured.select(names).drop("origin"))
    assert told["origin"].unique().to_list() == ["synthetic"]
    assert {one.kind.value for one in first.events} == {"influx"}
    assert first.events == set(whole.events)
    first.write(tmp_path)
    assert pl.read_parquet(tmp_path / "stream.events.parquet")["start"].to_list() == [
        campaign.start + 3 * STEP
    ]
    assert pl.read_parquet(tmp_path / "stream.faults.parquet")["channel"].to_list() == ["hook_load"]


def test_a_kick_brings_mud_that_nobody_pumped(
    campaign: Campaign, entered: Database, sink: StoreSink
) -> None:
    calm = SimulatedRig(campaign, []).advance(STEP * 8).truth
    ask(entered, KICK)
    run(campaign, entered, sink, (8, ()))

    injected = SimulatedRig(campaign, known(entered)).advance(STEP * 8).truth

    assert calm["influx_volume"].max() == 0.0
    assert injected["influx_volume"][-1] == pytest.approx(1.2, rel=0.05)


def test_what_cannot_happen_is_refused_with_the_reason_and_the_rig_goes_on(
    campaign: Campaign, entered: Database, sink: StoreSink
) -> None:
    ask(entered, Wanted("frozen", "gamma_ray", 1.0, 0.0, 60.0), Wanted("flood", None, 1, 0, 60.0))

    run(campaign, entered, sink, (1, ()))

    assert [one.start for one in known(entered)] == [None, None]
    assert "not measured on SIM_01" in str(known(entered)[0].refused)
    assert "no kind" in str(known(entered)[1].refused)
    assert frame(entered).height > 0


def test_nothing_happens_to_a_real_rig(database: Database) -> None:
    with database.session() as session, pytest.raises(InvalidSimulation, match="is a real rig"):
        injections.ask(session, "R1", KICK, "somebody")
    with database.session() as session, pytest.raises(NotFound):
        injections.ask(session, "R9", KICK, "somebody")


def test_its_time_never_runs_ahead_of_the_clock() -> None:
    ending = Event()
    clock = NeverAhead(Pace(None, ending), ending)
    now = datetime.now(UTC)

    assert clock.step(now - timedelta(days=1)) == timedelta(seconds=1_000)
    assert clock.step(now + timedelta(seconds=30)) == timedelta(seconds=1)
    assert clock.wait(now - timedelta(seconds=1))
    ending.set()
    assert not clock.wait(now + timedelta(days=1))


@pytest.mark.parametrize(
    ("asked", "unit"),
    [
        (Asked("washout", None, None, None, None), 0.1),
        (Asked("pit_transfer", None, None, None, None), 0.05),
        (Asked("spike", "torque", None, None, None), 1_000.0),
        (Asked("unit_switch", "hook_load", None, None, None), 1.0),
    ],
    ids=["washout", "a volume", "spike", "unit"],
)
def test_what_is_left_open_is_filled_in_so_that_it_can_be(asked: Asked, unit: float) -> None:
    found = wanted(asked)

    assert 0.0 < found.severity <= unit
    assert found.lasting >= 1.0
    assert wanted(asked) == found


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        (Asked("earthquake", None, None, None, None), InvalidSimulation),
        (Asked("washout", None, 7.0, None, None), InvalidSimulation),
        (Asked("frozen", None, None, None, None), InvalidSimulation),
        (Asked("washout", "torque", None, None, None), InvalidSimulation),
        (Asked("frozen", "torqe", None, None, None), UnknownChannel),
        (Asked("unit_switch", "rotary_speed", None, None, None), InvalidSimulation),
    ],
    ids=["kind", "severity", "without a sensor", "of a sensor", "channel", "no other unit"],
)
def test_what_makes_no_sense_is_refused_at_once(asked: Asked, fault: type[Exception]) -> None:
    with pytest.raises(fault):
        wanted(asked)
