"""What a person says of a well, checked: depths in order, no gaps, no overlaps, all of it fits."""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Protocol

from idrill.channels import channel
from idrill.errors import InvalidWell
from idrill.wells import Casing, Formation, Limit, Mud, Section, Well

DEEPEST = channel("hole_depth").high
"""Greatest measured depth [m]."""

WIDEST = channel("bit_diameter").high
"""Greatest diameter of a hole [m]."""

_TOUCHING = 1e-6
"""How far two depths may be apart and still be the same [m]."""


class Stretch(Protocol):
    """A part of a well between two depths."""

    @property
    def top(self) -> float:
        """Measured depth where it begins [m]."""

    @property
    def bottom(self) -> float | None:
        """Measured depth where it ends [m]."""


def check_profile(well: Well) -> None:
    """See that what is said of a well can be.

    Raises:
        InvalidWell: If not; names the part.
        UnknownChannel: If a limit is for no known channel.
    """
    for name, value in (("water_depth", well.water_depth), ("air_gap", well.air_gap)):
        _within(name, value, 0.0, DEEPEST, "m")
    depth = well.total_depth
    _within("total_depth", depth, 0.0, DEEPEST, "m")
    for what, parts in (
        ("section", well.sections),
        ("mud", well.muds),
        ("formation", well.formations),
    ):
        _require_stretches(what, parts, depth)
        _require_layers(what, parts)
    _check_sections(well.sections)
    _check_casing(well.casing, well.sections, depth)
    _check_muds(well.muds)
    _check_formations(well.formations)
    _check_limits(well.limits, depth)


def _within(what: str, value: float | None, low: float, high: float, unit: str) -> None:
    if value is not None and not (math.isfinite(value) and low <= value <= high):
        raise InvalidWell(f"{what} of {value:g} {unit}: it lies between {low:g} and {high:g}")


def _require_stretches(what: str, parts: Sequence[Stretch], depth: float | None) -> None:
    """See that each part begins above its end, and ends within the well."""
    for number, part in enumerate(parts, 1):
        if part.bottom is None:
            raise InvalidWell(f"{what} {number}: it has no bottom")
        if not 0.0 <= part.top < part.bottom <= DEEPEST:
            raise InvalidWell(
                f"{what} {number} from {part.top:g} m to {part.bottom:g} m: depths grow, "
                f"from 0 to at most {DEEPEST:g} m"
            )
        if depth is not None and part.bottom > depth + _TOUCHING:
            raise InvalidWell(
                f"{what} {number} ends at {part.bottom:g} m, below the total depth of {depth:g} m"
            )


def _require_layers(what: str, parts: Sequence[Stretch]) -> None:
    """See that each part begins where the one above it ends."""
    for number, (upper, lower) in enumerate(pairwise(parts), 2):
        apart = lower.top - (upper.bottom or 0.0)
        if abs(apart) > _TOUCHING:
            wrong = "a gap" if apart > 0 else "they overlap, or are not in order"
            raise InvalidWell(
                f"{what} {number} begins at {lower.top:g} m and the one before ends at "
                f"{upper.bottom:g} m: {wrong}"
            )


def _check_sections(sections: Iterable[Section]) -> None:
    for number, section in enumerate(sections, 1):
        if section.inner_diameter is None:
            raise InvalidWell(f"section {number}: it has no diameter")
        _within(f"section {number}: a diameter", section.inner_diameter, 0.05, WIDEST, "m")


def _check_casing(
    casing: Sequence[Casing], sections: Sequence[Section], depth: float | None
) -> None:
    _require_stretches("casing", casing, depth)
    for number, one in enumerate(casing, 1):
        _within(f"casing {number}: an outer diameter", one.outer_diameter, 0.05, WIDEST, "m")
        if not 0.0 < one.inner_diameter < one.outer_diameter:
            raise InvalidWell(
                f"casing {number}: an inside of {one.inner_diameter:g} m does not fit into "
                f"an outside of {one.outer_diameter:g} m"
            )
        for section in sections:
            if _meet(one, section) and one.outer_diameter >= (section.inner_diameter or 0.0):
                raise InvalidWell(
                    f"casing {number} of {one.outer_diameter:g} m does not go into the hole of "
                    f"{section.inner_diameter:g} m from {section.top:g} m"
                )
    for number, (outer, inner) in enumerate(pairwise(casing), 2):
        if inner.bottom < outer.bottom:
            raise InvalidWell(f"casing {number}: its shoe lies above that of the one before")
        if _meet(outer, inner) and inner.outer_diameter >= outer.inner_diameter:
            raise InvalidWell(
                f"casing {number} of {inner.outer_diameter:g} m does not go through the one "
                f"before, of {outer.inner_diameter:g} m inside"
            )


def _check_muds(muds: Iterable[Mud]) -> None:
    dense = channel("mud_density_in")
    for number, mud in enumerate(muds, 1):
        _within(f"mud {number}: a density", mud.density, dense.low, dense.high, dense.unit)
        _within(f"mud {number}: a plastic viscosity", mud.plastic_viscosity, 0.0, 1.0, "Pa·s")
        _within(f"mud {number}: a yield point", mud.yield_point, 0.0, 200.0, "Pa")


def _check_formations(formations: Iterable[Formation]) -> None:
    for number, layer in enumerate(formations, 1):
        what = f"formation {number}"
        pore, fracture = layer.pore_density, layer.fracture_density
        _within(f"{what}: a pore density", pore, 0.0, 5_000.0, "kg/m³")
        _within(f"{what}: a fracture density", fracture, 0.0, 5_000.0, "kg/m³")
        if pore is not None and fracture is not None and pore >= fracture:
            raise InvalidWell(
                f"{what}: it would break at {fracture:g} kg/m³, before {pore:g} kg/m³ balance it"
            )


def _check_limits(limits: Sequence[Limit], depth: float | None) -> None:
    _require_stretches("limit", limits, depth)
    for number, limit in enumerate(limits, 1):
        what, of = f"limit {number} of {limit.channel}", channel(limit.channel)
        if limit.low is None and limit.high is None:
            raise InvalidWell(f"{what}: give a low, a high, or both")
        _within(f"{what}: a low", limit.low, of.low, of.high, of.unit)
        _within(f"{what}: a high", limit.high, of.low, of.high, of.unit)
        if limit.low is not None and limit.high is not None and limit.low >= limit.high:
            raise InvalidWell(f"{what}: its low is not below its high")
        others = (one for one in limits[: number - 1] if one.channel == limit.channel)
        if any(_meet(other, limit) for other in others):
            raise InvalidWell(f"{what}: it overlaps with another limit of this channel")


def _meet(one: Casing | Section | Limit, other: Casing | Section | Limit) -> bool:
    return one.top < other.bottom - _TOUCHING and other.top < one.bottom - _TOUCHING
