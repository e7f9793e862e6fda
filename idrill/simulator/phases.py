"""What a crew can be at, and what that is called."""

from idrill.frame import Activity
from idrill.physics.compiled import compiled
from idrill.simulator.state import Driller

(
    DRILLING, REAMING_UP, REAMING_DOWN, CIRCULATING, LIFTING, STOPPING, IN_SLIPS, STARTING,
    APPROACHING, PAUSING, PULLING, PULLED, AT_SURFACE, LOWERING, LOWERED, OUT,
) = range(16)  # fmt: skip
"""Phases."""

_ACTIVITY = {
    DRILLING: Activity.DRILLING_ROTATING,
    REAMING_UP: Activity.BACK_REAMING,
    REAMING_DOWN: Activity.REAMING,
    CIRCULATING: Activity.CIRCULATING,
    LIFTING: Activity.CIRCULATING,
    STOPPING: Activity.CIRCULATING,
    IN_SLIPS: Activity.CONNECTION,
    STARTING: Activity.CIRCULATING,
    APPROACHING: Activity.REAMING,
    PAUSING: Activity.CIRCULATING,
    PULLING: Activity.TRIPPING_OUT,
    PULLED: Activity.CONNECTION,
    AT_SURFACE: Activity.OUT_OF_HOLE,
    LOWERING: Activity.TRIPPING_IN,
    LOWERED: Activity.CONNECTION,
    OUT: Activity.OUT_OF_HOLE,
}
ACTIVITY_OF = tuple(list(Activity).index(_ACTIVITY[phase]) for phase in range(len(_ACTIVITY)))
"""Activity code of each phase."""

STILL = 1e-3
"""Flow [m³/s] and speed [1/s] that count as none."""
STATIC = list(Activity).index(Activity.STATIC)


@compiled
def activity_of(driller: Driller) -> int:
    """Activity code of what the crew is at: nothing, where it circulates without flow."""
    if driller.flow_command < STILL and driller.phase in (PAUSING, STOPPING, STARTING):
        return STATIC
    return ACTIVITY_OF[driller.phase]
