"""Lives of units as sliding windows: labels, masks, splits by unit and rig, scaling.

A window ends at a row of a life and looks back; what lies after that row never enters it. A life
shorter than the window is padded in front, and the mask says where. Whether a life ended by failure
is known of a window, but is no part of its values.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from idrill.errors import InvalidWindows

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Life:
    """One life of one unit: an engine, a liner between two replacements."""

    unit: str
    group: str
    """What must not be torn apart between training and test: the rig; of an engine itself."""
    values: NDArray[np.float32]
    """(row, channel), NaN where nothing usable was measured."""
    clock: Array
    """Age of the unit on its own clock at each row, never falling (row)."""
    end: float
    """Age at which the life ended."""
    failed: bool
    """Whether it ended by failure; else it was cut short, and might have gone on."""
    begins: datetime | None = None
    """The time of its first row; None where there is no calendar."""

    @property
    def rows(self) -> int:
        """How many there are."""
        return int(self.clock.size)

    @property
    def remaining(self) -> Array:
        """Left of the life at each row; where it was cut short, at least so much (row)."""
        return self.end - self.clock


@dataclass(frozen=True, eq=False)
class Lives:
    """Lives with the same channels on the same kind of clock."""

    channels: tuple[str, ...]
    clock: str
    """What the clock counts, such as `hours with strokes` or `cycles`."""
    lives: tuple[Life, ...]

    def __post_init__(self) -> None:
        names = [life.unit for life in self.lives]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise InvalidWindows(f"unit {twice} lives twice")
        for life in self.lives:
            _require_sound(life, len(self.channels))

    def __len__(self) -> int:
        return len(self.lives)

    def __iter__(self) -> Iterator[Life]:
        return iter(self.lives)

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """The groups, each once, in order."""
        return tuple(sorted({life.group for life in self.lives}))

    def of(self, groups: Collection[str]) -> "Lives":
        """The lives of some groups."""
        return replace(self, lives=tuple(life for life in self.lives if life.group in groups))

    def failed(self) -> "Lives":
        """The lives that ended by failure."""
        return replace(self, lives=tuple(life for life in self.lives if life.failed))

    def cut_off(self, rows: Sequence[int]) -> "Lives":
        """Each life as it was known at its row, with what was left of it.

        Args:
            rows: The last row kept, of each life.
        """
        kept = (
            replace(life, values=life.values[: row + 1], clock=life.clock[: row + 1])
            for life, row in zip(self.lives, rows, strict=True)
        )
        return replace(self, lives=tuple(kept))


def _require_sound(life: Life, channels: int) -> None:
    if life.values.shape != (life.rows, channels):
        raise InvalidWindows(
            f"{life.unit}: values are {life.values.shape}, not {(life.rows, channels)}"
        )
    if not life.rows:
        raise InvalidWindows(f"{life.unit}: a life without a row")
    if not np.isfinite(life.clock).all() or (np.diff(life.clock) < 0).any():
        raise InvalidWindows(f"{life.unit}: its clock stops being a number or runs backwards")
    if not life.end >= life.clock[-1]:
        raise InvalidWindows(f"{life.unit}: has rows after its end at {life.end:g}")


@dataclass(frozen=True, eq=False)
class Windows:
    """Windows of equal length, each ending at a row of a life."""

    values: NDArray[np.float32]
    """(window, time, channel), oldest first; a value stands until the next one; NaN before the
    first, and where the mask says that there is no row."""
    mask: NDArray[np.bool_]
    """Whether there is a row (window, time)."""
    age: Array
    """Of the unit at the last row (window)."""
    remaining: Array
    """Left of the life at the last row; at least so much unless it failed (window)."""
    failed: NDArray[np.bool_]
    """Whether the life ended by failure (window)."""
    unit: NDArray[np.int64]
    """Which of `units` it is of (window)."""
    units: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.age)

    def __getitem__(self, chosen: "slice | NDArray[np.bool_] | NDArray[np.int64]") -> "Windows":
        names = ("values", "mask", "age", "remaining", "failed", "unit")
        return replace(self, **{name: getattr(self, name)[chosen] for name in names})


def windows(lives: Lives, length: int, *, stride: int = 1) -> Windows:
    """Windows that end at every `stride`-th row of each life, counted back from its last.

    Args:
        lives: At least one.
        length: Rows of a window.
        stride: Rows from one end to the next.

    Raises:
        InvalidWindows: If there is no life, or length or stride is below one.
    """
    _require_positive(length=length, stride=stride)
    ends = [np.arange(life.rows - 1, -1, -stride)[::-1] for life in lives]
    return windows_at(lives, length, ends)


def last_windows(lives: Lives, length: int) -> Windows:
    """The last window of each life."""
    return windows_at(lives, length, [np.array([life.rows - 1]) for life in lives])


def windows_at(lives: Lives, length: int, ends: Sequence[NDArray[np.int64]]) -> Windows:
    """Windows that end at given rows.

    Args:
        lives: At least one.
        length: Rows of a window.
        ends: Rows of each life.

    Raises:
        InvalidWindows: If there is no life or the length is below one.
    """
    _require_positive(length=length)
    if not lives.lives:
        raise InvalidWindows("there is no life to cut windows from")
    parts = [_cut(life.values, at, length) for life, at in zip(lives, ends, strict=True)]
    pairs = list(zip(lives, ends, strict=True))
    return Windows(
        values=np.concatenate([values for values, _ in parts]),
        mask=np.concatenate([mask for _, mask in parts]),
        age=np.concatenate([life.clock[at] for life, at in pairs]),
        remaining=np.concatenate([life.remaining[at] for life, at in pairs]),
        failed=np.concatenate([np.full(at.size, life.failed) for life, at in pairs]),
        unit=np.repeat(np.arange(len(lives)), [at.size for at in ends]),
        units=tuple(life.unit for life in lives),
    )


def _require_positive(**sizes: int) -> None:
    for name, size in sizes.items():
        if size < 1:
            raise InvalidWindows(f"{name}: {size} is less than one row")


def _cut(
    values: NDArray[np.float32], ends: NDArray[np.int64], length: int
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    rows = ends[:, None] + np.arange(1 - length, 1)[None, :]
    mask = rows >= 0
    found = values[np.maximum(rows, 0)]
    found[~mask] = np.nan
    return standing(found), mask


def standing(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each value until the next one, within its window alone (window, time, channel)."""
    if not np.isnan(values).any():
        return values
    at = np.arange(values.shape[1])[None, :, None]
    latest = np.maximum.accumulate(np.where(np.isnan(values), 0, at), axis=1)
    return np.take_along_axis(values, latest, axis=1)


def split(lives: Lives, shares: Sequence[float], seed: int) -> tuple[Lives, ...]:
    """Lives by group, at random: no unit and no rig is on both sides.

    Args:
        lives: Of at least as many groups as there are shares.
        shares: Of the groups, adding up to one.
        seed: Same seed, same split.

    Returns:
        One part per share, none empty.

    Raises:
        InvalidWindows: If the shares do not add up, or a part would be empty.
    """
    if not np.isclose(sum(shares), 1.0) or min(shares) <= 0.0:
        raise InvalidWindows(f"shares {tuple(shares)} must be above 0 and add up to 1")
    groups = np.random.default_rng(seed).permutation(np.array(lives.groups, dtype=object))
    bounds = np.rint(np.cumsum([0.0, *shares]) * groups.size).astype(int)
    parts = tuple(lives.of(set(groups[a:b])) for a, b in pairwise(bounds))
    if not all(len(part) for part in parts):
        raise InvalidWindows(
            f"{groups.size} groups are too few for shares {tuple(shares)}: a part would be empty"
        )
    return parts
