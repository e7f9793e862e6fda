"""A rig is not quite what its model believes, by as much as is asked for."""

from datetime import UTC, datetime

import numpy as np
import pytest

from idrill.errors import InvalidSimulation
from idrill.frame import content_hash
from idrill.simulator.campaign import draw_campaign
from idrill.simulator.mismatch import drifting

START = datetime(2026, 1, 1, tzinfo=UTC)


def test_without_mismatch_the_model_is_the_rig_and_nothing_changes() -> None:
    plain = draw_campaign("SIM_01", start=START, days=1, seed=3)
    asked = draw_campaign("SIM_01", start=START, days=1, seed=3, mismatch=0.0)

    assert (plain.rig, plain.wells) == (plain.model.rig, plain.model.wells)
    assert content_hash(next(iter(plain)).measured) == content_hash(next(iter(asked)).measured)


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_rigs_differ_from_their_models_within_what_is_said(scale: float) -> None:
    ratios: dict[str, list[float]] = {"friction": [], "rheology": [], "pumps": [], "block": []}
    for number in range(60):
        drawn = draw_campaign(f"SIM_{number}", start=START, days=1, seed=number, mismatch=scale)
        believed, rig = drawn.model.rig, drawn.rig
        section, plan = drawn.wells[0].sections[1], drawn.model.wells[0].sections[1]
        ratios["friction"].append(section.open_friction / plan.open_friction)
        ratios["rheology"].append(section.mud.consistency / plan.mud.consistency)
        ratios["pumps"].append(rig.pumps[0].efficiency - believed.pumps[0].efficiency)
        ratios["block"].append(rig.hoist.block_load - believed.hoist.block_load)

    assert 0.9**scale <= min(ratios["friction"]) < 1.0 < max(ratios["friction"]) <= 1.15**scale
    assert max(abs(one - 1.0) for one in ratios["rheology"]) == pytest.approx(0.15 * scale, rel=0.1)
    assert max(map(abs, ratios["pumps"])) <= 0.03 * scale + 1e-12
    assert max(map(abs, ratios["block"])) == pytest.approx(9_807.0 * scale, rel=0.1)


def test_friction_drifts_from_stand_to_stand_and_stays_in_reach() -> None:
    drift = drifting(1, "SIM_01", 0.03, (0, 40 * 86_400))
    by_stand = np.log(drift[::3_000])

    assert np.diff(by_stand).std() == pytest.approx(0.03, rel=0.1)
    assert 0.5 < drift.min() < 0.95 < 1.05 < drift.max() < 2.0
    assert (drifting(1, "SIM_01", 0.03, (5_000, 9_000)) == drift[5_000:9_000]).all()
    assert (drifting(1, "SIM_01", 0.0, (0, 10)) == 1.0).all()


def test_a_mismatched_rig_drills_another_day_than_its_model_would() -> None:
    model = draw_campaign("SIM_01", start=START, days=1, seed=3)
    rig = draw_campaign("SIM_01", start=START, days=1, seed=3, mismatch=1.0)

    believed, real = next(iter(model)).truth, next(iter(rig)).truth
    pumping = (believed["flow_in"] > 0.01) & (real["flow_in"] > 0.01)
    pressures = [one.filter(pumping)["standpipe_pressure"].median() for one in (believed, real)]

    assert pressures[0] != pytest.approx(pressures[1], rel=1e-3)


@pytest.mark.parametrize("scale", [-1.0, 3.5, float("nan")])
def test_a_mismatch_out_of_bounds_is_refused(scale: float) -> None:
    with pytest.raises(InvalidSimulation, match="mismatch"):
        draw_campaign("SIM_01", start=START, days=1, seed=3, mismatch=scale)
