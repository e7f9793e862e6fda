"""Events: on schedule, at random, as forcing and as labels."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import nan

import numpy as np
import pytest

from idrill.errors import InvalidSimulation
from idrill.simulator.event_kinds import HARMFUL, LITRES_A_MINUTE, SPECS, EventKind, While
from idrill.simulator.events import (
    BIT_SHARE,
    DAY,
    LABELS,
    AtRandom,
    Event,
    Forcing,
    Planned,
    draw_event,
    forcing,
    labels,
)
from idrill.simulator.noise import stream

KICK = Event(EventKind.INFLUX, 100.0, 700.0, 0.005, growth=100.0, during=While.PUMPS_OFF)
LEAK = Event(EventKind.LINER_LEAK, 50.0, 900.0, 0.1, growth=400.0, pump=2)
WASHOUT = Event(EventKind.WASHOUT, 0.0, 4_000.0, 0.10, growth=3_600.0)
SCHEDULE = Planned((KICK, LEAK, WASHOUT))


def test_an_influx_grows_stays_and_ends() -> None:
    rate = forcing((KICK,), 0, 1_000).influx_rate

    assert rate[[99, 100, 150, 200, 699, 700]] == pytest.approx(
        [0.0, 0.0, 0.0025, 0.005, 0.005, 0.0]
    )


def test_forcing_does_not_depend_on_where_time_is_cut() -> None:
    events = AtRandom(3, "RIG", per_day=3.0).between(0.0, DAY)

    whole = forcing(events, 0, DAY)
    bounds = [0, 1, 500, 40_000, DAY]
    pieces = [
        forcing(AtRandom(3, "RIG", per_day=3.0).between(start, end), start, end - start)
        for start, end in pairwise(bounds)
    ]

    for name in Forcing._fields:
        joined = np.concatenate([getattr(piece, name) for piece in pieces])
        assert joined.tobytes() == getattr(whole, name).tobytes(), name


def test_without_events_nothing_is_forced() -> None:
    quiet = forcing((), 0, 10)

    factors = {"weakening_factor", "drag_factor", "rheology_factor"}
    for name in Forcing._fields:
        assert (getattr(quiet, name) == (1.0 if name in factors else 0.0)).all(), name


def test_a_washout_opens_the_area_that_costs_the_pressure_said() -> None:
    area = forcing((WASHOUT,), 3_600, 1).washout_area_fraction[0]

    left = BIT_SHARE / (1.0 + area) ** 2 + (1.0 - BIT_SHARE)
    assert left == pytest.approx(0.90)


def test_overlapping_events_add_up_and_shares_stay_below_one() -> None:
    packed = tuple(Event(EventKind.PACK_OFF, 0.0, 10.0, 0.6) for _ in range(3))

    both = forcing((KICK, KICK, *packed), 200, 1)
    blocked = forcing(packed, 0, 1).annulus_blockage[0]

    assert both.influx_rate[0] == pytest.approx(0.010)
    assert blocked == pytest.approx(1.0 - 0.4**3)


def test_a_liner_leaks_in_its_own_pump() -> None:
    leaking = forcing((LEAK,), 450, 1)

    assert leaking.pump_2_leak[0] == pytest.approx(0.1)
    assert leaking.pump_1_leak[0] == leaking.pump_3_leak[0] == 0.0


def test_an_influx_says_when_it_flows() -> None:
    during = forcing((KICK,), 90, 200).influx_during

    assert during[5] == While.ANYTHING
    assert during[50] == While.PUMPS_OFF


@pytest.mark.parametrize("kind", EventKind)
def test_every_kind_but_sensor_faults_forces_something(kind: EventKind) -> None:
    event = Event(kind, 0.0, 100.0, min(SPECS[kind].severity.draw(stream(1, kind)), 20.0))

    forced = forcing((event,), 50, 1)
    quiet = forcing((), 50, 1)

    in_sensors = {
        EventKind.FLOW_OUT_DRIFT, EventKind.TORQUE_NOISE, EventKind.VIBRATION_NOISE,
        EventKind.HOOK_LOAD_OFFSET,
    }  # fmt: skip
    assert (forced != quiet) == (kind not in in_sensors)


def test_every_harmful_kind_has_a_look_alike_as_frequent() -> None:
    events = AtRandom(1, "RIG", per_day=2.0).between(0.0, 400.0 * DAY)

    number = {kind: sum(one.kind is kind for one in events) for kind in EventKind}
    assert set(HARMFUL) == {
        EventKind.WASHOUT, EventKind.INFLUX, EventKind.LOSSES, EventKind.PACK_OFF,
        EventKind.PLUGGED_NOZZLE, EventKind.STICK_SLIP, EventKind.WHIRL, EventKind.TWIST_OFF,
    }  # fmt: skip
    for spec in SPECS.values():
        if spec.look_alike_of is not None:
            assert number[spec.kind] == pytest.approx(number[spec.look_alike_of], rel=0.2)


def test_drawn_events_have_the_sizes_asked_for() -> None:
    random = stream(1, "events")
    influxes = [draw_event(SPECS[EventKind.INFLUX], 0.0, random) for _ in range(300)]
    washouts = [draw_event(SPECS[EventKind.WASHOUT], 0.0, random) for _ in range(300)]
    transfers = [draw_event(SPECS[EventKind.PIT_TRANSFER], 0.0, random) for _ in range(300)]

    assert all(50 <= one.severity / LITRES_A_MINUTE <= 800 for one in influxes)
    assert all(60.0 <= one.growth <= 300.0 for one in influxes)
    assert {one.during for one in influxes} == set(While)
    assert all(0.01 <= one.severity <= 0.10 for one in washouts)
    assert all(1_800.0 <= one.growth <= 6 * 3_600.0 for one in washouts)
    volumes = [
        forcing((one,), int(one.start), int(one.end - one.start)).pit_transfer_rate.sum()
        for one in transfers
    ]
    assert 0.9 < min(volumes) < 2.0
    assert 10.0 < max(volumes) < 21.0


@pytest.mark.parametrize("kind", EventKind)
def test_no_event_lasts_longer_than_the_day_that_random_schedules_look_back(
    kind: EventKind,
) -> None:
    random = stream(1, kind)

    longest = max(one.end - one.start for one in (
        draw_event(SPECS[kind], 0.0, random) for _ in range(500)
    ))  # fmt: skip
    assert longest < DAY


def test_labels_say_what_is_a_look_alike_of_what() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)

    table = labels(SCHEDULE.between(0.0, 1_000.0), start)

    assert table.schema == LABELS
    assert table["kind"].to_list() == ["washout", "liner_leak", "influx"]
    assert table["look_alike_of"].to_list() == [None, "washout", None]
    assert table["start"][2] == start + timedelta(seconds=100)
    assert labels((), start).schema == LABELS


def test_only_events_under_way_are_found() -> None:
    assert SCHEDULE.between(800.0, 900.0) == (WASHOUT, LEAK)
    assert SCHEDULE.between(5_000.0, 6_000.0) == ()


@pytest.mark.parametrize(
    ("field", "event"),
    [
        ("start", {"start": 10.0, "end": 5.0}),
        ("start", {"start": nan, "end": 5.0}),
        ("severity", {"severity": -0.05}),
        ("severity", {"severity": 0.5}),
        ("growth", {"growth": -1.0}),
        ("pump", {"pump": 4}),
    ],
)
def test_an_impossible_event_is_refused_by_the_name_of_its_field(
    field: str, event: dict[str, float]
) -> None:
    possible = {"start": 0.0, "end": 10.0, "severity": 0.05}

    with pytest.raises(InvalidSimulation, match=field):
        Event(EventKind.WASHOUT, **{**possible, **event})  # type: ignore[arg-type]


def test_an_impossible_rate_of_events_is_refused() -> None:
    with pytest.raises(InvalidSimulation, match="per_day"):
        AtRandom(1, "RIG", per_day=-1.0)
