"""Windows that somebody sends: a column per channel, held against what a model takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from idrill.errors import InvalidRequest
from idrill.prognosis import InputQuality
from idrill.rigs import COMPONENT_KINDS
from idrill.rul.features import channels_of, measured_groups
from idrill.rul.histories import GOOD, LEAST_VALUES
from idrill.rul.prediction import FrozenModel
from idrill.rul.problem import Problem
from idrill.windows import standing

Columns = Mapping[str, Sequence[float | None]]
"""Values of each channel, the oldest first; None where nothing was measured."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a model says of one posted window."""

    quantiles: tuple[float, ...] | None
    """Of the remaining life at each of `LEVELS` on the unit's clock; None if withheld."""
    quality: InputQuality
    reason: str
    """Why it is doubtful or withheld; "" if neither."""


def foresee(model: FrozenModel, posted: Sequence[Columns]) -> list[Foreseen]:
    """What a model says of each posted window, and how far its values carry that.

    Values stand until the next one, as in the windows that it was trained on. A window of fewer
    rows than the model takes is that of a young unit.

    Args:
        model: What is asked.
        posted: At least one window.

    Raises:
        InvalidRequest: If a window has other channels than the model, columns of unequal length, no
            row or too many; says which.
    """
    tables = [_table(model.problem, one, at) for at, one in enumerate(posted)]
    judged = [_judged(model.problem, table) for table in tables]
    _, quantiles = model.ask(*_windows(model.problem, tables))
    return [
        _foreseen(said, quality, reason)
        for said, (quality, reason) in zip(quantiles.tolist(), judged, strict=True)
    ]


def _foreseen(said: list[float], quality: InputQuality, reason: str) -> Foreseen:
    if quality is InputQuality.WITHHELD:
        return Foreseen(None, quality, reason)
    if not np.isfinite(said).all():
        beyond = "the values lie so far from any that were learned from that no number comes out"
        return Foreseen(None, InputQuality.WITHHELD, beyond)
    return Foreseen(tuple(said), quality, reason)


def _table(problem: Problem, columns: Columns, at: int) -> NDArray[np.float32]:
    """The values of a window (row, channel)."""
    missing = [name for name in problem.channels if name not in columns]
    unknown = sorted(set(columns) - set(problem.channels))
    if missing or unknown:
        faults = [f"lacks {', '.join(missing)}"] if missing else []
        faults += [f"has {', '.join(unknown)}, which the model does not take"] if unknown else []
        raise InvalidRequest(f"windows.{at} {' and '.join(faults)}")
    lengths = {len(columns[name]) for name in problem.channels}
    if len(lengths) > 1:
        raise InvalidRequest(f"windows.{at} has columns of {min(lengths)} to {max(lengths)} rows")
    [rows] = lengths
    if not 1 <= rows <= problem.length:
        raise InvalidRequest(
            f"windows.{at} has {rows} rows: send 1 to {problem.length}, the newest last"
        )
    return np.array([columns[name] for name in problem.channels], dtype=np.float32).T


def _windows(
    problem: Problem, tables: Sequence[NDArray[np.float32]]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Values (window, time, channel), and where there is a row (window, time)."""
    shape = len(tables), problem.length, len(problem.channels)
    values, mask = np.full(shape, np.nan, np.float32), np.zeros(shape[:2], np.bool_)
    for at, table in enumerate(tables):
        values[at, -len(table) :] = table
        mask[at, -len(table) :] = True
    return standing(values), mask


def _judged(problem: Problem, table: NDArray[np.float32]) -> tuple[InputQuality, str]:
    """How far the values of a window carry a prognosis, and why not further.

    What is missing counts as in the prognoses of a rig; of the time between rows nothing is known.
    """
    there = np.isfinite(table)
    late = there[-max(len(there) // 4, 1) :]
    shares = {
        name: float(min(part[:, list(group)].mean() for part in (there, late)))
        for name, group in _groups(problem).items()
    }
    reason = "; ".join(
        f"{share:.0%} of its {name} have a value" for name, share in shares.items() if share < GOOD
    )
    if min(shares.values()) < LEAST_VALUES:
        return InputQuality.WITHHELD, reason
    return (InputQuality.DOUBTFUL if reason else InputQuality.GOOD), reason


def _groups(problem: Problem) -> Mapping[str, tuple[int, ...]]:
    """Channels that are judged together; those of a rig's components as their histories have it."""
    known = any(kind.name == problem.name for kind in COMPONENT_KINDS)
    if known and channels_of(problem.name)[0] == problem.channels:
        return measured_groups(problem.name)
    return {"channels": tuple(range(len(problem.channels)))}
