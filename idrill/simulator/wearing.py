"""The components of a rig, how long they are rated for and how late their wear shows.

Lives are own hours at reference loads: [s] from vendors, [e] engineering judgement, as is all that
bears no mark.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from idrill.simulator.distributions import Distribution, LogUniform, Uniform


@dataclass(frozen=True, slots=True)
class Variant:
    """A make of a component, and how long it is rated for."""

    name: str
    share: float
    """How often it is installed, relative to the others [-]."""
    rated_life: Distribution
    """Life of the typical unit at reference load [own hours]."""


@dataclass(frozen=True, slots=True)
class Wearing:
    """How units of one component kind wear, as far as all rigs have it in common."""

    component: str
    variants: tuple[Variant, ...]
    acceleration: Distribution
    """How strongly wear feeds on itself [-]."""
    sharpness: Distribution
    """How late the fault shows: number of e-foldings of its effect in a life [-]."""
    faint: float = 0.0
    """Share of the effect that grows with wear from the start [-]."""
    shows_by_threshold: bool = False
    """Whether the fault shows by how near the unit's own end is: a leak is there or is not."""


_LIVES = (
    Wearing(
        "liner",
        (
            Variant("metal", 0.55, LogUniform(550.0, 750.0)),  # [s]
            Variant("ceramic", 0.30, LogUniform(2_000.0, 2_600.0)),  # [s]
            Variant("zirconia", 0.15, LogUniform(4_000.0, 5_000.0)),  # [s]
        ),
        acceleration=Uniform(4.0, 8.0),
        sharpness=Uniform(0.8, 1.5),
    ),
    Wearing(
        "piston",
        (Variant("bonded", 1.0, LogUniform(250.0, 500.0)),),
        acceleration=Uniform(4.0, 8.0),
        sharpness=Uniform(0.8, 1.5),
    ),
    Wearing(
        "valve",
        (Variant("full_open", 1.0, LogUniform(400.0, 800.0)),),
        acceleration=Uniform(3.0, 6.0),
        # From 5 % of the leak to all of it, three e-foldings, in 2 to 20 of some 570 hours.
        sharpness=LogUniform(85.0, 850.0),
        faint=0.4,
        shows_by_threshold=True,
    ),
    Wearing(
        "washpipe",
        (Variant("standard", 1.0, LogUniform(700.0, 900.0)),),
        acceleration=Uniform(5.0, 10.0),
        sharpness=Uniform(6.0, 12.0),
    ),
    Wearing(
        "gearbox",
        (Variant("oil", 1.0, LogUniform(8e3, 20e3)),),
        acceleration=Uniform(2.0, 4.0),
        sharpness=Uniform(0.8, 1.6),
    ),
    Wearing(
        "brake",
        # 500 to 2,000 trip-km of 1 MN: at the reference power of 150 kW, 926 to 3,704 hours.
        (Variant("disc", 1.0, LogUniform(926.0, 3_704.0)),),
        acceleration=Uniform(3.0, 6.0),
        sharpness=Uniform(1.0, 2.0),
    ),
)

WEARING: Mapping[str, Wearing] = MappingProxyType({each.component: each for each in _LIVES})
"""How each component of `rigs.COMPONENT_KINDS` wears."""
