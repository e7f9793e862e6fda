"""The slow clock is the fast clock taken in excerpts: the same rigs, the same loads."""

import numpy as np
import pytest

from idrill.frame import Activity
from idrill.simulator.agreement import Agreement, Minutes, agreements, both_clocks
from idrill.simulator.duty import draw_duty
from idrill.simulator.loading import BRAKE_DELAY, brake_heat
from idrill.simulator.work import AT, COLUMNS
from idrill.simulator.working import worked


@pytest.fixture(scope="module")
def clocks() -> tuple[Minutes, Minutes]:
    return both_clocks(seed=3, rigs=(5, 11), days=8)


def test_a_rig_works_under_the_same_pressure_and_speed_on_both_clocks(
    clocks: tuple[Minutes, Minutes],
) -> None:
    """Two rigs for some days; the benchmark holds all loads of many rigs to 5 and 10 %."""
    found: dict[str, Agreement] = {each.load: each for each in agreements(*clocks)}

    for load in ("pressure", "rotary_speed", "strokes of all pumps"):
        assert found[load].slow_mean == pytest.approx(found[load].fast_mean, rel=FEW_RIGS), load
        assert found[load].slow_p95 == pytest.approx(found[load].fast_p95, rel=FEW_RIGS), load


FEW_RIGS = 0.25
"""What two rigs may miss each other by, drilling at slightly different paces."""


def test_the_time_goes_to_the_same_activities_on_both_clocks(
    clocks: tuple[Minutes, Minutes],
) -> None:
    fast, slow = clocks

    for activity, share in fast.activities.items():
        assert slow.activities[activity] == pytest.approx(share, abs=0.15), activity


def test_a_bit_run_goes_from_out_of_the_hole_to_out_of_the_hole() -> None:
    duty = draw_duty("SIM_0005", 3)
    run = duty.runs[0]

    rows = worked(run, duty.crew, 0, np.random.default_rng(1))

    order = [list(Activity)[int(code)] for code in rows[:, AT["activity"]]]
    drilled = sum(stand.lengths.sum() for stand in run.stands)
    advance = rows[:, AT["seconds"]] * rows[:, AT["rate_of_penetration"]]
    assert rows.shape[1] == len(COLUMNS)
    assert order[0] is Activity.TRIPPING_IN
    assert order[-1] is Activity.OUT_OF_HOLE
    assert rows[:, AT["hole_depth"]].max() == pytest.approx(run.start + drilled)
    assert advance.sum() == pytest.approx(drilled, rel=0.02)


def test_the_spare_pump_changes_from_bit_run_to_bit_run() -> None:
    duty = draw_duty("SIM_0005", 3)
    names = [f"stroke_rate_{number}" for number in (1, 2, 3)]

    all_run = [
        worked(duty.runs[0], duty.crew, number, np.random.default_rng(1))[:, AT[name]].any()
        for number in range(3)
        for name in names
    ]

    spare = np.array(all_run).reshape(3, 3)
    assert spare.any(axis=0).all()
    assert (spare.sum(axis=1) == spare.sum(axis=1)[0]).all()


def test_a_brake_warms_and_cools_with_its_delay_and_keeps_the_energy() -> None:
    seconds = np.array([BRAKE_DELAY, BRAKE_DELAY, 20 * BRAKE_DELAY])
    power = np.array([100e3, 0.0, 0.0])

    heat = brake_heat(power, np.concatenate([[0.0], np.cumsum(seconds)]))

    assert heat[0] == pytest.approx(100e3 * np.exp(-1.0))
    assert (heat * seconds).sum() == pytest.approx((power * seconds).sum(), rel=1e-6)
