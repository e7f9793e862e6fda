"""Who may do what: the roles, the permissions and the tables, written by hand.

`ALLOWED` says what a role may do, `DOORS` who passes which route of the service. Neither is derived
from the other, nor from the application: tests compare them.
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from idrill.errors import AccessDenied


class Role(StrEnum):
    """What a person is here for."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ENGINEER = "engineer"
    MAINTENANCE = "maintenance"
    DATA_SCIENTIST = "data_scientist"
    ADMIN = "admin"


class Permission(StrEnum):
    """One thing that may be allowed; a key of a machine is given some of its owner's."""

    READ_SENSOR_DATA = "read_sensor_data"
    WRITE_SENSOR_DATA = "write_sensor_data"
    DECIDE_CALIBRATION = "decide_calibration"
    READ_PREDICTION = "read_prediction"
    REQUEST_PREDICTION = "request_prediction"
    PROMOTE_MODEL = "promote_model"
    TRAIN_MODEL = "train_model"
    READ_MAINTENANCE = "read_maintenance"
    PLAN_MAINTENANCE = "plan_maintenance"
    ACKNOWLEDGE_ALERT = "acknowledge_alert"
    PROPOSE_CONTROL = "propose_control"
    APPROVE_CONTROL = "approve_control"
    MANAGE_RIG = "manage_rig"
    MANAGE_WELL = "manage_well"
    RUN_PIPELINE = "run_pipeline"
    MANAGE_USER = "manage_user"
    READ_AUDIT = "read_audit"
    READ_METRICS = "read_metrics"
    READ_SYSTEM_LOG = "read_system_log"


class Tier(StrEnum):
    """How much a key of a machine may ask."""

    STANDARD = "standard"
    BULK = "bulk"
    """Given by an admin."""


_READ = frozenset(
    {Permission.READ_SENSOR_DATA, Permission.READ_PREDICTION, Permission.READ_MAINTENANCE}
)

ALLOWED = MappingProxyType(
    {
        Role.VIEWER: _READ,
        Role.OPERATOR: _READ
        | {
            Permission.REQUEST_PREDICTION,
            Permission.ACKNOWLEDGE_ALERT,
            Permission.PROPOSE_CONTROL,
        },
        Role.ENGINEER: _READ
        | {
            Permission.WRITE_SENSOR_DATA,
            Permission.DECIDE_CALIBRATION,
            Permission.REQUEST_PREDICTION,
            Permission.ACKNOWLEDGE_ALERT,
            Permission.PROPOSE_CONTROL,
            Permission.APPROVE_CONTROL,
            Permission.MANAGE_RIG,
            Permission.MANAGE_WELL,
            Permission.RUN_PIPELINE,
            Permission.READ_SYSTEM_LOG,
        },
        Role.MAINTENANCE: _READ
        | {
            Permission.REQUEST_PREDICTION,
            Permission.PLAN_MAINTENANCE,
            Permission.ACKNOWLEDGE_ALERT,
        },
        Role.DATA_SCIENTIST: _READ
        | {
            Permission.REQUEST_PREDICTION,
            Permission.TRAIN_MODEL,
            Permission.PROMOTE_MODEL,
            Permission.RUN_PIPELINE,
        },
        Role.ADMIN: frozenset(Permission),
    }
)
"""What each role may do."""


@dataclass(frozen=True, slots=True)
class Door:
    """Who passes one route of the service."""

    roles: frozenset[Role]
    """Those who pass once they are logged in."""
    scope: Permission | None = None
    """What a machine's key must be given to pass; None: only people pass."""
    public: bool = False
    """Whether anybody passes, logged in or not."""


PUBLIC = Door(frozenset(Role), public=True)
EVERYONE = frozenset(Role)
ADMIN = frozenset({Role.ADMIN})

