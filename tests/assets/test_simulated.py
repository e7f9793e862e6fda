"""What a simulation writes into the lake is what the graph makes of it when it runs."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from idrill.simulator.days import days_of_fleet
from idrill.simulator.fleet import SimulatedFleet
from idrill.store import rig_days
from idrill.store.simulated_days import to_lake
from idrill.store.tables import KPIS, RAW
from idrill_assets.execution import Outcome, Workplace

DAYS = (date(2026, 2, 1), date(2026, 2, 2))


def test_the_graph_leaves_raw_as_it_was_written_and_makes_the_rest(
    workplace: Workplace, run_stale: Callable[[Workplace], list[Outcome]]
) -> None:
    platform = workplace.platform
    start = datetime(2026, 2, 1, tzinfo=UTC)
    fleet = SimulatedFleet(1, seed=4, start=start, duration=timedelta(days=2))
    platform.intake.register("SIM_0001", synthetic=True)
    for day in days_of_fleet(fleet):
        to_lake(day, platform.rows, platform.lake)
    written = platform.lake.version(RAW)

    run_stale(workplace)

    assert platform.lake.version(RAW) == written
    assert [each["day"] for each in platform.lake.partitions(KPIS)] == list(DAYS)
    with platform.database.session() as session:
        assert rig_days.stale(session) == rig_days.held(session) == []
