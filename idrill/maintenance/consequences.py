"""What a failure costs, and what work takes that forestalls it."""

from collections.abc import Sequence
from dataclasses import dataclass

from idrill.errors import InvalidPlan
from idrill.maintenance.tasks import Activity
from idrill.rigs import FailureMode


@dataclass(frozen=True, slots=True)
class Consequence:
    """What it costs when a component fails while it works."""

    component: str
    cost: float
    """Of repair, secondary damage and the part [money]."""
    lost_hours: float
    """That the rig stands for it [h]."""
    failure_mode: FailureMode | None = None
    """None: whichever is told nothing else."""

    def __post_init__(self) -> None:
        if self.cost < 0.0 or self.lost_hours < 0.0:
            raise InvalidPlan(f"failure of a {self.component}: cost and hours are zero or more")


@dataclass(frozen=True, slots=True)
class Norm:
    """What a kind of work on a component takes."""

    component: str
    activity: Activity
    hours: float
    """Of work [h]."""
    cost: float
    """Of people and part [money]."""
    skill: str
    part: str | None = None
    """Name of the spare part that it uses."""
    stops: bool = True
    """Whether the rig stands meanwhile, where it needs the component."""

    def __post_init__(self) -> None:
        if not self.hours > 0.0 or self.cost < 0.0:
            raise InvalidPlan(
                f"{self.activity} of a {self.component}: {self.hours:g} h at {self.cost:g} are none"
            )


def consequence_of(
    known: Sequence[Consequence], component: str, modes: Sequence[str]
) -> Consequence | None:
    """What the worst foreseen failure of a component costs; None if nobody said.

    Args:
        known: What was said.
        component: Such as `gearbox`.
        modes: Codes of the failures that are foreseen; where none of them is told apart, what is
            said of the component as such.
    """
    own = [one for one in known if one.component == component]
    told = [one for one in own if one.failure_mode is not None and one.failure_mode in modes]
    told = told or [one for one in own if one.failure_mode is None]
    return max(told, key=lambda one: (one.cost, one.lost_hours), default=None)


def norm_of(known: Sequence[Norm], component: str | None, activity: Activity) -> Norm | None:
    """What work on a component takes; None if nobody said."""
    found = (one for one in known if (one.component, one.activity) == (component, activity))
    return next(found, None)