_PERSON = Door(EVERYONE)
_ADMIN = Door(ADMIN)
_READING = Door(EVERYONE, Permission.READ_SENSOR_DATA)
_WRITING = Door(frozenset({Role.ENGINEER, Role.ADMIN}), Permission.WRITE_SENSOR_DATA)
_DECIDING = Door(frozenset({Role.ENGINEER, Role.ADMIN}), Permission.DECIDE_CALIBRATION)
_ENGINEERS = frozenset({Role.ENGINEER, Role.ADMIN})
_ON_DUTY = frozenset({Role.OPERATOR, Role.ENGINEER, Role.MAINTENANCE, Role.ADMIN})
_DRILLERS = frozenset({Role.OPERATOR, Role.ENGINEER, Role.ADMIN})
_EQUIPPING = Door(_ENGINEERS, Permission.MANAGE_RIG)
_DESIGNING = Door(_ENGINEERS, Permission.MANAGE_WELL)
_WATCHING = Door(EVERYONE, Permission.READ_MAINTENANCE)
_ANSWERING = Door(_ON_DUTY, Permission.ACKNOWLEDGE_ALERT)
_PLANNING = Door(frozenset({Role.MAINTENANCE, Role.ADMIN}), Permission.PLAN_MAINTENANCE)
_APPROVING_WORK = Door(frozenset({Role.MAINTENANCE, Role.ADMIN}))
_STEERING = Door(_DRILLERS, Permission.PROPOSE_CONTROL)
_REFUSING = Door(_ENGINEERS, Permission.APPROVE_CONTROL)
_SECOND_PERSON = Door(_ENGINEERS)

_FORESEEING = Door(EVERYONE - {Role.VIEWER}, Permission.REQUEST_PREDICTION)
_FORESEEN = Door(EVERYONE, Permission.READ_PREDICTION)
_PROMOTING = Door(frozenset({Role.DATA_SCIENTIST, Role.ADMIN}), Permission.PROMOTE_MODEL)

