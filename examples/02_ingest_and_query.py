"""Take files in, run the graph over the rig-days they touch, and ask for the result.

What `idrill ingest`, `idrill rigs ledger` and `idrill query` do, from Python, in a home that is
thrown away afterwards. Run it: `python examples/02_ingest_and_query.py`
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from idrill.settings import Settings, export
from idrill.store import merges, rig_days
from idrill.store.intake import Order, Refused
from idrill.store.sensor_data import Resolution, read_sensor_data
from idrill_assets.execution import Workplace, open_workplace
from idrill_assets.partitions import RigDay

RIG = "EXAMPLE_01"
START = datetime(2026, 2, 1, 6, tzinfo=UTC)


def settings_in(home: Path) -> Settings:
    """Settings under which everything lies in `home`, whatever the environment says."""
    export({"IDRILL_HOME": str(home)})
    return Settings(
        home=home, database_url=f"sqlite:///{home / 'idrill.db'}", lake_url=str(home / "lake")
    )


def write_log(path: Path) -> Path:
    """An hour of hook load and standpipe pressure every 5 s, in field units."""
    steps = range(720)
    log = pl.DataFrame(
        {
            "Time": [f"{START + timedelta(seconds=5 * step):%Y-%m-%d %H:%M:%S}" for step in steps],
            "Hookload (klbf)": [210 + step % 7 / 10 for step in steps],
            "Pump Press (psi)": [2_500 + step % 11 for step in steps],
        }
    )
    log.write_csv(path)
    return path


def ingest(workplace: Workplace, path: Path) -> None:
    """Take the file in, and materialize what it touches."""
    for outcome in workplace.platform.intake.take_in(Order(path=path, rig=RIG)):
        assert not isinstance(outcome, Refused), outcome.error
        print(f"{path.name}: {outcome.reading.report.rows_kept} rows kept")
    with workplace.platform.database.session() as session:
        wanted = [RigDay(state.rig_id, state.day) for state in rig_days.stale(session, RIG)]
    for run in workplace.materialize_days(wanted, lambda table, _, day: print(f"{table} {day}")):
        assert run.error is None, run.error


def main() -> None:
    """From a file to minute means."""
    with TemporaryDirectory() as folder:
        workplace = open_workplace(settings_in(Path(folder) / "home"))
        ingest(workplace, write_log(Path(folder) / "surface.csv"))
        with workplace.platform.database.session() as session:
            for source in merges.ledger(session, RIG):
                print(f"{source.read} read = {source.contributing} contributing", end=" ")
                print(f"+ {source.rejected} rejected + {source.duplicate} duplicate")
                assert source.is_balanced
        minutes = read_sensor_data(
            workplace.platform.lake,
            rig_id=RIG,
            channels=["hook_load", "standpipe_pressure"],
            start=START,
            end=START + timedelta(minutes=10),
            resolution=Resolution.MINUTE,
        )
        print(minutes)
        assert minutes.height == 20, "ten minutes of two channels"


if __name__ == "__main__":
    main()
