"""All that a maintenance plan is made from."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from idrill.errors import InvalidPlan
from idrill.maintenance.consequences import Consequence, Norm
from idrill.maintenance.crews import Crew
from idrill.maintenance.outlook import Outlook
from idrill.maintenance.parts import Part
from idrill.maintenance.rig_plan import Grid, RigPlan
from idrill.maintenance.tasks import Activity, State

Where = tuple[str, str | None, str | None]
"""Rig, equipment, component."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a plan."""

    days: float = 14.0
    """How far it reaches [d]."""
    slot_hours: float = 2.0
    """Work begins on the hour, every so many [h]."""
    freeze_hours: float = 48.0
    """Scheduled work that begins sooner stays as it is [h]."""
    move_cost: float = 50.0
    """Of giving work that has a time another one [money]."""
    effort: float = 10.0
    """Of the solver, in its own deterministic seconds: the same on every machine."""
    seconds: float = 120.0
    """After which it stops whatever it has; a plan that stopped so may differ elsewhere."""
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0.0 < self.days <= 366.0 or not 0.25 <= self.slot_hours <= 24.0:
            raise InvalidPlan("a plan reaches a day to a year ahead, in slots of 0.25 to 24 h")
        if min(self.freeze_hours, self.move_cost) < 0.0 or min(self.effort, self.seconds) <= 0.0:
            raise InvalidPlan("freeze and the cost of a move are zero or more, the effort above")

    def grid(self, now: datetime) -> Grid:
        """The slots of the plan, from the next full one on."""
        slot = timedelta(hours=self.slot_hours)
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        start = midnight - (midnight - now) // slot * slot
        return Grid(start, slot, max(int(timedelta(days=self.days) / slot), 1))


@dataclass(frozen=True, eq=False)
class Place:
    """A component of a rig, and what is known of the unit in it."""

    rig_id: str
    equipment: str
    component: str
    outlook: Outlook | None
    """None: nothing says how long it lasts."""
    why: str
    """Why there is no outlook, or what is doubtful about it; "" if nothing."""
    usual: float
    """Own hours in an hour of the calendar [-]."""
    norm: Norm | None
    """Of its replacement; None: nobody said what that takes."""
    consequence: Consequence | None
    """Of its failure; None: nobody said what that costs."""
    hour_cost: float
    """What an own hour of a unit costs in the long run [money]."""

    @property
    def name(self) -> str:
        """Such as `RIG_01 mud_pump_2 liner`."""
        return f"{self.rig_id} {self.equipment} {self.component}"

    @property
    def at(self) -> Where:
        """Where it is."""
        return self.rig_id, self.equipment, self.component


@dataclass(frozen=True, slots=True)
class Known:
    """A task that there is already and that is not over."""

    task: int
    title: str
    rig_id: str
    equipment: str | None
    component: str | None
    activity: Activity
    state: State
    due: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None
    crew: str | None = None
    withdrawable: bool = False
    """Whether a plan proposed it, and may take it back: nobody has approved it."""
    norm: Norm | None = None
    """What it takes; None: nobody said."""
    version: int = 0
    """That was looked at."""
    elsewhere: bool = False
    """Whether it is of a rig that is not planned, and only keeps its crew."""

    @property
    def at(self) -> Where:
        """What it is done to."""
        return self.rig_id, self.equipment, self.component

    def fixed(self, until: datetime) -> bool:
        """Whether it stays when it is.

        Args:
            until: Scheduled work that begins before this instant stays.
        """
        if self.start is None or self.end is None:
            return False
        soon = self.state is State.SCHEDULED and self.start < until
        return self.state is State.IN_PROGRESS or soon or self.norm is None


@dataclass(frozen=True, eq=False)
class PlanInputs:
    """All that a plan is made from, at one instant."""

    now: datetime
    places: tuple[Place, ...]
    known: tuple[Known, ...]
    crews: tuple[Crew, ...]
    parts: tuple[Part, ...]
    rig_plans: tuple[RigPlan, ...]

    def rig_plan(self, rig_id: str) -> RigPlan | None:
        """What a rig is to do; None if nobody said."""
        return next((one for one in self.rig_plans if one.rig_id == rig_id), None)


@dataclass(frozen=True, eq=False)
class Asked:
    """What a plan is made from, and what is asked of it."""

    inputs: PlanInputs
    wish: Wish

    @property
    def grid(self) -> Grid:
        """The slots of the plan."""
        return self.wish.grid(self.inputs.now)

    @property
    def frozen(self) -> tuple[Known, ...]:
        """The tasks that stay when they are."""
        until = self.inputs.now + timedelta(hours=self.wish.freeze_hours)
        return tuple(one for one in self.inputs.known if one.fixed(until))
