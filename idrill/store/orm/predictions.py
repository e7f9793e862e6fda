"""The table of how long components were said to last."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from idrill.frame import Origin
from idrill.prognosis import InputQuality
from idrill.store.orm.columns import RigKey, Row, one_of


class PredictionSource(StrEnum):
    """Who asked for a prediction; only a champion's live and daily ones reach alerts and plans."""

    LIVE = "live"
    DAILY = "daily"
    REQUEST = "request"
    SHADOW = "shadow"
    CANARY = "canary"


class PredictionRow(Row):
    """What one version of a model said of one unit at one instant."""

    __tablename__ = "predictions"
    __table_args__ = (
        Index(None, "rig_id", "source", "as_of"),
        one_of("source", *PredictionSource),
        one_of("quality", *InputQuality),
        one_of("origin", *Origin),
    )

    rig_id: Mapped[RigKey]
    equipment: Mapped[str] = mapped_column(primary_key=True)
    component: Mapped[str] = mapped_column(primary_key=True)
    as_of: Mapped[datetime] = mapped_column(primary_key=True)
    model_version: Mapped[str] = mapped_column(primary_key=True)
    """Name and version, such as `rul-liner/3`; "" if there was no model."""
    source: Mapped[str] = mapped_column(primary_key=True)
    unit: Mapped[str]
    model: Mapped[str]
    """Its name; "" if there was none."""
    failure_modes: Mapped[str]
    """Codes, with commas between."""
    quantile_05: Mapped[float | None]
    quantile_10: Mapped[float | None]
    quantile_50: Mapped[float | None]
    quantile_90: Mapped[float | None]
    quantile_95: Mapped[float | None]
    cap: Mapped[float | None]
    age: Mapped[float | None]
    quality: Mapped[str]
    reason: Mapped[str]
    lake_version: Mapped[int | None]
    """Of the hourly table, when it was read."""
    data_until: Mapped[datetime | None]
    """The end of the last hour in which anything of the unit was measured."""
    origin: Mapped[str]
    created_at: Mapped[datetime]
