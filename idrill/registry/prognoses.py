"""How long the components of a rig last, by the champions, from what its sensors told so far."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl

from idrill.aggregation import BUCKET_SCHEMA
from idrill.errors import InvalidModel, NoChampion
from idrill.frame import Origin
from idrill.prognosis import InputQuality, Prognosis
from idrill.registry.champions import model_name, open_version
from idrill.rigs import ComponentKind, Equipment, EquipmentKind, Rig
from idrill.rul.components import ComponentLife
from idrill.rul.histories import FIRST_HOURS, LastWindow, last_window_of
from idrill.rul.hours import hours_of, instant
from idrill.rul.prediction import FrozenModel
from idrill.rul.signs import channels_for
from idrill.store import component_lives, promotions, rigs
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.predictions import Prediction, PredictionSource
from idrill.store.releases import Promotion
from idrill.store.tables import HOURLY

NONE = BUCKET_SCHEMA.to_frame()
"""No hours."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What a prognosis is made from."""

    database: Database
    lake: Lake
    models_folder: Path
    serving: Callable[[str], tuple[Promotion, FrozenModel]] | None = None
    """Gives the champion of a model as a service has it open, or raises NoChampion; None opens the
    ledger's from its folder."""


@dataclass(frozen=True, slots=True)
class _Champion:
    title: str
    """Name and version; "" if there is none."""
    model: FrozenModel | None
    reason: str
    """Why it cannot be asked."""


def prognoses(
    bench: Bench, rig_id: str, as_of: datetime, source: PredictionSource
) -> list[Prediction]:
    """A prediction for each place of a rig where a component is installed.

    Where there is no champion, its folder is damaged, there is no record of the installation, or
    too little was measured, it is withheld and says why; the other places are foreseen all the
    same.

    Args:
        bench: What it is made from.
        rig_id: Which rig.
        as_of: Nothing later is read.
        source: Who asks.

    Raises:
        NotFound: If there is no such rig.
        InvalidRequest: If the instant has no time zone.
    """
    return foreseen(bench, what_is_known(bench, rig_id, as_of), as_of, source)


def foreseen(
    bench: Bench, known: "Known", as_of: datetime, source: PredictionSource
) -> list[Prediction]:
    """The predictions of `prognoses`, from what is known at an instant.

    Args:
        bench: Has the champions.
        known: At that instant.
        as_of: The instant.
        source: Who asks.
    """
    champions = _champions(bench, known.rig)
    return [
        Prediction(
            _prognosis(
                known.rig, place, kind, as_of, champions[kind.name],
                known.windows.get((place.id, kind.name)),
            ),
            source,
            known.version,
            known.origin,
            data_until=_until(known.windows.get((place.id, kind.name))),
        )
        for place, kind in _places(known.rig)
    ]  # fmt: skip


def _until(last: LastWindow | None) -> datetime | None:
    return None if last is None else last.until


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of a rig's components at an instant."""

    rig: Rig
    windows: Mapping[tuple[str, str], LastWindow]
    """Of each unit in service, by equipment and component."""
    version: int | None
    """Of the hourly table that they were read from; None if there was none."""
    origin: Origin
    """Of its rows; of several, the one that is trusted least."""


def what_is_known(bench: Bench, rig_id: str, as_of: datetime, more: pl.DataFrame = NONE) -> Known:
    """The window of each unit in service, as the histories of the rig would give it.

    Args:
        bench: What it is made from.
        rig_id: Which rig.
        as_of: Nothing later is read.
        more: Hours of the rig, as `BUCKET_SCHEMA`; those of days that the lake has do not count.

    Raises:
        NotFound: If there is no such rig.
        InvalidRequest: If the instant has no time zone.
    """
    instant(as_of)
    with bench.database.session() as session:
        rig = rigs.get(session, rig_id)
        records = [one for one in component_lives.of_rig(session, rig_id) if one.start < as_of]
        current = component_lives.current(session, rig_id, as_of)
    version = bench.lake.version(HOURLY)
    buckets = _with_more(_buckets(bench.lake, rig, records, as_of, version), more)
    hours = hours_of(buckets)
    windows = {
        (life.equipment, life.component): last_window_of(
            life.component, life, hours, records, as_of
        )
        for life in current
    }
    return Known(rig, windows, version, _origin(rig, buckets))


