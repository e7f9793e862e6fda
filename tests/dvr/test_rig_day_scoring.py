"""How the benchmark on simulated rig-days judges what a report says."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from benchmarks.rig_days.rigs import Rig, drawn, true_values
from benchmarks.rig_days.scoring import Said, Wrong, confusion, upper_bound, verdict, wilson
from idrill.dvr.rig_days.report import FAULTS
from idrill.simulator.event_kinds import EventKind
from idrill.simulator.events import Event
from idrill.simulator.faults import Fault, FaultKind

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
BIAS = Wrong("sensor", frozenset({"flow_in"}), NOON, NOON + timedelta(hours=12))
NONE = FAULTS.to_frame()


def told(
    name: str, minutes: float, kind: str = "sensor", suspects: tuple[str, ...] = ()
) -> pl.DataFrame:
    """An episode told so many minutes after noon."""
    detected = NOON + timedelta(minutes=minutes)
    row = {
        "kind": kind, "name": name, "network": "circulation", "suspects": suspects or (name,),
        "start": detected, "detected": detected, "end": None, "size": 1.0, "sd": 0.1,
        "unit": "L/min", "detector": "jump", "reason": "",
    }  # fmt: skip
    return pl.DataFrame([row], schema=FAULTS)


@pytest.mark.parametrize(
    ("episode", "expected"),
    [
        (told("flow_in", 30), Said.NAMED),
        (told("flow_in or flow_out", 30, "unclear", ("flow_in", "flow_out")), Said.CLASS),
        (told("flow_out", 30), Said.OTHER_SENSOR),
        (told("washout", 30, "process"), Said.OTHER_EVENT),
        (told("flow_in or losses", 30, "unclear", ("flow_in", "losses")), Said.AMONG_OTHERS),
        (told("influx or losses", 30, "unclear", ("influx", "losses")), Said.CANNOT_TELL),
        (told("flow_in", -30), Said.NOTHING),
        (told("flow_in", 730), Said.NOTHING),
    ],
)
def test_an_episode_names_a_fault_or_does_not(episode: pl.DataFrame, expected: Said) -> None:
    assert verdict(episode, NONE, BIAS).best == expected


def test_an_event_is_named_by_its_own_name_not_by_its_class() -> None:
    washout = Wrong("process", frozenset({"washout"}), NOON, NOON + timedelta(hours=1))
    episode = told("pump_wear", 30, "process", ("pump_wear", "washout"))
    assert verdict(episode, NONE, washout).best == Said.AMONG_OTHERS


def test_the_first_episode_and_the_best_are_told_apart() -> None:
    found = verdict(pl.concat([told("flow_in", 90), told("flow_out", 30)]), NONE, BIAS)
    assert (found.first, found.first_name) == (Said.OTHER_SENSOR, "flow_out")
    assert (found.best, found.delay, found.episodes) == (Said.NAMED, 1.5, 2)


def test_what_the_sound_day_tells_as_well_does_not_count() -> None:
    assert verdict(told("flow_in", 30), told("flow_in", 40), BIAS).best == Said.NOTHING
    assert verdict(told("flow_in", 30), told("flow_in", 90), BIAS).best == Said.NAMED


def test_a_bound_covers_an_equal_error_and_excludes_a_smaller_one() -> None:
    random = np.random.default_rng(5)
    raw, alike = random.chisquare(4, 60), random.chisquare(4, 60)
    assert upper_bound([(alike, raw)], random) > 1.0
    assert upper_bound([(0.5 * raw, raw)], random) < 0.72


def test_the_interval_of_a_share_stays_within_zero_and_one() -> None:
    assert wilson(0, 10)[0] == pytest.approx(0.0, abs=1e-12)
    assert wilson(10, 10)[1] == pytest.approx(1.0)


def test_confusions_are_counted() -> None:
    counted = confusion([("washout", "washout"), ("washout", "pump_wear"), ("a", "pump_wear")])
    assert counted.rows() == [("a", 1, 0), ("washout", 1, 1)]


@pytest.fixture(scope="module")
def rig() -> Rig:
    return drawn(7, 1.0, 1)


def test_a_sensor_differs_from_its_truth_by_noise_offset_and_scale_alone(rig: Rig) -> None:
    measured = rig.measured(0)
    seconds = (measured["time"] - measured["time"][0]).dt.total_seconds().to_numpy()
    for sensor in rig.campaign.sensors.sensors:
        if sensor.lag or sensor.pulsed or sensor.held:
            continue
        true = true_values(rig, sensor.channel, rig.truths[0])[seconds]
        error = (measured[sensor.channel] - sensor.scale * pl.Series(true)).drop_nulls()
        spread = 4.0 * max(sensor.noise, sensor.quantum, 1e-6)
        assert error.median() == pytest.approx(sensor.offset, abs=spread), sensor.channel


def test_a_day_lived_again_is_the_day_and_an_event_changes_it_from_its_start_on(rig: Rig) -> None:
    assert rig.lived_again(0, []).equals(rig.truths[0])
    truth = rig.lived_again(0, [Event(EventKind.PLUGGED_NOZZLE, 40_000.0, 86_400.0, 0.3)])
    assert truth.head(40_000).equals(rig.truths[0].head(40_000))
    assert not truth.equals(rig.truths[0])


def test_a_faulty_sensor_differs_by_its_fault_alone(rig: Rig) -> None:
    fault = Fault("standpipe_pressure", FaultKind.OFFSET, 40_000.0, 86_400.0, 500.0)
    faulty, sound = rig.measured(0, [fault]), rig.measured(0)
    apart = faulty["standpipe_pressure"] - sound["standpipe_pressure"]
    assert apart.drop_nulls().unique().round(6).sort().to_list() == [0.0, 500.0]
    assert faulty.drop("standpipe_pressure").equals(sound.drop("standpipe_pressure"))
