"""Values that go missing in clusters, as those of a bad cable or a busy link do."""

import numpy as np
from numpy.typing import NDArray

from idrill.simulator.faults import Spell
from idrill.simulator.noise import uniform

CELL = 600
"""Time in which at most one burst begins [s]."""
SHORTEST, LONGEST = 2.0, 120.0
"""Of a burst, every ratio as likely as another [s] [e]."""
LOST = 0.7
"""Share of the seconds of a burst that are missing [-] [e]."""


def missing(spell: Spell, name: str, chance: float, n: int) -> NDArray[np.bool_]:
    """Whether each second's value goes missing (second).

    Args:
        spell: Which seconds.
        name: Of the channel, or of what else fails.
        chance: That a burst begins within ten minutes [-].
        n: How many seconds.
    """
    if chance == 0.0:
        return np.zeros(n, dtype=np.bool_)
    # A burst that began in the cell before may reach into the first.
    first = max(spell.epoch // CELL - 1, 0)
    cells = (spell.epoch + n) // CELL - first + 1
    begins, when, length = (
        uniform(spell.seed, spell.rig_id, f"{name}/{what}", first, cells)
        for what in ("burst", "burst begins", "burst lasts")
    )
    lost = uniform(spell.seed, spell.rig_id, f"{name}/lost", spell.epoch, n) < LOST
    inside = np.zeros(n, dtype=np.bool_)
    for cell in np.flatnonzero(begins < chance):
        start = int((first + cell + when[cell]) * CELL) - spell.epoch
        end = start + int(SHORTEST * (LONGEST / SHORTEST) ** length[cell])
        inside[max(start, 0) : max(end, 0)] = True
    return inside & lost
