"""Prognoses of a rig minute by minute, from the lake and the hours that came in live since.

What is foreseen rests on whole hours, so it is asked for once an hour, or when a unit, a model or
the lake has changed; in between, the same holds of a later instant.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl
from sqlalchemy.orm import Session

from idrill.errors import NoChampion
from idrill.registry.champions import model_name
from idrill.registry.prognoses import Bench, foreseen, what_is_known
from idrill.rigs import COMPONENT_KINDS, EquipmentKind
from idrill.rul.components import ComponentLife
from idrill.rul.signs import channels_for
from idrill.store import component_lives, live_hours
from idrill.store.live_readings import LiveRig
from idrill.store.predictions import Prediction, PredictionSource
from idrill.store.tables import HOURLY

CHANNELS = tuple(dict.fromkeys(name for kind in EquipmentKind for name in channels_for(kind)))
"""What any component is foreseen from."""


@dataclass(frozen=True, slots=True)
class _Key:
    """What a prognosis hangs on."""

    base: datetime
    version: int | None
    models: tuple[str, ...]
    records: tuple[ComponentLife, ...]


class Foresight:
    """The prognoses of one rig.

    Args:
        bench: What they are made from; its models are those that serve.
        rig: Whose they are.
    """

    def __init__(self, bench: Bench, rig: LiveRig) -> None:
        self._bench, self._rig = bench, rig
        self._key: _Key | None = None
        self._made: list[Prediction] = []

    def at(self, as_of: datetime, fresh: Callable[[datetime], pl.DataFrame]) -> list[Prediction]:
        """A prediction for each unit in service of which a model serves; withheld ones are there.

        Args:
            as_of: The instant; nothing later is read.
            fresh: Gives the hours until an instant that are not in the store yet, as
                `BUCKET_SCHEMA`; asked where they are needed.

        Raises:
            StoreError: If the store is away.
            LakeError: If the lake cannot be read.
        """
        models = tuple(serving(self._bench))
        with self._bench.database.session() as session:
            records = _records(session, self._rig.rig_id, as_of)
        if not models or not records:
            return []
        version = self._bench.lake.version(HOURLY)
        key = _Key(_base(as_of, records), version, models, records)
        if key != self._key:
            self._made, self._key = self._foreseen(key.base, fresh(key.base)), key
        return [replace(one, prognosis=replace(one.prognosis, as_of=as_of)) for one in self._made]

    def _foreseen(self, base: datetime, fresh: pl.DataFrame) -> list[Prediction]:
        with self._bench.database.session() as session:
            kept = live_hours.of(session, self._rig, CHANNELS, before=base)
        live = pl.concat([kept, fresh]).unique(["time", "channel"], keep="last")
        known = what_is_known(self._bench, self._rig.rig_id, base, live)
        made = foreseen(self._bench, known, base, PredictionSource.LIVE)
        return [one for one in made if one.prognosis.model and one.prognosis.unit]


def serving(bench: Bench) -> list[str]:
    """Name and version of each model that serves, by component."""
    if bench.serving is None:
        return []
    found = []
    for kind in COMPONENT_KINDS:
        try:
            found.append(bench.serving(model_name(kind.name))[0].title)
        except NoChampion:
            continue
    return found


def _records(session: Session, rig_id: str, as_of: datetime) -> tuple[ComponentLife, ...]:
    """What is on record of a rig up to an instant; nothing if no unit is in service then."""
    if not component_lives.current(session, rig_id, as_of):
        return ()
    return tuple(one for one in component_lives.of_rig(session, rig_id) if one.start < as_of)


def _base(as_of: datetime, records: tuple[ComponentLife, ...]) -> datetime:
    """The last full hour, or the instant itself where a unit was changed since."""
    hour = as_of.replace(minute=0, second=0, microsecond=0)
    changed = (at for one in records for at in (one.start, one.end) if at is not None)
    return as_of if any(hour < at <= as_of for at in changed) else hour
