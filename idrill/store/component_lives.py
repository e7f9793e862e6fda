"""What was installed on a rig, and when and why it was taken out.

A life is known by its place and the instant of its installation. Recording it again changes
nothing, the end of a unit in service is filled in, and what contradicts the record is refused: two
units in one place at a time, another end of a life that has ended.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from idrill.rigs import FailureMode, Rig
from idrill.rul.components import ComponentLife, EndedBy, unknown_make
from idrill.store import rigs
from idrill.store.orm import ComponentLifeRow

AHEAD = timedelta(days=1)
"""How far ahead a record may lie: whoever mistakes the zone is off by less."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A life that was not recorded."""

    life: ComponentLife
    position: int
    """Among those that were to be recorded, from 0."""
    reason: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of lives that were to be recorded."""

    installed: int
    """That were not known before."""
    ended: int
    """Known ones in service whose end was filled in."""
    known: int
    """That were known already, just so."""
    refused: tuple[Refusal, ...]


def record(session: Session, rig_id: str, lives: Sequence[ComponentLife]) -> Recorded:
    """Enter lives of one rig, in order of installation; their numbers are given here.

    Raises:
        NotFound: If there is no such rig.
    """
    rigs.lock(session, rig_id)
    rig, known = rigs.get(session, rig_id), of_rig(session, rig_id)
    counts = {"installed": 0, "ended": 0, "known": 0}
    refused: list[Refusal] = []
    for position in sorted(range(len(lives)), key=lambda at: lives[at].start):
        life = lives[position]
        reason = _impossible(rig, life) or _contradiction(known, life)
        if reason:
            refused.append(Refusal(life, position, reason))
            continue
        counts[_enter(session, known, life)] += 1
    session.flush()
    return Recorded(**counts, refused=tuple(sorted(refused, key=lambda one: one.position)))


def of_rig(session: Session, rig_id: str, component: str | None = None) -> list[ComponentLife]:
    """The lives of a rig by place and installation.

    Args:
        session: Of the store.
        rig_id: Which rig.
        component: Just these; otherwise all.
    """
    chosen = [ComponentLifeRow.rig_id == rig_id]
    if component is not None:
        chosen.append(ComponentLifeRow.component == component)
    return _found(session, chosen)


def current(session: Session, rig_id: str, as_of: datetime | None = None) -> list[ComponentLife]:
    """The units that are in service, or were at an instant."""
    if as_of is None:
        in_service = ComponentLifeRow.ended_by == EndedBy.IN_SERVICE.value
        return _found(session, [ComponentLifeRow.rig_id == rig_id, in_service])
    then = (ComponentLifeRow.end.is_(None)) | (ComponentLifeRow.end > as_of)
    began = ComponentLifeRow.start <= as_of
    return _found(session, [ComponentLifeRow.rig_id == rig_id, began, then])


def ended(session: Session, rig_id: str, component: str | None = None) -> list[ComponentLife]:
    """The lives of a rig that are over."""
    return [life for life in of_rig(session, rig_id, component) if life.end is not None]


def _found(session: Session, which: Iterable[ColumnElement[bool]]) -> list[ComponentLife]:
    query = (
        select(ComponentLifeRow)
        .where(*which)
        .order_by(ComponentLifeRow.equipment, ComponentLifeRow.component, ComponentLifeRow.start)
    )
    rows = session.scalars(query, execution_options={"populate_existing": True})
    return [_life(row) for row in rows]


def _impossible(rig: Rig, life: ComponentLife) -> str:
    """Why nothing like it can be; "" if it can."""
    if life.rig_id != rig.id:
        return f"it is of rig {life.rig_id}, not of {rig.id}"
    carried = {item.id: item for item in rig.equipment}
    if life.equipment not in carried:
        return f"unknown equipment {life.equipment!r}; {rig.id} has {', '.join(carried)}"
    kinds = {kind.name: kind for kind in carried[life.equipment].components}
    if life.component not in kinds:
        return f"unknown component {life.component!r}; {life.equipment} has {', '.join(kinds)}"
    modes = kinds[life.component].failure_modes
    if life.failure_mode and life.failure_mode not in modes:
        return f"a {life.component} fails by {', '.join(modes)}, not by {life.failure_mode}"
    return unknown_make(life) or _out_of_order(life) or _lies_ahead(rig, life)


def _lies_ahead(rig: Rig, life: ComponentLife) -> str:
    """Why it cannot have happened yet; a simulated rig may live in any year."""
    latest = datetime.now(UTC) + AHEAD
    for what, when in (("starts", life.start), ("ends", life.end)):
        if when is not None and when > latest and not rig.synthetic:
            return f"it {what} at {when.isoformat()}, which lies in the future"
    return ""


def _out_of_order(life: ComponentLife) -> str:
    if life.end is not None and life.end <= life.start:
        return f"it ends at {life.end.isoformat()}, not after its start {life.start.isoformat()}"
    if (life.end is None) != (life.ended_by is EndedBy.IN_SERVICE):
        return "a unit in service has no end, and any other has one"
    if life.failure_mode and not life.failed:
        return f"it ended by {life.ended_by}, so it has no failure mode"
    if life.own_hours is not None and not 0.0 <= life.own_hours < math.inf:
        return f"own hours of {life.own_hours} make no sense"
    return ""


def _contradiction(known: Sequence[ComponentLife], life: ComponentLife) -> str:
    """What in the record it cannot stand beside; "" if nothing."""
    for other in known:
        if not _same_place(other, life):
            continue
        if other.start == life.start:
            if other.end is None or _as_told(other) == _as_told(life):
                continue
            return f"it is recorded already as {other.unit}, ended {_when(other)}"
        if _overlap(other, life):
            return f"it overlaps with {other.unit}, installed {other.start.isoformat()}, ended " + (
                _when(other) if other.end else "not yet: record its end first"
            )
    return ""


def _same_place(one: ComponentLife, other: ComponentLife) -> bool:
    return (one.equipment, one.component) == (other.equipment, other.component)


def _overlap(one: ComponentLife, other: ComponentLife) -> bool:
    first, later = sorted((one, other), key=lambda life: life.start)
    return first.end is None or first.end > later.start


def _when(life: ComponentLife) -> str:
    return f"{life.end.isoformat()} by {life.ended_by}" if life.end else "not yet"


def _as_told(life: ComponentLife) -> ComponentLife:
    return replace(life, number=0, source="")


def _enter(session: Session, known: list[ComponentLife], life: ComponentLife) -> str:
    """Enter a life that may be; what that came to, as a field of `Recorded`."""
    same = next((one for one in known if _same_place(one, life) and one.start == life.start), None)
    if same is None:
        number = 1 + max((one.number for one in known if _same_place(one, life)), default=0)
        session.add(_row(replace(life, number=number)))
        known.append(replace(life, number=number))
        return "installed"
    if same.end is not None or life.end is None:
        return "known"
    told = replace(life, number=same.number, variant=life.variant or same.variant)
    session.merge(_row(told))
    known[known.index(same)] = told
    return "ended"


def _row(life: ComponentLife) -> ComponentLifeRow:
    return ComponentLifeRow(
        unit=life.unit,
        rig_id=life.rig_id,
        equipment=life.equipment,
        component=life.component,
        number=life.number,
        start=life.start,
        end=life.end,
        ended_by=life.ended_by.value,
        failure_mode=life.failure_mode.value if life.failure_mode else None,
        variant=life.variant,
        own_hours=life.own_hours,
        source=life.source,
        recorded_at=datetime.now(UTC),
    )


def _life(row: ComponentLifeRow) -> ComponentLife:
    return ComponentLife(
        rig_id=row.rig_id,
        equipment=row.equipment,
        component=row.component,
        number=row.number,
        start=row.start,
        end=row.end,
        ended_by=EndedBy(row.ended_by),
        failure_mode=FailureMode(row.failure_mode) if row.failure_mode else None,
        variant=row.variant,
        own_hours=row.own_hours,
        source=row.source,
    )
