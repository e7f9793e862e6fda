"""How long components were said to last, by which model, from what data."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import and_, delete, extract, func, literal, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from idrill.frame import Origin
from idrill.prognosis import LEVELS, InputQuality, Prognosis
from idrill.store.orm import PredictionRow
from idrill.store.orm.predictions import PredictionSource

__all__ = ["Place", "Prediction", "PredictionSource", "history", "keep", "latest", "page"]

_QUANTILES = tuple(f"quantile_{round(100 * level):02d}" for level in LEVELS)
_ORDER = ("as_of", "equipment", "component", "model_version", "source")
_KEY = ("rig_id", "equipment", "component", "as_of", "model_version", "source")


@dataclass(frozen=True, slots=True)
class Prediction:
    """A prognosis, who asked for it, and what data it rests on."""

    prognosis: Prognosis
    source: PredictionSource
    lake_version: int | None
    """Of the hourly table when it was read; None if it was not."""
    origin: Origin
    created_at: datetime | None = None
    """Filled in when it is kept."""
    data_until: datetime | None = None
    """The end of the last hour in which anything of the unit was measured, so that it may be much
    older than the instant it is about; None where that is not known."""

    @property
    def data_age(self) -> timedelta | None:
        """How much older the data are than the instant that it is about."""
        return None if self.data_until is None else self.prognosis.as_of - self.data_until


def keep(session: Session, predictions: Sequence[Prediction]) -> None:
    """Enter predictions; what the same model said before of the same instant is replaced."""
    if not predictions:
        return
    rows = [_values(one) for one in predictions]
    postgres = session.get_bind().dialect.name == "postgresql"
    insert = (postgresql.insert if postgres else sqlite.insert)(PredictionRow)
    changed = {name: insert.excluded[name] for name in rows[0] if name not in _KEY}
    session.execute(insert.on_conflict_do_update(index_elements=_KEY, set_=changed), rows)


def latest(
    session: Session,
    rig_id: str | None = None,
    *,
    at: datetime | None = None,
    sources: Sequence[PredictionSource] = (PredictionSource.LIVE, PredictionSource.DAILY),
) -> list[Prediction]:
    """The newest prediction of each component, by rig, equipment and component.

    One after which nothing newer came is doubtful or withheld by its age (`Prognosis.seen_at`).

    Args:
        session: Of the store.
        rig_id: Of one rig; otherwise of all.
        at: When it is read; now if left out.
        sources: Those that count.

    Raises:
        InvalidRequest: If the instant has no time zone.
    """
    then = datetime.now(UTC) if at is None else at
    place = (PredictionRow.rig_id, PredictionRow.equipment, PredictionRow.component)
    order = (PredictionRow.as_of.desc(), PredictionRow.created_at.desc(), PredictionRow.source)
    newest = func.row_number().over(partition_by=place, order_by=order).label("newest")
    query = select(*(getattr(PredictionRow, name) for name in _KEY), newest).where(
        PredictionRow.source.in_([source.value for source in sources])
    )
    if rig_id is not None:
        query = query.where(PredictionRow.rig_id == rig_id)
    ranked = query.subquery()
    same = [getattr(PredictionRow, name) == ranked.c[name] for name in _KEY]
    rows = session.scalars(
        select(PredictionRow)
        .join(ranked, and_(*same))
        .where(ranked.c.newest == 1)
        .order_by(*place),
        execution_options={"populate_existing": True},
    )
    found = [_prediction(row) for row in rows]
    return [replace(one, prognosis=one.prognosis.seen_at(then)) for one in found]


def history(
    session: Session,
    rig_id: str,
    equipment: str,
    component: str,
    *,
    sources: Sequence[PredictionSource] = (PredictionSource.LIVE, PredictionSource.DAILY),
    limit: int = 1_000,
) -> list[Prediction]:
    """The newest predictions of one place, oldest first.

    Args:
        session: Of the store.
        rig_id: Which rig.
        equipment: Such as `mud_pump_2`.
        component: Such as `liner`.
        sources: Those that count.
        limit: How many at most.
    """
    query = (
        select(PredictionRow)
        .where(
            PredictionRow.rig_id == rig_id,
            PredictionRow.equipment == equipment,
            PredictionRow.component == component,
            PredictionRow.source.in_([source.value for source in sources]),
        )
        .order_by(PredictionRow.as_of.desc(), PredictionRow.created_at.desc())
        .limit(limit)
    )
    rows = session.scalars(query, execution_options={"populate_existing": True})
    return [_prediction(row) for row in rows][::-1]


def thin_live(session: Session, before: datetime) -> int:
    """Leave one live prediction an hour of those made before an instant; how many went."""
    row = PredictionRow
    old = row.source == PredictionSource.LIVE.value, row.created_at < before
    between = extract("minute", row.as_of) != 0
    return session.connection().execute(delete(row).where(*old, between)).rowcount


@dataclass(frozen=True, slots=True)
class Place:
    """Where a prediction stands among those of its rig."""

    as_of: datetime
    equipment: str
    component: str
    model_version: str
    source: str


def place_of(one: Prediction) -> Place:
    """Where a prediction stands."""
    said = one.prognosis
    return Place(said.as_of, said.equipment, said.component, said.model, one.source.value)


def page(
    session: Session,
    rig_id: str,
    *,
    component: str | None,
    source: PredictionSource | None,
    after: Place | None,
    limit: int,
) -> list[Prediction]:
    """Predictions of a rig, the newest first.

    Args:
        session: Of the store.
        rig_id: Which rig.
        component: Only of this component, such as `liner`.
        source: Only those that were asked for so.
        after: Only those behind this place.
        limit: How many at most.
    """
    columns = [getattr(PredictionRow, name) for name in _ORDER]
    query = select(PredictionRow).where(PredictionRow.rig_id == rig_id)
    if component is not None:
        query = query.where(PredictionRow.component == component)
    if source is not None:
        query = query.where(PredictionRow.source == source.value)
    if after is not None:
        marks = [
            literal(getattr(after, name), column.type)
            for name, column in zip(_ORDER, columns, strict=True)
        ]
        query = query.where(tuple_(*columns) < tuple_(*marks))
    query = query.order_by(*(column.desc() for column in columns)).limit(limit)
    rows = session.scalars(query, execution_options={"populate_existing": True})
    return [_prediction(row) for row in rows]


def _values(one: Prediction) -> dict[str, object]:
    said = one.prognosis
    quantiles = said.quantiles or (None,) * len(LEVELS)
    return {
        "rig_id": said.rig_id,
        "equipment": said.equipment,
        "component": said.component,
        "as_of": said.as_of,
        "model_version": said.model,
        "source": one.source.value,
        "unit": said.unit,
        "model": said.model.partition("/")[0],
        "failure_modes": ",".join(said.failure_modes),
        **dict(zip(_QUANTILES, quantiles, strict=True)),
        "cap": said.cap,
        "age": said.age,
        "quality": said.quality.value,
        "reason": said.reason,
        "lake_version": one.lake_version,
        "data_until": one.data_until,
        "origin": one.origin.value,
        "created_at": datetime.now(UTC),
    }


def _prediction(row: PredictionRow) -> Prediction:
    quantiles = [getattr(row, name) for name in _QUANTILES]
    prognosis = Prognosis(
        rig_id=row.rig_id,
        equipment=row.equipment,
        component=row.component,
        unit=row.unit,
        failure_modes=tuple(filter(None, row.failure_modes.split(","))),
        as_of=row.as_of,
        quantiles=None if quantiles[0] is None else tuple(quantiles),
        cap=row.cap,
        age=row.age,
        model=row.model_version,
        quality=InputQuality(row.quality),
        reason=row.reason,
    )
    source, origin = PredictionSource(row.source), Origin(row.origin)
    return Prediction(prognosis, source, row.lake_version, origin, row.created_at, row.data_until)
