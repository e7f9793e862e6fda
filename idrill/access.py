"""Who may do what: the roles, the permissions and one table, written by hand."""

from enum import StrEnum
from types import MappingProxyType

from idrill.errors import AccessDenied


class Role(StrEnum):
    """What a person, or a machine account, is here for."""

    VIEWER = "viewer"
    RIG_ENGINEER = "rig_engineer"
    MAINTENANCE_PLANNER = "maintenance_planner"
    DATA_ENGINEER = "data_engineer"
    ML_ENGINEER = "ml_engineer"
    INTEGRATOR = "integrator"
    ADMIN = "admin"


class Permission(StrEnum):
    """One thing that may be allowed."""

    READ_SENSOR_DATA = "read_sensor_data"
    WRITE_SENSOR_DATA = "write_sensor_data"
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


_READ = frozenset(
    {Permission.READ_SENSOR_DATA, Permission.READ_PREDICTION, Permission.READ_MAINTENANCE}
)

ALLOWED = MappingProxyType(
    {
        Role.VIEWER: _READ,
        Role.RIG_ENGINEER: _READ
        | {
            Permission.REQUEST_PREDICTION,
            Permission.ACKNOWLEDGE_ALERT,
            Permission.PROPOSE_CONTROL,
            Permission.APPROVE_CONTROL,
        },
        Role.MAINTENANCE_PLANNER: _READ
        | {
            Permission.REQUEST_PREDICTION,
            Permission.PLAN_MAINTENANCE,
            Permission.ACKNOWLEDGE_ALERT,
        },
        Role.DATA_ENGINEER: _READ
        | {
            Permission.WRITE_SENSOR_DATA,
            Permission.MANAGE_RIG,
            Permission.MANAGE_WELL,
            Permission.RUN_PIPELINE,
        },
        Role.ML_ENGINEER: _READ
        | {
            Permission.REQUEST_PREDICTION,
            Permission.TRAIN_MODEL,
            Permission.PROMOTE_MODEL,
            Permission.RUN_PIPELINE,
        },
        Role.INTEGRATOR: frozenset(
            {
                Permission.READ_SENSOR_DATA,
                Permission.WRITE_SENSOR_DATA,
                Permission.READ_PREDICTION,
                Permission.REQUEST_PREDICTION,
            }
        ),
        Role.ADMIN: frozenset(Permission),
    }
)
"""What each role may do."""


def may(role: Role, permission: Permission) -> bool:
    """Whether `role` may do `permission`.

    Example:
        >>> (
        ...     may(Role.RIG_ENGINEER, Permission.APPROVE_CONTROL),
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
