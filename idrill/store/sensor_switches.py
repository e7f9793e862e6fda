"""Sensors that are switched off and on, in time of the rig.

A reading of a channel is refused if the last switch before it says so. That goes by when it was
made and not by when it arrives: late readings of the time before are taken, and it does not
matter in which order switches were told.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import polars as pl
from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from idrill.channels import channel
from idrill.errors import Overlap
from idrill.frame import channels_in
from idrill.readers.posted import Posted, RejectedReading
from idrill.readers.reading import Reason
from idrill.store import rigs
from idrill.store.orm import LiveRigRow, SensorSwitchRow


@dataclass(frozen=True, slots=True)
class Switch:
    """From when on the readings of a sensor are taken, or refused."""

    channel: str
    at: datetime
    """In time of the rig."""
    active: bool
    """Whether they are taken from then on."""
    reason: str
    told_by: str
    told_at: datetime


def tell(session: Session, rig_id: str, switch: Switch) -> Switch:
    """Add a switch; the same again changes nothing.

    Returns:
        The switch as it is kept: of two that say the same, the first.

    Raises:
        NotFound: If there is no such rig.
        UnknownChannel: If there is no such channel.
        Overlap: If the opposite was told of the same instant.
    """
    channel(switch.channel)
    rigs.lock(session, rig_id)
    key = (rig_id, switch.channel, switch.at.astimezone(UTC))
    known = session.get(SensorSwitchRow, key, populate_existing=True)
    if known is not None and known.active != switch.active:
        raise Overlap(f"{switch.channel} of {rig_id} was switched the other way at that instant")
    if known is not None:
        return _switch(known)
    session.add(_row(rig_id, switch))
    # Its writers take turns by this row, so none that is under way misses the switch.
    mark = update(LiveRigRow).where(LiveRigRow.rig_id == rig_id).values(switched=True)
    session.execute(mark, execution_options={"synchronize_session": False})
    session.flush()
    return switch


def of_rig(session: Session, rig_id: str) -> list[Switch]:
    """Every switch of a rig, by channel and instant."""
    row = SensorSwitchRow
    query = select(row).where(row.rig_id == rig_id).order_by(row.channel, row.at)
    return [_switch(found) for found in session.scalars(query)]


def are_there(session: Session, rig_id: str) -> bool:
    """Whether any sensor of a rig was ever switched."""
    return bool(session.scalar(select(exists().where(SensorSwitchRow.rig_id == rig_id))))


def applied(session: Session, rig_id: str, posted: Posted) -> Posted:
    """Readings without those of sensors that were off, which are among the rejected ones."""
    switches: dict[str, list[Switch]] = {}
    for switch in of_rig(session, rig_id):
        switches.setdefault(switch.channel, []).append(switch)
    table, words = posted.table, dict[int, list[str]]()
    for name in channels_in(table.columns):
        if name in switches:
            table = _without(table, name, switches[name], words)
    if not words:
        return posted
    left = table.filter(pl.any_horizontal(pl.col(channels_in(table.columns)).is_not_null()))
    times = dict(posted.table.select("place", "time").iter_rows())
    refused = tuple(
        RejectedReading(place, Reason.INACTIVE, "; ".join(told), str(times[place]))
        for place, told in sorted(words.items())
    )
    return replace(posted, table=left, rejected=(*posted.rejected, *refused))


def _without(
    table: pl.DataFrame, name: str, switches: Sequence[Switch], words: dict[int, list[str]]
) -> pl.DataFrame:
    """The table without the values of a channel that were made while it was off."""
    last = pl.Series([one.at for one in switches]).search_sorted(table["time"], side="right")
    off = pl.Series([False, *(not one.active for one in switches)]).gather(last)
    lost = table.with_columns(off.alias("off"), last.alias("switch")).filter(
        pl.col("off") & pl.col(name).is_not_null()
    )
    for place, value, turn in lost.select("place", name, "switch").iter_rows():
        one = switches[turn - 1]
        since = f"{name} {value!r}: switched off since {one.at:%F %T}Z"
        words.setdefault(place, []).append(f"{since}: {one.reason}" if one.reason else since)
    return table.with_columns(pl.when(~off).then(pl.col(name)).alias(name))


def _row(rig_id: str, switch: Switch) -> SensorSwitchRow:
    return SensorSwitchRow(
        rig_id=rig_id,
        channel=switch.channel,
        at=switch.at,
        active=switch.active,
        reason=switch.reason,
        told_by=switch.told_by,
        told_at=switch.told_at,
    )


def _switch(row: SensorSwitchRow) -> Switch:
    return Switch(row.channel, row.at, row.active, row.reason, row.told_by, row.told_at)
