"""Lives of components from hours of telemetry and the record of what was installed when.

Only hours that lie within a life as a whole make its rows, so the hour of a failure, the repair
after it and what the next unit did are never seen. Why a life ended stands beside its values, not
in them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from idrill.errors import InvalidWindows
from idrill.prognosis import LOST, STALE, InputQuality
from idrill.rul.clocks import clock_channels
from idrill.rul.components import ComponentLife, framing_of, kind_of, rated_life
from idrill.rul.features import BESIDE, Place, Rows, channels_of, measured_groups, rows_of
from idrill.rul.hours import AN_HOUR, Hours, instant
from idrill.windows import Life, Lives, Windows, last_windows

FIRST_HOURS = 48 * AN_HOUR
"""How long after an installation the first telemetry may come for its age to be known [µs]."""
UNSEEN = 24 * AN_HOUR
"""Time before a recorded failure for which the clock may be dark [µs]: logs come by the day, and a
day holds no more than 24 own hours, little beside lives of hundreds. After a longer silence nobody
knows at what age it failed, only that it lasted until then."""
LEAST_ROWS = 0.5
"""Share of a window's rows' time that must be measured, else a prognosis is withheld [-]."""
LEAST_VALUES = 0.5
"""Share of what sensors tell of work and of health that must have been measured in the rows of the
window, and in the last quarter of them, else it is withheld [-]."""
LEAST_LIFE = 0.5
"""Share of the hours since installation in which the sensors of the unit's clock must have been
measured, else its age says too little [-]."""
GOOD = 0.9
"""Share of each of these from which the input is good, and from which a life teaches: the clock
stands still where nothing is measured, so a unit looks younger than it was, and its models would
promise too much [-]."""


class LeftOut(StrEnum):
    """Why a life on record teaches nothing."""

    OLDER = "installed before the telemetry"
    DARK = "measured for less than 90 % of its life"
    SHORT = "shorter than a row"


@dataclass(frozen=True, eq=False)
class LastWindow:
    """What is known of a unit at an instant."""

    life: ComponentLife
    windows: Windows | None
    """One window; None if there is none to ask a model about."""
    age: float | None
    """[own hours]; None if it is not known."""
    absent: tuple[str, ...]
    """Channels of which the window has no value at all."""
    quality: InputQuality
    reason: str
    """Why it is doubtful or withheld; "" if neither."""
    until: datetime | None = None
    """The end of the last hour in which anything of it was measured; None if it is not known."""


@dataclass(frozen=True, eq=False)
class Sifted:
    """The lives of a component on a rig: which teach, and why the others do not."""

    known: tuple[tuple[ComponentLife, Rows, Life], ...]
    """Each with its record and its rows."""
    left_out: Mapping[str, LeftOut]
    """By the name of the unit."""


def lives_of(component: str, hours: Hours, records: Iterable[ComponentLife]) -> Lives:
    """The lives of one component on one rig, as far as they are known to the hour.

    A life that began more than two days before the telemetry did, or of which the sensors of its
    clock missed more than a tenth, is left out, since its age is not known, and so is one without a
    full row. A unit in service counts as cut short at the last hour in which they were measured,
    and so does one that failed more than `UNSEEN` later.

    Args:
        component: Name in `rigs.COMPONENT_KINDS`.
        hours: Of the rig.
        records: Of the rig: all components, since some show in the same sensors.

    Raises:
        InvalidWindows: If there is no such component, or the records are of several rigs.
    """
    kept = tuple(life for _, _, life in sifted(component, hours, records).known)
    return Lives(channels_of(component)[0], kind_of(component).life_clock, kept)


def sifted(component: str, hours: Hours, records: Iterable[ComponentLife]) -> Sifted:
    """Each life of `lives_of` with its record and its rows, and why the others are left out.

    Raises:
        InvalidWindows: As `lives_of`.
    """
    kind_of(component)
    known = list(records)
    _require_one_rig(known)
    kept: list[tuple[ComponentLife, Rows, Life]] = []
    left_out: dict[str, LeftOut] = {}
    for one in sorted((one for one in known if one.component == component), key=_by_place):
        if not _is_known(one, hours):
            left_out[one.unit] = LeftOut.OLDER
            continue
        rows = _rows(one, hours, known, one.end)
        if _measured(one, rows, rows.last) < GOOD:
            left_out[one.unit] = LeftOut.DARK
        elif not rows.clock.size:
            left_out[one.unit] = LeftOut.SHORT
        else:
            kept.append((one, rows, _as_life(one, rows, failed=_seen_failing(one, rows))))
    return Sifted(tuple(kept), left_out)


def last_window_of(
    component: str, life: ComponentLife, hours: Hours, records: Iterable[ComponentLife],
    as_of: datetime,
) -> LastWindow:  # fmt: skip
    """The window of a unit that ends with its last full row before an instant.

    It is the window that the unit's history would give, had it been cut short there.

    Args:
        component: Name in `rigs.COMPONENT_KINDS`.
        life: The unit in service at that instant.
        hours: Of its rig; later ones are not read.
        records: Of its rig: all components.
        as_of: The instant.

    Raises:
        InvalidWindows: If there is no such component.
    """
    before = hours.before(instant(as_of))
    if not _is_known(life, before):
        return _withheld(life, None, _why_unknown(life, before))
    end = as_of if life.end is None else min(as_of, life.end)
    rows = _rows(life, before, list(records), end)
    if _measured(life, rows, instant(end)) < LEAST_LIFE:
        return replace(
            _withheld(life, None, _too_dark(life, rows, instant(end))), until=_until(rows)
        )
    if not rows.clock.size:
        step = framing_of(component).step
        young = f"{rows.age:.1f} own hours old; a row takes {step:g}"
        return replace(_withheld(life, rows.age, young), until=_until(rows))
    lived = _as_life(life, rows, failed=False)
    lives = Lives(channels_of(component)[0], kind_of(component).life_clock, (lived,))
    window = last_windows(lives, framing_of(component).length)
    quality, reason = _judged(life, rows, int(window.mask[0].sum()), instant(as_of), instant(end))
    absent = np.isnan(window.values[0]).all(axis=0)
    return LastWindow(
        life,
        None if quality is InputQuality.WITHHELD else window,
        rows.age,
        tuple(name for name, none in zip(lives.channels, absent, strict=True) if none),
        quality,
        reason,
        _until(rows),
    )


def _by_place(life: ComponentLife) -> tuple[str, datetime]:
    return life.equipment, life.start


def _require_one_rig(records: Sequence[ComponentLife]) -> None:
    rigs = sorted({one.rig_id for one in records})
    if len(rigs) > 1:
        raise InvalidWindows(f"records of several rigs at once: {', '.join(rigs)}")


def _is_known(life: ComponentLife, hours: Hours) -> bool:
    """Whether the telemetry tells how old the unit is."""
    return bool(len(hours)) and instant(life.start) >= int(hours.start[0]) - FIRST_HOURS


def _seen_failing(life: ComponentLife, rows: Rows) -> bool:
    """Whether a life ended by failure, and at an age that is known."""
    return life.failed and life.end is not None and instant(life.end) - rows.last <= UNSEEN


def _measured(life: ComponentLife, rows: Rows, until: int) -> float:
    """Share of the whole hours since the installation in which the clock was measured [-]."""
    whole = until // AN_HOUR - -(-instant(life.start) // AN_HOUR)
    return rows.measured / (max(whole, 1) * AN_HOUR)


def _too_dark(life: ComponentLife, rows: Rows, until: int) -> str:
    sensors = " and ".join(clock_channels(life.component, life.equipment))
    share = _measured(life, rows, until)
    return f"{share:.0%} of its life was measured by {sensors}, so it is older than said"


def _why_unknown(life: ComponentLife, hours: Hours) -> str:
    if not len(hours):
        return "nothing was measured on this rig so far"
    first = datetime.fromtimestamp(int(hours.start[0]) / 1e6, UTC)
    return (
        f"installed {life.start:%Y-%m-%d %H:%M}, but the telemetry begins {first:%Y-%m-%d %H:%M}: "
        "its age is not known"
    )


def _rows(
    life: ComponentLife, hours: Hours, records: Sequence[ComponentLife], end: datetime | None
) -> Rows:
    """The rows of a unit from the hours that are over by the end of its life."""
    framing = framing_of(life.component)
    until = hours if end is None else hours.before(instant(end))
    beside = {name: _installed(name, life, records, end) for name in BESIDE[life.component]}
    place = Place(life.component, life.equipment, instant(life.start), rated_life(life), beside)
    return rows_of(place, until, framing.step, framing.settled)


def _installed(
    component: str, life: ComponentLife, records: Sequence[ComponentLife], end: datetime | None
) -> NDArray[np.int64]:
    """When units of a component were installed beside another before its end, in order [µs]."""
    starts = sorted(
        instant(one.start)
        for one in records
        if one.component == component
        and one.equipment == life.equipment
        and (end is None or one.start < end)
    )
    return np.array(starts, dtype=np.int64)


def _as_life(life: ComponentLife, rows: Rows, *, failed: bool) -> Life:
    return Life(life.unit, life.rig_id, rows.values, rows.clock, rows.age, failed)


def _withheld(life: ComponentLife, age: float | None, reason: str) -> LastWindow:
    return LastWindow(life, None, age, (), InputQuality.WITHHELD, reason)


def _until(rows: Rows) -> datetime | None:
    """The end of the last hour in which anything was measured."""
    if not rows.measured:
        return None
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=rows.last)


def _judged(
    life: ComponentLife, rows: Rows, counted: int, as_of: int, end: int
) -> tuple[InputQuality, str]:
    """How far the input can be trusted, and why not further.

    Args:
        life: The unit.
        rows: Of it, before any value is carried on.
        counted: How many of them the window holds.
        as_of: The instant asked about [µs since 1970].
        end: The same, or the end of the unit's life if that was earlier.
    """
    spans = np.diff(rows.time, prepend=instant(life.start))[-counted:]
    covered = float(np.average(rows.coverage[-counted:], weights=spans))
    told = {
        f"{covered:.0%} of the window's time was measured": (covered, LEAST_ROWS),
        _too_dark(life, rows, end): (_measured(life, rows, end), LEAST_LIFE),
    }
    for name, share in _there(life.component, rows.values[-counted:]).items():
        told[f"{share:.0%} of its {name} have a value"] = (share, LEAST_VALUES)
    reasons = [words for words, (share, _) in told.items() if share < GOOD]
    silent = timedelta(microseconds=as_of - rows.last)
    if silent > STALE:
        reasons.append(f"nothing was measured for {silent.total_seconds() / 86400.0:.1f} days")
    if silent > LOST or any(share < least for share, least in told.values()):
        return InputQuality.WITHHELD, "; ".join(reasons)
    return (InputQuality.DOUBTFUL if reasons else InputQuality.GOOD), "; ".join(reasons)


def _there(component: str, values: NDArray[np.float32]) -> dict[str, float]:
    """Share of the values of each group of channels that were measured, late ones no less [-]."""
    there = np.isfinite(values)
    late = there[-max(len(there) // 4, 1) :]
    return {
        name: float(min(part[:, list(group)].mean() for part in (there, late)))
        for name, group in measured_groups(component).items()
    }
