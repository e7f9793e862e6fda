"""The hidden gamma process: its mean, its spread, its ends, and what a unit shows of it."""

from dataclasses import replace

import numpy as np
import pytest

from idrill.errors import InvalidSimulation
from idrill.rigs import COMPONENT_KINDS, FailureMode
from idrill.simulator.degradation import (
    Population,
    Unit,
    damage_path,
    draw_population,
    draw_unit,
    expected_life,
    initial_damage,
    shown_path,
    wear_path,
)
from idrill.simulator.noise import stream
from idrill.simulator.wearing import WEARING

UNIT = Unit(
    variant="bonded",
    rated_life=400.0,
    factor=1.0,
    initial_wear=0.0,
    threshold=1.0,
    sudden_limit=None,
    acceleration=1.0,
    roughness=100.0,
    sharpness=2.0,
    gain=1.0,
    offset=0.0,
    failure_mode=FailureMode.LOW_OUTPUT,
)


@pytest.fixture(scope="module")
def population() -> Population:
    return draw_population("piston", stream(1, "fleet"))


@pytest.fixture(scope="module")
def units(population: Population) -> list[Unit]:
    random = stream(1, "units")
    return [draw_unit(population, random) for _ in range(4_000)]


def test_every_component_of_a_rig_wears() -> None:
    assert set(WEARING) == {kind.name for kind in COMPONENT_KINDS}


def test_damage_grows_at_the_mean_of_its_load_with_the_spread_of_its_roughness() -> None:
    load = np.full(40, 10.0)

    ends = np.array(
        [damage_path(UNIT, load, 0.0, stream(2, str(number)))[-1] for number in range(3_000)]
    )

    mean = load.sum() * UNIT.damage_rate
    assert ends.mean() == pytest.approx(mean, rel=0.02)
    assert ends.std() == pytest.approx(np.sqrt(mean / UNIT.roughness), rel=0.05)


def test_the_process_is_the_same_in_short_and_in_long_steps() -> None:
    short, long = (
        np.array([damage_path(UNIT, load, 0.0, stream(seed, str(n)))[-1] for n in range(3_000)])
        for seed, load in ((3, np.full(200, 1.0)), (4, np.full(4, 50.0)))
    )

    assert np.quantile(short, [0.1, 0.5, 0.9]) == pytest.approx(
        np.quantile(long, [0.1, 0.5, 0.9]), rel=0.03
    )


def test_damage_never_falls_and_rest_adds_none() -> None:
    load = np.tile([0.0, 0.2], 500)

    damage = damage_path(UNIT, load, 0.1, stream(5))

    growth = np.diff(damage, prepend=0.1)
    assert growth.min() >= 0.0
    assert (growth[::2] == 0.0).all()


def test_at_reference_load_the_typical_unit_reaches_its_threshold_after_its_rated_life() -> None:
    assert expected_life(UNIT, 1.0) == pytest.approx(400.0)


def test_units_differ_as_much_as_their_population_says(
    population: Population, units: list[Unit]
) -> None:
    factors = np.log([unit.factor for unit in units])
    thresholds = np.array([unit.threshold for unit in units])

    assert 0.3 <= population.unit_spread <= 0.5
    assert factors.std() == pytest.approx(population.unit_spread, rel=0.05)
    assert 0.095 <= thresholds.std() / thresholds.mean() <= 0.16


def test_one_unit_in_five_to_ten_fails_without_a_precursor(
    population: Population, units: list[Unit]
) -> None:
    sudden = [unit for unit in units if unit.sudden_limit is not None]

    assert 0.10 <= population.sudden_share <= 0.20
    assert len(sudden) / len(units) == pytest.approx(population.sudden_share, abs=0.02)
    assert all(initial_damage(unit) <= unit.damage_limit for unit in sudden)


def test_a_repair_leaves_some_wear_behind(units: list[Unit]) -> None:
    wear = np.array([unit.initial_wear for unit in units])

    assert wear.min() >= 0.0
    assert wear.max() <= 0.15
    assert wear.mean() == pytest.approx(0.075, abs=0.003)


def test_variants_are_installed_in_the_shares_asked_for() -> None:
    liners, random = draw_population("liner", stream(6)), stream(6, "units")

    names = [draw_unit(liners, random, {"ceramic": 0.0}).variant for _ in range(500)]

    assert set(names) == {"metal", "zirconia"}


def test_wear_feeds_on_itself_near_the_end() -> None:
    wear = wear_path(np.linspace(0.0, 0.6, 7), 3.0)

    assert (np.diff(wear, 2) > 0.0).all()


def test_units_of_equal_wear_show_it_differently() -> None:
    wear = np.array([0.0, 0.5, 1.0])
    other = replace(UNIT, gain=1.4, offset=0.1)

    plain = shown_path(WEARING["piston"], UNIT, wear)
    shown = shown_path(WEARING["piston"], other, wear)

    assert plain[[0, -1]] == pytest.approx([0.0, 1.0])
    assert shown == pytest.approx(0.1 + 1.4 * plain)


def test_a_valve_leaks_in_the_last_hours_of_its_own_life() -> None:
    unit = replace(UNIT, sharpness=200.0, threshold=0.9)
    wear = 0.9 * np.array([0.9, 0.99, 1.0])

    early, late, last = shown_path(WEARING["valve"], unit, wear)

    assert last == pytest.approx(1.0)
    assert late - early > 0.1 * (last - early)
    assert early == pytest.approx(WEARING["valve"].faint * 0.9, abs=1e-6)


def test_an_unknown_component_is_refused_by_name() -> None:
    with pytest.raises(InvalidSimulation, match="component 'derrick'"):
        draw_population("derrick", stream(0))


@pytest.mark.parametrize("wrong", [-1.0, float("nan")])
def test_a_load_below_nothing_is_refused(wrong: float) -> None:
    with pytest.raises(InvalidSimulation, match="load"):
        damage_path(UNIT, np.array([1.0, wrong]), 0.0, stream(0))
