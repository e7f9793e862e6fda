"""Years of fleets replayed under any maintenance policy: lives and prognoses are what they were.

The units are those of simulated rigs on which nothing that worked was replaced, so that how long
each would have lasted is known, with what a champion said of each at every age. A place on a rig
takes such units one after the other; a policy sees what the champion says and decides what is
replaced when. What it costs is counted with the truth.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from benchmarks.component_rul import MEASURED_BY, PLAN, TOGETHER, WORKERS, judged_by, taught_by
from benchmarks.component_rul import _card as card_of
from benchmarks.component_rul import _quantiles as quantiles_of
from benchmarks.drawn_fleets import drawn, kept
from idrill.maintenance.life_law import LifeLaw
from idrill.maintenance.outlook import by_prognosis, trust_in
from idrill.prognosis import InputQuality, Prognosis
from idrill.rul.baselines.age import ages_of, weibull
from idrill.rul.components import median_life, problem_of
from idrill.rul.costs import watched
from idrill.rul.drawn_lives import Fleets
from idrill.rul.export import export
from idrill.rul.learning import Plan, learn, parts_of
from idrill.rul.prediction import FrozenModel
from idrill.simulator.distributions import LogNormal
from idrill.simulator.downtime import PLANNED, REPAIR
from idrill.windows import Lives, windows

Array = NDArray[np.float64]

COMPONENTS = TOGETHER[0]
"""Those that fail within a year."""
RIGS = 4
"""Of a fleet, which share one crew."""
PUMPS = 3
DAYS = 365
START = datetime(2026, 1, 1, tzinfo=UTC)
DUTY = {"liner": 0.5, "piston": 0.5, "valve": 0.5, "washpipe": 0.4}
"""Own hours in an hour in which the rig works [-]."""
WELL, MOVE = timedelta(days=30), timedelta(days=3)
"""From one rig move to the next, and how long it takes; nothing is needed meanwhile."""
REPLACEMENT = 1_000.0
"""Of a planned replacement [money]."""
STOPS = {name: one.median for name, one in REPAIR.items() if isinstance(one, LogNormal)}
"""Time that a failure stops a rig, half the time at least so long [h]."""
HOUR = 300.0
"""Of a rig that stands [money/h]."""
EVERY, WITHIN = 3, 24.0
"""Looks at a unit, and own hours ahead, for which the champion's warnings are weighed."""
SHIFT = range(6, 18)
"""Hours of the day at which the crew works."""


@dataclass(frozen=True, eq=False)
class Unit:
    """How long a unit would have lasted, and what was said of it on the way."""

    life: float
    """[own hours]"""
    ages: Array
    """(look)"""
    quantiles: Array
    """(look, level)"""

    def said_at(self, age: float) -> tuple[float, ...] | None:
        """What the champion said last; None before it said anything."""
        look = int(np.searchsorted(self.ages, age, side="right")) - 1
        return None if look < 0 else tuple(float(one) for one in self.quantiles[look])


@dataclass(frozen=True, eq=False)
class Foreseen:
    """Units of one component, half to tune policies on and half to judge them by."""

    component: str
    cap: float
    law: LifeLaw
    """Of the lives that the champion learned from."""
    tuning: tuple[Unit, ...]
    judging: tuple[Unit, ...]

    @cached_property
    def trust(self) -> float:
        """Failures for each that the champion foresaw, of the units to tune on [-]."""
        looks = [(one, at) for one in self.tuning for at in range(0, one.ages.size, EVERY)]
        said = [
            by_prognosis(self.said(one.said_at(one.ages[at]), float(one.ages[at])), self.law)
            for one, at in looks
        ]
        left = [one.life - float(one.ages[at]) for one, at in looks]
        return trust_in([one for one in said if one is not None], left, WITHIN)

    def said(self, quantiles: tuple[float, ...] | None, age: float) -> Prognosis:
        """What the champion says, as a plan takes it."""
        held = InputQuality.WITHHELD if quantiles is None else InputQuality.GOOD
        return Prognosis(
            "", "", self.component, "", (), START, quantiles, self.cap, age, "champion", held, ""
        )


def foreseen(component: str, taught: Fleets, judged: Fleets, plan: Plan) -> Foreseen:
    """What a champion says of units that it never saw; kept for the next run."""
    names = f"{component}-{taught.name}-{judged.name}-{plan.title}".replace(" ", "_")
    file = kept("replayed", (*MEASURED_BY, "maintenance/life_law.py")) / f"{names}.npz"
    if not file.exists():
        _foresee(component, taught, judged, plan, file)
    told = np.load(file)
    units = [
        Unit(float(told["life"][own][0]), told["age"][own], told["quantiles"][own])
        for own in (told["unit"] == unit for unit in np.unique(told["unit"]))
    ]
    half = len(units) // 2
    shape, scale, failures = (float(one) for one in told["law"])
    law = LifeLaw(shape, scale, int(failures))
    return Foreseen(component, float(told["cap"]), law, tuple(units[:half]), tuple(units[half:]))


def whole(component: str) -> Foreseen:
    """As the champion of `idrill train` says of the fleets that it is judged by."""
    return foreseen(component, taught_by(component), judged_by(component), PLAN)


def _foresee(component: str, taught: Fleets, judged: Fleets, plan: Plan, file: Path) -> None:
    known, test = (
        drawn(COMPONENTS, fleets, WORKERS).lives[component] for fleets in (taught, judged)
    )
    parts = parts_of(known, seed=0)
    problem = problem_of(component, median_life([life.end for life in parts.training.failed()]))
    learned = learn(problem, parts, plan)
    with TemporaryDirectory() as scratch:
        folder = Path(scratch) / "model"
        export(learned.members, learned.interval, card_of(problem, known), folder)
        model = FrozenModel.open(folder)
    dense = windows(test.failed(), problem.length, stride=2)
    watch = watched(dense, quantiles_of(model, dense))
    entry, end, failed = ages_of(problem, parts.training)
    file.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        file, unit=watch.units, age=watch.age, life=watch.life, quantiles=watch.quantiles,
        cap=problem.cap, law=np.array([*weibull(entry, end, failed), failed.sum()]),
    )  # fmt: skip
    _require_units(test, component)


