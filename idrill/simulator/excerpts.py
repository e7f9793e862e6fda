"""Short stretches of the fast clock, from which the slow clock learns what its hours are like.

Not every second of a fleet can be simulated. So the kernel drills some minutes here and there and
trips a stand here and there, and the rest of the hole is taken to be like them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from idrill.simulator.geometry import annulus_capacity, string_bore
from idrill.simulator.kernel import STEPS, simulate_seconds
from idrill.simulator.operation import Operation, begin
from idrill.simulator.parameters import Job, parts_of
from idrill.simulator.phases import APPROACHING, DRILLING, LOWERING, activity_of
from idrill.simulator.segments import STICKING
from idrill.simulator.state import State, blank
from idrill.simulator.truth import NAMES

Array = NDArray[np.float64]

MINUTE = 60
"""[s]"""
TOUCHING = 180
"""From off bottom to bottom, more than any crew takes [s]."""
SETTLING = 5
"""Minutes that an auto-driller is given to come to its set-point."""
AHEAD, KEPT = 60, 40
"""At a spot farther down: until the rock there is felt, and what is kept then [s]."""
TRIPPING = 240
"""In which any block has moved a stand [s]."""
LONGEST = TOUCHING + MINUTE * SETTLING
"""Of all excerpts [s]."""
NEAR_BOTTOM = 3.0
"""Distance that a spot keeps from the end of a section, where a crew would stop [m]."""
LONG = 1e9
"""Time that never passes in an excerpt [s]."""

LEVELS = (
    "rate_of_penetration", "flow_in", "standpipe_pressure", "rotary_speed", "torque",
    "weight_on_bit", "hook_load",
)  # fmt: skip
"""Columns of the truth that are kept, in this order."""
LEVEL_COUNT = len(LEVELS) + 2
RATE, FLOW, PRESSURE, SPEED, TORQUE, WEIGHT, HOOK, STICK_SLIP, WEARING = range(LEVEL_COUNT)
"""Places of the levels; after those of the truth the share of the time in stick-slip [-] and the
wear of the bit per time [1/s]."""

_ROWS = [NAMES.index(name) for name in LEVELS]
_SEVERITY, _WEAR = NAMES.index("stick_slip_severity"), NAMES.index("bit_wear")
_CODE, _BLOCK_SPEED = NAMES.index("activity_code"), NAMES.index("block_speed")


@dataclass(frozen=True, slots=True)
class Touched:
    """What it is like to come to bottom."""

    off_bottom: Array
    """Turning and pumping just above it (level)."""
    settling: Array
    """Minute by minute from touching bottom (minute, level)."""


@dataclass(frozen=True, slots=True)
class Tripped:
    """What moving a stand is like at one depth."""

    seconds: float
    """That the block takes [s]."""
    power: float
    """Mean of hook load times speed in that time [W]."""


class Excerpts:
    """Takes excerpts of the work of one rig with one string in one section of hole."""

    def __init__(self, operation: Operation, job: Job) -> None:
        self._rig, self._job, self._parts = operation.rig, job, parts_of(job)
        self._moments = operation.moments(LONGEST, ())
        self._truth = np.zeros((len(NAMES), LONGEST))
        self._state = blank()

    def touched(self, depth: float, wear: float, rock: float) -> Touched:
        """Let the kernel go down to bottom and drill until the auto-driller has settled.

        Args:
            depth: Of the hole [m].
            wear: Of the bit [-].
            rock: Share of cuttings in the annulus [-].
        """
        self._state, job = self._placed(depth, APPROACHING), self._job
        driller, turn, mud = self._state.driller[0], self._state.turn[0], self._state.mud[0]
        speed = min(job.orders.rotary_speed, job.machinery.drive.top_speed)
        driller.flow_command, driller.speed_command = job.orders.flow, speed
        turn.drive_speed = turn.bit_speed = turn.steady_speed = speed
        mud.drained = 0.0
        self._carry(wear, rock)
        self._simulate(self._state, LONGEST)
        values = self._levels(0, LONGEST)
        drilling = self._truth[_CODE] == _code_of(self._state, DRILLING)
        touched = min(int(np.argmax(drilling)), TOUCHING)
        minutes = values[touched : touched + MINUTE * SETTLING].reshape(SETTLING, MINUTE, -1)
        return Touched(values[touched // 2 : touched + 1].mean(axis=0), minutes.mean(axis=1))

    def spot(self, depth: float, wear: float, rock: float) -> Array:
        """Let the kernel go on drilling farther down, as if it had drilled to there (level).

        Args:
            depth: Of the hole [m].
            wear: Of the bit [-].
            rock: Share of cuttings in the annulus [-].
        """
        driller, hoist, mud = self._state.driller[0], self._state.hoist[0], self._state.mud[0]
        hole, assembly, machinery = self._job.hole, self._job.assembly, self._job.machinery
        depth = min(depth, hole.bottom - NEAR_BOTTOM)
        driller.phase, driller.until_pause, driller.leaving = DRILLING, LONG, 0
        hoist.hole_depth = hoist.bit_depth = depth
        hoist.position = machinery.lowest + machinery.stand
        mud.string += string_bore(assembly, depth) - mud.string_capacity
        mud.string_capacity = string_bore(assembly, depth)
        mud.annulus = annulus_capacity(hole, assembly, depth, depth) * (1.0 - rock)
        self._carry(wear, rock)
        self._simulate(self._state, AHEAD + KEPT)
        return np.asarray(self._levels(AHEAD, AHEAD + KEPT).mean(axis=0))

    def _carry(self, wear: float, rock: float) -> None:
        hoist, mud = self._state.hoist[0], self._state.mud[0]
        hoist.wear = min(wear, 0.99 * self._job.surroundings.wear_limit)
        mud.rock = rock * mud.annulus

    def tripped(self, depth: float, phase: int) -> Tripped:
        """Let the kernel move a stand with the bit at a depth [m]; `LOWERING` or `PULLING`."""
        state = self._placed(depth, phase)
        hoist, stand = state.hoist[0], self._job.machinery.stand
        hoist.hole_depth, hoist.bit_depth = depth + 2.0 * stand, depth
        hoist.position = self._job.machinery.lowest + stand * (phase == LOWERING)
        code = _code_of(state, phase)
        self._simulate(state, TRIPPING)
        moving = self._truth[_CODE, :TRIPPING] == code
        seconds = int(np.argmin(moving)) or TRIPPING
        power = self._truth[_ROWS[HOOK]] * np.abs(self._truth[_BLOCK_SPEED])
        return Tripped(float(seconds), float(power[:seconds].mean()))

    def _placed(self, depth: float, phase: int) -> State:
        """A rig with its string just above a depth and nothing else to do than the phase."""
        state = blank()
        begin(state, self._job, self._rig, depth)
        driller = state.driller[0]
        driller.phase, driller.until_pause, driller.left = phase, LONG, LONG
        return state

    def _simulate(self, state: State, seconds: int) -> None:
        simulate_seconds(state, self._parts, self._moments, self._truth, (0, seconds), 0, STEPS)

    def _levels(self, first: int, last: int) -> Array:
        """The levels of some seconds (second, level)."""
        truth = self._truth[:, first:last]
        sticking = truth[_SEVERITY] > STICKING
        wearing = np.gradient(truth[_WEAR])
        return np.column_stack([truth[_ROWS].T, sticking, wearing])


def _code_of(state: State, phase: int) -> int:
    """Activity code of a phase."""
    driller = state.driller[0].copy()
    driller.phase, driller.flow_command = phase, 1.0
    return activity_of(driller)
