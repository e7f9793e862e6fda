"""What the audit trail says was done: a noun and a past participle, and nothing else."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Action(StrEnum):
    """Something that somebody did."""

    LOGGED_IN = "auth.logged_in"
    LOGGED_OUT = "auth.logged_out"
    USER_CREATED = "user.created"
    USER_CHANGED = "user.changed"
    USER_DISABLED = "user.disabled"
    USER_INVITED = "user.invited"
    INVITATION_ACCEPTED = "user.invitation_accepted"
    PASSWORD_CHANGED = "user.password_changed"  # noqa: S105  no password
    RESET_REQUESTED = "user.reset_requested"
    PASSWORD_RESET = "user.password_reset"  # noqa: S105  no password
    KEY_CREATED = "api_key.created"
    KEY_REVOKED = "api_key.revoked"
    RIG_CREATED = "rig.created"
    RIG_CHANGED = "rig.changed"
    EQUIPMENT_CHANGED = "rig.equipment_changed"
    SENSOR_DEACTIVATED = "sensor.deactivated"
    SENSOR_ACTIVATED = "sensor.activated"
    FACILITY_CREATED = "facility.created"
    FACILITY_CHANGED = "facility.changed"
    WELL_CREATED = "well.created"
    WELL_CHANGED = "well.changed"
    WELL_REMOVED = "well.removed"
    SESSION_CREATED = "session.created"
    SESSION_CHANGED = "session.changed"
    SESSION_REMOVED = "session.removed"
    ALERT_RAISED = "alert.raised"
    ALERT_ACKNOWLEDGED = "alert.acknowledged"
    ALERT_RETURNED = "alert.returned"
    ALERT_RECURRED = "alert.recurred"
    ALERT_SHELVED = "alert.shelved"
    ALERT_UNSHELVED = "alert.unshelved"
    ALERT_SUPPRESSED = "alert.suppressed"
    ALERT_UNSUPPRESSED = "alert.unsuppressed"
    ALERT_CLOSED = "alert.closed"
    RULE_CREATED = "alert_rule.created"
    RULE_CHANGED = "alert_rule.changed"
    SUBSCRIPTION_CREATED = "alert_subscription.created"
    SUBSCRIPTION_REMOVED = "alert_subscription.removed"
    TASK_PROPOSED = "task.proposed"
    TASK_CHANGED = "task.changed"
    TASK_APPROVED = "task.approved"
    TASK_SCHEDULED = "task.scheduled"
    TASK_STARTED = "task.started"
    TASK_FINISHED = "task.finished"
    TASK_CANCELLED = "task.cancelled"
    PLAN_REQUESTED = "plan.requested"
    CREW_CHANGED = "crew.changed"
    CREW_REMOVED = "crew.removed"
    PART_CHANGED = "part.changed"
    PART_REMOVED = "part.removed"
    UPKEEP_CHANGED = "upkeep.changed"
    UPKEEP_REMOVED = "upkeep.removed"
    RIG_PLAN_CHANGED = "rig_plan.changed"
    CHANGE_PROPOSED = "control.proposed"
    CHANGE_ASSESSED = "control.assessed"
    CHANGE_APPROVED = "control.approved"
    CHANGE_SIMULATED = "control.simulated"
    CHANGE_REJECTED = "control.rejected"
    CHANGE_VERIFIED = "control.verified"
    CHANGE_ROLLED_BACK = "control.rolled_back"
    CALIBRATION_APPROVED = "calibration.approved"
    CALIBRATION_REJECTED = "calibration.rejected"
    CALIBRATION_WITHDRAWN = "calibration.withdrawn"
    MODEL_PROMOTED = "model.promoted"
    MODEL_ROLLED_BACK = "model.rolled_back"


FORMERLY: Mapping[str, str] = MappingProxyType(
    {
        Action.LOGGED_IN: "auth.login",
        Action.LOGGED_OUT: "auth.logout",
        Action.USER_CREATED: "user.create",
        Action.USER_CHANGED: "user.change",
        Action.USER_DISABLED: "user.disable",
        Action.USER_INVITED: "user.invite",
        Action.INVITATION_ACCEPTED: "user.accept_invitation",
        Action.PASSWORD_CHANGED: "user.change_password",
        Action.RESET_REQUESTED: "user.ask_for_reset",
        Action.PASSWORD_RESET: "user.reset_password",
        Action.KEY_CREATED: "api_key.create",
        Action.KEY_REVOKED: "api_key.revoke",
        Action.RIG_CREATED: "rig.create",
        Action.RIG_CHANGED: "rig.change",
        Action.EQUIPMENT_CHANGED: "rig.change_equipment",
        Action.WELL_CREATED: "well.create",
        Action.WELL_CHANGED: "well.change",
        Action.WELL_REMOVED: "well.remove",
        Action.SESSION_CREATED: "session.add",
        Action.SESSION_CHANGED: "session.change",
        Action.SESSION_REMOVED: "session.remove",
        Action.ALERT_RAISED: "alert.raise",
        Action.ALERT_ACKNOWLEDGED: "alert.acknowledge",
        Action.ALERT_RETURNED: "alert.return",
        Action.ALERT_RECURRED: "alert.recur",
        Action.ALERT_SHELVED: "alert.shelve",
        Action.ALERT_UNSHELVED: "alert.unshelve",
        Action.ALERT_SUPPRESSED: "alert.suppress",
        Action.ALERT_UNSUPPRESSED: "alert.unsuppress",
        Action.ALERT_CLOSED: "alert.close",
        Action.TASK_PROPOSED: "task.propose",
        Action.TASK_CHANGED: "task.change",
        Action.TASK_STARTED: "task.in_progress",
        Action.TASK_FINISHED: "task.done",
        Action.CHANGE_PROPOSED: "control.propose",
        Action.CHANGE_ASSESSED: "control.assess",
        Action.CHANGE_APPROVED: "control.approve",
        Action.MODEL_PROMOTED: "model.promote",
        Action.MODEL_ROLLED_BACK: "model.roll_back",
    }
)
"""What entries of earlier versions say instead; they stay as they are, and are found by both."""


def called(action: str) -> tuple[str, ...]:
    """All that an action is and was called.

    Example:
        >>> called("user.changed"), called("user.change")
        (('user.changed', 'user.change'), ('user.changed', 'user.change'))
    """
    pairs = ((str(now), before) for now, before in FORMERLY.items())
    return next((pair for pair in pairs if action in pair), (action,))
