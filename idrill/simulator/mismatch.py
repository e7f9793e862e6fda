"""How a simulated rig differs from the model that it is judged with.

Whoever reconciles, foresees or advises knows the planned rig and wells, not the real ones:
friction, rheology, pumps, sheaves and block are off, friction goes on drifting, and cuttings and
heat are in no model. Shares are those of SIMULATOR's pages; 1 is the usual mismatch, 0 none, 2
twice as much.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from idrill.errors import InvalidSimulation
from idrill.simulator.distributions import LogUniform, Uniform
from idrill.simulator.noise import white
from idrill.simulator.outfit import Outfit
from idrill.simulator.well_plan import HoleSection, WellPlan
from idrill.units import GRAVITY

Array = NDArray[np.float64]

FRICTION = LogUniform(0.90, 1.15)
"""Real friction by that of the plan [-]."""
RHEOLOGY = Uniform(-0.15, 0.15)
"""By which yield stress and consistency differ, as a share [-]."""
EFFICIENCY = Uniform(-0.03, 0.03)
"""Of pumps: 0.92 to 0.98 where 0.95 is believed [-]."""
SHEAVES = Uniform(-0.01, 0.01)
"""Of the friction in a sheave: 1 to 3 % where 2 % is believed [-]."""
BLOCK = Uniform(-1e3 * GRAVITY, 1e3 * GRAVITY)
"""Of the load of block and top drive: a tonne [N]."""
DRIFT = 0.03
"""Standard deviation by which friction drifts from stand to stand, as a share [-]."""
STAND = 3_000
"""Time that a stand takes, by which the drift goes on [s] [e]."""
HELD = 0.95
"""Share of the drift that is left a stand later, so that it stays within a tenth [-] [e]."""
MOST = 3.0
"""Largest mismatch that leaves a rig possible [-]."""


@dataclass(frozen=True, slots=True)
class Model:
    """What may be known of a rig beforehand: the plan, not what became of it."""

    rig: Outfit
    wells: tuple[WellPlan, ...]


def real(model: Model, scale: float, random: Generator) -> Model:
    """The rig and wells as they are, where a model believes something else.

    Args:
        model: What is believed.
        scale: 0 for a model that is right, 1 for the usual mismatch.
        random: Where the differences come from.

    Raises:
        InvalidSimulation: If the scale lies beyond 0 to 3.
    """
    if not 0.0 <= scale <= MOST:
        raise InvalidSimulation(f"mismatch: is {scale}, it must lie between 0 and {MOST:g}")
    if scale == 0.0:
        return model
    return Model(
        _rig(model, scale, random),
        tuple(
            replace(well, sections=tuple(_section(one, scale, random) for one in well.sections))
            for well in model.wells
        ),
    )


def _rig(model: Model, scale: float, random: Generator) -> Outfit:
    rig = model.rig
    pumps = [
        replace(pump, efficiency=min(pump.efficiency + scale * EFFICIENCY.draw(random), 1.0))
        for pump in rig.pumps
    ]
    wanted = max(one.set_points.flow for well in model.wells for one in well.sections)
    # What the crew has set must be given: pumps that would not do then are as good as believed.
    most = sum(pump.top_stroke_rate * pump.stroke_volume * pump.efficiency for pump in pumps)
    hoist = replace(
        rig.hoist,
        block_load=rig.hoist.block_load + scale * BLOCK.draw(random),
        sheave_friction=max(rig.hoist.sheave_friction + scale * SHEAVES.draw(random), 0.0),
    )
    return replace(rig, pumps=rig.pumps if most < wanted else tuple(pumps), hoist=hoist)


def _section(section: HoleSection, scale: float, random: Generator) -> HoleSection:
    friction = FRICTION.draw(random) ** scale
    thicker = 1.0 + scale * RHEOLOGY.draw(random)
    mud = replace(
        section.mud,
        yield_stress=section.mud.yield_stress * thicker,
        consistency=section.mud.consistency * thicker,
    )
    return replace(
        section,
        mud=mud,
        cased_friction=section.cased_friction * friction,
        open_friction=section.open_friction * friction,
    )


def drifting(seed: int, rig_id: str, drift: float, span: Sequence[int]) -> Array:
    """By what friction has drifted at each second of a span, as a factor (second).

    Args:
        seed: Of the simulation.
        rig_id: Whose.
        drift: Standard deviation from stand to stand, as a share [-].
        span: First second since the start of the simulation, and the one after the last.
    """
    seconds = np.arange(*span)
    if drift == 0.0:
        return np.ones(seconds.size)
    steps = drift * white(seed, rig_id, "friction drift", 0, int(span[1] // STAND) + 2)
    level = np.zeros(steps.size)
    for stand in range(1, steps.size):
        level[stand] = HELD * level[stand - 1] + steps[stand]
    return np.exp(np.interp(seconds / STAND, np.arange(steps.size), level))
