"""Reconciliation of a rig's stream: its balances, learned from itself, day after day."""

from idrill.dvr.rig_days.reconciling import RigDayReconciliation, filtered_frame, reconcile_rig_day
from idrill.dvr.rig_days.report import ReconciliationReport
from idrill.dvr.rig_days.state import RigState

__all__ = [
    "ReconciliationReport",
    "RigDayReconciliation",
    "RigState",
    "filtered_frame",
    "reconcile_rig_day",
]
