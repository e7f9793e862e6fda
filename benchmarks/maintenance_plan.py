"""The maintenance plan beside what crews do without one, over replayed years; and its speed."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from multiprocessing import get_context

import numpy as np

from benchmarks.component_rul import WORKERS
from benchmarks.harness import Comparison, Result, Sample
from benchmarks.replayed_fleets import (
    COMPONENTS,
    DAYS,
    DUTY,
    HOUR,
    MOVE,
    REPLACEMENT,
    RIGS,
    SHIFT,
    WELL,
    Foreseen,
    Order,
    Policy,
    Spot,
    Tally,
    View,
    Year,
    needed,
    spots,
    whole,
)
from idrill.maintenance.consequences import Consequence, Norm
from idrill.maintenance.crews import Crew, Rota
from idrill.maintenance.life_law import WAITING
from idrill.maintenance.outlook import by_age, by_prognosis
from idrill.maintenance.plan import Plan
from idrill.maintenance.plan_inputs import Asked, Place, PlanInputs, Wish
from idrill.maintenance.planning import planned, serial_plan
from idrill.maintenance.rig_plan import Phase, RigPlan
from idrill.maintenance.tasks import Activity
from idrill.prognosis import LEVELS, InputQuality, Prognosis

RATIOS = (3.0, 10.0, 30.0)
"""Cost of a failure, in planned replacements."""
TUNING, JUDGING = range(100, 104), range(200, 206)
"""Seeds of fleets on which thresholds are tuned, and of those that all are judged by."""
LEVELS_TRIED = (0.05, 0.1, 0.5)
SHARES_TRIED = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3)
"""Thresholds, as shares of the median life."""
WISH = Wish(days=7.0, slot_hours=2.0, effort=1.0, seconds=30.0)
FLEETS = (1, 2, 5, 10, 20, 50)
"""Rigs whose plan is timed."""
PER_CREW = 5
"""Rigs that share a day crew and a night crew, where plans are timed."""
DRAWS = 2_000
"""Of the bootstrap over fleets."""

Kinds = Mapping[str, Foreseen]


def run() -> Result:
    """Champions first, then years in two processes, then the solver alone."""
    kinds = {one: whole(one) for one in COMPONENTS}
    chosen = {ratio: tuned(kinds, ratio) for ratio in RATIOS}
    tasks = [(kinds, ratio, chosen[ratio], seed) for ratio in RATIOS for seed in JUDGING]
    with ProcessPoolExecutor(WORKERS, get_context("spawn")) as pool:
        found = list(pool.map(_judged, tasks))
    years = {ratio: [one for told, one in found if told == ratio] for ratio in RATIOS}
    return composed(years, chosen, {rigs: timed(rigs) for rigs in FLEETS})


def _judged(
    task: tuple[Kinds, float, "Threshold", int],
) -> tuple[float, Mapping[str, Tally]]:
    kinds, ratio, threshold, seed = task
    return ratio, judged(kinds, ratio, threshold, seed)


def judged(
    kinds: Kinds, ratio: float, threshold: "Threshold", seed: int, days: int = DAYS
) -> Mapping[str, Tally]:
    """What a year of a fleet comes to under each policy."""
    year = Year({name: kind.judging for name, kind in kinds.items()}, ratio, seed)
    return {
        name: year.under(policy, days) for name, policy in policies(kinds, ratio, threshold).items()
    }


def policies(kinds: Kinds, ratio: float, threshold: "Threshold") -> Mapping[str, Policy]:
    """Those that are held beside one another."""
    return {
        "run to failure": lambda _: (),
        "fixed interval": lambda view: by_interval(kinds, ratio, view),
        "threshold": lambda view: by_threshold(kinds, threshold, view),
        "serial rule": lambda view: by_plan(kinds, ratio, view, serial_plan),
        "plan": lambda view: by_plan(kinds, ratio, view, planned),
    }


def in_turn(wanted: Sequence[tuple[float, int]], places: Sequence[Spot]) -> list[Order]:
    """What is wanted today, most urgent first, one after the other in the shift of the crew."""
    orders, hour = [], float(SHIFT.start)
    for _, spot in sorted(wanted):
        if hour + places[spot].hours > SHIFT.stop:
            break
        orders.append((spot, hour))
        hour += WISH.slot_hours
    return orders


def by_interval(kinds: Kinds, ratio: float, view: View) -> list[Order]:
    """Replace at the age that costs least by the law of lives that were learned from."""
    ages = {
        name: kind.law.best_age(REPLACEMENT + HOUR, ratio * REPLACEMENT)
        for name, kind in kinds.items()
    }
    wanted = [
        (ages[place.component] - view.ages[spot], spot)
        for spot, place in enumerate(view.spots)
        if view.ages[spot] >= ages[place.component]
    ]
    return in_turn(wanted, view.spots)


@dataclass(frozen=True, slots=True)
class Threshold:
    """Replace when a quantile of the remaining life falls below a share of the median life."""

    level: float
    share: float


def by_threshold(kinds: Kinds, threshold: Threshold, view: View) -> list[Order]:
    """Replace today what is below the threshold, the nearest to its end first."""
    wanted = []
    for spot, (place, said) in enumerate(zip(view.spots, view.said, strict=True)):
        left = None if said is None else said[LEVELS.index(threshold.level)]
        if left is not None and left <= threshold.share * 2.0 * kinds[place.component].cap:
            wanted.append((left, spot))
    return in_turn(wanted, view.spots)


def tuned(kinds: Kinds, ratio: float, days: int = DAYS) -> Threshold:
    """The threshold that costs least on the fleets to tune on."""
    pools = {name: kind.tuning for name, kind in kinds.items()}
    years = [Year(pools, ratio, seed) for seed in TUNING]
    tried = [Threshold(level, share) for level in LEVELS_TRIED for share in SHARES_TRIED]

    def cost(one: Threshold) -> float:
        return sum(
            year.under(lambda view: by_threshold(kinds, one, view), days).cost for year in years
        )

    return min(tried, key=cost)


def by_plan(kinds: Kinds, ratio: float, view: View, made: Callable[[Asked], Plan]) -> list[Order]:
    """Plan a week, and do what begins today; tomorrow it is planned anew."""
    asked = Asked(inputs(kinds, ratio, view), WISH)
    numbers = {
        (place.rig_id, place.equipment, place.component): spot
        for spot, place in enumerate(view.spots)
    }
    today = view.now + timedelta(days=1)
    return [
        (numbers[one.rig_id, one.equipment, one.component or ""],
         (one.start - view.now) / timedelta(hours=1))
        for one in made(asked).entries
        if one.start < today and one.equipment is not None
    ]  # fmt: skip


def inputs(kinds: Kinds, ratio: float, view: View) -> PlanInputs:
    """What the planner knows on a morning."""
    crew = Crew("crew", ("all",), Rota(view.now + timedelta(hours=SHIFT.start), float(len(SHIFT))))
    plans = tuple(RigPlan(f"R{rig + 1}", HOUR, moves(rig, view)) for rig in range(RIGS))
    places = tuple(
        place_of(kinds[one.component], ratio, one, age, said)
        for one, age, said in zip(view.spots, view.ages, view.said, strict=True)
    )
    return PlanInputs(view.now, places, (), (crew,), (), plans)


def moves(rig: int, view: View) -> tuple[Phase, ...]:
    """The days of the next week on which a rig moves."""
    return tuple(
        Phase(view.now + timedelta(days=ahead), view.now + timedelta(days=ahead + 1), 0.0, "move")
        for ahead in range(int(WISH.days) + 1)
        if not needed(rig, view.day + ahead)
    )


def place_of(
    kind: Foreseen, ratio: float, spot: Spot, age: float, said: tuple[float, ...] | None
) -> Place:
    """A place with what the champion says of its unit."""
    norm = norm_of(spot.component)
    failure = Consequence(spot.component, ratio * REPLACEMENT - HOUR * spot.lost, spot.lost)
    outlook = by_prognosis(kind.said(said, age), kind.law)
    hour_cost = kind.law.hour_cost(REPLACEMENT, ratio * REPLACEMENT)
    if outlook is None:
        outlook = by_age(kind.law, age)
    else:
        outlook, hour_cost = outlook.weighed(kind.trust), WAITING * hour_cost
    return Place(
        spot.rig_id, spot.equipment, spot.component, outlook, "", DUTY[spot.component], norm,
        failure, hour_cost,
    )  # fmt: skip


@cache
def norm_of(component: str) -> Norm:
    """What replacing a component takes."""
    hours = next(one.hours for one in spots() if one.component == component)
    return Norm(component, Activity.REPLACE, hours, REPLACEMENT, "all")


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a plan took, and how good it is known to be."""

    seconds: float
    gap: float
    jobs: int
    against_rule: float
    """Its cost as a share of the serial rule's [-]."""


