"""The tare: what a driller takes for the free weight of the string, anew after each connection."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from idrill.frame import Activity

Array = NDArray[np.float64]

ON_BOTTOM = 0.3
"""Distance from bottom up to which a rig shows a weight on bit [m]; Volve's shows none at 0.37."""
TOUCH = 1e3
"""Weight from which the bit is on bottom [N] [e]."""


@dataclass(frozen=True, slots=True)
class Tare:
    """What is known of the tare between two chunks."""

    weight: float
    """[kN]"""
    connected: bool
    """Whether a connection has been made since it was taken."""
    touching: bool
    """Whether the bit was on bottom in the last second."""


def tares(
    truth: pl.DataFrame, hook_load: Array, error: Array, before: Tare | None
) -> tuple[Array, Tare]:
    """The tare at each second: the hook load shown just before the bit first touches bottom again.

    Args:
        truth: A chunk.
        hook_load: What the sensor shows, from the second before the chunk on (1 + second) [kN].
        error: By which a tare taken at a second is wrong (second) [kN].
        before: What the chunk before left.

    Returns:
        Tare (second) [kN], and what the next chunk needs to know.
    """
    touching = truth["weight_on_bit"].to_numpy() > TOUCH
    connecting = (truth["activity"] == Activity.CONNECTION.value).to_numpy()
    if before is None:
        weight = hook_load[1] + 1e-3 * max(float(truth["weight_on_bit"][0]), 0.0)
        # The block stands in the first second: the sheaves make this tare wrong, so it is retaken.
        before = Tare(float(weight), connected=True, touching=bool(touching[0]))
    touched = touching & ~np.concatenate([[before.touching], touching[:-1]])
    number = np.cumsum(connecting) + before.connected
    tare = np.full(touching.size, before.weight)
    taken = 0
    for second in np.flatnonzero(touched):
        if number[second] > taken and not np.isnan(hook_load[second]):
            tare[second:] = hook_load[second] + error[second]
            taken = number[second]
    return tare, Tare(float(tare[-1]), bool(number[-1] > taken), bool(touching[-1]))
