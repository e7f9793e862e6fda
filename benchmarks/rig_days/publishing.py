"""Raw rig-days validated and reconciled, each from what the one before left."""

from dataclasses import dataclass

import polars as pl

from idrill.activity import ActivityThresholds
from idrill.dvr.rig_days import RigDayReconciliation, RigState, reconcile_rig_day
from idrill.dvr.tracks import HISTORY
from idrill.dvr.validation import validate


@dataclass(frozen=True, slots=True)
class Left:
    """What a rig-day leaves to the next one."""

    raw: pl.DataFrame
    """Its last 15 minutes."""
    validated: pl.DataFrame
    """Likewise."""
    thresholds: ActivityThresholds
    state: RigState


@dataclass(frozen=True, slots=True)
class Published:
    """A rig-day on its way to those who read it."""

    validated: pl.DataFrame
    reconciled: RigDayReconciliation
    left: Left

    @property
    def checked(self) -> list[str]:
        """The channels that others check, by the day's own report."""
        channels = self.reconciled.report.channels
        return channels.filter((pl.col("role") == "measured") & (pl.col("detectability") > 0.0))[
            "channel"
        ].to_list()


def published(raw: pl.DataFrame, before: Left | None) -> Published:
    """A rig-day validated and reconciled.

    Args:
        raw: Its rows.
        before: What the day before left; None on a rig's first.
    """
    validated = validate(
        raw,
        history=None if before is None else before.raw,
        thresholds=None if before is None else before.thresholds,
    )
    reconciled = reconcile_rig_day(
        validated.frame,
        history=None if before is None else before.validated,
        state=None if before is None else before.state,
    )
    left = Left(_end(raw), _end(validated.frame), validated.thresholds, _written(reconciled.state))
    return Published(validated.frame, reconciled, left)


def _end(frame: pl.DataFrame) -> pl.DataFrame:
    """The last 15 minutes."""
    return frame.filter(pl.col("time") >= frame["time"][-1] - HISTORY)


def _written(state: RigState) -> RigState:
    """The state as it comes back from where it was written."""
    return RigState.from_json(state.as_json())
