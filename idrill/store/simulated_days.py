"""Where simulated days go: to the inbox as files, or through the same door into the lake.

A day that goes to the lake is archived and entered in the ledger as a source of its own before its
rows are written, so its raw table stays a function of the sources: the graph makes the same of them
when it runs, and a file that arrives for the day is merged with them.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from idrill.errors import StoreError
from idrill.readers.bounds import days_of
from idrill.rul.fleets import records_from
from idrill.simulator.days import SimulatedDay
from idrill.simulator.files import write_csv, write_parquet
from idrill.store import component_lives
from idrill.store.archived_rows import ArchivedRows
from idrill.store.database import Database
from idrill.store.intake import Order, Refused
from idrill.store.lake import Lake
from idrill.store.locks import rig_lock


def to_inbox(simulated: SimulatedDay, inbox: Path) -> int:
    """Write the measured frame of a day as a CSV file of its rig.

    Returns:
        How many rows it has.
    """
    write_csv(simulated.measured, inbox / simulated.rig_id / f"{simulated.day}.csv")
    return simulated.measured.height


def to_lake(simulated: SimulatedDay, rows: ArchivedRows, lake: Lake) -> int:
    """Archive a day as a source of its rig and write it to `raw_sensor_data`.

    The rig-day is asked for downstream by having arrived. Doing it again changes nothing.

    Returns:
        How many rows were kept.

    Raises:
        SourceError: If no row of it has a partition.
        LakeBusy: If another process is at work on the rig.
    """
    days = _take_in(simulated, rows)
    with rig_lock(lake.folder, simulated.rig_id, lake.database):
        for day in days:
            rows.write_raw(lake, simulated.rig_id, day)
    return sum(days.values())


def record_lives(simulated: SimulatedDay, database: Database) -> None:
    """Record the lives of a fleet's rig as its maintenance department knows them, never the wear.

    They come with the first day of a rig. Doing it again changes nothing.

    Raises:
        NotFound: If the rig is not known.
        StoreError: If the record of the rig says otherwise.
    """
    histories = simulated.truth.get("histories")
    if histories is None:
        return
    with database.session() as session:
        done = component_lives.record(session, simulated.rig_id, records_from(histories))
    if done.refused:
        first = done.refused[0]
        raise StoreError(
            f"{simulated.rig_id}: {first.life.component} of {first.life.equipment} installed "
            f"{first.life.start.isoformat()} cannot be recorded: {first.reason}"
        )


def _take_in(simulated: SimulatedDay, rows: ArchivedRows) -> Mapping[date, int]:
    """How many rows were kept of each UTC day; the rows themselves are let go before the merge."""
    name = f"simulated/{simulated.day}"
    with TemporaryDirectory(prefix="idrill-") as folder:
        path = Path(folder) / f"{simulated.day}.parquet"
        write_parquet(simulated.measured, path)
        order = Order(path=path, rig=simulated.rig_id, name=name, synthetic=True)
        [outcome] = rows.intake.take_in(order)
    if isinstance(outcome, Refused):
        raise outcome.error
    return days_of(outcome.reading)
