"""What edge nodes say in Sparkplug, as readings of rigs.

A node names its metrics once, in its birth, and may use numbers for them from then on; it counts
its messages. A birth that was missed, or a gap in the count, is a reason to ask for another birth.
Which node or device is which rig stands in a file:

```toml
[[device]]
group = "North"
node = "EDGE_1"
device = "DRILLFLOOR"      # left out: the node itself
rig = "RIG_01"
map = "columns.toml"       # metrics whose channel is not recognised by name and unit
```
"""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from idrill.channels import channel
from idrill.errors import SettingsError, UnitError
from idrill.readers.columns import ColumnMap, load_map
from idrill.readers.headings import recognise
from idrill.sources.sinks import Told
from idrill.sources.sparkplug_payload import Metric, Payload, read
from idrill.units import conversion

NAMESPACE = "spBv1.0"

_KINDS = ("NBIRTH", "DBIRTH", "NDATA", "DDATA", "NDEATH", "DDEATH")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = 253_402_300_799_000
"""The end of the year 9999 [ms since the epoch]."""


class _Device(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    group: str = Field(min_length=1)
    node: str = Field(min_length=1)
    device: str | None = None
    rig: str = Field(pattern=r"^[A-Z0-9][A-Z0-9_-]{0,31}$")
    map: str | None = None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    device: list[_Device] = Field(min_length=1)


Place = tuple[str, str, str | None]
"""Group, node, and device; None for the node itself."""


@dataclass(frozen=True, slots=True)
class Target:
    """Whose readings a device tells, and what is said of its metrics."""

    rig_id: str
    columns: ColumnMap


def load_devices(path: Path) -> Mapping[Place, Target]:
    """Which node or device is which rig.

    Raises:
        SettingsError: If the file cannot be read, or makes no sense.
        SourceError: If a map of columns makes none.
    """
    try:
        listed = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).device
    except (OSError, ValueError) as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else None
        problem = f"{'.'.join(map(str, first['loc']))}: {first['msg']}" if first else str(error)
        raise SettingsError(f"{path}: {problem}") from error
    found = {
        (one.group, one.node, one.device): Target(
            one.rig, load_map(path.parent / one.map) if one.map else ColumnMap()
        )
        for one in listed
    }
    if len(found) < len(listed):
        raise SettingsError(f"{path}: a device is named twice")
    return found


@dataclass(frozen=True, slots=True)
class Heard:
    """What a message comes to."""

    readings: Mapping[str, list[Told]] = field(default_factory=dict)
    """By rig."""
    ask_rebirth: bool = False
    """Whether the node has to be asked for a birth."""
    unnamed: int = 0
    """Values of metrics whose alias was told in no birth that was heard; they are no readings."""


@dataclass(slots=True)
class Node:
    """What is known of an edge node."""

    alive: bool = False
    session: float | None = None
    """Its number since the last birth."""
    seq: int | None = None
    """Of the last message."""
    names: dict[tuple[str | None, int], Metric] = field(default_factory=dict)
    """Metrics of its births, by device and alias."""
    units: dict[tuple[str | None, str], str] = field(default_factory=dict)
    """Units that births state, by device and name."""
    stale: set[str | None] = field(default_factory=set)
    """Devices that died; None for the node itself."""


@dataclass(slots=True)
class Ear:
    """Listens to the messages of all nodes, in the order in which they come.

    Args:
        devices: Which node or device is which rig.
    """

    devices: Mapping[Place, Target]
    nodes: dict[tuple[str, str], Node] = field(default_factory=dict)
    gaps: int = 0
    """How often messages of a node were missing."""
    unknown: Counter[str] = field(default_factory=Counter)
    """How often metrics came that are no channel, by name."""
    strangers: Counter[str] = field(default_factory=Counter)
    """How often devices spoke that no rig stands for."""

    def hear(self, topic: str, body: bytes) -> Heard | None:
        """What a message comes to; None if it is none that tells anything.

        Raises:
            InvalidMessage: If it cannot be read.
        """
        place = placed(topic)
        if place is None:
            return None
        group, kind, name, device = place
        node, payload = self.nodes.setdefault((group, name), Node()), read(body)
        if kind.endswith("DEATH"):
            _bury(node, kind, device, _session(payload))
            return Heard()
        gap = self._count(node, kind, payload)
        if kind.endswith("BIRTH"):
            _learn(node, kind, device, payload)
        readings = self._readings((group, name, device), node, payload)
        unnamed = sum(_named(node, device, one) is None for one in payload.metrics)
        return Heard(readings, gap or not node.alive or unnamed > 0, unnamed)

    def _count(self, node: Node, kind: str, payload: Payload) -> bool:
        """Whether a message of a node is missing before this one."""
        last, node.seq = node.seq, payload.seq
        if kind == "NBIRTH" or last is None or payload.seq is None:
            return False
        missing = payload.seq != (last + 1) % 256
        self.gaps += missing
        return missing

    def _readings(self, place: Place, node: Node, payload: Payload) -> dict[str, list[Told]]:
        target = self.devices.get(place)
        if target is None:
            if payload.metrics:
                self.strangers["/".join(filter(None, place))] += 1
            return {}
        rows: dict[str, dict[str, object]] = defaultdict(dict)
        for metric in payload.metrics:
            told = self._told(node, place[2], metric, target.columns)
            if told is not None:
                rows[_instant(metric.timestamp or payload.timestamp)][told[0]] = told[1]
        return {target.rig_id: list(rows.items())} if rows else {}

    def _told(
        self, node: Node, device: str | None, metric: Metric, columns: ColumnMap
    ) -> tuple[str, float] | None:
        """The channel and value of a metric, if it is one."""
        name = _named(node, device, metric)
        if (
            name is None
            or name == "bdSeq"
            or metric.value is None
            or isinstance(metric.value, bool | str)
        ):
            return None
        unit = metric.unit or node.units.get((device, name))
        found = channel_of(name, unit, columns)
        if found is None:
            self.unknown[name] += 1
            return None
        stored, factor, shift = found
        return stored, float(metric.value) * factor + shift