def _require_units(test: Lives, component: str) -> None:
    if len(test.failed()) < 4:
        raise SystemExit(f"{component}: only {len(test.failed())} units failed; simulate more")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on a rig."""

    rig: int
    equipment: str
    component: str

    @property
    def rig_id(self) -> str:
        """Such as `R1`."""
        return f"R{self.rig + 1}"

    @property
    def hours(self) -> float:
        """That replacing takes [h]."""
        return PLANNED * STOPS[self.component]

    @property
    def lost(self) -> float:
        """That a failure stops the rig [h]."""
        return STOPS[self.component]


def spots() -> tuple[Spot, ...]:
    """Every place of a fleet."""
    found = []
    for rig in range(RIGS):
        for pump in range(1, PUMPS + 1):
            found += [Spot(rig, f"mud_pump_{pump}", one) for one in COMPONENTS if one != "washpipe"]
        found.append(Spot(rig, "top_drive", "washpipe"))
    return tuple(found)


@dataclass(frozen=True, eq=False)
class View:
    """What a policy may know on a morning."""

    day: int
    spots: tuple[Spot, ...]
    ages: tuple[float, ...]
    said: tuple[tuple[float, ...] | None, ...]

    @property
    def now(self) -> datetime:
        """The morning."""
        return START + timedelta(days=self.day)


Order = tuple[int, float]
"""Spot, and hour of the day at which its unit is replaced."""
Policy = Callable[[View], Sequence[Order]]


@dataclass(slots=True)
class Tally:
    """What a year came to."""

    cost: float = 0.0
    failures: int = 0
    replaced: int = 0
    lost: float = 0.0
    """Hours that rigs stood while they were needed."""
    needed: float = 0.0
    """Hours that rigs were needed."""

    @property
    def availability(self) -> float:
        """Share of the hours needed in which the rigs did not stand for this work [-]."""
        return 1.0 - self.lost / self.needed


@dataclass(frozen=True, eq=False)
class Year:
    """A year of a fleet, the same for every policy."""

    pools: dict[str, tuple[Unit, ...]]
    ratio: float
    """Cost of a failure, standing included, in planned replacements."""
    seed: int
    spots: tuple[Spot, ...] = field(default_factory=spots)

    def unit(self, spot: int, number: int) -> Unit:
        """The unit that a spot takes as its so manyth."""
        pool = self.pools[self.spots[spot].component]
        random = np.random.default_rng((self.seed, spot, number))
        return pool[int(random.integers(len(pool)))]

    def under(self, policy: Policy, days: int = DAYS) -> Tally:
        """What the year comes to under a policy."""
        tally, ages = Tally(), []
        numbers = [0] * len(self.spots)
        for spot in range(len(self.spots)):
            share = np.random.default_rng((self.seed, spot)).uniform(0.0, 0.9)
            ages.append(share * self.unit(spot, 0).life)
        for day in range(days):
            units = [self.unit(spot, number) for spot, number in enumerate(numbers)]
            said = tuple(unit.said_at(age) for unit, age in zip(units, ages, strict=True))
            view = View(day, self.spots, tuple(ages), said)
            orders = dict(policy(view))
            self._stand(tally, day, orders)
            for spot in range(len(self.spots)):
                self._live(tally, day, spot, orders.get(spot), numbers, ages)
        return tally

    def _live(
        self,
        tally: Tally,
        day: int,
        spot: int,
        at: float | None,
        numbers: list[int],
        ages: list[float],
    ) -> None:
        """One spot through a day: it works, fails, is replaced."""
        place = self.spots[spot]
        pace = DUTY[place.component] * needed(place.rig, day)
        for until, pulled in ((at, True), (24.0, False)):
            if until is None:
                continue
            since = at if not pulled and at is not None else 0.0
            left = pace * (until - since)
            failed = False
            while (life := self.unit(spot, numbers[spot]).life) <= ages[spot] + left:
                left -= life - ages[spot]
                numbers[spot], ages[spot], failed = numbers[spot] + 1, 0.0, True
                tally.failures += 1
                tally.cost += self.ratio * REPLACEMENT
                tally.lost += place.lost
            ages[spot] += left
            if pulled:
                # What failed on the way to its replacement is new, and is not replaced again.
                tally.replaced += not failed
                tally.cost += 0.0 if failed else REPLACEMENT
                if not failed:
                    numbers[spot], ages[spot] = numbers[spot] + 1, 0.0

    def _stand(self, tally: Tally, day: int, orders: dict[int, float]) -> None:
        """The hours that rigs stand for planned work; at the same time they count once."""
        for rig in range(RIGS):
            if not needed(rig, day):
                continue
            tally.needed += 24.0
            spans = sorted(
                (at, at + self.spots[spot].hours)
                for spot, at in orders.items()
                if self.spots[spot].rig == rig
            )
            covered, stood = 0.0, 0.0
            for start, end in spans:
                stood += max(end - max(start, covered), 0.0)
                covered = max(covered, end)
            tally.lost += stood
            tally.cost += HOUR * stood


def needed(rig: int, day: int) -> bool:
    """Whether a rig works on a day; moves are spread over the fleet."""
    into = (timedelta(days=day) + rig * WELL / RIGS) % WELL
    return into >= MOVE
