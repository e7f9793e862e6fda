"""From lives to a model that can be frozen: members, an interval, and what they were learned from.

Members are networks, each stopped by validation units, and pairs of boosted trees; those of a kind
differ by their seed alone. Calibration units, which no choice rests on, give the interval.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from idrill.errors import InvalidModel, InvalidWindows
from idrill.rul.course import Training
from idrill.rul.held_out import random_ends
from idrill.rul.intervals import Interval, calibrate
from idrill.rul.networks import Network, network_named
from idrill.rul.problem import Problem
from idrill.rul.scaling import fit_scaler
from idrill.rul.training import TrainedNetwork, train
from idrill.rul.trees import Trees, grown_pair
from idrill.tracking import Tracker, Untracked
from idrill.windows import Life, Lives, Windows, split, windows_at

Array = NDArray[np.float64]

CALIBRATION = 1.0 / 3.0
"""Share of the rigs that ran everything to failure which only calibrate."""
VALIDATION = 0.3
"""Share of the rest of them that only stop training."""
MOST_WINDOWS = 20_000
"""Windows of all units of a part together."""

_NONE = np.zeros(0)

Heard = Callable[[int, int, Mapping[str, float]], None]
"""Told the number of a member and of an epoch, from 1, and the figures of the epoch; a pair of
trees is one member of one epoch without figures."""


@dataclass(frozen=True, eq=False)
class Parts:
    """Lives by what they are for; no rig is in two of them."""

    training: Lives
    validation: Lives
    calibration: Lives

    @staticmethod
    def names() -> tuple[str, ...]:
        """Of the parts, in order."""
        return tuple(part.name for part in fields(Parts))

    @property
    def by_name(self) -> Mapping[str, Lives]:
        """The parts by their names."""
        return {name: getattr(self, name) for name in self.names()}


def parts_of(lives: Lives, seed: int) -> Parts:
    """Lives to learn from, to watch and to calibrate with.

    Calibration takes rigs on which nothing that still worked was replaced: what is foreseen is how
    long a unit would last, and where crews replace what looks worn, the failures that are left are
    not like those that were prevented. Validation does likewise if there are such rigs left for
    it, since it is to stop training where judging will ask; else it takes any. All others teach.

    Args:
        lives: Of some rigs; a life whose place has a later one has ended.
        seed: Of the split.

    Raises:
        InvalidWindows: If there are too few rigs, or each has replaced what still worked.
    """
    left_alone = _run_to_failure(lives)
    if len(left_alone) < 2:
        raise InvalidWindows(
            f"{len(left_alone)} of {len(lives.groups)} rigs ran everything to failure: at least 2 "
            "are needed, since a replacement hides how long a unit would have lasted"
        )
    calibration, rest = split(lives.of(left_alone), (CALIBRATION, 1.0 - CALIBRATION), seed)
    others = lives.of(set(lives.groups) - set(calibration.groups))
    watched = rest if len(rest.groups) > 1 else others
    validation, _ = split(watched, (VALIDATION, 1.0 - VALIDATION), seed)
    training = lives.of(set(others.groups) - set(validation.groups))
    return Parts(training, validation, calibration)


def _run_to_failure(lives: Lives) -> set[str]:
    """Groups in which every life failed but the last of each place."""
    places: dict[tuple[str, str], list[Life]] = {}
    for life in lives:
        places.setdefault((life.group, life.unit.rpartition("/")[0]), []).append(life)
    cut_short = {
        group
        for (group, _), known in places.items()
        if not all(life.failed for life in sorted(known, key=_turn)[:-1])
    }
    return set(lives.groups) - cut_short


def _turn(life: Life) -> tuple[float, int]:
    """When a unit's turn came in its place: records may be numbered as they were handed in."""
    begins = 0.0 if life.begins is None else life.begins.timestamp()
    return begins, int(life.unit.rpartition("/")[2])


@dataclass(frozen=True, slots=True)
class Plan:
    """How a model is learned."""

    network: str
    members: int
    training: Training
    sizes: Network | None = None
    """The network of that name as a search chose it; None: as it is by default."""
    pairs: int = 0
    """Pairs of trees beside the networks; each tree of a pair counts as much as a network."""
    trees: Trees = field(default_factory=Trees)

    def __post_init__(self) -> None:
        network_named(self.network)
        if self.members < 1:
            raise InvalidModel(f"members: {self.members} networks make no model")
        if self.pairs < 0:
            raise InvalidModel(f"pairs: {self.pairs} pairs of trees cannot be grown")

    @property
    def title(self) -> str:
        """Such as `mean of 5 summary and 5 pairs of trees`."""
        beside = f" and {self.pairs} pairs of trees" if self.pairs else ""
        return f"mean of {self.members} {self.network}{beside}"

    @property
    def built(self) -> Network:
        """What each member is built from."""
        return network_named(self.network) if self.sizes is None else self.sizes


