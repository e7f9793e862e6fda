"""What crews do besides drilling, and what their bits and pumps show of it."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from benchmarks.realism import twins
from idrill.physics.cutting import cutting
from idrill.physics.drillstring import SOFT_DRIVE
from idrill.simulator.bits import BitKind, DrawnBit, draw_bit
from idrill.simulator.crew import Crew, draw_crew
from idrill.simulator.driller import BLED
from idrill.simulator.event_kinds import EventKind
from idrill.simulator.events import Event
from idrill.simulator.formation import KINDS, draw_rock
from idrill.simulator.noise import stream
from idrill.simulator.operation import Operation, draw_around
from idrill.simulator.outfit import Outfit, draw_outfit
from idrill.simulator.well_plan import WellPlan, draw_well

START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = 3_600
SEED = 4

CREW = draw_crew(stream(SEED, "crew"))
RIG = draw_outfit("SIM", stream(SEED, "rig"))
WELL = draw_well("W", CREW, stream(SEED, "well"))


DEEP = replace(WELL, start=WELL.sections[1].bottom + 100.0)


def operation(crew: Crew = CREW, rig: Outfit = RIG, well: WellPlan = DEEP) -> Operation:
    around = draw_around(rig, well, SEED)._replace(wear_limit=1.0)
    return Operation(rig, well, crew, START, SEED, around)


def runs(truth: pl.DataFrame) -> list[str]:
    """What the rig was at, one after the other."""
    return [str(name) for name in truth["activity"].rle().struct.field("value")]


def test_a_crew_that_reams_in_its_pauses_goes_back_to_drilling_the_same_stand() -> None:
    crew = replace(CREW, reaming_share=1.0, pauses=1 / 600, reaming_passes=0.0)

    done = runs(operation(crew).advance(6 * HOUR))

    pauses = ["drilling_rotating", "back_reaming", "reaming", "drilling_rotating"]
    times = sum(done[place : place + 4] == pauses for place in range(len(done)))
    assert times > done.count("connection")
    assert times >= 3


def test_a_crew_never_drills_without_its_pumps_and_its_string_turning() -> None:
    crew = replace(CREW, stopping_share=1.0, pauses=1 / 300, pause_time=60.0)
    whole = DEEP.section_at(DEEP.start).set_points

    truth = operation(crew).advance(8 * HOUR).filter(pl.col("activity") == "drilling_rotating")

    assert truth["flow_in"].min() > 0.8 * whole.flow  # type: ignore[operator]
    assert truth["weight_on_bit"].max() > 0.0  # type: ignore[operator]


def test_a_crew_sets_the_slips_when_the_pressure_has_bled_off() -> None:
    crew = replace(CREW, pump_ramp=1.0, pauses=0.0)

    truth = operation(crew).advance(16 * HOUR)

    connecting = truth["activity"] == "connection"
    first = truth.filter(connecting & ~connecting.shift(1, fill_value=True))
    assert first.height >= 1
    assert first["standpipe_pressure"].max() < 1.1 * BLED  # type: ignore[operator]


def test_crews_set_speed_and_weight_anew_from_one_time_on_bottom_to_the_next() -> None:
    steady, restless = (replace(CREW, retuning=spread, pauses=1 / 900) for spread in (0.0, 0.1))

    speeds = [
        operation(crew)
        .advance(6 * HOUR)
        .with_columns(spell=pl.col("activity").rle_id())
        .filter(pl.col("activity") == "drilling_rotating")
        .group_by("spell")
        .agg(pl.col("rotary_speed").median())["rotary_speed"]
        for crew in (steady, restless)
    ]

    assert np.ptp(speeds[0].to_numpy()) < 0.02 * np.median(speeds[0].to_numpy())
    assert np.ptp(speeds[1].to_numpy()) > 0.05 * np.median(speeds[1].to_numpy())


def test_a_rigs_pressure_pulsates_by_its_own_share_and_moves_nothing_else() -> None:
    even, uneven = (
        operation(rig=replace(RIG, pulsation=share)).advance(2 * HOUR) for share in (0.0, 0.01)
    )

    flowing = (even["standpipe_pressure"] > 1e6).to_numpy()
    ratio = (uneven["standpipe_pressure"] / even["standpipe_pressure"]).to_numpy()[flowing]
    assert np.std(ratio) == pytest.approx(0.01, rel=0.25)
    assert np.mean(ratio) == pytest.approx(1.0, abs=0.002)
    others = pl.exclude("standpipe_pressure")
    assert uneven.select(others).equals(even.select(others))


def test_a_sudden_pack_off_never_sucks_at_the_annulus() -> None:
    calm = operation()
    started = calm.advance(HOUR)
    start = int((started["flow_in"] > 0.02).arg_max() or 0) + 300
    event = Event(EventKind.PACK_OFF, start, start + 600, severity=0.9, growth=1.0)

    truth = operation().advance(HOUR, (event,))

    least = started["annular_pressure"].min()
    on_bottom = truth.filter(pl.col("activity") == "drilling_rotating")
    assert on_bottom["annular_pressure"].min() > 0.9 * least  # type: ignore[operator]
    assert truth["annular_pressure"].min() >= 0.0  # type: ignore[operator]


def torque_by_weight(bits: list[DrawnBit]) -> float:
    """Median of what bits take in one rock under 50 kN [N·m/N]."""
    rock = draw_rock(KINDS[0], stream(1, "rock"))
    taken = [cutting(one.bit, rock, 50e3, 2.0, 0.0, 1e6, 0.1).torque for one in bits]
    return float(np.median(taken)) / 50e3


def test_roller_cones_take_far_less_torque_than_drag_bits_and_fill_wide_holes() -> None:
    random = stream(2, "bits")
    drag, roller = ([draw_bit(0.3112, 0.05, random, kind) for _ in range(60)] for kind in BitKind)

    assert 0.2 < torque_by_weight(roller) / torque_by_weight(drag) < 0.5
    assert {one.blades for one in roller} == {3}
    assert {draw_bit(0.66, 0.07, random).blades for _ in range(20)} == {3}
    assert len({draw_bit(0.2159, 0.03, random).blades for _ in range(60)}) > 3


def test_a_soft_drive_on_a_light_bottom_hole_assembly_does_not_run_away() -> None:
    random = stream(0, "realism", "T3")
    rig, well = twins.outfit("T3", random), twins.plan("T3", random)
    soft = replace(rig, top_drive=replace(rig.top_drive, impedance=SOFT_DRIVE, inertia=2_600.0))
    crew = replace(draw_crew(random), easing_share=0.0, pauses=1 / 600, pause_time=120.0)

    truth = operation(crew, soft, replace(well, start=840.0)).advance(6 * HOUR)

    asked = well.sections[0].set_points.rotary_speed
    assert truth["rotary_speed"].min() > -0.2 * asked  # type: ignore[operator]
    assert truth["rotary_speed"].max() < 2.5 * asked  # type: ignore[operator]