DOORS = MappingProxyType(
    {
        "GET /docs": PUBLIC,
        "GET /docs/{asset}": PUBLIC,
        "GET /openapi.json": PUBLIC,
        "GET /asyncapi.json": PUBLIC,
        "GET /live": PUBLIC,
        "GET /live/{asset}": PUBLIC,
        "GET /metrics": Door(ADMIN, Permission.READ_METRICS),
        "GET /api/v1/health": PUBLIC,
        "GET /api/v1/health/live": PUBLIC,
        "GET /api/v1/health/ready": PUBLIC,
        "GET /api/v1/health/database": _PERSON,
        "GET /api/v1/health/services": _PERSON,
        "GET /api/v1/health/stream": _PERSON,
        "POST /api/v1/auth/login": PUBLIC,
        "POST /api/v1/auth/refresh": PUBLIC,
        "POST /api/v1/auth/logout": _PERSON,
        "POST /api/v1/auth/tickets": _READING,
        "POST /api/v1/auth/password-reset": PUBLIC,
        "POST /api/v1/auth/password-reset/confirm": PUBLIC,
        "POST /api/v1/auth/invitations/accept": PUBLIC,
        "GET /api/v1/users": _ADMIN,
        "POST /api/v1/users/invitations": _ADMIN,
        "GET /api/v1/users/me": _PERSON,
        "PATCH /api/v1/users/me": _PERSON,
        "POST /api/v1/users/me/password": _PERSON,
        "GET /api/v1/users/{user_id}": _ADMIN,
        "PATCH /api/v1/users/{user_id}": _ADMIN,
        "DELETE /api/v1/users/{user_id}": _ADMIN,
        "GET /api/v1/api-keys": _PERSON,
        "POST /api/v1/api-keys": _PERSON,
        "DELETE /api/v1/api-keys/{key_id}": _PERSON,
        "GET /api/v1/audit": Door(ADMIN, Permission.READ_AUDIT),
        "GET /api/v1/system-log": Door(_ENGINEERS, Permission.READ_SYSTEM_LOG),
        "GET /api/v1/rigs": _READING,
        "POST /api/v1/rigs": _EQUIPPING,
        "GET /api/v1/rigs/{rig_id}": _READING,
        "PATCH /api/v1/rigs/{rig_id}": _EQUIPPING,
        "GET /api/v1/rigs/{rig_id}/equipment": _READING,
        "PUT /api/v1/rigs/{rig_id}/equipment": _EQUIPPING,
        "GET /api/v1/rigs/{rig_id}/sensors": _READING,
        "POST /api/v1/rigs/{rig_id}/sensors/{channel}/deactivate": _EQUIPPING,
        "POST /api/v1/rigs/{rig_id}/sensors/{channel}/activate": _EQUIPPING,
        "GET /api/v1/facilities": _READING,
        "POST /api/v1/facilities": _EQUIPPING,
        "POST /api/v1/facilities/{facility_id}/rigs": _EQUIPPING,
        "GET /api/v1/config/well-profiles": _READING,
        "POST /api/v1/config/well-profiles": _DESIGNING,
        "GET /api/v1/config/well-profiles/{well_id}": _READING,
        "PUT /api/v1/config/well-profiles/{well_id}": _DESIGNING,
        "DELETE /api/v1/config/well-profiles/{well_id}": _DESIGNING,
        "GET /api/v1/config/drilling-sessions": _READING,
        "POST /api/v1/config/drilling-sessions": _DESIGNING,
        "GET /api/v1/config/drilling-sessions/{session_id}": _READING,
        "PATCH /api/v1/config/drilling-sessions/{session_id}": _DESIGNING,
        "DELETE /api/v1/config/drilling-sessions/{session_id}": _DESIGNING,
        "GET /api/v1/maintenance/alerts": _WATCHING,
        "POST /api/v1/maintenance/alerts": _ANSWERING,
        "GET /api/v1/maintenance/alerts/{alert_id}": _WATCHING,
        "GET /api/v1/maintenance/alerts/{alert_id}/history": _WATCHING,
        "POST /api/v1/maintenance/alerts/{alert_id}/acknowledge": _ANSWERING,
        "POST /api/v1/maintenance/alerts/{alert_id}/return": _ANSWERING,
        "POST /api/v1/maintenance/alerts/{alert_id}/recur": _ANSWERING,
        "POST /api/v1/maintenance/alerts/{alert_id}/shelve": _ANSWERING,
        "POST /api/v1/maintenance/alerts/{alert_id}/unshelve": _ANSWERING,
        "POST /api/v1/maintenance/alerts/{alert_id}/suppress": _EQUIPPING,
        "POST /api/v1/maintenance/alerts/{alert_id}/unsuppress": _EQUIPPING,
        "POST /api/v1/maintenance/alerts/{alert_id}/close": _ANSWERING,
        "GET /api/v1/maintenance/alert-rules": _WATCHING,
        "POST /api/v1/maintenance/alert-rules": _EQUIPPING,
        "GET /api/v1/maintenance/alert-rules/{rule}": _WATCHING,
        "PUT /api/v1/maintenance/alert-rules/{rule}": _EQUIPPING,
        "GET /api/v1/maintenance/alert-rules/{rule}/history": _WATCHING,
        "GET /api/v1/maintenance/alert-figures": _WATCHING,
        "GET /api/v1/maintenance/alert-subscriptions": _PERSON,
        "POST /api/v1/maintenance/alert-subscriptions": _PERSON,
        "DELETE /api/v1/maintenance/alert-subscriptions/{subscription_id}": _PERSON,
        "GET /api/v1/maintenance/alert-subscriptions/{subscription_id}/notifications": _PERSON,
        "GET /api/v1/maintenance/schedule": _WATCHING,
        "POST /api/v1/maintenance/schedule": _PLANNING,
        "GET /api/v1/maintenance/schedule/calendar": _WATCHING,
        "GET /api/v1/maintenance/schedule/gantt": _WATCHING,
        "GET /api/v1/maintenance/plans": _WATCHING,
        "GET /api/v1/maintenance/plans/{plan_id}": _WATCHING,
        "GET /api/v1/maintenance/crews": _WATCHING,
        "PUT /api/v1/maintenance/crews/{crew}": _PLANNING,
        "DELETE /api/v1/maintenance/crews/{crew}": _PLANNING,
        "GET /api/v1/maintenance/parts": _WATCHING,
        "PUT /api/v1/maintenance/parts/{part}": _PLANNING,
        "DELETE /api/v1/maintenance/parts/{part}": _PLANNING,
        "GET /api/v1/maintenance/upkeep": _WATCHING,
        "PUT /api/v1/maintenance/upkeep/{component}": _PLANNING,
        "DELETE /api/v1/maintenance/upkeep/{component}": _PLANNING,
        "GET /api/v1/maintenance/rig-plans": _WATCHING,
        "PUT /api/v1/maintenance/rig-plans/{rig_id}": _PLANNING,
        "GET /api/v1/maintenance/history": _WATCHING,
        "GET /api/v1/maintenance/tasks": _WATCHING,
        "POST /api/v1/maintenance/tasks": _PLANNING,
        "GET /api/v1/maintenance/tasks/{task_id}": _WATCHING,
        "PATCH /api/v1/maintenance/tasks/{task_id}": _PLANNING,
        "GET /api/v1/maintenance/tasks/{task_id}/history": _WATCHING,
        "POST /api/v1/maintenance/tasks/{task_id}/approve": _APPROVING_WORK,
        "POST /api/v1/maintenance/tasks/{task_id}/schedule": _PLANNING,
        "POST /api/v1/maintenance/tasks/{task_id}/start": _PLANNING,
        "POST /api/v1/maintenance/tasks/{task_id}/finish": _PLANNING,
        "POST /api/v1/maintenance/tasks/{task_id}/cancel": _PLANNING,
        "GET /api/v1/control/changes": _READING,
        "POST /api/v1/control/changes": _STEERING,
        "GET /api/v1/control/changes/{change_id}": _READING,
        "GET /api/v1/control/changes/{change_id}/history": _READING,
        "POST /api/v1/control/changes/{change_id}/assess": _STEERING,
        "POST /api/v1/control/changes/{change_id}/approve": _SECOND_PERSON,
        "POST /api/v1/control/changes/{change_id}/reject": _REFUSING,
        "POST /api/v1/control/changes/{change_id}/apply": _STEERING,
        "POST /api/v1/control/changes/{change_id}/verify": _STEERING,
        "POST /api/v1/control/changes/{change_id}/roll-back": _STEERING,
        "POST /api/v1/sensor-data": _WRITING,
        "POST /api/v1/sensor-data/batch": _WRITING,
        "POST /api/v1/sensor-data/columns": _WRITING,
        "GET /api/v1/sensor-data/realtime": _READING,
        "WS /api/v1/sensor-data/ws": _READING,
        "WS /api/v1/sensor-data/ws/{rig_id}": _READING,
        "GET /api/v1/sensor-data/analytics/{rig_id}": _READING,
        "POST /api/v1/producer/sensor-data": _WRITING,
        "GET /api/v1/producer/status": _READING,
        "GET /api/v1/sensor-data/historical": _READING,
        "GET /api/v1/sensor-data/aggregated": _READING,
        "POST /api/v1/predictions/rul": _FORESEEING,
        "POST /api/v1/predictions/rul/auto": _FORESEEING,
        "GET /api/v1/predictions/rul/{rig_id}": _FORESEEN,
        "GET /api/v1/models": _FORESEEN,
        "GET /api/v1/models/{model}": _FORESEEN,
        "GET /api/v1/models/{model}/history": _FORESEEN,
        "POST /api/v1/models/{model}/versions/{version}/promote": _PROMOTING,
        "POST /api/v1/models/{model}/rollback": _PROMOTING,
        "GET /api/v1/dvr/quality": _READING,
        "GET /api/v1/dvr/gross-errors": _READING,
        "GET /api/v1/dvr/reports/{rig_id}/{day}": _READING,
        "GET /api/v1/dvr/calibrations": _READING,
        "GET /api/v1/dvr/calibrations/{calibration_id}": _READING,
        "POST /api/v1/dvr/calibrations/{calibration_id}/approve": _DECIDING,
        "POST /api/v1/dvr/calibrations/{calibration_id}/reject": _DECIDING,
        "POST /api/v1/dvr/calibrations/{calibration_id}/withdraw": _DECIDING,
    }
)
"""The routes of the service by method (WS: a socket) and template, and who passes; a route that is
not here is refused when the service starts."""


NATIVE_DOORS = MappingProxyType(
    {"POST /predict_rul": _FORESEEING, "POST /predict_rul_batch": _FORESEEING}
)
"""The endpoints that BentoML has beside these routes, and who passes."""


def may(role: Role, permission: Permission) -> bool:
    """Whether `role` may do `permission`.

    Example:
        >>> (
        ...     may(Role.ENGINEER, Permission.APPROVE_CONTROL),
        ...     may(Role.VIEWER, Permission.MANAGE_USER),
        ... )
        (True, False)
    """
    return permission in ALLOWED[role]


def require(role: Role, permission: Permission) -> None:
    """See that `role` may do `permission`.

    Raises:
        AccessDenied: If it may not.
    """
    if not may(role, permission):
        raise AccessDenied(f"the role {role} may not {permission.replace('_', ' ')}")