@dataclass(frozen=True, eq=False)
class Learned:
    """Members with their interval, ready to be exported."""

    problem: Problem
    members: tuple[TrainedNetwork, ...]
    """Networks, then trees."""
    interval: Interval
    curves: tuple[tuple[Mapping[str, float], ...], ...]
    """Figures of each epoch (network, epoch)."""
    calibration: tuple[Array, Array]
    """Predicted and true remaining life, capped, at one row of each calibration unit (unit)."""

    @property
    def calibration_units(self) -> int:
        """How many units the interval rests on."""
        return self.calibration[0].size

    def predict(self, asked: Windows) -> Array:
        """Mean remaining life of the members, on the unit's clock (window)."""
        return np.asarray(np.mean([member.predict(asked) for member in self.members], axis=0))


def learn(
    problem: Problem,
    parts: Parts,
    plan: Plan,
    tracker: Tracker | None = None,
    checkpoints: Path | None = None,
    heard: Heard | None = None,
) -> Learned:
    """A model of the lives.

    Args:
        problem: What is to be foreseen.
        parts: What from.
        plan: How.
        tracker: Told of parameters, and of each epoch by the number of the member.
        checkpoints: A folder of this problem, these parts and this plan alone, from which each
            member goes on where an earlier run was killed; None: nothing is kept.
        heard: Told each epoch.

    Raises:
        InvalidModel: If there are too few calibration units, training fails, or a checkpoint is of
            another training.
        InvalidWindows: If lives do not fit the problem.
    """
    tracker = Untracked() if tracker is None else tracker
    scaler = fit_scaler(problem, parts.training)
    learned, watched = (bounded(problem, part) for part in (parts.training, parts.validation))
    tracker.parameters({"members": plan.members, "windows": len(learned)})
    members: list[TrainedNetwork] = []
    curves: list[tuple[Mapping[str, float], ...]] = []
    for number in range(1, plan.members + 1):
        told = _Told(number, tracker, heard)
        settings = replace(plan.training, seed=plan.training.seed + number - 1)
        kept = None if checkpoints is None else checkpoints / f"member_{number}.pt"
        members.append(
            train(
                problem, scaler, plan.built, learned, watched, settings,
                checkpoint=kept, heard=told,
            )
        )  # fmt: skip
        curves.append(tuple(told.figures))
    for number in range(plan.pairs):
        seed = plan.training.seed + number
        members.extend(grown_pair(problem, scaler, parts.training, plan.trees, seed))
        if heard is not None:
            heard(plan.members + number + 1, 1, {})
    model = Learned(problem, tuple(members), _unknown(problem), tuple(curves), (_NONE, _NONE))
    return _calibrated(model, parts.calibration, plan.training.seed)


class _Told:
    """Passes on what a member's training tells."""

    def __init__(self, member: int, tracker: Tracker, heard: Heard | None) -> None:
        self.member, self.tracker, self.heard = member, tracker, heard
        self.figures: list[Mapping[str, float]] = []

    def __call__(self, epoch: int, figures: Mapping[str, float]) -> None:
        self.figures.append(dict(figures))
        named = {f"member_{self.member}/{name}": value for name, value in figures.items()}
        self.tracker.metrics(named, step=epoch)
        if self.heard is not None:
            self.heard(self.member, epoch, figures)


def bounded(problem: Problem, lives: Lives) -> Windows:
    """Windows spread evenly over each life, about as many of each, and not too many together.

    A long life would otherwise count more than a short one, and most of its windows say no more
    than that the end is far. Each stands anywhere in its part of the life: at the same shares of
    all lives, the age would tell how long each lasts.
    """
    each = max(MOST_WINDOWS // max(len(lives), 1), 1)
    random = np.random.default_rng(0)
    ends = [_spread(life.rows, each, random) for life in lives]
    return windows_at(lives, problem.length, ends)


def _spread(rows: int, count: int, random: np.random.Generator) -> NDArray[np.int64]:
    """One row at random out of each of so many equal parts, or all if they are few."""
    if rows <= count:
        return np.arange(rows)
    return ((np.arange(count) + random.random(count)) / count * rows).astype(np.int64)


def _unknown(problem: Problem) -> Interval:
    """The interval of a model that was not calibrated: anything between nothing and the cap."""
    cap = problem.cap
    return Interval(np.array([]), np.array([[-cap, -cap, 0.0, cap, cap]]), cap)


def _calibrated(model: Learned, lives: Lives, seed: int) -> Learned:
    """The model with the interval that lives it has not seen give, each at one random row."""
    asked = windows_at(lives, model.problem.length, random_ends(lives, seed))
    asked = asked[model.problem.known(asked)]
    found = model.predict(asked), model.problem.target(asked)
    interval = calibrate(*found, model.problem.cap)
    return replace(model, interval=interval, calibration=found)
