"""Reconciliation of a rig's stream: its balances, learned from itself, day after day.

What is named here is imported when it is asked for, so that whoever only reads what was found, as
a worker of the service does, does not load scipy: 50 MB.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from idrill.dvr.rig_days.reconciling import (
        RigDayReconciliation,
        filtered_frame,
        reconcile_rig_day,
    )
    from idrill.dvr.rig_days.report import ReconciliationReport
    from idrill.dvr.rig_days.state import RigState

__all__ = [
    "ReconciliationReport",
    "RigDayReconciliation",
    "RigState",
    "filtered_frame",
    "reconcile_rig_day",
]

_HOMES = {"ReconciliationReport": "report", "RigState": "state"}


def __getattr__(name: str) -> object:
    """What is called so, from the module that it stands in.

    Raises:
        AttributeError: If nothing is.
    """
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'reconciling')}"), name)
