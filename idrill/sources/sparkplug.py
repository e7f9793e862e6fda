"""What edge nodes say in Sparkplug, as readings of rigs.

A node names its metrics once, in its birth, and may use numbers for them from then on; it counts
its messages. A birth that was missed, or a gap in the count, is a reason to ask for another birth.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from idrill.channels import channel
from idrill.errors import UnitError
from idrill.readers.columns import ColumnMap
from idrill.readers.headings import recognise
from idrill.sources.sinks import Told
from idrill.sources.sparkplug_devices import Place, Target
from idrill.sources.sparkplug_payload import Metric, Payload, read
from idrill.units import conversion

NAMESPACE = "spBv1.0"

MOST_NODES, MOST_NAMES = 1_000, 10_000
"""Nodes that are followed, and metrics that are known by number of each: some times what a large
fleet has, so that who makes up names takes no more than memory for these."""

MOST_COUNTED = 1_000
"""Names that are counted one by one; the rest is counted together."""

REST = "others"
"""What is counted together."""

_KINDS = ("NBIRTH", "DBIRTH", "NDATA", "DDATA", "NDEATH", "DDEATH")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = 253_402_300_799_000
"""The end of the year 9999 [ms since the epoch]."""


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
        payload, node = read(body), self._node(group, name)
        if node is None:
            return Heard()
        if kind.endswith("DEATH"):
            _bury(node, kind, device, _session(payload))
            return Heard()
        gap = self._count(node, kind, payload)
        if kind.endswith("BIRTH"):
            _learn(node, kind, device, payload)
        readings = self._readings((group, name, device), node, payload)
        unnamed = sum(_named(node, device, one) is None for one in payload.metrics)
        return Heard(readings, gap or not node.alive or unnamed > 0, unnamed)

    def _node(self, group: str, name: str) -> Node | None:
        """What is known of a node; None if it is one too many to be followed.

        Those that a rig stands for are always followed.
        """
        known = self.nodes.get((group, name))
        if known is not None:
            return known
        named = any(place[:2] == (group, name) for place in self.devices)
        if not named and len(self.nodes) >= MOST_NODES + len(self.devices):
            _tallied(self.strangers, REST)
            return None
        self.nodes[group, name] = node = Node()
        return node

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
                _tallied(self.strangers, "/".join(filter(None, place)))
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
            _tallied(self.unknown, name)
            return None
        stored, factor, shift = found
        return stored, float(metric.value) * factor + shift


def _tallied(counts: Counter[str], name: str) -> None:
    """Count something by name, or with the rest once there are many names."""
    counts[name if name in counts or len(counts) < MOST_COUNTED else REST] += 1


def _bury(node: Node, kind: str, device: str | None, session: float | None) -> None:
    """Note a death; that of a session before the last birth is old news."""
    if kind == "NDEATH" and None not in (session, node.session) and session != node.session:
        return
    if len(node.stale) < MOST_COUNTED:
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
        if metric.alias is not None and len(node.names) < MOST_NAMES:
            node.names[device, metric.alias] = metric
        if metric.unit is not None and len(node.units) < MOST_NAMES:
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
