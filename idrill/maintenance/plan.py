"""A maintenance plan: what is done when by whom, what is not, and the risk that is left."""

from dataclasses import dataclass
from datetime import datetime

from idrill.maintenance.outlook import SaidBy
from idrill.maintenance.tasks import Activity


@dataclass(frozen=True, slots=True)
class Forestalled:
    """The failure that a renewal forestalls."""

    failed_before: float
    """Chance that the unit fails before it is replaced [-]."""
    failed_if_left: float
    """Chance that it fails before the plan ends, were it left alone [-]."""
    cost: float | None
    """Of the failure, standing included [money]; None: nobody said."""
    said_by: SaidBy
    model: str
    """Of the prognosis; "" if it is by age."""
    doubt: str
    """What is doubtful about it; "" if nothing."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Work that has its time."""

    rig_id: str
    equipment: str | None
    component: str | None
    activity: Activity
    title: str
    start: datetime
    end: datetime
    crew: str | None
    part: str | None
    cost: float
    """Of people and part [money]."""
    lost_hours: float
    """That the rig stands for it while it is needed [h]; work at the same time shares them."""
    forestalls: Forestalled | None
    """None where nothing is renewed of which anything is known."""
    task: int | None = None
    """The task that it is; None: a new one."""
    fixed: bool = False
    """Frozen or under way: the plan did not choose its time."""
    moved: bool = False
    """Whether the task had another time or crew."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What the plan does nothing about."""

    rig_id: str
    equipment: str | None
    component: str | None
    reason: str
    failed: float | None
    """Chance that it fails before the plan ends [-]; None: nothing says so."""
    failure_cost: float | None
    """[money]"""
    task: int | None = None
    """The open task that it is about."""
    withdrawn: bool = False
    """Whether the plan takes back that task, which an earlier plan proposed."""


@dataclass(frozen=True, slots=True)
class Risk:
    """What may still fail, as far as anything is known."""

    failures: float
    """Expected before the plan ends."""
    any_failure: float
    """Chance of one or more, were units to fail independently [-]."""
    failures_if_nothing: float
    """Expected, were nothing replaced."""
    cost: float
    """Expected of the failures [money]."""
    unknown: int
    """Components of which nothing is known."""


@dataclass(frozen=True, slots=True)
class Search:
    """How the plan was found."""

    status: str
    """`optimal`, `feasible` or `serial rule`."""
    cost: float
    """Of the plan, as the search counts it [money]."""
    bound: float
    """Which no plan is below [money]."""
    serial_cost: float | None
    """Of the serial rule's plan; None if the rule found none."""
    seconds: float
    jobs: int
    options: int
    cut_short: bool
    """Whether the clock ended the search, so that another machine may find another plan."""

    @property
    def gap(self) -> float:
        """How much cheaper a plan might be, as a share [-]."""
        return max(self.cost - self.bound, 0.0) / max(abs(self.cost), 1.0)


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A limit that no plan keeps to, and by how much."""

    limit: str
    """`due`, `crew`, `part`, `skill`, `shift` or `equipment`."""
    subject: str
    by: float
    unit: str
    words: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done when by whom."""

    start: datetime
    end: datetime
    entries: tuple[Entry, ...]
    """By start."""
    left_out: tuple[LeftOut, ...]
    risk: Risk
    search: Search
    notes: tuple[str, ...] = ()
    """What somebody who acts on it should know."""
