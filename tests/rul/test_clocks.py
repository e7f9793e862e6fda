"""Own hours from telemetry against the simulator's true ones, and against hand-made hours."""

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from idrill.errors import InvalidWindows
from idrill.rul.clocks import own_hours, running, told
from idrill.rul.hours import AN_HOUR, Hours, instant
from idrill.simulator.fleet import SimulatedRig

START = instant(datetime(2026, 1, 1, tzinfo=UTC))


def made(**columns: list[float]) -> Hours:
    """Hours by `channel__statistic`."""
    named = {name.replace("__", "/"): values for name, values in columns.items()}
    size = len(next(iter(named.values())))
    return Hours(START + AN_HOUR * np.arange(size), pl.DataFrame(named))


@pytest.mark.parametrize(
    ("component", "equipment", "least", "most"),
    [
        ("liner", "mud_pump_1", 0.97, 1.03),
        ("valve", "mud_pump_3", 0.97, 1.03),
        ("washpipe", "top_drive", 0.97, 1.03),
        ("gearbox", "top_drive", 0.97, 1.03),
        ("brake", "drawworks", 0.88, 1.06),
    ],
)
def test_clocks_from_telemetry_keep_the_true_time(
    worked_rig: SimulatedRig,
    worked_hours: Hours,
    component: str,
    equipment: str,
    least: float,
    most: float,
) -> None:
    names = [slot.name for slot in worked_rig.slots]
    slot = names.index(f"{equipment}_{component}")
    truth = worked_rig.loads.hours[slot][worked_rig.calendar.worked[-1]]

    told = own_hours(component, equipment, worked_hours).sum()

    assert least < told / truth < most


def test_a_pump_that_strokes_for_a_quarter_of_the_hour_ran_for_a_quarter() -> None:
    hours = made(
        pump_1_stroke_rate__mean=[20.0, 80.0, 0.5, np.nan],
        pump_1_stroke_rate__square=[1_600.0, 6_400.0, 0.25, np.nan],
    )

    assert running(hours, "pump_1_stroke_rate").tolist() == [0.25, 1.0, 0.0, 0.0]


def test_a_clock_is_told_while_all_its_sensors_are_measured() -> None:
    hours = made(
        rotary_speed__mean=[0.0, 100.0, np.nan],
        standpipe_pressure__mean=[0.0, np.nan, 9_000.0],
    )

    assert told("gearbox", "top_drive", hours).tolist() == [True, True, False]
    assert told("washpipe", "top_drive", hours).tolist() == [True, False, False]
    assert told("valve", "mud_pump_1", hours).tolist() == [False, False, False]
    with pytest.raises(InvalidWindows, match="'derrick'"):
        told("derrick", "mast", hours)


def test_lowering_a_thousand_kilonewtons_by_540_metres_is_one_equivalent_hour() -> None:
    hours = made(
        bit_depth__last=[0.0, 540.0, 545.0],
        hole_depth__last=[2_000.0, 2_000.0, 2_000.0],
        hook_load__mean=[300.0, 700.0, 300.0],
        hook_load__high=[300.0, 1_000.0, 300.0],
        rotary_speed__mean=[0.0, 0.0, 0.0],
        rotary_speed__square=[0.0, 0.0, 0.0],
    )

    np.testing.assert_allclose(own_hours("brake", "drawworks", hours), [0.0, 1.0, 0.0])


def test_metres_that_are_drilled_do_not_work_the_brake() -> None:
    hours = made(
        bit_depth__last=[2_000.0, 2_020.0],
        hole_depth__last=[2_000.0, 2_020.0],
        hook_load__mean=[900.0, 900.0],
        hook_load__high=[1_000.0, 1_000.0],
        rotary_speed__mean=[100.0, 100.0],
        rotary_speed__square=[10_000.0, 10_000.0],
    )

    assert own_hours("brake", "drawworks", hours).sum() == 0.0


def test_a_component_without_a_clock_is_refused_by_name() -> None:
    with pytest.raises(InvalidWindows, match="'derrick'"):
        own_hours("derrick", "mast", made(rotary_speed__mean=[0.0]))
