"""Rigs and crews as drawn things."""

from dataclasses import replace

import numpy as np
import pytest

from idrill.errors import InvalidName, InvalidSimulation
from idrill.simulator.crew import draw_crew
from idrill.simulator.drill_strings import draw_string
from idrill.simulator.noise import stream
from idrill.simulator.outfit import Outfit, draw_outfit


def drawn(seed: int = 1) -> Outfit:
    return draw_outfit("RIG-1", stream(seed, "rig"))


def test_the_same_seed_draws_the_same_rig_and_crew() -> None:
    assert drawn(3) == drawn(3)
    assert drawn(3) != drawn(4)
    assert draw_crew(stream(3, "crew")) == draw_crew(stream(3, "crew"))


def test_rigs_have_4_to_8_tanks_of_20_to_120_m3() -> None:
    rigs = [drawn(seed) for seed in range(200)]

    assert {len(rig.pits.capacities) for rig in rigs} == {4, 5, 6, 7, 8}
    capacities = np.concatenate([rig.pits.capacities for rig in rigs])
    assert capacities.min() >= 20.0
    assert capacities.max() <= 120.0
    assert all(1.0 <= rig.pits.drain_back <= 4.0 for rig in rigs)


def test_rigs_differ_as_much_as_the_models_that_judge_them_must_stand() -> None:
    rigs = [drawn(seed) for seed in range(200)]

    efficiency = [pump.efficiency for rig in rigs for pump in rig.pumps]
    friction = [rig.hoist.sheave_friction for rig in rigs]
    assert 0.92 <= min(efficiency) < 0.93 < 0.97 < max(efficiency) <= 0.98
    assert 0.01 <= min(friction) < 0.012 < 0.028 < max(friction) <= 0.03


def test_a_drive_gives_its_torque_at_its_current() -> None:
    drive = drawn().top_drive.drive

    torque = drive.torque_constant * drive.most_current * drive.gear_ratio * drive.gear_efficiency
    assert 45e3 <= torque <= 75e3


def test_impossible_equipment_is_refused_by_the_name_of_its_field() -> None:
    rig = drawn()

    with pytest.raises(InvalidSimulation, match="efficiency"):
        replace(rig.pumps[0], efficiency=1.2)
    with pytest.raises(InvalidSimulation, match="stroke_volume"):
        replace(rig.pumps[0], stroke_volume=-0.01)
    with pytest.raises(InvalidSimulation, match="block_load"):
        replace(rig.hoist, block_load=0.0)
    with pytest.raises(InvalidSimulation, match="stand_length"):
        replace(rig.hoist, stand_length=float("nan"))
    with pytest.raises(InvalidSimulation, match="levels"):
        replace(rig.pits, levels=tuple(2 * one for one in rig.pits.capacities))
    with pytest.raises(InvalidSimulation, match="capacities"):
        replace(rig.pits, capacities=(10.0,) * 9)
    with pytest.raises(InvalidSimulation, match="active"):
        replace(rig.pits, active=(11,))
    with pytest.raises(InvalidSimulation, match="pumps"):
        replace(rig, pumps=())
    with pytest.raises(InvalidSimulation, match="slips_time"):
        replace(draw_crew(stream(1, "crew")), slips_time=-1.0)


def test_a_rig_that_nobody_could_name_is_refused() -> None:
    with pytest.raises(InvalidName):
        draw_outfit("no rig", stream(1, "rig"))


def test_a_hole_too_small_for_collars_is_refused() -> None:
    with pytest.raises(InvalidSimulation, match="diameter"):
        draw_string(0.15, stream(1, "string"))
