"""The page: simulated records beside real ones, and how the figures were found."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.real_data import real_data
from benchmarks.realism import classifier, energy, prose, real, strips, tables, twins
from benchmarks.realism.connections import connections
from benchmarks.realism.statistics import repeated_rate_share, specific_energy
from benchmarks.realism.tables import Compared, Frames
from benchmarks.realism.two_ways import two_ways
from benchmarks.realism.windows import Values

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "realism.md"
PICTURES = ROOT / "docs" / "pictures"

SEEDS = range(7)
"""Simulations of each section."""
SIMULATED = "simulated"
STRONGEST = 10
"""Features of the classifier that are shown."""


def run() -> None:
    """Writes the page and its pictures."""
    folder = real_data()
    records = {name: real.section(name, folder) for name in real.SECTIONS}
    made = {name: [twins.simulated(name, seed) for seed in SEEDS] for name in records}
    found = tables.compare(records, made)
    spent, wells = _spent(records, made), {name: real.well(name, folder) for name in real.WELLS}
    met = _met(found, energy.verdicts(spent, _along(wells)))
    for name, frame in records.items():
        strips.draw(PICTURES / f"realism_{name}.png", {name: frame, SIMULATED: made[name][0]})
    parts = [
        prose.HEAD,
        prose.COMPARED.format(seeds=len(SEEDS), met=met),
        tables.compared(found, list(records)),
        prose.EXPLAINED + _repeats(found),
        prose.TWO_WAYS + two_ways(records["T3"]) + "\n",
        *(f"![{name} and a twin](pictures/realism_{name}.png)\n" for name in records),
        _told_apart(records, made),
        _energies(spent, wells),
        prose.AGAIN,
        tables.recomputed(records),
        prose.DIFFERENCES,
        _durations(records),
    ]
    PAGE.write_text("\n".join(parts))
    print(f"{PAGE.relative_to(ROOT)} written: {met}")


def _met(found: Sequence[Compared], spent: Sequence[bool]) -> str:
    asked = [met for one in found for met in one.met if met is not None] + [*spent]
    return f"{sum(asked)} of {len(asked)}"


def _told_apart(records: Frames, made: Mapping[str, Sequence[pl.DataFrame]]) -> str:
    """What a learner makes of real and simulated minutes."""
    apart = classifier.separate(
        [classifier.features(frame) for frame in records.values()],
        [pl.concat(map(classifier.features, frames)) for frames in made.values()],
    )
    areas = ", ".join(f"{name} {area:.2f}" for name, area in zip(records, apart.areas, strict=True))
    strongest = [[name, f"{drop:.3f}"] for name, drop in apart.strongest[:STRONGEST]]
    return prose.APART.format(
        trees=classifier.TREES, area=apart.area, areas=areas, control=apart.control
    ) + tables.markdown(["feature", "area lost when it is scrambled"], strongest)


def _repeats(found: Sequence[Compared]) -> str:
    """What no verdict says of the repeats in T3's rate of penetration."""
    (row,) = (one for one in found if one.row.statistic is repeated_rate_share)
    place = list(real.SECTIONS).index("T3")
    twins_of_t3 = row.simulated[place]
    return prose.REPEATS.format(
        real=row.row.shown(row.real[place]),
        middle=row.row.shown(row.middle[place]),
        least=row.row.shown(min(twins_of_t3)),
        most=row.row.shown(max(twins_of_t3)),
    )


def _spent(records: Frames, made: Mapping[str, Sequence[pl.DataFrame]]) -> list[energy.Spent]:
    """Specific energy of the sections, real and simulated, with the twin's diameter of hole."""
    return [
        energy.Spent(
            name,
            specific_energy(frame, twins.TWINS[name].hole),
            np.concatenate([specific_energy(one, twins.TWINS[name].hole) for one in made[name]]),
        )
        for name, frame in records.items()
    ]


def _along(wells: Frames) -> dict[str, Values]:
    return {name: energy.along(log) for name, log in wells.items()}


def _energies(spent: Sequence[energy.Spent], wells: Frames) -> str:
    """Specific energy along real wells, and of sections beside them."""
    along = _along(wells)
    holes = {
        f"{name}, {hole}": values
        for name, log in wells.items()
        for hole, values in energy.by_hole(log).items()
    }
    lines = [[name, tables.percentiles(values)] for name, values in (along | holes).items()]
    return (
        prose.ENERGY
        + tables.markdown(["well", "5 / 50 / 95 % [MPa]"], lines)
        + "\n\n"
        + energy.compared(spent, along)
        + "\n"
        + prose.ENERGY_MISSED
    )


def _durations(records: Frames) -> str:
    found = {name: connections(frame) for name, frame in records.items()}
    slips = tables.durations({name: [one.slips for one in each] for name, each in found.items()})
    between = tables.durations(
        {name: [one.weight_to_weight for one in each] for name, each in found.items()}
    )
    return f"In slips [s]: {slips}.\n\nWeight to weight [s]: {between}.\n"
