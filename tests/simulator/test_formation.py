"""Rock and the pressures in it."""

from dataclasses import replace

import numpy as np
import pytest

from idrill import wells
from idrill.errors import InvalidSimulation
from idrill.physics.cutting import Rock
from idrill.simulator.formation import Formation, Layer, Stringer, draw_formation
from idrill.simulator.noise import stream
from idrill.simulator.pressures import Pressures, draw_pressures

PRESSURES = Pressures(onset=2_000.0, excess=400.0, overburden=2_200.0, stress_ratio=0.7)
SOFT = Rock(30e6, 0.4, 0.4, 100e6, 3e-11)
HARD = Rock(90e6, 0.6, 0.4, 60e6, 3e-11)


def drawn(bottom: float = 30_000.0, seed: int = 1) -> Formation:
    return draw_formation(bottom, PRESSURES, stream(seed, "formation"))


def test_layers_are_5_to_150_m_thick_and_of_20_to_200_mpa() -> None:
    formation = drawn()

    tops = np.array([layer.top for layer in formation.layers])
    strengths = np.array([layer.rock.unconfined_strength for layer in formation.layers])
    assert tops[0] == 0.0
    assert np.diff(tops).min() >= 5.0
    assert np.diff(tops).max() <= 150.0
    assert strengths.min() >= 20e6
    assert strengths.max() <= 200e6
    assert strengths.max() > 3 * strengths.min()


def test_stringers_are_thin_hard_and_in_the_column() -> None:
    formation = drawn()
    column = formation.column(30_000.0)

    stringers = formation.stringers
    assert len(stringers) > 30
    assert all(0.2 <= stringer.thickness <= 2.0 for stringer in stringers)
    strengths = [stringer.rock.unconfined_strength for stringer in stringers]
    assert np.median(strengths) > 2 * np.median(column.unconfined_strength)
    middles = [round((one.top + one.thickness / 2) / column.spacing) for one in stringers]
    assert column.unconfined_strength[middles].tolist() == strengths


def test_abrasiveness_does_not_follow_strength() -> None:
    layers = drawn(100_000.0).layers

    strength = [np.log(layer.rock.unconfined_strength) for layer in layers]
    abrasiveness = [np.log(layer.rock.abrasiveness) for layer in layers]
    assert len(layers) > 1_000
    assert abs(np.corrcoef(strength, abrasiveness)[0, 1]) < 0.1


def test_some_boundaries_are_sharp_and_some_are_gradual() -> None:
    transitions = np.array([layer.transition for layer in drawn().layers[1:]])

    assert 0.2 < np.mean(transitions > 0.0) < 0.5


def test_a_gradual_change_is_a_ramp_and_a_sharp_one_a_step() -> None:
    layers = (Layer(0.0, "a", SOFT), Layer(100.0, "b", HARD, 10.0), Layer(200.0, "c", SOFT))
    column = Formation(layers, PRESSURES).column(300.0, spacing=1.0)

    assert column.unconfined_strength[[99, 100, 105, 110, 199]] == pytest.approx(
        [30e6, 30e6, 60e6, 90e6, 90e6]
    )
    assert column.unconfined_strength[201] == 30e6
    assert column.unconfined_strength.size >= 301


def test_a_known_lithology_is_kept() -> None:
    tops = (wells.Formation("Ty", 0.0, "sandstone"), wells.Formation("Ekofisk chalk", 1_000.0))

    formation = draw_formation(2_000.0, PRESSURES, stream(1, "f"), tops)

    assert {layer.name for layer in formation.layers if layer.top < 1_000.0} == {"sandstone"}
    assert {layer.name for layer in formation.layers if layer.top >= 1_000.0} == {"chalk"}
    assert 1_000.0 in [layer.top for layer in formation.layers]


def test_the_rock_breaks_above_the_pore_pressure_everywhere() -> None:
    depths = np.linspace(0.0, 5_000.0, 501)
    for seed in range(20):
        pressures = draw_pressures(100.0, 25.0, stream(seed, "pressures"))

        pore, fracture = pressures.pore(depths), pressures.fracture(depths)

        assert (np.diff(pore) >= 0.0).all()
        assert (fracture[depths > 130.0] > pore[depths > 130.0]).all()


def test_a_well_without_formations_is_refused() -> None:
    with pytest.raises(InvalidSimulation, match="layers"):
        Formation((), PRESSURES)


def test_impossible_rock_is_refused_by_the_name_of_its_field() -> None:
    weak = SOFT._replace(unconfined_strength=-1.0)

    with pytest.raises(InvalidSimulation, match="unconfined_strength"):
        Formation((Layer(0.0, "a", SOFT),), PRESSURES, (Stringer(5.0, 1.0, weak),))
    with pytest.raises(InvalidSimulation, match="top to bottom"):
        Formation((Layer(9.0, "a", SOFT), Layer(5.0, "b", HARD)), PRESSURES)
    with pytest.raises(InvalidSimulation, match="transition"):
        Formation((Layer(0.0, "a", SOFT, 10.0), Layer(5.0, "b", HARD)), PRESSURES)
    with pytest.raises(InvalidSimulation, match="overburden"):
        replace(PRESSURES, overburden=900.0)
    with pytest.raises(InvalidSimulation, match="stress_ratio"):
        replace(PRESSURES, stress_ratio=float("nan"))
    with pytest.raises(InvalidSimulation, match="bottom"):
        drawn(bottom=0.0)
