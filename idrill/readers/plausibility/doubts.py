"""Units held against physics: a claim is doubted where another unit makes sense and it does not.

First, channels that change their unit half-way (`switches`). Then what a working rig shows: the
pressure that the flow needs, the load that the string is, the depth that the rate of penetration
makes, the block that moves with the bit, and plain magnitudes (`yardsticks`).

What this cannot see, and does not guess:

- units closer than a factor of two to six, where both make sense (klbf for tonnes, kft·lbf for
  kN·m, °F in warm mud, barrels in a large pit), unless the change happens in mid-file;
- a wrong unit in a file that shows no drilling, unless the readings leave the physical limits;
- psi headed kPa without flow and drilling beside it (weight on the bit, and rate, depth made or
  rotary speed); without a depth, where the pressure is one of a shallow hole too; and where it is
  more than twice what flow and depth usually need, as in slim pipe;
- a flow meter and a pressure gauge that are wrong together;
- several changes to and fro in a noisy channel, and ft/h for m/h from some row on.

Where several units would make sense the nearest is named first and the others in the evidence: that
the claim is wrong is sure, the factor is then the likeliest.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from idrill.readers.plausibility.consistency import Finding, motion_findings
from idrill.readers.plausibility.sizes import (
    FEWEST,
    Sized,
    making_hole,
    plain_sizes,
    relative_sizes,
)
from idrill.readers.plausibility.steps import Step, find_step
from idrill.readers.plausibility.switches import (
    LARGE,
    LARGEST,
    LEAST_SIZE,
    NEIGHBOURS,
    SMALLEST,
    find_switch,
)
from idrill.readers.plausibility.yardsticks import WHILE_DRILLING, Alternative, alternatives
from idrill.readers.reading import UnitSuspicion


@dataclass(frozen=True, slots=True)
class Doubt:
    """A suspicion, and the rows it is about."""

    suspicion: UnitSuspicion
    rows: pl.Series


def doubts(table: pl.DataFrame, claimed: Mapping[str, str]) -> tuple[Doubt, ...]:
    """The channels of a table whose unit cannot be what the file claims.

    Args:
        table: `line`, `time` or `depth`, and channels in their own units.
        claimed: The unit that the file states, by channel.
    """
    if table.height < FEWEST:
        return ()
    index = "time" if "time" in table.columns else "depth"
    ordered = table.with_row_index("at").sort(index, maintain_order=True)
    units = {name: unit for name, unit in claimed.items() if name in table.columns}
    found = _Found(ordered, units)
    for search in (_switched, _magnitudes, _motions, _multiples):
        search(found)
    back = ordered["at"].arg_sort()
    return tuple(Doubt(doubt.suspicion, doubt.rows.gather(back)) for doubt in found.doubts.values())


class _Found:
    """What was found so far: each search sees the table with the earlier doubts put right."""

    def __init__(self, table: pl.DataFrame, units: Mapping[str, str]) -> None:
        self.table, self.units = table, units
        self.doubts: dict[str, Doubt] = {}

    def add(self, finding: Finding, rows: pl.Series | None = None) -> None:
        """Take in a finding, unless its channel is in doubt already."""
        name, meant = finding.channel, finding.meant
        if name in self.doubts:
            return
        present = self.table[name].is_not_null()
        rows = present if rows is None else rows & present
        lines = self.table["line"].filter(rows).sort()
        self.doubts[name] = Doubt(
            UnitSuspicion(
                name, self.units[name], meant.unit, meant.factor, lines[0], lines[-1],
                finding.evidence, meant.shift,
            ),
            rows,
        )  # fmt: skip
        right = pl.when(rows).then(pl.col(name) * meant.factor + meant.shift).otherwise(name)
        self.table = self.table.with_columns(right.alias(name))


def _switched(found: _Found) -> None:
    """Channels whose readings jump by the ratio of two units and stay there."""
    for name, unit in found.units.items():
        table = found.table
        drilling = making_hole(table)
        seen = name in WHILE_DRILLING and int(drilling.sum()) >= FEWEST
        rows = drilling if seen else drilling.is_not_null()
        beside = NEIGHBOURS.get(name)
        neighbour = table[beside].to_numpy() if beside in table.columns else None
        least = 1.0 if neighbour is not None else LEAST_SIZE.get(name, LARGE)
        if name == "hook_load" and not seen:
            least = LARGE
        others = [one for one in alternatives(unit, name) if one.size >= least]
        switch = find_switch(table[name].to_numpy(), rows.to_numpy(), others, neighbour)
        if switch is not None:
            evidence = (
                f"the readings jump {switch.jumps} time(s) by the ratio of "
                f"{switch.alternative.unit} to {unit} and stay there; once corrected, their "
                "level does not change"
            )
            finding = Finding(name, switch.alternative, evidence)
            found.add(finding, pl.Series("rows", switch.other))


def _magnitudes(found: _Found) -> None:
    """Channels whose readings are of a size that no rig shows."""
    for sized in plain_sizes(found.table, found.units):
        for finding, rows, _ in _judged(sized, found.units[sized.channel]):
            found.add(finding, rows)


def _motions(found: _Found) -> None:
    """Channels whose motion contradicts that of others."""
    for finding in motion_findings(found.table, found.units):
        found.add(finding)


def _multiples(found: _Found) -> None:
    """Channels that are far from what physics foretells; where two explain it, the better one."""
    judged = [
        each
        for sized in relative_sizes(found.table)
        for each in _judged(sized, found.units[sized.channel])
    ]
    hydraulic = {"standpipe_pressure", "flow_in"}
    if hydraulic & set(found.doubts):
        judged = [each for each in judged if each[0].channel not in hydraulic]
    for finding, rows, _ in sorted(judged, key=lambda each: each[2]):
        if finding.channel in hydraulic and hydraulic & set(found.doubts):
            continue
        found.add(finding, rows)


_Judged = tuple[Finding, pl.Series | None, float]
"""A finding, the rows it is about (None: all), and how far off the mended size still is."""


def _judged(sized: Sized, unit: str) -> Iterator[_Judged]:
    """The unit that one channel is in instead, in a stretch or throughout."""
    others = alternatives(unit, sized.channel)
    step = _step(sized, others) if sized.steps else None
    if step is not None:
        yield step
        return
    level = sized.level(sized.sizes)
    meant = [] if level is None else _fitting(sized, level, others)
    if level is not None and meant:
        mended = level * meant[0].factor + meant[0].shift
        finding = Finding(sized.channel, meant[0], _evidence(sized, level, meant))
        yield finding, None, sized.yardstick.distance(mended)


def _evidence(sized: Sized, level: float, meant: Sequence[Alternative]) -> str:
    best, also = meant[0], meant[1:]
    shown = "no" if sized.yardstick.is_broken_by(level) else "hardly a"
    evidence = (
        f"the readings are {level:.3g} {sized.of}, which {shown} rig shows; "
        f"taken as {best.unit} they are {level * best.factor + best.shift:.3g}"
    )
    return evidence + (f" (possible too: {', '.join(one.unit for one in also)})" if also else "")


def _fitting(sized: Sized, level: float, others: Iterable[Alternative]) -> list[Alternative]:
    """The units in which a size makes sense as it does not in its own, the likeliest first."""
    mended = [(one, level * one.factor + one.shift) for one in others]
    fitting = [
        (one, size) for one, size in mended
        if sized.yardstick.is_met_by(size) and _is_wrong(sized, level, one)
    ]  # fmt: skip
    return [one for one, _ in sorted(fitting, key=lambda pair: sized.yardstick.distance(pair[1]))]


def _is_wrong(sized: Sized, level: float, one: Alternative) -> bool:
    """Whether a size makes no sense at all, or much less than it would in another unit."""
    yardstick = sized.yardstick
    if yardstick.is_broken_by(level):
        return True
    return one.factor <= sized.room and yardstick.is_outweighed(
        level, level * one.factor + one.shift
    )


def _step(sized: Sized, others: Iterable[Alternative]) -> _Judged | None:
    """A stretch in another unit, if one side of a step makes no sense and the other does."""
    sizes = sized.sizes.to_numpy()
    at = np.flatnonzero((sizes > SMALLEST) & (sizes < LARGEST))
    plain = [one for one in others if one.shift == 0.0 and one.size > 1.0]
    step = find_step(sizes[at], plain) if len(at) else None
    if step is None:
        return None
    rows = pl.int_range(len(sizes), eager=True) >= int(at[step.at])
    rows = rows if step.other_last else ~rows
    wrong, right = sized.level(sized.sizes.filter(rows)), sized.level(sized.sizes.filter(~rows))
    if wrong is None or right is None or not _explains(sized, step, wrong, right):
        return None
    one = step.alternative
    evidence = (
        f"in these rows the readings are {wrong:.3g} {sized.of}, in the others {right:.3g}; "
        f"taken as {one.unit} they are {wrong * one.factor:.3g}"
    )
    finding = Finding(sized.channel, one, evidence)
    return finding, rows, sized.yardstick.distance(wrong * one.factor)


def _explains(sized: Sized, step: Step, wrong: float, right: float) -> bool:
    """Whether the other unit turns a size that makes no sense into one that does."""
    yardstick, mended = sized.yardstick, wrong * step.alternative.factor
    return (
        _is_wrong(sized, wrong, step.alternative)
        and not yardstick.is_broken_by(right)
        and not yardstick.is_broken_by(mended)
    )
