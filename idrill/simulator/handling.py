"""What a crew does with block, pumps and top drive, whatever it is at."""

from idrill.physics.compiled import compiled
from idrill.simulator.parameters import Orders
from idrill.simulator.state import Driller, Hoist

CLOSE = 0.02
"""Distance at which a block has arrived [m]."""
CREEPING = 0.02
"""Least speed of a block on its way [m/s]."""
SLOWING = 0.4
"""Share of the distance left that a block covers in a second [1/s]."""


@compiled
def begin(driller: Driller, phase: int, left: float) -> None:
    """Go on to a phase that lasts so long [s], where time ends it."""
    driller.phase, driller.left, driller.whole = phase, left, left


@compiled
def travel(hoist: Hoist, target: float, fastest: float) -> bool:
    """Move the block towards a position [m]; whether it is there."""
    distance = target - hoist.position
    if abs(distance) < CLOSE:
        hoist.speed_asked = 0.0
        return True
    speed = min(max(SLOWING * abs(distance), CREEPING), fastest)
    hoist.speed_asked = speed if distance > 0.0 else -speed
    return False


@compiled
def run(driller: Driller, orders: Orders, flow: float, speed: float) -> None:
    """Ask for a share of the ordered flow and rotary speed [-]."""
    driller.flow_asked = flow * orders.flow
    driller.speed_asked = speed * (1.0 + driller.speed_change) * orders.rotary_speed