def timed(rigs: int) -> Timing:
    """A fortnight's plan of so many rigs, many of whose units are near their end."""
    asked = Asked(crowded(rigs), Wish(days=14.0, slot_hours=2.0, effort=20.0))
    start = time.perf_counter()
    plan = planned(asked)
    seconds, search = time.perf_counter() - start, plan.search
    rule = search.serial_cost if search.serial_cost is not None else search.cost
    return Timing(seconds, search.gap, search.jobs, search.cost / rule)


def crowded(rigs: int) -> PlanInputs:
    """Rigs with nine pump parts each, half of which will not last much longer."""
    random, now = np.random.default_rng(rigs), View(0, (), (), ()).now
    places, plans, crews = [], [], []
    for rig in range(rigs):
        name = f"RIG_{rig + 1:02d}"
        plans.append(RigPlan(name, HOUR))
        places += [_worn(name, spot, float(random.uniform(0.0, 600.0))) for spot in spots()[:9]]
    for group in range(-(-rigs // PER_CREW)):
        own = tuple(one.rig_id for one in plans[group * PER_CREW : (group + 1) * PER_CREW])
        for shift, hour in (("day", 6), ("night", 18)):
            rota = Rota(now + timedelta(hours=hour), 12.0)
            crews.append(Crew(f"{shift} crew {group + 1}", ("all",), rota, rigs=own))
    return PlanInputs(now, tuple(places), (), tuple(crews), (), tuple(plans))


def _worn(rig_id: str, spot: Spot, left: float) -> Place:
    stated = tuple(min(left * share, 300.0) for share in (0.3, 0.45, 1.0, 1.6, 1.9))
    prognosis = Prognosis(
        rig_id, spot.equipment, spot.component, "", (), View(0, (), (), ()).now, stated, 300.0,
        300.0, "made up", InputQuality.GOOD, "",
    )  # fmt: skip
    failure = Consequence(spot.component, 10.0 * REPLACEMENT, spot.lost)
    return Place(
        rig_id, spot.equipment, spot.component, by_prognosis(prognosis, None), "", 0.5,
        norm_of(spot.component), failure, REPLACEMENT / 600.0,
    )  # fmt: skip


def composed(
    years: Mapping[float, Sequence[Mapping[str, Tally]]],
    chosen: Mapping[float, Threshold],
    timings: Mapping[int, Timing],
) -> Result:
    """What was found, as one result."""
    figures: dict[str, object] = {}
    for ratio, those in years.items():
        for name in those[0]:
            figures[f"failures cost {ratio:g}, {name}"] = _said([one[name] for one in those])
        for rival in ("threshold", "fixed interval", "serial rule"):
            figures[f"failures cost {ratio:g}, plan against {rival}"] = _against(those, rival)
        told = chosen[ratio]
        figures[f"failures cost {ratio:g}, threshold tuned to"] = (
            f"the {told.level:.0%} quantile at {told.share:.0%} of the median life"
        )
    for rigs, timing in timings.items():
        figures[f"{rigs} rigs, a fortnight"] = (
            f"{timing.jobs} jobs, {timing.seconds:.1f} s, gap {timing.gap:.2%}, "
            f"{timing.against_rule:.3f} of the serial rule's cost"
        )
    return Result(
        promise="",
        title="The maintenance plan over a year",
        against="a threshold on the champion's prognosis, tuned on other fleets; the serial rule",
        comparisons=tuple(
            _compared(ratio, those, rival, floor)
            for ratio, those in years.items()
            for rival, floor in (("threshold", 0.90), ("serial rule", 1.0))
        ),
        notes=(
            f"a year of {RIGS} rigs that share one day crew, {len(spots())} places; each fleet is "
            "the same for every policy; prognoses are those of champions that never saw the units",
            f"a planned replacement costs {REPLACEMENT:g}, an hour that a rig stands while it is "
            f"needed {HOUR:g}; rigs move {MOVE.days} of {WELL.days} days, when nothing is needed",
            "the plan weighs the champion's warnings by how far they came true on the units that "
            "thresholds are tuned on",
            "gearbox and brake are left out: hardly one fails within a year",
            "intervals are of a bootstrap over fleets, which draw their units from one pool",
        ),
        figures={name: str(value) for name, value in figures.items()},
    )


def _compared(
    ratio: float, those: Sequence[Mapping[str, Tally]], rival: str, floor: float
) -> Comparison:
    return Comparison(
        f"cost of a year where failures cost {ratio:g}: plan beside {rival}",
        Sample((float(np.mean([one["plan"].cost for one in those])),), "money"),
        Sample((float(np.mean([one[rival].cost for one in those])),), "money"),
        floor=floor,
        bound="at most",
    )


def _said(tallies: Sequence[Tally]) -> str:
    cost = interval([one.cost for one in tallies])
    failures = interval([float(one.failures) for one in tallies])
    available = [100.0 * one.availability for one in tallies]
    low, middle, high = interval(available)
    return (
        f"cost {cost[1]:,.0f} ({cost[0]:,.0f} to {cost[2]:,.0f}), failures {failures[1]:.1f} "
        f"({failures[0]:.1f} to {failures[2]:.1f}), replaced "
        f"{np.mean([one.replaced for one in tallies]):.1f}, available {middle:.2f} % "
        f"({low:.2f} to {high:.2f})"
    )


def _against(those: Sequence[Mapping[str, Tally]], rival: str) -> str:
    ours = np.array([one["plan"].cost for one in those])
    theirs = np.array([one[rival].cost for one in those])
    picks = np.random.default_rng(0).integers(len(those), size=(DRAWS, len(those)))
    ratios = ours[picks].sum(axis=1) / theirs[picks].sum(axis=1)
    low, high = np.quantile(ratios, [0.025, 0.975])
    return f"{ours.sum() / theirs.sum():.3f} of its cost ({low:.3f} to {high:.3f})"


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Low end, mean and high end of the 95 % interval of a mean over fleets."""
    known = np.array(values)
    picks = np.random.default_rng(0).integers(known.size, size=(DRAWS, known.size))
    low, high = np.quantile(known[picks].mean(axis=1), [0.025, 0.975])
    return float(low), float(known.mean()), float(high)