def _bury(node: Node, kind: str, device: str | None, session: float | None) -> None:
    """Note a death; that of a session before the last birth is old news."""
    if kind == "NDEATH" and None not in (session, node.session) and session != node.session:
        return
    node.stale.add(device)
    if kind == "NDEATH":
        node.alive, node.seq = False, None


def _session(payload: Payload) -> float | None:
    """The number of the session that a birth or a death of a node is of."""
    told = (one.value for one in payload.metrics if one.name == "bdSeq")
    return next((float(one) for one in told if isinstance(one, int | float)), None)


def placed(topic: str) -> tuple[str, str, str, str | None] | None:
    """Group, kind, node and device of a topic; None if it is none that tells anything.

    Example:
        >>> placed("spBv1.0/North/DDATA/EDGE_1/DRILLFLOOR")
        ('North', 'DDATA', 'EDGE_1', 'DRILLFLOOR')
        >>> placed("spBv1.0/STATE/host")
    """
    parts = topic.split("/")
    if len(parts) not in (4, 5) or parts[0] != NAMESPACE or parts[2] not in _KINDS:
        return None
    device = parts[4] if len(parts) == 5 else None
    if (device is None) == parts[2].startswith("D"):
        return None
    return parts[1], parts[2], parts[3], device


def channel_of(name: str, unit: str | None, columns: ColumnMap) -> tuple[str, float, float] | None:
    """The channel of a metric, and what to multiply its values by and then add; None: it is none.

    Args:
        name: Of the metric, in folders.
        unit: As its birth states it.
        columns: What the user says about metrics.
    """
    last = name.rpartition("/")[2]
    entry = columns.entry(name, last)
    if entry.ignore:
        return None
    if entry.channel is not None:
        stored = channel(entry.channel)
        return _converted(stored.name, entry.unit or unit or stored.unit, stored.unit)
    for text in (last, name.replace("/", " ")):
        found = recognise(text, entry.unit or unit)
        if not isinstance(found, str):
            return _converted(found.channel.name, found.unit, found.channel.unit)
    return None


def _converted(name: str, unit: str, stored: str) -> tuple[str, float, float] | None:
    try:
        change = conversion(unit, stored)
    except UnitError:
        return None
    return name, change.factor, change.shift


def _learn(node: Node, kind: str, device: str | None, payload: Payload) -> None:
    """Take in what a birth says."""
    if kind == "NBIRTH":
        node.names.clear()
        node.units.clear()
        node.alive, node.session = True, _session(payload)
    node.stale.discard(device)
    for metric in payload.metrics:
        if metric.name is None:
            continue
        if metric.alias is not None:
            node.names[device, metric.alias] = metric
        if metric.unit is not None:
            node.units[device, metric.name] = metric.unit


def _named(node: Node, device: str | None, metric: Metric) -> str | None:
    """The name of a metric; None where its alias was told in no birth that was heard."""
    if metric.name is not None or metric.alias is None:
        return metric.name or ""
    born = node.names.get((device, metric.alias))
    return None if born is None else born.name


def _instant(milliseconds: int | None) -> str:
    """An instant in ISO 8601; what is none is told as it is, for whoever rejects it."""
    if milliseconds is None or not 0 <= milliseconds <= _LAST:
        return f"Sparkplug: {milliseconds} ms"
    return (_EPOCH + timedelta(milliseconds=milliseconds)).isoformat()


def stale_of(ear: Ear) -> Iterator[str]:
    """The nodes and devices that died and were not born again."""
    for (group, name), node in ear.nodes.items():
        for device in sorted(node.stale, key=str):
            yield "/".join(filter(None, (group, name, device)))
