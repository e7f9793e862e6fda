"""P10: a backfill through the whole graph, against a plain loop of the same bare calls.

Both sides start from the tables that the readers made of the files (Parquet, in the archive):
reading CSV belongs to neither. The loop keeps no ledger, no hashes, no locks and no metadata; the
cost of Dagster itself is allowed for by a backfill of the same partitions that does nothing.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import polars as pl
from deltalake import write_deltalake

from benchmarks.harness import Comparison, Result, Sample, interleaved
from benchmarks.rig_files import FIRST_DAY, ROWS, write_days
from idrill import expectations
from idrill.activity import ActivityThresholds
from idrill.aggregation import downsample, drilling_kpis, roll_up
from idrill.dvr.hourly_quality import hourly_quality, mean_scores
from idrill.dvr.rig_days import RigDayReconciliation, RigState, reconcile_rig_day
from idrill.dvr.validation import history_before, validate
from idrill.frame import ORIGIN, QUALITY, channels_in, quality_of
from idrill.settings import Settings, export
from idrill.store.intake import Order, Refused
from idrill.store.tables import (
    DAILY,
    DATA_QUALITY,
    HOURLY,
    KPIS,
    MINUTE,
    RAW,
    RECONCILED,
    RECONCILIATIONS,
    STATES,
    THRESHOLDS,
    VALIDATED,
    LakeTable,
)
from idrill_assets.execution import QUIET, RANGE_END, RANGE_START, Workplace, open_workplace
from idrill_assets.partitions import MANY_PER_RUN, RIG_DAYS, RigDay
from idrill_assets.plots import as_markdown, strip_chart
from idrill_assets.quality_pictures import heat_map, raw_against_reconciled

RIG = "BENCH_01"
DAYS_PER_RUN = 30
RUNS = 6
WARM_UP = 3
"""Days materialized before the first run that counts."""
DAYS = WARM_UP + RUNS * DAYS_PER_RUN

TABLES = (RAW, VALIDATED, RECONCILED, DATA_QUALITY, MINUTE, HOURLY, DAILY, KPIS)


def run() -> Result:
    """The same rig-days three ways, a month at a time."""
    with tempfile.TemporaryDirectory() as name:
        return _measured(Path(name))


def _measured(folder: Path) -> Result:
    workplace = a_workplace(folder / "home")
    tables = take_in(workplace, write_days(folder / "files", DAYS))
    loop = BareLoop(folder / "bare", tables)
    empty = empty_graph()

    def ours(turn: int) -> None:
        outcomes = list(workplace.materialize_days(_days(turn), lambda *_: None))
        assert not any(outcome.error for outcome in outcomes), outcomes

    def peer(turn: int) -> None:
        for rig_day in _days(turn):
            loop.materialize(rig_day.day)
        backfill_of_nothing(workplace.instance, empty, _days(turn))

    times = interleaved(ours, peer, rounds=RUNS)
    nothing = interleaved(
        lambda turn: backfill_of_nothing(workplace.instance, empty, _days(turn)),
        lambda _: None,
        rounds=RUNS,
    )[0]
    for table in (*TABLES, *STATES):
        assert _same_rows(workplace, folder / "bare", table), f"{table.name} differs"
    return _result(times, nothing)


def a_workplace(home: Path) -> Workplace:
    """A deployment of its own, with its Dagster instance."""
    export({"IDRILL_HOME": str(home)})
    store, lake = f"sqlite:///{home / 'idrill.db'}", str(home / "lake")
    return open_workplace(
        Settings(home=home, database_url=store, lake_url=lake, first_day=FIRST_DAY)
    )


def take_in(workplace: Workplace, files: Sequence[Path]) -> list[Path]:
    """The table in the archive that each file became."""
    intake = workplace.platform.intake
    for path in files:
        for outcome in intake.take_in(Order(path=path, rig=RIG)):
            assert not isinstance(outcome, Refused), outcome
    parsed = (intake.archive.folder / "parsed").rglob("*.parquet")
    return sorted(parsed, key=lambda path: str(pl.read_parquet(path, n_rows=1)["time"][0]))


def _days(turn: int) -> list[RigDay]:
    """The days of turn 0, the warm-up, or of the month of a later turn."""
    first = 0 if turn == 0 else WARM_UP + (turn - 1) * DAYS_PER_RUN
    count = WARM_UP if turn == 0 else DAYS_PER_RUN
    return [RigDay(RIG, FIRST_DAY + timedelta(days=first + each)) for each in range(count)]


@dataclass
class BareLoop:
    """The same calls in a row, with nothing around them."""

    folder: Path
    tables: Sequence[Path]
    """What the readers made of each day, in order."""
    raw: pl.DataFrame = field(default_factory=pl.DataFrame)
    validated: pl.DataFrame = field(default_factory=pl.DataFrame)
    """Both of the day before."""
    thresholds: ActivityThresholds | None = None
    state: RigState | None = None
    """Both as the day before left them."""

    def materialize(self, day: date) -> None:
        """Read, validate, reconcile, check, aggregate, draw and write one rig-day."""
        raw = self._raw(self.tables[(day - FIRST_DAY).days])
        self._write(RAW, day, raw)
        validated = self._validate(day, raw)
        reconciled = self._reconcile(day, validated)
        minutes = downsample(reconciled, "1m")
        as_markdown(strip_chart(minutes, f"{day}|{RIG}"), f"{day}|{RIG}")
        hours = roll_up(minutes, "1h", finer="1m")
        for table, buckets in (
            (MINUTE, minutes),
            (HOURLY, hours),
            (DAILY, roll_up(hours, "1d", finer="1h")),
        ):
            expectations.require(expectations.check_aggregate(buckets, rig_id=RIG, day=day))
            self._write(table, day, buckets)
        self._write(KPIS, day, drilling_kpis(reconciled))
        self.raw, self.validated = raw, validated

    def _validate(self, day: date, raw: pl.DataFrame) -> pl.DataFrame:
        history = history_before(day, self.raw)
        done = validate(raw, history=history, thresholds=self.thresholds)
        expectations.require(expectations.check_frame(done.frame, rig_id=RIG, day=day))
        self._write(VALIDATED, day, done.frame)
        self._write(THRESHOLDS, day, pl.DataFrame({"thresholds": [done.thresholds.as_json()]}))
        self.thresholds = done.thresholds
        return done.frame

    def _reconcile(self, day: date, validated: pl.DataFrame) -> pl.DataFrame:
        history = history_before(day, self.validated)
        done = reconcile_rig_day(validated, history=history, state=self.state)
        expectations.require(expectations.check_frame(done.frame, rig_id=RIG, day=day))
        self._write(RECONCILED, day, done.frame)
        self._write(RECONCILIATIONS, day, _in_short(done))
        title = f"{day}|{RIG}"
        as_markdown(raw_against_reconciled(validated, done.frame, done.report, title), title)
        hours = hourly_quality(validated, done.frame, done.report)
        self._write(DATA_QUALITY, day, hours)
        mean_scores(hours)
        as_markdown(heat_map(hours, title), title)
        self.state = done.state
        return done.frame

    def _raw(self, path: Path) -> pl.DataFrame:
        table = pl.read_parquet(path)
        names = channels_in(table.columns)
        return table.select(
            pl.lit(RIG).alias("rig_id"),
            "time",
            pl.lit("file", ORIGIN).alias("origin"),
            *names,
            *(
                pl.col(quality) if quality in table.columns else pl.lit(0, QUALITY).alias(quality)
                for quality in map(quality_of, names)
            ),
        )

    def _write(self, table: LakeTable, day: date, frame: pl.DataFrame) -> None:
        target = self.folder / table.name
        stored = frame.select(
            pl.col(name).cast(table.stored[name]) for name in frame.columns
        ).with_columns(rig_id=pl.lit(RIG), day=pl.lit(day))
        write_deltalake(
            target,
            stored,
            mode="overwrite",
            partition_by=["rig_id", "day"],
            predicate=f"rig_id = '{RIG}' AND day = '{day}'" if target.exists() else None,
        )


def _in_short(done: RigDayReconciliation) -> pl.DataFrame:
    """What a rig-day leaves to the next one, and what was found."""
    found = done.report
    tables = {"faults": found.faults, "balances": found.balances, "channels": found.channels}
    return pl.DataFrame(
        {"state": [done.state.as_json()]}
        | {name: [table.write_json()] for name, table in tables.items()}
    )


def empty_graph() -> dg.Definitions:
    """A chain of as many assets with the same partitions, none of which does anything."""
    assets: list[dg.AssetsDefinition] = []
    for table in TABLES:
        assets.append(_nothing(f"no_{table.name}", assets[-1:]))
    return dg.Definitions(
        assets=assets,
        jobs=[
            dg.define_asset_job("nothing", selection=assets, executor_def=dg.in_process_executor)
        ],
    )


def _nothing(name: str, deps: Sequence[dg.AssetsDefinition]) -> dg.AssetsDefinition:
    @dg.asset(name=name, deps=deps, partitions_def=RIG_DAYS, backfill_policy=MANY_PER_RUN)
    def asset() -> None: ...

    return asset


def backfill_of_nothing(
    instance: dg.DagsterInstance, graph: dg.Definitions, days: Sequence[RigDay]
) -> None:
    """Materialize the partitions of the empty graph in one run."""
    instance.add_dynamic_partitions("rig", [RIG])
    tags = {RANGE_START: str(days[0].key), RANGE_END: str(days[-1].key)}
    job = graph.resolve_job_def("nothing")
    assert job.execute_in_process(run_config=QUIET, instance=instance, tags=tags).success


def _same_rows(workplace: Workplace, bare: Path, table: LakeTable) -> bool:
    """Whether the lake holds as many rows of a table as the loop wrote."""
    ours = workplace.platform.lake.scan(table).select(pl.len()).collect().item()
    peers = pl.scan_delta(bare / table.name).select(pl.len()).collect().item()
    return bool(ours == peers)


def _result(times: tuple[Sample, Sample], nothing: Sample) -> Result:
    ours, peer = (sum(side.values) for side in times)
    days = RUNS * DAYS_PER_RUN
    return Result(
        promise="P10",
        title=f"Backfill of {days} rig-days",
        against="a plain loop making the same bare calls on the same tables, plus a Dagster "
        "backfill of the same partitions that does nothing",
        comparisons=(Comparison(f"{DAYS_PER_RUN} rig-days", *times, floor=1.3, bound="at most"),),
        notes=(
            f"{days} rig-days in {RUNS} runs, {ROWS:,} rows of 16 channels each, ten tables; "
            "reading the CSV files belongs to neither side, both begin with the tables that the "
            "readers made of them.",
            "Both leave as many rows in each table. The loop neither merges sources nor keeps a "
            "ledger, hashes, locks, syncs or metadata.",
        ),
        figures={
            f"all {days} rig-days, ours [s]": round(ours, 1),
            f"all {days} rig-days, peer [s]": round(peer, 1),
            "of which Dagster doing nothing [s]": round(sum(nothing.values), 1),
        },
    )
