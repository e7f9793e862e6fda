"""How severe, how fast and how long what people ask for is, where they do not say."""

from dataclasses import dataclass
from statistics import median

from numpy.random import default_rng

from idrill.channels import channel
from idrill.errors import InvalidSimulation
from idrill.simulator.distributions import Distribution
from idrill.simulator.event_kinds import SPECS, EventKind
from idrill.simulator.fault_schedules import OTHER_UNITS
from idrill.simulator.faults import FaultKind
from idrill.sources.simulation import ALIASES, event_of, fault_of
from idrill.store.injections import Wanted
from idrill.units import conversion

DRAWN = 201
"""Numbers of which the middle one is taken."""
BIAS = 10.0
"""Of a sensor that is wrong, in standard deviations of its noise [-] [e]."""
SPELL = 600.0
"""How long a sensor is wrong [s] [e]."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for; None where they leave it open."""

    kind: str
    channel: str | None
    severity: float | None
    growth: float | None
    lasting: float | None


def wanted(asked: Asked) -> Wanted:
    """What somebody asks for, with what they leave open filled in.

    Raises:
        InvalidSimulation: If there is no such kind, or it cannot be so.
        UnknownChannel: If there is no such channel.
    """
    found = _event(asked) if asked.channel is None else _fault(asked, asked.channel)
    if found.channel is None:
        event_of(found, 0.0)
    else:
        fault_of(found, 0.0)
    return found


def _event(asked: Asked) -> Wanted:
    name = ALIASES.get(asked.kind, asked.kind)
    if name not in set(EventKind):
        known = ", ".join((*EventKind, *ALIASES))
        faults = ", ".join(FaultKind)
        raise InvalidSimulation(
            f"{asked.kind!r} is no kind of event; there are: {known}; and with --channel: {faults}"
        )
    spec = SPECS[EventKind(name)]
    severity = _or(asked.severity, _middle(spec.severity))
    growth = _or(asked.growth, _middle(spec.growth))
    usual = growth + _middle(spec.lasting)
    if spec.volume is not None:
        usual = growth / 2 + _middle(spec.volume) / severity if severity > 0.0 else growth + 1.0
    return Wanted(name, None, severity, growth, _or(asked.lasting, max(1.0, round(usual))))


def _fault(asked: Asked, name: str) -> Wanted:
    lasting = _or(asked.lasting, SPELL)
    growth = _or(asked.growth, lasting if asked.kind == FaultKind.DRIFT else 0.0)
    severity = _or(asked.severity, _bias(asked.kind, name))
    return Wanted(asked.kind, name, severity, growth, lasting)


def _bias(kind: str, name: str) -> float:
    stored = channel(name)
    if kind != FaultKind.UNIT_SWITCH:
        return BIAS * stored.sigma
    units = OTHER_UNITS.get(stored.unit, ())
    if not units:
        raise InvalidSimulation(f"{name} is in {stored.unit}, which is taken for no other unit")
    return conversion(stored.unit, units[0]).factor


def _middle(distribution: Distribution) -> float:
    random = default_rng(0)
    return median(distribution.draw(random) for _ in range(DRAWN))


def _or(told: float | None, usual: float) -> float:
    return usual if told is None else told
