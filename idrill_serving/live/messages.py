"""What is sent over a socket: each message made once for all who want the same."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from pydantic_core import to_json

from idrill.channels import channel
from idrill.frame import channels_in
from idrill.store.live_changes import Changes, Position
from idrill.store.live_outlet import Event, EventKind, Verdict
from idrill.store.live_readings import LiveRig
from idrill_serving.live.subscriptions import Subscription

VALUES = 20_000
"""Values of one message at most; more are sent in parts."""

_SHORT, _LONG = 126, 1 << 16
"""From which sizes on a frame tells its size in two and in eight bytes."""

START = Position()


Column = list[float | None] | dict[str, list[float | None]]
"""Values of a channel, or by statistic."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it goes over the wire, shared by all to whom it goes."""

    frame: bytes
    """A text frame of the protocol, not compressed."""
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
        return len(self.frame)

    @property
    def text(self) -> str:
        """What it says, for hosts that make the frame themselves."""
        head = {126: 4, 127: 10}.get(self.frame[1], 2)
        return self.frame[head:].decode()


@dataclass(frozen=True, slots=True)
class Table:
    """Readings as they are told: instants, and a column of each channel."""

    times: list[datetime]
    columns: dict[str, Column]

    @property
    def height(self) -> int:
        """How many rows."""
        return len(self.times)

    @property
    def width(self) -> int:
        """Values of a row, its instant included."""
        return 1 + sum(len(one) if isinstance(one, dict) else 1 for one in self.columns.values())

    def part(self, start: int, rows: int) -> dict[str, Any]:
        """Some rows, as a message has them."""
        some = slice(start, start + rows)
        values = {
            name: {kind: one[some] for kind, one in column.items()}
            if isinstance(column, dict)
            else column[some]
            for name, column in self.columns.items()
        }
        return {"time": [_iso(one) for one in self.times[some]], "values": values}


def control(kind: str, **told: object) -> Message:
    """A message that tells no readings."""
    return Message(_framed({"type": kind, **told}))


def snapshot(
    picture: Changes, wanted: Subscription, table: Table, *, recovered: bool | None
) -> Iterator[Message]:
    """Everything that somebody sees who begins to watch; the oldest is left out of too much.

    Args:
        picture: Of the rig.
        wanted: What is seen of it.
        table: Its readings as they are wanted: rows, or statistics of buckets.
        recovered: False where somebody wanted to go on and cannot.
    """
    names = seen(wanted, picture.rig.channels)
    first = max(0, table.height - max(1, 2 * VALUES // table.width))
    told = _head("snapshot", picture) | {
        "recovered": recovered,
        "shortened": first > 0,
        "units": {name: channel(name).unit for name in names},
    }
    del told["after"]
    yield from _parts(told, picture, wanted, table, first)


def batch(
    changes: Changes, wanted: Subscription, table: Table, *, recovered: bool = False
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
    return Message(_framed(told), rig.rig_id, 1, position, position, replaces=True)


def seen(wanted: Subscription, told: Iterable[str]) -> list[str]:
    """The channels of a rig that are seen, in the order of all channels."""
    return list(_seen(wanted.channels, tuple(told)))


@lru_cache(4096)
def _seen(wanted: tuple[str, ...] | None, told: tuple[str, ...]) -> list[str]:
    # Asked for each message, and mostly the same: to go through all channels takes longer than
    # to write the message.
    return channels_in(told if wanted is None else set(wanted) & set(told))


def rows_of(changes: Changes, wanted: Subscription) -> Table:
    """The rows that tell anything of what is wanted, by time."""
    names, rows = seen(wanted, changes.rows.columns), changes.rows
    columns, times = [rows.columns[name] for name in names], rows.times
    telling = [
        place
        for place, told in enumerate(zip(*columns, strict=True))
        if any(value is not None for value in told)
    ]
    telling.sort(key=times.__getitem__)
    return Table(
        [times[place] for place in telling],
        {
            name: [column[place] for place in telling]
            for name, column in zip(names, columns, strict=True)
        },
    )


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
    told: dict[str, Any], changes: Changes, wanted: Subscription, table: Table, first: int = 0
) -> Iterator[Message]:
    """A message, or several of which the last one also tells what is not readings."""
    rows = max(1, VALUES // table.width)
    starts = range(first, max(table.height, 1), rows)
    for number, start in enumerate(starts, 1):
        part = table.part(start, rows)
        body = told | {"part": number, "parts": len(starts)} | part
        if number == len(starts):
            body |= _others(changes, wanted)
        yield Message(
            _framed(body), changes.rig.rig_id, len(part["time"]), changes.after, changes.position
        )


def _iso(time: datetime) -> str:
    return f"{time.isoformat(timespec='microseconds')[:26]}Z"


def _framed(told: Mapping[str, Any]) -> bytes:
    """A text frame that is not masked and the last of its message (RFC 6455, section 5.2)."""
    payload = to_json(told, inf_nan_mode="null")
    size = len(payload)
    if size < _SHORT:
        return b"\x81" + size.to_bytes(1) + payload
    if size < _LONG:
        return b"\x81\x7e" + size.to_bytes(2) + payload
    return b"\x81\x7f" + size.to_bytes(8) + payload
