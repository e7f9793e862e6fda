"""What all networks of balances of a rig have in common."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import polars as pl

from idrill.dvr.calibration import Calibration
from idrill.dvr.rig_days.fault import Fault
from idrill.dvr.rig_days.instruments import Hypothesis
from idrill.dvr.rig_days.moving import Moves


class Network(Protocol):
    """Balances that channels of a rig fulfil, learned from earlier hours and judged by them."""

    derived: dict[str, float] | None
    """Channels that are reckoned from others, with their first factor; None until they are told."""

    @property
    def name(self) -> str:
        """What the report and the state call it."""

    @property
    def channels(self) -> Sequence[str]:
        """Those that it may move."""

    @property
    def known(self) -> Sequence[Hypothesis]:
        """All hypotheses."""

    @property
    def units(self) -> Mapping[str, str]:
        """Units of its instruments and hypotheses, where they are not L/min."""

    @property
    def proposals(self) -> Sequence[Calibration]:
        """Calibrations that would take away what is wrong with its sensors."""

    def shown(self, fault: Fault) -> tuple[float, str]:
        """What makes of a fault's size one in a unit that a person reads, and that unit."""

    @property
    def faults(self) -> Sequence[Fault]:
        """Those that are over and those that go on."""

    def look(self, known: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """What rows say of its balances, row by row, and their windows by the end of each.

        Args:
            known: Validated rows of a day, after those of the 15 minutes before.
        """

    def hour(self, rows: pl.DataFrame, windows: pl.DataFrame) -> Moves:
        """Judge an hour's windows by what was learned before it, and reconcile its rows."""

    def as_dict(self) -> dict[str, Any]:
        """What the next rig-day needs, as JSON holds it."""
