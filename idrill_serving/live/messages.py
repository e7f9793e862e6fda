"""What is sent over a socket: each message made once for all who want the same."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl
from pydantic_core import to_json

from idrill.channels import channel
from idrill.frame import channels_in
from idrill.store.live_changes import Changes, Position
from idrill.store.live_outlet import Event, EventKind, Verdict
from idrill.store.live_readings import LiveRig
from idrill_serving.live.subscriptions import Subscription

VALUES = 20_000
"""Values of one message at most; more are sent in parts."""

START = Position()

_INSTANT = "%Y-%m-%dT%H:%M:%S%.6fZ"


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it goes over the wire, shared by all to whom it goes."""

    text: str
    rig_id: str = ""
    """Whose readings it tells; empty where it tells none."""
    rows: int = 0
    after: Position = START
    position: Position = START
    replaces: bool = False
    """Whether it makes those of the same kind and rig before it superfluous."""

    @property
    def size(self) -> int:
        """What it takes of a queue [bytes]."""
        return len(self.text)


def control(kind: str, **told: object) -> Message:
    """A message that tells no readings."""
    return Message(_text({"type": kind, **told}))


def snapshot(
    picture: Changes, wanted: Subscription, table: pl.DataFrame, *, recovered: bool | None
) -> Iterator[Message]:
    """Everything that somebody sees who begins to watch; the oldest is left out of too much.

    Args:
        picture: Of the rig.
        wanted: What is seen of it.
        table: Its readings as they are wanted: rows, or statistics of buckets.
        recovered: False where somebody wanted to go on and cannot.
    """
    names = seen(wanted, picture.rig.channels)
    most = max(1, 2 * VALUES // _width(table))
    told = _head("snapshot", picture) | {
        "recovered": recovered,
        "shortened": table.height > most,
        "units": {name: channel(name).unit for name in names},
    }
    del told["after"]
    yield from _parts(told, picture, wanted, table.tail(most))


def batch(
    changes: Changes, wanted: Subscription, table: pl.DataFrame, *, recovered: bool = False
) -> Iterator[Message]:
    """What changed; nothing if nothing of it is wanted."""
    told = _head("batch", changes) | ({"recovered": True} if recovered else {})
    if recovered or table.height or _others(changes, wanted):
        yield from _parts(told, changes, wanted, table)


def latest(
    rig: LiveRig, position: Position, values: Mapping[str, tuple[datetime, float]],
    verdict: Verdict | None, wanted: Subscription,
) -> Message:  # fmt: skip
    """The latest value of each channel, all of them, so that older messages are superfluous."""
    told: dict[str, Any] = {
        "type": "latest",
        "rig": rig.rig_id,
        "origin": rig.origin.value,
        "position": [position.revision, position.sequence],
        "sent": datetime.now(UTC),
        "times": {name: time for name, (time, _) in values.items()},
        "values": {name: value for name, (_, value) in values.items()},
        "units": {name: channel(name).unit for name in values},
    }
    if wanted.quality and verdict is not None:
        told |= {"judged": verdict.time, "activity": verdict.activity, "bits": verdict.bits}
    return Message(_text(told), rig.rig_id, 1, position, position, replaces=True)


def seen(wanted: Subscription, told: Iterable[str]) -> list[str]:
    """The channels of a rig that are seen, in the order of all channels."""
    return channels_in(told if wanted.channels is None else set(wanted.channels) & set(told))


def rows_of(changes: Changes, wanted: Subscription) -> pl.DataFrame:
    """The rows that tell anything of what is wanted, by time."""
    names = seen(wanted, changes.rows.columns)
    table = changes.rows.select("time", *names)
    if names:
        return table.filter(pl.any_horizontal(pl.col(names).is_not_null())).sort("time")
    return table.clear()


def chosen(events: Sequence[Event], wanted: Subscription) -> list[Event]:
    """The events that are wanted."""
    kinds = {EventKind.PREDICTION: wanted.predictions, EventKind.ALERT: wanted.alerts}
    return [one for one in events if kinds[one.kind]]


def _head(kind: str, changes: Changes) -> dict[str, Any]:
    after, at = changes.after, changes.position
    return {
        "type": kind,
        "rig": changes.rig.rig_id,
        "origin": changes.rig.origin.value,
        "after": [after.revision, after.sequence],
        "position": [at.revision, at.sequence],
        "sent": datetime.now(UTC),
    }


def _others(changes: Changes, wanted: Subscription) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if wanted.quality and changes.verdicts:
        told["verdicts"] = _verdicts(changes.verdicts, wanted)
    if events := chosen(changes.events, wanted):
        told["events"] = [
            {"kind": one.kind.value, "time": one.time, "sequence": one.sequence, "body": one.body}
            for one in events
        ]
    return told


def _verdicts(verdicts: Sequence[Verdict], wanted: Subscription) -> dict[str, Any]:
    flagged = {name for one in verdicts for name in one.bits}
    names = seen(wanted, flagged)
    return {
        "time": [one.time for one in verdicts],
        "activity": [one.activity for one in verdicts],
        "bits": {name: [one.bits.get(name, 0) for one in verdicts] for name in names},
    }


def _parts(
    told: dict[str, Any], changes: Changes, wanted: Subscription, table: pl.DataFrame
) -> Iterator[Message]:
    """A message, or several of which the last one also tells what is not readings."""
    rows = max(1, VALUES // _width(table))
    starts = range(0, max(table.height, 1), rows)
    for number, start in enumerate(starts, 1):
        part = table.slice(start, rows)
        body = told | {"part": number, "parts": len(starts)} | _columns(part)
        if number == len(starts):
            body |= _others(changes, wanted)
        yield Message(_text(body), changes.rig.rig_id, part.height, changes.after, changes.position)


def _columns(table: pl.DataFrame) -> dict[str, Any]:
    times = table["time"].dt.strftime(_INSTANT).to_list() if table.height else []
    values: dict[str, Any] = {}
    for name in table.columns:
        if name == "time":
            continue
        series = table[name]
        nested = isinstance(series.dtype, pl.Struct)
        values[name] = (
            series.struct.unnest().to_dict(as_series=False) if nested else series.to_list()
        )
    return {"time": times, "values": values}


def _width(table: pl.DataFrame) -> int:
    """Values that a row has."""
    return sum(3 if isinstance(dtype, pl.Struct) else 1 for dtype in table.dtypes)


def _text(told: Mapping[str, Any]) -> str:
    return to_json(told, inf_nan_mode="null").decode()
