"""What a person may say of a well: depths in order, no gaps, no overlaps, all of it fits."""

from dataclasses import replace
from typing import Any

import pytest

from idrill.errors import InvalidWell, UnknownChannel
from idrill.well_profiles import check_profile
from idrill.wells import Casing, Formation, Limit, Mud, Section, Well

WELL = Well(
    "W-1",
    "W 1",
    water_depth=91.0,
    air_gap=30.0,
    total_depth=3000.0,
    sections=(Section("hole", 0.0, 1000.0, 0.4445), Section("hole", 1000.0, 3000.0, 0.3112)),
    casing=(
        Casing("surface", 0.0, 990.0, 0.3153, 0.3397),
        Casing("production", 0.0, 2990.0, 0.2168, 0.2445),
    ),
    muds=(Mud("spud", 0.0, 1000.0, 1100.0), Mud("oil", 1000.0, 3000.0, 1400.0, 0.03, 8.0)),
    formations=(
        Formation("Upper", 0.0, "clay", 1500.0, 1030.0, 1500.0),
        Formation("Lower", 1500.0, "sand", 3000.0),
    ),
    limits=(Limit("weight_on_bit", 0.0, 1000.0, high=150.0), Limit("torque", 0.0, 3000.0, 0.0)),
)


def test_a_profile_in_order_is_taken() -> None:
    check_profile(WELL)


def test_a_well_of_which_only_the_name_is_known_is_taken() -> None:
    check_profile(Well("W-2", "W 2"))


HOLE, MUD, LAYER = WELL.sections, WELL.muds, WELL.formations
PIPE, LIMIT = WELL.casing, WELL.limits
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"sections": (HOLE[0], replace(HOLE[1], top=1100.0))}, "section 2 begins at 1100 m .* gap"),
    ({"sections": (HOLE[0], replace(HOLE[1], top=900.0))}, "section 2 begins at 900 m .*overlap"),
    ({"sections": HOLE[::-1]}, "section 2 begins at 0 m .* not in order"),
    ({"sections": (replace(HOLE[0], bottom=0.0),)}, "section 1 from 0 m to 0 m: depths grow"),
    ({"sections": (replace(HOLE[0], top=-1.0),)}, "section 1 from -1 m"),
    ({"sections": (replace(HOLE[0], inner_diameter=None),)}, "section 1: it has no diameter"),
    ({"sections": (replace(HOLE[0], inner_diameter=17.5),)}, "a diameter of 17.5 m: it lies"),
    ({"total_depth": 2500.0}, "section 2 ends at 3000 m, below the total depth of 2500 m"),
    ({"total_depth": float("nan")}, "total_depth of nan m"),
    ({"water_depth": -1.0}, "water_depth of -1 m"),
    ({"muds": (MUD[0], replace(MUD[1], top=1200.0))}, "mud 2 .* a gap"),
    ({"muds": (MUD[0], replace(MUD[1], top=800.0))}, "mud 2 .* overlap"),
    ({"muds": (replace(MUD[0], density=1.2),)}, "mud 1: a density of 1.2 kg/m³"),
    ({"muds": (replace(MUD[0], plastic_viscosity=30.0),)}, "plastic viscosity of 30 Pa·s"),
    ({"formations": (LAYER[0], replace(LAYER[1], top=1600.0))}, "formation 2 .* a gap"),
    ({"formations": (LAYER[0], replace(LAYER[1], top=1400.0))}, "formation 2 .* overlap"),
    ({"formations": (replace(LAYER[0], bottom=None),)}, "formation 1: it has no bottom"),
    ({"formations": (replace(LAYER[0], pore_density=1600.0),)}, "break at 1500 kg/m³, before 1600"),
    ({"casing": PIPE[::-1]}, "casing 2: its shoe lies above"),
    ({"casing": (replace(PIPE[0], bottom=3100.0),)}, "casing 1 ends at 3100 m, below"),
    ({"casing": (replace(PIPE[0], inner_diameter=0.35),)}, "casing 1: an inside of 0.35 m"),
    ({"casing": (replace(PIPE[0], bottom=1500.0),)}, "does not go into the hole of 0.3112 m"),
    (
        {"casing": (PIPE[0], replace(PIPE[1], bottom=995.0, outer_diameter=0.32)), "sections": ()},
        "casing 2 of 0.32 m does not go through the one before, of 0.3153 m inside",
    ),
    ({"limits": (replace(LIMIT[0], high=None),)}, "give a low, a high, or both"),
    ({"limits": (replace(LIMIT[0], high=2000.0),)}, "a high of 2000 kN: it lies between"),
    ({"limits": (replace(LIMIT[0], low=200.0),)}, "its low is not below its high"),
    ({"limits": (LIMIT[0], replace(LIMIT[0], top=500.0))}, "limit 2 .* overlaps"),
]


@pytest.mark.parametrize(("changed", "complaint"), WRONG, ids=[one for _, one in WRONG])
def test_a_profile_that_cannot_be_is_refused_by_the_name_of_the_part(
    changed: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(InvalidWell, match=complaint):
        check_profile(replace(WELL, **changed))


def test_a_limit_of_no_known_channel_is_refused() -> None:
    with pytest.raises(UnknownChannel):
        check_profile(replace(WELL, limits=(Limit("wob", 0.0, 1.0, high=1.0),)))


def test_a_liner_may_hang_in_the_casing_above() -> None:
    liner = Casing("liner", 2900.0, 3000.0, 0.15, 0.1778)

    check_profile(replace(WELL, casing=(*PIPE, liner)))


def test_the_hole_that_is_drilled_counts_before_the_casing_that_is_set_in_it() -> None:
    assert WELL.hole_diameter(500.0) == 0.4445
    assert replace(WELL, sections=()).hole_diameter(500.0) == 0.2168
