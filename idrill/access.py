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
_DECIDING = Door(frozenset({Role.ENGINEER, Role.ADMIN}), Permission.DECIDE_CALIBRATION)

DOORS = MappingProxyType(
    {
        "GET /docs": PUBLIC,
        "GET /docs/{asset}": PUBLIC,
        "GET /openapi.json": PUBLIC,
        "GET /metrics": Door(ADMIN, Permission.READ_METRICS),
        "GET /api/v1/health": PUBLIC,
        "GET /api/v1/health/live": PUBLIC,
        "GET /api/v1/health/ready": PUBLIC,
        "GET /api/v1/health/database": _PERSON,
        "GET /api/v1/health/services": _PERSON,
        "POST /api/v1/auth/login": PUBLIC,
        "POST /api/v1/auth/refresh": PUBLIC,
        "POST /api/v1/auth/logout": _PERSON,
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
        "GET /api/v1/rigs": _READING,
        "GET /api/v1/rigs/{rig_id}": _READING,
        "GET /api/v1/rigs/{rig_id}/equipment": _READING,
        "GET /api/v1/sensor-data/historical": _READING,
        "GET /api/v1/sensor-data/aggregated": _READING,
        "GET /api/v1/dvr/quality": _READING,
        "GET /api/v1/dvr/calibrations": _READING,
        "GET /api/v1/dvr/calibrations/{calibration_id}": _READING,
        "POST /api/v1/dvr/calibrations/{calibration_id}/approve": _DECIDING,
        "POST /api/v1/dvr/calibrations/{calibration_id}/reject": _DECIDING,
        "POST /api/v1/dvr/calibrations/{calibration_id}/withdraw": _DECIDING,
    }
)
"""The routes of the service, each by its method and template, and who passes. A route that is not
here is refused when the service starts."""


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
        raise AccessDenied(f"a {role} may not {permission.replace('_', ' ')}")
