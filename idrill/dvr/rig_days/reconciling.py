"""One rig-day reconciled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import numpy as np
import polars as pl

from idrill import frame as frames
from idrill.dvr.calibration import Calibration, calibrate
from idrill.dvr.rig_days.fault import Fault
from idrill.dvr.rig_days.hoisting import Hoisting
from idrill.dvr.rig_days.instruments import Mask
from idrill.dvr.rig_days.moving import Moves, filtered
from idrill.dvr.rig_days.mud import Circulation
from idrill.dvr.rig_days.network import Network
from idrill.dvr.rig_days.positions import Positions
from idrill.dvr.rig_days.report import ReconciliationReport
from idrill.dvr.rig_days.reporting import reported
from idrill.dvr.rig_days.resting import Rests
from idrill.dvr.rig_days.roles import Roles
from idrill.dvr.rig_days.rotation import Rotation
from idrill.dvr.rig_days.settling import METERS, STROKES, prepared
from idrill.dvr.rig_days.state import RigState
from idrill.dvr.rig_days.tanks import Tanks
from idrill.errors import FrameError, InvalidState
from idrill.frame import QUALITY, Quality, quality_of, sd_of

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class RigDayReconciliation:
    """A rig-day whose values agree with each other as far as its balances reach."""

    frame: pl.DataFrame
    state: RigState
    """What the next rig-day starts from."""
    report: ReconciliationReport


def reconcile_rig_day(
    validated: pl.DataFrame,
    *,
    history: pl.DataFrame | None = None,
    state: RigState | None = None,
    calibrations: Sequence[Calibration] = (),
) -> RigDayReconciliation:
    """Values moved so that the rig's balances close, and what is wrong with its sensors.

    What the balances need to know is learned anew at each full hour from the settled windows before
    it, so a rig that nothing is known of is published as measured for its first hours. Nothing
    looks ahead: a day in one piece gives the same as the same day hour by hour.

    Args:
        validated: Validated rows of one rig with their `activity`.
        history: Those of the 15 minutes before; None: nothing is known of that time.
        state: What the rig-day before left; None: nothing was learned yet.
        calibrations: Approved ones; applied first.

    Raises:
        FrameError: If a table is no canonical frame with activities, or of more than one rig.
        InvalidState: If the state is not one that was left.
    """
    _require(validated)
    state = state or RigState()
    frame = calibrate(validated, calibrations)
    if frame.is_empty():
        return RigDayReconciliation(frame, state, reported((), Moves(), frame))
    known = frame
    if history is not None and history.height:
        _require(history)
        known = pl.concat([calibrate(history, calibrations), frame], how="diagonal")
    networks = _networks(frame, state)
    roles = Roles.from_dict(state.networks.get("roles", {}))
    moves, wrong = _lived(networks, roles, frame, known)
    left = {each.name: each.as_dict() for each in networks} | {"roles": roles.as_dict()}
    return RigDayReconciliation(
        _written(frame, moves, wrong),
        RigState({**state.networks, **left}),
        reported(networks, moves, frame),
    )


def _networks(frame: pl.DataFrame, state: RigState) -> tuple[Network, ...]:
    """The networks of a rig, as the rig-day before left them.

    Raises:
        InvalidState: If it left something else.
    """
    try:
        return _restored(frame, state)
    except (KeyError, TypeError, ValueError, AttributeError, pl.exceptions.PolarsError) as error:
        raise InvalidState(f"the state of the rig-day before cannot be read: {error!r}") from error


def _restored(frame: pl.DataFrame, state: RigState) -> tuple[Network, ...]:
    return (
        Circulation(_reference(frame), state.networks.get("circulation")),
        Rests(state.networks.get("rest")),
        Tanks(state.networks.get("pits")),
        Positions(state.networks.get("positions")),
        Hoisting(state.networks.get("hoisting")),
        Rotation(state.networks.get("rotation")),
    )


def _lived(
    networks: Sequence[Network], roles: Roles, frame: pl.DataFrame, known: pl.DataFrame
) -> tuple[Moves, dict[str, Mask]]:
    """What the networks make of a day, hour by hour; which channels are at fault, by row.

    Args:
        networks: They learn from it.
        roles: Likewise.
        frame: The day.
        known: The same, after what is known of the time before.
    """
    first = frame["time"][0]
    looked = []
    for network in networks:
        rows, found = network.look(known)
        looked.append(
            (network, rows.filter(pl.col("time") >= first), found.filter(pl.col("time") > first))
        )
    moves = Moves()
    wrong = {
        name: np.zeros(frame.height, np.bool_)
        for network in networks
        for name in network.channels
        if name in frame.columns
    }
    for start in _hours(frame):
        for network in networks:
            network.derived = roles.known
        inside = frame["time"].is_between(start, start + HOUR, closed="left")
        for network, rows, found in looked:
            hour, ended = _during(rows, start, "left"), _during(found, start, "right")
            _collect(moves, network.hour(hour, ended), inside)
            _blame(wrong, network.faults, frame["time"], inside)
        roles.hear(_during(frame, start, "left"))
    return moves, wrong


def _during(rows: pl.DataFrame, start: datetime, closed: Literal["left", "right"]) -> pl.DataFrame:
    """The rows of an hour, of a table in order of time, with its first instant or its last."""
    times = rows["time"]
    first, after = (times.search_sorted(each, closed) for each in (start, start + HOUR))
    return rows.slice(first, after - first)


def _blame(
    wrong: dict[str, Mask], faults: Sequence[Fault], times: pl.Series, here: pl.Series
) -> None:
    """Mark the rows of an hour in which a channel is at fault, as far as is known by its end."""
    for fault in faults:
        if len(fault.suspects) == 1 and fault.suspects[0] in wrong:
            during = here & (times >= fault.detected)
            if fault.end is not None:
                during &= times < fault.end
            wrong[fault.suspects[0]] |= during.to_numpy()


def filtered_frame(validated: pl.DataFrame, *, history: pl.DataFrame | None = None) -> pl.DataFrame:
    """The same rows through the filter alone, without any balance: what the balances must beat.

    Args:
        validated: As for `reconcile_rig_day`.
        history: Likewise.
    """
    _require(validated)
    known = validated
    if history is not None and history.height:
        known = pl.concat([history, validated], how="diagonal")
    rows = filtered(prepared(known, _reference(validated))).tail(validated.height)
    names = [name for name in METERS if name in validated.columns]
    return validated.with_columns(
        pl.when(rows["settled"] & rows[name].is_not_null())
        .then(rows[name])
        .otherwise(pl.col(name))
        .alias(name)
        for name in names
    )


def _require(frame: pl.DataFrame) -> None:
    frames.check(frame)
    if "activity" not in frame.columns:
        raise FrameError("column 'activity' is missing: validate the rows first")
    if frame["rig_id"].n_unique() > 1:
        raise FrameError("rows of more than one rig: reconcile one rig at a time")


def _reference(frame: pl.DataFrame) -> str:
    """What the flow is held against: strokes where a day has counters, else the flow meter."""
    counted = any(
        name in frame.columns and frame[name].null_count() < frame.height for name in STROKES
    )
    return "strokes" if counted else "flow_in"


def _hours(frame: pl.DataFrame) -> list[datetime]:
    return frame["time"].dt.truncate("1h").unique().sort().to_list()


def _collect(moves: Moves, part: Moves, inside: pl.Series) -> None:
    """Put an hour's moves to those of the day."""
    place = np.flatnonzero(inside.to_numpy())
    for name in part.values:
        for whole, piece in ((moves.values, part.values), (moves.sd, part.sd)):
            whole.setdefault(name, np.full(inside.len(), np.nan))[place] = piece[name]
    for name, ratios in part.ratios.items():
        moves.ratios.setdefault(name, []).extend(ratios)
    for name, spreads in part.spreads.items():
        moves.spreads.setdefault(name, []).extend(spreads)
    for name, squares in part.imbalance.items():
        moves.imbalance.setdefault(name, []).extend(squares)


def _written(frame: pl.DataFrame, moves: Moves, wrong: Mapping[str, Mask]) -> pl.DataFrame:
    """The frame with its new values, their deviations and bits."""
    columns = []
    for name, at_fault in wrong.items():
        values = pl.Series(moves.values.get(name, np.full(frame.height, np.nan)))
        there = values.is_not_nan() & frame[name].is_not_null()
        bits = np.where(there, int(Quality.RECONCILED), at_fault * int(Quality.GROSS_ERROR))
        sd = pl.Series(moves.sd.get(name, np.full(frame.height, np.nan)))
        columns += [
            values.zip_with(there, frame[name]).alias(name),
            (frame[quality_of(name)] | pl.Series(bits, dtype=QUALITY)).alias(quality_of(name)),
            sd.zip_with(there, pl.Series([None], dtype=pl.Float64)).alias(sd_of(name)),
        ]
    return frame.with_columns(columns)
