"""Cuttings: how fast they fall, how much they load the mud, when they settle."""

from math import pi, radians

import numpy as np
import pytest

from idrill.physics.hole_cleaning import (
    PACKING,
    bed_fraction,
    critical_annular_velocity,
    cuttings_fraction,
    loaded_density,
    slip_velocity,
)
from idrill.units import GRAVITY


def test_a_small_grain_in_thick_mud_falls_as_stokes_says() -> None:
    speed = slip_velocity(1e-4, 2600.0, 1200.0, 1.0)

    assert speed == pytest.approx(1400 * GRAVITY * 1e-8 / 18, rel=1e-3)


def test_a_large_grain_in_thin_mud_falls_without_regard_to_viscosity() -> None:
    speed = slip_velocity(0.02, 2600.0, 1200.0, 1e-6)

    assert speed == pytest.approx((4 / 3 * 1400 / 1200 * GRAVITY * 0.02) ** 0.5, rel=1e-3)


def test_a_grain_lighter_than_the_mud_does_not_fall() -> None:
    assert slip_velocity(0.005, 1100.0, 1200.0, 0.03) == 0.0


def test_as_much_rock_leaves_the_annulus_as_enters_it() -> None:
    drilled, flow, area, slip = 4e-4, 0.035, 0.024, 0.1

    share = cuttings_fraction(drilled, flow, area, slip)

    assert share * area * ((flow + drilled) / area - slip) == pytest.approx(drilled)


def test_mud_slower_than_the_cuttings_packs_off() -> None:
    assert cuttings_fraction(4e-4, 0.001, 0.024, 0.1) == PACKING
    assert cuttings_fraction(0.0, 0.001, 0.024, 0.1) == 0.0


def test_mixing_conserves_mass() -> None:
    volume, fraction = 3.0, 0.04

    mass = volume * (fraction * 2600.0 + (1 - fraction) * 1200.0)

    assert volume * loaded_density(1200.0, 2600.0, fraction) == pytest.approx(mass)


def test_a_hole_that_is_not_drilled_needs_only_its_slip_overcome() -> None:
    resting = critical_annular_velocity(0.0, 0.03, 1200.0, 0.005, 0.2159, 0.127, radians(65))
    drilling = critical_annular_velocity(0.008, 0.03, 1200.0, 0.005, 0.2159, 0.127, radians(65))

    assert 0.3 < resting < drilling < 2.5


@pytest.mark.parametrize("inclination", [0.0, pi / 12, pi / 6])
def test_no_bed_lies_in_a_steep_hole(inclination: float) -> None:
    assert bed_fraction(0.2, 1.2, inclination) == 0.0


def test_the_bed_narrows_the_annulus_until_the_mud_is_fast_enough() -> None:
    share = bed_fraction(0.9, 1.2, radians(70))

    assert 0.9 / (1 - share) == pytest.approx(1.2)


def test_bed_and_critical_velocity_have_no_jump_in_velocity_or_angle() -> None:
    angles = np.linspace(0.0, pi / 2, 2001)
    velocities = np.linspace(0.0, 2.0, 2001)

    by_angle = [bed_fraction(0.5, 1.2, angle) for angle in angles]
    by_velocity = [bed_fraction(velocity, 1.2, 1.2) for velocity in velocities]
    critical = [
        critical_annular_velocity(0.005, 0.03, 1200.0, 0.005, 0.2159, 0.127, angle)
        for angle in angles
    ]

    assert np.abs(np.diff(by_angle)).max() < 2e-3
    assert np.abs(np.diff(by_velocity)).max() < 2e-3
    assert np.abs(np.diff(critical)).max() < 2e-3


def test_the_critical_velocity_goes_on_evenly_where_its_law_of_viscosity_changes() -> None:
    below, above = (
        critical_annular_velocity(0.005, viscosity, 1200.0, 0.005, 0.2159, 0.127, radians(65))
        for viscosity in (0.053, 0.053 + 1e-9)
    )

    assert above == pytest.approx(below, abs=3e-4)
