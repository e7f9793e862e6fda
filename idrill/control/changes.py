"""Changes of set-points: who may want which, what they are checked against, what becomes of them.

A change is proposed by one person and approved by another. Where nothing can set the rig's
controls, it is never applied: what was to be done is recorded as simulated.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from idrill.channels import PUMPS, Channel, channel
from idrill.errors import IllegalMove, InvalidChange
from idrill.wells import Well

LONGEST = timedelta(days=1)
"""How long a change may wait to be carried out."""

SET_POINTS = (
    "weight_on_bit",
    "rotary_speed",
    "rate_of_penetration",
    "flow_in",
    *(f"pump_{number}_stroke_rate" for number in range(1, PUMPS + 1)),
    "choke_pressure",
    "mud_density_in",
)
"""The channels that a driller sets; all others follow from these and the rock."""


class State(StrEnum):
    """How a change stands."""

    PROPOSED = "proposed"
    ASSESSED = "assessed"
    """Nothing that was checked speaks against it."""
    APPROVED = "approved"
    APPLIED = "applied"
    """The rig's controls took the new set-point."""
    SIMULATED = "simulated"
    """Nothing sets the rig's controls, so nothing was changed."""
    VERIFIED = "verified"
    ROLLED_BACK = "rolled_back"
    REJECTED = "rejected"
    EXPIRED = "expired"
    """Nobody carried it out in time."""


WAITING = frozenset({State.PROPOSED, State.ASSESSED, State.APPROVED})
"""States that a change leaves by itself when its time is up."""

_STOPPED = {State.REJECTED, State.EXPIRED}

_MOVES = MappingProxyType(
    {
        State.PROPOSED: {State.ASSESSED} | _STOPPED,
        State.ASSESSED: {State.APPROVED} | _STOPPED,
        State.APPROVED: {State.APPLIED, State.SIMULATED} | _STOPPED,
        State.APPLIED: {State.VERIFIED, State.ROLLED_BACK},
        State.SIMULATED: {State.VERIFIED, State.ROLLED_BACK},
        State.VERIFIED: {State.ROLLED_BACK},
        State.ROLLED_BACK: set[State](),
        State.REJECTED: set[State](),
        State.EXPIRED: set[State](),
    }
)


def moved(state: State, to: State) -> State:
    """The state `to`, where it may follow `state`.

    Example:
        >>> moved(State.ASSESSED, State.APPROVED).value
        'approved'

    Raises:
        IllegalMove: If it may not; says which may.
    """
    if to not in _MOVES[state]:
        may = " or ".join(sorted(_MOVES[state])) or "nothing else"
        raise IllegalMove(f"this change is {state} and cannot become {to}: it can become {may}")
    return to


@dataclass(frozen=True, slots=True)
class SetPoint:
    """What somebody wants to set on a rig.

    Raises:
        InvalidChange: If it is nothing that a driller sets.
        UnknownChannel: If there is no such channel.
    """

    channel: str
    value: float
    """In the channel's unit."""
    previous: float | None = None
    """What was set before, in the channel's unit."""
    hole_depth: float | None = None
    """Where it is meant for [m]."""

    def __post_init__(self) -> None:
        unit = channel(self.channel).unit
        if self.channel not in SET_POINTS:
            settable = ", ".join(SET_POINTS)
            raise InvalidChange(f"{self.channel} follows from what is set; set one of {settable}")
        for value in (self.value, self.previous, self.hole_depth):
            if value is not None and not math.isfinite(value):
                raise InvalidChange(f"{self.channel}: {value} {unit} cannot be set")
        if self.hole_depth is not None and self.hole_depth < 0.0:
            raise InvalidChange(f"a hole depth of {self.hole_depth:g} m is none")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a set-point was held against."""

    name: str
    passed: bool | None
    """None: it could not be checked."""
    detail: str


def assess(wanted: SetPoint, well: Well | None) -> tuple[Check, ...]:
    """What speaks for and against a set-point.

    Args:
        wanted: What is to be set.
        well: What the rig drills; None where nothing says so.

    Example:
        >>> [check.passed for check in assess(SetPoint("rotary_speed", 500.0), None)]
        [False, None]
    """
    checks = [_within_physics, _within_section]
    if wanted.channel == "mud_density_in":
        checks.append(_within_formation)
    return tuple(check(wanted, well) for check in checks)


def verdict(checks: Sequence[Check]) -> State:
    """What becomes of a proposed change that was held against `checks`."""
    spoken_against = any(check.passed is False for check in checks)
    return State.REJECTED if spoken_against else State.ASSESSED


def _within_physics(wanted: SetPoint, _: Well | None) -> Check:
    of = channel(wanted.channel)
    passed = of.low <= wanted.value <= of.high
    detail = f"{_told(wanted.value, of)}; possible: {of.low:g} to {of.high:g} {of.unit}"
    return Check("physical limits", passed, detail)


def _within_section(wanted: SetPoint, well: Well | None) -> Check:
    """Where the depth is not known, every limit of the well counts."""
    name, of, depth = "limits of the well section", channel(wanted.channel), wanted.hole_depth
    if well is None:
        return Check(name, None, "no drilling session says which well the rig is on")
    limits = [
        limit
        for limit in well.limits
        if limit.channel == of.name and (depth is None or limit.top <= depth <= limit.bottom)
    ]
    where = "" if depth is None else f" at {depth:g} m"
    if not limits:
        return Check(name, None, f"the profile of {well.id} sets no limit of {of.name}{where}")
    low = max((limit.low for limit in limits if limit.low is not None), default=-math.inf)
    high = min((limit.high for limit in limits if limit.high is not None), default=math.inf)
    allowed = f"allowed on {well.id}{where}: {_span(low, high, of)}"
    return Check(name, low <= wanted.value <= high, f"{_told(wanted.value, of)}; {allowed}")


def _within_formation(wanted: SetPoint, well: Well | None) -> Check:
    """Mud that neither lets in what is in the pores of the open hole, nor breaks its rock."""
    name, of, depth = "pressures of the open hole", channel(wanted.channel), wanted.hole_depth
    if well is None or depth is None:
        missing = (
            "the depth of the hole is not known"
            if well
            else "nothing says which well the rig is on"
        )
        return Check(name, None, missing)
    shoe = max((shoe for shoe in _shoes(well) if shoe <= depth), default=0.0)
    layers = [
        layer
        for layer in well.formations
        if layer.top < depth and (layer.bottom is None or layer.bottom > shoe)
    ]
    pores = [layer.pore_density for layer in layers if layer.pore_density is not None]
    breaks = [layer.fracture_density for layer in layers if layer.fracture_density is not None]
    if not pores and not breaks:
        return Check(name, None, f"the profile of {well.id} tells no pressures there")
    low, high = max(pores, default=-math.inf), min(breaks, default=math.inf)
    window = f"from {shoe:g} m to {depth:g} m: {_span(low, high, of)}"
    return Check(name, low < wanted.value < high, f"{_told(wanted.value, of)}; {window}")


def _shoes(well: Well) -> list[float]:
    pipes = [one.bottom for one in well.sections if "hole" not in one.kind.lower()]
    return [*pipes, *(one.bottom for one in well.casing)]


def _span(low: float, high: float, of: Channel) -> str:
    if math.isinf(low):
        return f"at most {high:g} {of.unit}"
    return f"at least {low:g} {of.unit}" if math.isinf(high) else f"{low:g} to {high:g} {of.unit}"


def _told(value: float, of: Channel) -> str:
    return f"{value:g} {of.unit} asked for"
