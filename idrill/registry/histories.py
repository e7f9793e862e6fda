"""What models of components learn from: lives of real and simulated rigs, shared out as windows."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from idrill.errors import InvalidModel
from idrill.rul.card import TrainingSet
from idrill.rul.components import kind_of, median_life, problem_of
from idrill.rul.drawn_lives import Fleets, lives_of_fleets
from idrill.rul.histories import LeftOut, sifted
from idrill.rul.history_frames import (
    HISTORY_SCHEMA,
    as_frame,
    history_frame,
    lives_from,
    window_frame,
)
from idrill.rul.hours import hours_of
from idrill.rul.leakage import Leakage, Verdict, leakage
from idrill.rul.learning import Parts, bounded, parts_of
from idrill.rul.problem import Problem
from idrill.rul.signs import channels_for
from idrill.store import component_lives, rigs
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.tables import COMPONENT_HISTORIES, HOURLY, RUL_WINDOWS
from idrill.windows import Lives

Heard = Callable[[int, int], None]
"""Told the fleets that are done, and how many there are."""
Figures = Mapping[str, str | int | float]


@dataclass(frozen=True, eq=False)
class Made:
    """Histories of a component, and what they come to."""

    frame: pl.DataFrame
    """As `HISTORY_SCHEMA`."""
    figures: Figures


def made_histories(
    database: Database,
    lake: Lake,
    component: str,
    *,
    fleets: int,
    rigs: int,
    first_seed: int,
    processes: int = 1,
    heard: Heard | None = None,
) -> Made:
    """Lives of a component on simulated fleets, and on every rig whose components are on record.

    Args:
        database: Who knows what was installed when.
        lake: Whose hourly table tells how it was worked.
        component: Name in `rigs.COMPONENT_KINDS`.
        fleets: How many are simulated; none is fine.
        rigs: Of each fleet.
        first_seed: Of the fleets.
        processes: How many rigs are simulated at once.
        heard: Told how far it is.

    Raises:
        InvalidWindows: If there is no such component.
        InvalidModel: If neither gives a life.
    """
    version = lake.version(HOURLY)
    recorded = recorded_histories(database, lake, component, version)
    parts = [recorded.frame]
    if fleets:
        drawn = Fleets(tuple(range(first_seed, first_seed + fleets)), rigs)
        lives = lives_of_fleets(component, drawn, processes=processes, heard=heard)
        parts.append(as_frame(component, lives))
    frame = pl.concat(parts)
    if not frame.height:
        told = ", ".join(f"{count} {reason}" for reason, count in recorded.left_out.items())
        left_out = f" ({told})" if told else ""
        raise InvalidModel(
            f"no life of a {component} is known{left_out}: record what was installed when (idrill "
            "components record FILE --rig RIG), or simulate fleets"
        )
    units = frame.group_by("unit").agg(pl.col("failed", "end").last(), pl.col("rig_id").last())
    failed = units.filter("failed")["end"].to_list()
    return Made(
        frame,
        {
            "rigs": units["rig_id"].n_unique(),
            "rigs on record": recorded.frame["rig_id"].n_unique(),
            **{f"left out, {reason}": count for reason, count in recorded.left_out.items()},
            "lives": units.height,
            "censored": 1.0 - len(failed) / units.height,
            "median life that failed [own hours]": float(np.median(failed)) if failed else "none",
            "hourly table version": -1 if version is None else version,
        },
    )


@dataclass(frozen=True, eq=False)
class OnRecord:
    """The lives of a component on rigs whose components are on record."""

    frame: pl.DataFrame
    """As `HISTORY_SCHEMA`."""
    left_out: Mapping[LeftOut, int]
    """Lives on record that teach nothing, by the reason why."""


def recorded_histories(
    database: Database, lake: Lake, component: str, version: int | None
) -> OnRecord:
    """The lives of a component on every rig that has records and hourly telemetry, row by row.

    Args:
        database: Who knows what was installed when.
        lake: Whose hourly table is read.
        component: Name in `rigs.COMPONENT_KINDS`.
        version: Of the hourly table; None if it was never written.
    """
    names = sorted(channels_for(kind_of(component).equipment))
    found = [HISTORY_SCHEMA.to_frame()]
    left_out: Counter[LeftOut] = Counter()
    with database.session() as session:
        records = {
            rig.id: component_lives.of_rig(session, rig.id) for rig in rigs.all_rigs(session)
        }
    for rig_id, known in records.items():
        if version is None or not any(one.component == component for one in known):
            continue
        buckets = lake.scan(HOURLY, version=version).filter(
            pl.col("rig_id") == rig_id, pl.col("channel").is_in(names)
        )
        lives = sifted(component, hours_of(buckets.collect()), known)
        found.append(history_frame(component, lives))
        left_out.update(lives.left_out.values())
    return OnRecord(pl.concat(found), left_out)


@dataclass(frozen=True, eq=False)
class Cut:
    """Windows by what they are for, and whether they give their target away."""

    frame: pl.DataFrame
    """As `WINDOW_SCHEMA`."""
    leakage: Leakage
    figures: Figures

    @property
    def gives_away(self) -> bool:
        """Whether they may not be learned from."""
        return self.leakage.verdict is Verdict.FAILED

    @property
    def told(self) -> Mapping[str, float]:
        """Shares of the variance of the remaining life, as `Leakage` has them."""
        found = self.leakage
        return {
            "R² of one row, least squares": found.linear,
            "R² of one row, trees": found.trees,
            "R² of what is missing": found.missing,
            "R² of the age": found.age,
        }


def cut_windows(lake: Lake, component: str, seed: int) -> Cut:
    """The windows of a component's histories, no rig in two parts.

    Raises:
        InvalidWindows: If there are too few rigs, or no unit failed in training.
        InvalidModel: If fewer than two training rigs saw a failure.
    """
    lives = lives_from(component, lake.read(COMPONENT_HISTORIES, {"component": component}))
    parts = parts_of(lives, seed)
    problem = problem_for(component, parts)
    frame = window_frame(
        component, {name: (part, bounded(problem, part)) for name, part in parts.by_name.items()}
    )
    return Cut(
        frame,
        leakage(problem, parts.training, seed),
        {
            "cap [own hours]": problem.cap,
            **{f"lives for {name}": len(part) for name, part in parts.by_name.items()},
            **{f"failures for {name}": len(part.failed()) for name, part in parts.by_name.items()},
        },
    )


def problem_for(component: str, parts: Parts) -> Problem:
    """What is to be foreseen of a component; the cap is of training lives.

    Raises:
        InvalidWindows: If no unit failed in training.
    """
    return problem_of(component, median_life([life.end for life in parts.training.failed()]))


@dataclass(frozen=True, eq=False)
class Material:
    """What the lake holds for the training of a component's model."""

    problem: Problem
    parts: Parts
    data: TrainingSet


