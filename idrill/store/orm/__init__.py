"""The tables of the store, as SQLAlchemy maps them. Only `idrill.store` may import this."""

from idrill.store.orm.accounts import (
    ApiKeyRow,
    LoginFailuresRow,
    LoginRow,
    OneTimeTokenRow,
    RefreshTokenRow,
    UserRigRow,
    UserRow,
)
from idrill.store.orm.audit import AuditRow
from idrill.store.orm.columns import Row
from idrill.store.orm.component_lives import ComponentLifeRow
from idrill.store.orm.predictions import PredictionRow
from idrill.store.orm.promotions import PromotionRow
from idrill.store.orm.publications import LakePinRow, RigDayRow, WellLogRow
from idrill.store.orm.reconciliations import (
    CalibrationRow,
    CalibrationVersionRow,
    HandoverRow,
)
from idrill.store.orm.sources import MergeCountRow, RejectedRow, SourceDayRow, SourceRow, VersionRow
from idrill.store.orm.wells import (
    ComponentRow,
    EquipmentRow,
    FormationRow,
    RigRow,
    SectionRow,
    SessionRow,
    StationRow,
    StringRow,
    WellRow,
)

__all__ = [
    "METADATA",
    "ApiKeyRow",
    "AuditRow",
    "CalibrationRow",
    "CalibrationVersionRow",
    "ComponentLifeRow",
    "ComponentRow",
    "EquipmentRow",
    "FormationRow",
    "HandoverRow",
    "LakePinRow",
    "LoginFailuresRow",
    "LoginRow",
    "MergeCountRow",
    "OneTimeTokenRow",
    "PredictionRow",
    "PromotionRow",
    "RefreshTokenRow",
    "RejectedRow",
    "RigDayRow",
    "RigRow",
    "SectionRow",
    "SessionRow",
    "SourceDayRow",
    "SourceRow",
    "StationRow",
    "StringRow",
    "UserRigRow",
    "UserRow",
    "VersionRow",
    "WellLogRow",
    "WellRow",
]

METADATA = Row.metadata
"""Every table of the store."""