def _places(rig: Rig) -> Iterator[tuple[Equipment, ComponentKind]]:
    return ((item, kind) for item in rig.equipment for kind in item.components)


def _buckets(
    lake: Lake, rig: Rig, records: Sequence[ComponentLife], as_of: datetime, version: int | None
) -> pl.DataFrame:
    """What the hourly table says since the first unit on record was installed.

    Rows of a unit also tell how old its neighbours were, so those before it matter too.
    """
    since = min((life.start for life in records), default=as_of)
    since -= timedelta(microseconds=FIRST_HOURS)
    kinds = {item.kind for item in rig.equipment if isinstance(item.kind, EquipmentKind)}
    names = {name for kind in kinds for name in channels_for(kind)}
    return (
        lake.scan(HOURLY, version=version)
        .filter(
            pl.col("rig_id") == rig.id,
            pl.col("day").is_between(since.date(), as_of.date()),
            pl.col("time") < as_of,
            pl.col("channel").is_in(sorted(names)),
        )
        .collect()
    )


def _with_more(buckets: pl.DataFrame, more: pl.DataFrame) -> pl.DataFrame:
    """What the lake says, and other hours on days of which it says nothing."""
    day = pl.col("time").dt.date()
    others = more.filter(~day.is_in(buckets.select(day).to_series().implode()))
    return pl.concat(
        [buckets, others.select(set(buckets.columns) & set(others.columns))], how="diagonal"
    )


_TRUST = (Origin.SYNTHETIC, Origin.REPLAY, Origin.LIVE, Origin.FILE)
"""From the origin that is trusted least."""


def _origin(rig: Rig, buckets: pl.DataFrame) -> Origin:
    """Of the rows that were read; where there are none, of what the rig would have."""
    if rig.synthetic:
        return Origin.SYNTHETIC
    found = {Origin(name) for name in buckets["origin"].unique()}
    return next((one for one in _TRUST if one in found), Origin.FILE)


def _champions(bench: Bench, rig: Rig) -> Mapping[str, _Champion]:
    found: dict[str, _Champion] = {}
    for _, kind in _places(rig):
        if kind.name not in found:
            found[kind.name] = _champion(bench, model_name(kind.name))
    return found


def _champion(bench: Bench, model: str) -> _Champion:
    try:
        if bench.serving is not None:
            row, opened = bench.serving(model)
            return _Champion(row.title, opened, "")
        with bench.database.session() as session:
            row = promotions.champion(session, model)
    except NoChampion as error:
        return _Champion("", None, str(error))
    try:
        return _Champion(row.title, open_version(bench.models_folder, row), "")
    except InvalidModel as error:
        return _Champion(row.title, None, f"{row.title} cannot be asked: {error}")


def _prognosis(
    rig: Rig,
    place: Equipment,
    kind: ComponentKind,
    as_of: datetime,
    champion: _Champion,
    last: LastWindow | None,
) -> Prognosis:
    quality, reason = _judged(rig, place, kind, champion, last)
    model = champion.model
    quantiles = None
    if model is not None and last is not None and last.windows is not None:
        try:
            quantiles = tuple(model.quantiles(last.windows)[0].tolist())
        except InvalidModel as error:
            quality, reason = InputQuality.WITHHELD, f"{champion.title} cannot be asked: {error}"
    return Prognosis(
        rig_id=rig.id,
        equipment=place.id,
        component=kind.name,
        unit="" if last is None else last.life.unit,
        failure_modes=tuple(mode.value for mode in kind.failure_modes),
        as_of=as_of,
        quantiles=quantiles,
        cap=None if model is None else model.problem.cap,
        age=None if last is None else last.age,
        model=champion.title,
        quality=quality,
        reason=reason,
    )


def _judged(
    rig: Rig, place: Equipment, kind: ComponentKind, champion: _Champion, last: LastWindow | None
) -> tuple[InputQuality, str]:
    if champion.model is None:
        return InputQuality.WITHHELD, champion.reason
    if last is None:
        return InputQuality.WITHHELD, (
            f"no {kind.name} of {place.id} is on record as installed: idrill components record "
            f"FILE --rig {rig.id}"
        )
    return last.quality, last.reason