def material(lake: Lake, component: str) -> Material:
    """The lives that `rul_windows` has shared out.

    Raises:
        InvalidModel: If nothing was, or the histories have changed since.
    """
    place = {"component": component}
    windows = lake.read(RUL_WINDOWS, place)
    version = lake.version(COMPONENT_HISTORIES)
    if not windows.height or version is None:
        raise InvalidModel(f"there are no windows of a {component}: materialize rul_windows first")
    lives = lives_from(component, lake.read(COMPONENT_HISTORIES, place))
    parts = Parts(*(_part(lives, windows, name) for name in Parts.names()))
    if sum(len(part) for part in parts.by_name.values()) != len(lives):
        raise InvalidModel(
            f"the histories of {component} changed after rul_windows: materialize it again"
        )
    data = TrainingSet(
        name=COMPONENT_HISTORIES.name,
        digest=lake.content_hash(COMPONENT_HISTORIES, place) or "",
        lake_version=version,
        seeds=_seeds(lives),
        groups=len(lives.groups),
        lives=len(lives),
    )
    return Material(problem_for(component, parts), parts, data)


def _part(lives: Lives, windows: pl.DataFrame, name: str) -> Lives:
    units = set(windows.filter(pl.col("part") == name)["unit"])
    return Lives(lives.channels, lives.clock, tuple(life for life in lives if life.unit in units))


def _seeds(lives: Lives) -> tuple[int, ...]:
    """Of the simulated fleets among them, whose rigs are called after them."""
    first = {group.partition("-")[0] for group in lives.groups}
    return tuple(sorted(int(seed) for seed in first if seed.isdecimal()))
