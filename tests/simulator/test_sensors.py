"""From truth to frames: sensors one by one, what is reckoned, what is carried."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from idrill import frame
from idrill.errors import InvalidSimulation, UnknownChannel
from idrill.frame import Activity
from idrill.simulator.fault_schedules import PlannedFaults, RandomFaults
from idrill.simulator.faults import Fault, FaultKind
from idrill.simulator.noise import stream
from idrill.simulator.outfit import draw_outfit
from idrill.simulator.sensor_package import UNEVEN, Sensor, SensorPackage, draw_sensors
from idrill.simulator.sensors import WEIGHT_STEP, Memory, measure
from idrill.simulator.truth import ACTIVITIES, NAMES, table

START = datetime(2026, 1, 1, tzinfo=UTC)
Array = NDArray[np.floating[Any]]


def truth(columns: Mapping[str, Array | float], n: int = 600) -> pl.DataFrame:
    """A chunk of truth with these columns; the rest is zero, the rig drills."""
    values = np.zeros((len(NAMES), n))
    drilling = float(ACTIVITIES.index(Activity.DRILLING_ROTATING))
    for name, column in {"activity_code": drilling, **columns}.items():
        values[NAMES.index(name)] = column
    end = START + timedelta(seconds=n - 1)
    times = pl.datetime_range(START, end, "1s", eager=True, time_unit="us")
    return table(values, times)


def day(n: int = 7_200) -> pl.DataFrame:
    """Two hours of drilling with a connection in the middle."""
    t = np.arange(n)
    off = (t > 3_000) & (t < 3_600)
    weight = np.where(off, 0.0, 8e4 + 5e3 * np.sin(t / 40))
    code = np.where(off, ACTIVITIES.index(Activity.CONNECTION), 0)
    hole = 2_000.0 + 0.006 * np.cumsum(~off)
    return truth(
        {
            "hole_depth": hole, "bit_depth": hole - 1.0 * off, "weight_on_bit": weight,
            "hook_load": 1.3e6 - weight, "flow_in": np.where(off, 0.0, 0.055),
            "flow_out": np.where(off, 0.0, 0.055), "pit_1": 50.0, "activity_code": code,
            "annular_pressure": 1e3 * t, "standpipe_pressure": np.where(off, 0.0, 18e6),
        },
        n,
    )  # fmt: skip


def only(sensor: Sensor) -> SensorPackage:
    return SensorPackage("RIG", (sensor,))


def read(sensor: Sensor, chunk: pl.DataFrame, faults: tuple[Fault, ...] = ()) -> pl.Series:
    return measure(only(sensor), chunk, 1, faults)[0][sensor.channel]


def drawn(seed: int = 1) -> SensorPackage:
    return draw_sensors(draw_outfit("RIG", stream(seed, "rig")), stream(seed, "sensors"))


def test_a_frame_of_drawn_sensors_is_canonical_synthetic_and_without_truth() -> None:
    chunk = day()

    measured, _ = measure(drawn(), chunk, 1)

    frame.check(measured)
    assert measured["origin"].unique().to_list() == ["synthetic"]
    assert measured["time"].is_in(chunk["time"].implode()).all()
    assert {"bit_wear", "influx", "activity"} & set(measured.columns) == set()


@pytest.mark.parametrize("clock", [(1,), UNEVEN])
def test_cutting_time_into_chunks_changes_no_byte(clock: tuple[int, ...]) -> None:
    package = replace(drawn(), clock=clock)
    channels = tuple(sensor.channel for sensor in package.sensors)
    faults = RandomFaults(5, "RIG", channels, per_day=15.0).between(0.0, 7_200.0)
    chunk = day()

    whole, _ = measure(package, chunk, 1, faults)
    memory: Memory | None = None
    pieces = []
    for start, end in pairwise([0, 1, 2, 700, 701, 3_010, 3_333, 3_601, 7_200]):
        piece, memory = measure(package, chunk[start:end], 1, faults, memory)
        pieces.append(piece)

    assert len({fault.kind for fault in faults}) == len(FaultKind)
    assert frame.content_hash(pl.concat(pieces)) == frame.content_hash(whole)


def test_another_seed_gives_other_noise() -> None:
    one, _ = measure(drawn(), day(), 1)
    other, _ = measure(drawn(), day(), 2)

    assert (one["hook_load"] != other["hook_load"]).sum() > 0.9 * one.height


def test_a_perfect_sensor_shows_the_truth_in_channel_units() -> None:
    chunk = truth({"standpipe_pressure": 17.3e6, "mud_temperature_in": 300.0, "total_gas": 0.02})

    assert read(Sensor("standpipe_pressure", "standpipe_pressure"), chunk)[0] == 17_300.0
    assert read(Sensor("mud_temperature_in", "mud_temperature_in"), chunk)[0] == pytest.approx(
        26.85
    )
    assert read(Sensor("total_gas", "total_gas"), chunk)[0] == pytest.approx(2.0)


def test_a_sensor_lags_by_its_time_constant() -> None:
    step = np.where(np.arange(600) < 100, 0.0, 0.06)

    shown = read(Sensor("flow_out", "flow_out", lag=10.0), truth({"flow_out": step}))

    assert shown[99] == 0.0
    assert shown[109] == pytest.approx(3_600 * (1 - np.exp(-1.0)))
    assert shown[599] == pytest.approx(3_600.0)


def test_noise_has_its_size_its_memory_and_its_heavy_tails() -> None:
    chunk = truth({"hook_load": 1e6}, 60_000)
    plain = Sensor("hook_load", "hook_load", noise=3.0, memory=0.6)

    quiet = read(plain, chunk).to_numpy() - 1_000.0
    bursts = read(replace(plain, memory=0.0, burst=0.7), chunk).to_numpy() - 1_000.0

    assert quiet.std() == pytest.approx(3.0, rel=0.03)
    assert np.corrcoef(quiet[1:], quiet[:-1])[0, 1] == pytest.approx(0.6, abs=0.02)
    steps = bursts[4:] - bursts[:-4]
    assert bursts.std() == pytest.approx(3.0, rel=0.15)
    assert ((steps / steps.std()) ** 4).mean() > 5.0


def test_a_reading_is_scaled_offset_and_rounded() -> None:
    sensor = Sensor("torque", "torque", offset=0.3, scale=1.1, quantum=0.5)

    assert read(sensor, truth({"torque": 10e3}))[0] == pytest.approx(11.5)


def test_rate_of_penetration_is_held_and_comes_late() -> None:
    fast = np.arange(600) >= 300
    hole = 1_000.0 + np.cumsum(np.where(fast, 0.01, 0.005))
    sensor = Sensor("rate_of_penetration", "hole_depth", interval=40, held=True)

    shown = read(sensor, truth({"hole_depth": hole})).to_numpy()

    assert np.nanmax(shown[100:300]) == pytest.approx(18.0)
    assert shown[340:].max() == pytest.approx(36.0)
    assert 300 < np.argmax(shown > 30.0) <= 380
    repeated = (np.diff(shown[100:]) == 0.0).mean()
    assert repeated > 0.95


def test_mud_pulse_values_come_seldom_late_and_only_with_flow() -> None:
    sensor = Sensor(
        "annular_pressure", "annular_pressure", interval=30, phase=7, delay=20, pulsed=True
    )
    chunk = day()

    shown = read(sensor, chunk)

    seconds = np.flatnonzero(shown.is_not_null().to_numpy())
    epoch = int(START.timestamp())
    assert ((seconds + epoch) % 30 == 7).all()
    assert shown.gather(seconds).to_numpy() == pytest.approx(seconds - 20.0)
    assert not ((seconds > 3_001) & (seconds < 3_600)).any()
    assert len(seconds) == pytest.approx((7_200 - 600) / 30, abs=2)


def test_weight_on_bit_is_tare_less_hook_load_and_carries_no_redundancy() -> None:
    package = replace(only(Sensor("hook_load", "hook_load", noise=2.0)), tare_error=5.0)

    measured, _ = measure(package, day(), 1)

    weight, load = measured["weight_on_bit"].to_numpy(), measured["hook_load"].to_numpy()
    assert package.derived == {"weight_on_bit": ("hook_load",)}
    before, after = (weight + load)[:3_000], (weight + load)[3_600:]
    assert np.ptp(before) < 1.01 * WEIGHT_STEP
    assert np.ptp(after) < 1.01 * WEIGHT_STEP
    assert 0.1 < abs(after[0] - before[0]) < 30.0
    assert (weight[3_001:3_600] == 0.0).all()
    assert np.median(weight) == pytest.approx(80.0, abs=15.0)


def test_a_measured_weight_is_unsteady_on_bottom_alone() -> None:
    chunk = truth({"weight_on_bit": np.repeat([0.0, 80e3], 300)})

    shown = read(Sensor("weight_on_bit", "weight_on_bit", noise=8.0), chunk)

    assert (shown[:300] == 0.0).all()
    assert shown[300:].std() == pytest.approx(8.0, rel=0.3)


def test_totals_are_sums_of_what_is_measured() -> None:
    package = drawn()

    measured, _ = measure(package, day(), 1)

    pits = [name for name in measured.columns if name in package.derived["pit_volume_total"]]
    total = measured.select(pl.sum_horizontal(pits, ignore_nulls=False)).to_series()
    shown = measured["pit_volume_total"]
    assert (shown.is_null() == total.is_null()).all()
    assert (shown - total).abs().max() < 0.006  # type: ignore[operator]
    assert set(package.derived["pit_volume_active"]) < set(pits)


def test_missing_values_cluster() -> None:
    chunk = truth({"torque": 10e3}, 80_000)

    absent = read(Sensor("torque", "torque", dropouts=0.4), chunk).is_null().to_numpy()

    assert 0.005 < absent.mean() < 0.05
    assert absent[1:][absent[:-1]].mean() > 0.5


def test_the_clock_of_volve_steps_by_two_and_three_seconds() -> None:
    package = replace(only(Sensor("torque", "torque")), clock=UNEVEN)

    times = measure(package, truth({"torque": 1e3}, 1_400), 1)[0]["time"]

    steps = times.diff().drop_nulls().dt.total_seconds().to_list()
    assert set(steps) == {2, 3}
    assert steps.count(2) == pytest.approx(100, abs=1)


def fault(kind: FaultKind, severity: float = 0.0, growth: float = 0.0) -> tuple[Fault, ...]:
    return (Fault("torque", kind, 100.0, 400.0, severity, growth),)


RAMP = {"torque": 1e3 * np.linspace(10.0, 16.0, 600)}
TORQUE = Sensor("torque", "torque")


def test_a_frozen_sensor_repeats_its_last_value() -> None:
    shown = read(TORQUE, truth(RAMP), fault(FaultKind.FROZEN))

    assert (shown[100:400] == shown[99]).all()
    assert shown[400] == pytest.approx(RAMP["torque"][400] / 1e3)


def test_a_drift_grows_and_an_offset_jumps() -> None:
    sound = read(TORQUE, truth(RAMP))
    drift = (read(TORQUE, truth(RAMP), fault(FaultKind.DRIFT, 3.0, 300.0)) - sound).to_numpy()
    offset = (read(TORQUE, truth(RAMP), fault(FaultKind.OFFSET, -2.0)) - sound).to_numpy()

    assert drift[[99, 100, 250, 399, 400]] == pytest.approx([0.0, 0.0, 1.5, 2.99, 0.0])
    assert offset[[99, 100, 399, 400]] == pytest.approx([0.0, -2.0, -2.0, 0.0])


def test_spikes_are_few_and_single() -> None:
    sound = read(TORQUE, truth(RAMP))
    spikes = (read(TORQUE, truth(RAMP), fault(FaultKind.SPIKE, 40.0)) - sound).to_numpy()

    assert set(np.round(spikes, 6)) == {0.0, 40.0}
    assert 1 <= (spikes > 0.0).sum() <= 20


def test_a_dropout_leaves_nothing_and_a_unit_switch_another_number() -> None:
    sound = read(TORQUE, truth(RAMP))
    gone = read(TORQUE, truth(RAMP), fault(FaultKind.DROPOUT))
    switched = read(TORQUE, truth(RAMP), fault(FaultKind.UNIT_SWITCH, 0.7376))

    assert gone.is_null().sum() == 300
    assert switched[250] == pytest.approx(0.7376 * sound[250])
    assert switched[50] == sound[50]


def test_a_noisy_sensor_is_loud_only_while_its_fault_lasts() -> None:
    loud = read(TORQUE, truth(RAMP), fault(FaultKind.NOISE, 2.0)) - read(TORQUE, truth(RAMP))

    assert loud[:100].abs().max() == 0.0
    assert loud[100:400].std() == pytest.approx(2.0, rel=0.2)


def test_a_fault_of_the_hook_load_shows_in_the_weight_on_bit() -> None:
    package = only(Sensor("hook_load", "hook_load"))
    wrong = PlannedFaults((Fault("hook_load", FaultKind.OFFSET, 500.0, 900.0, -50.0),))

    sound, _ = measure(package, day(), 1)
    measured, _ = measure(package, day(), 1, wrong.between(0.0, 7_200.0))

    assert measured["weight_on_bit"][700] - sound["weight_on_bit"][700] == pytest.approx(50.0)


def test_chunks_must_follow_each_other_without_gaps() -> None:
    chunk = day()
    _, memory = measure(drawn(), chunk[:100], 1)

    with pytest.raises(InvalidSimulation, match="not at"):
        measure(drawn(), chunk[200:300], 1, memory=memory)
    with pytest.raises(InvalidSimulation, match="without gaps"):
        measure(drawn(), chunk.gather_every(2), 1)
    with pytest.raises(InvalidSimulation, match="without gaps"):
        measure(drawn(), chunk[:0], 1)


def test_an_impossible_sensor_is_refused_by_the_name_of_its_field() -> None:
    with pytest.raises(InvalidSimulation, match="interval"):
        Sensor("torque", "torque", interval=0)
    with pytest.raises(InvalidSimulation, match="delay"):
        Sensor("torque", "torque", delay=-1)
    with pytest.raises(InvalidSimulation, match="noise"):
        Sensor("torque", "torque", noise=-1.0)
    with pytest.raises(InvalidSimulation, match="memory"):
        Sensor("torque", "torque", memory=1.0)
    with pytest.raises(InvalidSimulation, match="clock"):
        replace(drawn(), clock=())
    with pytest.raises(InvalidSimulation, match="has two"):
        SensorPackage("RIG", (TORQUE, TORQUE))
    with pytest.raises(UnknownChannel, match="torqe"):
        Sensor("torqe", "torque")


def test_drawn_sensors_have_the_rates_and_lags_asked_for() -> None:
    sensors = [sensor for seed in range(60) for sensor in drawn(seed).sensors]

    def of(name: str) -> list[Sensor]:
        return [sensor for sensor in sensors if sensor.channel == name]

    assert all(5.0 <= one.lag <= 15.0 for one in of("flow_out_fraction"))
    rates = of("rate_of_penetration")
    assert all(one.held for one in rates)
    assert all(30 <= one.interval <= 60 or 15.0 <= one.lag <= 50.0 for one in rates)
    assert 15 < sum(one.interval >= 30 for one in rates) < 45
    pulsed = of("annular_pressure")
    assert all(20 <= one.interval <= 60 and 10 <= one.delay <= 30 for one in pulsed)
    assert 30 < len(pulsed) < 60
    assert 2 < len(of("weight_on_bit")) < 25
