"""The tables of the store, as SQLAlchemy maps them. Only `idrill.store` may import this."""

from idrill.store.orm.accounts import (
    ApiKeyRow,
    LoginFailuresRow,
    LoginRow,
    OneTimeTokenRow,
    RefreshTokenRow,
    SocketTicketRow,
    UserRigRow,
    UserRow,
)
from idrill.store.orm.alert_rules import AlertRuleRow, AlertRuleVersionRow
from idrill.store.orm.audit import AuditRow
from idrill.store.orm.columns import Row
from idrill.store.orm.component_lives import ComponentLifeRow
from idrill.store.orm.control import ChangeHistoryRow, ChangeRow
from idrill.store.orm.dead_letters import DeadLetterRow
from idrill.store.orm.live_outlet import LiveEventRow, LiveOutletRow, LiveVerdictRow
from idrill.store.orm.live_readings import (
    LIVE_READINGS,
    LiveDayRow,
    LiveRejectionRow,
    LiveRigRow,
)
from idrill.store.orm.live_scoring import LiveHourRow, ScorerRow, ScoringFaultRow
from idrill.store.orm.maintenance import AlertHistoryRow, AlertRow, TaskHistoryRow, TaskRow
from idrill.store.orm.maintenance_inputs import (
    ConsequenceRow,
    CrewRow,
    DeliveryRow,
    NormRow,
    PartRow,
    PhaseRow,
    PlanRow,
    RigPlanRow,
    UpkeepRow,
)
from idrill.store.orm.notifications import NotificationRow, SubscriptionRow
from idrill.store.orm.predictions import PredictionRow
from idrill.store.orm.promotions import PromotionRow
from idrill.store.orm.publications import LakePinRow, RigDayRow, WellLogRow
from idrill.store.orm.reconciliations import (
    CalibrationRow,
    CalibrationVersionRow,
    HandoverRow,
)
from idrill.store.orm.rigs import EquipmentRow, LinkRow, RigRow, SensorRow
from idrill.store.orm.sensors import (
    FacilityRigRow,
    FacilityRow,
    FeedPositionRow,
    InjectionRow,
    SensorSwitchRow,
)
from idrill.store.orm.sources import MergeCountRow, RejectedRow, SourceDayRow, SourceRow, VersionRow
from idrill.store.orm.system_log import SystemLogRow
from idrill.store.orm.wells import (
    CasingRow,
    ComponentRow,
    FormationRow,
    LimitRow,
    MudRow,
    SectionRow,
    SessionRow,
    StationRow,
    StringRow,
    WellRow,
)

__all__ = [
    "LIVE_READINGS",
    "METADATA",
    "AlertHistoryRow",
    "AlertRow",
    "AlertRuleRow",
    "AlertRuleVersionRow",
    "ApiKeyRow",
    "AuditRow",
    "CalibrationRow",
    "CalibrationVersionRow",
    "CasingRow",
    "ChangeHistoryRow",
    "ChangeRow",
    "ComponentLifeRow",
    "ComponentRow",
    "ConsequenceRow",
    "CrewRow",
    "DeadLetterRow",
    "DeliveryRow",
    "EquipmentRow",
    "FacilityRigRow",
    "FacilityRow",
    "FeedPositionRow",
    "FormationRow",
    "HandoverRow",
    "InjectionRow",
    "LakePinRow",
    "LimitRow",
    "LinkRow",
    "LiveDayRow",
    "LiveEventRow",
    "LiveHourRow",
    "LiveOutletRow",
    "LiveRejectionRow",
    "LiveRigRow",
    "LiveVerdictRow",
    "LoginFailuresRow",
    "LoginRow",
    "MergeCountRow",
    "MudRow",
    "NormRow",
    "NotificationRow",
    "OneTimeTokenRow",
    "PartRow",
    "PhaseRow",
    "PlanRow",
    "PredictionRow",
    "PromotionRow",
    "RefreshTokenRow",
    "RejectedRow",
    "RigDayRow",
    "RigPlanRow",
    "RigRow",
    "ScorerRow",
    "ScoringFaultRow",
    "SectionRow",
    "SensorRow",
    "SensorSwitchRow",
    "SessionRow",
    "SocketTicketRow",
    "SourceDayRow",
    "SourceRow",
    "StationRow",
    "StringRow",
    "SubscriptionRow",
    "SystemLogRow",
    "TaskHistoryRow",
    "TaskRow",
    "UpkeepRow",
    "UserRigRow",
    "UserRow",
    "VersionRow",
    "WellLogRow",
    "WellRow",
]

METADATA = Row.metadata
"""Every table of the store."""
