"""The two rigs of the demo: what each drills, and what happens to it on which of three days.

Every harm has its look-alike on the same rig, so that a person can try to tell them apart. Seeds
and depths were chosen for rigs that drill on most of the days, hours so that they drill then [e].
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from idrill.simulator.campaign import Campaign, draw_campaign
from idrill.simulator.event_kinds import HOUR, LITRES_A_MINUTE, EventKind
from idrill.simulator.events import DAY, Event, Planned

DAYS = 3


@dataclass(frozen=True, slots=True)
class DemoRig:
    """A rig of the demo."""

    name: str
    seed: int
    depth: float
    """Of the hole when the demo begins [m]."""
    events: tuple[Event, ...]
    look_closer: EventKind
    """Of which the report shows the truth beside what was measured."""

    def campaign(self, start: datetime) -> Campaign:
        """Its three days.

        Args:
            start: Midnight (UTC) of the first one.
        """
        drawn = draw_campaign(self.name, start=start, days=DAYS, seed=self.seed)
        first, *later = drawn.wells
        well = replace(first, start=self.depth)
        return replace(drawn, wells=(well, *later), events=Planned(self.events))


def _on(
    day: int, hours: tuple[float, float], kind: EventKind, severity: float, growth: float = 0.0
) -> Event:
    """An event between two hours of a day (counted from 1), growing for so long [s]."""
    begin, end = ((day - 1) * DAY + hour * HOUR for hour in hours)
    return Event(kind, begin, end, severity, growth)


RIGS: Sequence[DemoRig] = (
    DemoRig(
        "DEMO_01",
        seed=55,
        depth=1_110.0,
        events=(
            _on(1, (5.0, 8.5), EventKind.TORQUE_NOISE, 2.5e3, 60.0),
            _on(1, (17.3, 22.0), EventKind.STICK_SLIP, 4.0, 300.0),
            _on(2, (14.2, 14.4), EventKind.PIT_TRANSFER, 700.0 * LITRES_A_MINUTE, 30.0),
            _on(2, (18.7, 19.1), EventKind.INFLUX, 400.0 * LITRES_A_MINUTE, 180.0),
            _on(3, (4.0, 11.0), EventKind.WASHOUT, 0.10, 6 * HOUR),
            _on(3, (13.0, 20.0), EventKind.LINER_LEAK, 0.12, 6 * HOUR),
        ),
        look_closer=EventKind.STICK_SLIP,
    ),
    DemoRig(
        "DEMO_02",
        seed=2,
        depth=2_080.0,
        events=(
            _on(1, (4.7, 7.8), EventKind.LOSSES, 150.0 * LITRES_A_MINUTE, 600.0),
            _on(1, (14.8, 19.2), EventKind.FLOW_OUT_DRIFT, 400.0 * LITRES_A_MINUTE, 1_800.0),
            _on(2, (1.5, 2.7), EventKind.PACK_OFF, 0.82, 1_800.0),
            _on(2, (6.0, 7.5), EventKind.TIGHT_HOLE, 2.0, 600.0),
            _on(2, (10.9, 11.3), EventKind.INFLUX, 300.0 * LITRES_A_MINUTE, 240.0),
            _on(2, (14.2, 14.45), EventKind.PIT_TRANSFER, 500.0 * LITRES_A_MINUTE, 30.0),
            _on(3, (5.2, 10.5), EventKind.PLUGGED_NOZZLE, 0.3, 5.0),
            _on(3, (13.0, 19.0), EventKind.THICKER_MUD, 1.5, 2_400.0),
        ),
        look_closer=EventKind.PACK_OFF,
    ),
)
