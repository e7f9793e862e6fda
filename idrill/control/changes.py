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

from idrill.channels import Channel, channel
from idrill.control.setpoints import ORDERS, SetPoint
from idrill.errors import IllegalMove
from idrill.rigs import EquipmentKind, Rig
from idrill.wells import Well

LONGEST = timedelta(days=1)
"""How long a change may wait to be carried out."""


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
class Check:
    """One thing that a set-point was held against."""

    name: str
    passed: bool | None
    """None: it could not be checked."""
    detail: str


def assess(wanted: SetPoint, rig: Rig, well: Well | None) -> tuple[Check, ...]:
    """What speaks for and against a set-point.

    Args:
        wanted: What is to be set.
        rig: On what.
        well: What the rig drills; None where nothing says so.

    Example:
        >>> checks = assess(SetPoint("weight_on_bit", -20.0), Rig("R1", "R1"), None)
        >>> [check.passed for check in checks]
        [False, None]
    """
    checks = [_orderable(wanted)]
    if wanted.pump is not None:
        checks.append(_carried(wanted.pump, rig))
    checks.append(_within_section(wanted, well))
    if wanted.channel == "mud_density_in":
        checks.append(_within_formation(wanted, well))
    return tuple(checks)


def verdict(checks: Sequence[Check]) -> State:
    """What becomes of a proposed change that was held against `checks`."""
    spoken_against = any(check.passed is False for check in checks)
    return State.REJECTED if spoken_against else State.ASSESSED


def _orderable(wanted: SetPoint) -> Check:
    of, limits = channel(wanted.channel), ORDERS[wanted.channel]
    passed = limits.low <= wanted.value <= limits.high
    may = f"may be ordered: {_span(limits.low, limits.high, of)} ({limits.source})"
    return Check("limits of an order", passed, f"{_told(wanted.value, of)}; {may}")


def _carried(pump: int, rig: Rig) -> Check:
    pumps = sum(item.kind is EquipmentKind.MUD_PUMP for item in rig.equipment)
    detail = f"pump {pump} is asked for; {rig.id} carries {pumps} mud pumps"
    return Check("equipment of the rig", pump <= pumps, detail)


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
