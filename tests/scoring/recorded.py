"""A rig that scoring has something to tell of: ten recorded minutes, a past, a champion, rules."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import torch

from idrill.aggregation import downsample
from idrill.registry.prognoses import Bench
from idrill.rigs import STANDARD_EQUIPMENT, Rig
from idrill.rul.components import ComponentLife, EndedBy
from idrill.rul.histories import lives_of
from idrill.rul.hours import hours_of
from idrill.simulator.event_kinds import EventKind
from idrill.simulator.events import Event, Planned
from idrill.simulator.fleet import SimulatedFleet
from idrill.simulator.rig import simulate
from idrill.store import alert_rules, component_lives, rigs
from idrill.store.audit import Actor
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.tables import HOURLY
from idrill_serving.models import Champions
from tests.scoring.rows import FROM, MINUTES
from tests.served_models import rig_model
from tests.simulator.drilling_site import site

DAYS = 5
START = FROM.replace(hour=0, minute=0) - timedelta(days=DAYS)

RULES: tuple[dict[str, Any], ...] = (
    {"name": "pressure-lost", "when": {"channel": "standpipe_pressure", "falls_by": 300.0,
     "within": 60.0}, "priority": "high", "on_delay": 3.0},
    {"name": "worn", "when": {"score": "rul_p10", "below": 100_000.0}, "priority": "low"},
)  # fmt: skip


def recorded() -> pl.DataFrame:
    """Ten minutes at 1 Hz across a full hour, in which the string washes out."""
    place = site().at(1, 100.0)
    washout = Event(EventKind.WASHOUT, 1260.0, 3000.0, 0.3, 60.0)
    frame = simulate(
        place.rig, place.well, place.crew,
        start=FROM - timedelta(minutes=16), duration=timedelta(minutes=16 + MINUTES), seed=3,
        events=Planned((washout,)),
    ).measured  # fmt: skip
    return frame.filter(pl.col("time") >= FROM)


def past_hours() -> list[pl.DataFrame]:
    """Hours of the days before."""
    fleet = SimulatedFleet(
        1, 21, start=START, duration=timedelta(days=DAYS), step=timedelta(minutes=10)
    )
    rig = fleet.rig(1)
    return [downsample(rig.measured(144 * n, 144 * (n + 1)), "1h") for n in range(DAYS)]


def bench_at(database: Database, folder: Path) -> Bench:
    champions = Champions(database, folder / "models")
    champions.refresh()
    lake = Lake(str(folder / "lake"), database)
    return Bench(database, lake, folder / "models", champions.pair)


def furnish(database: Database, folder: Path, past: list[pl.DataFrame]) -> None:
    lake = Lake(str(folder / "lake"), database)
    for number, hours in enumerate(past):
        day = (START + timedelta(days=number)).date()
        place: dict[str, str | date] = {"rig_id": "R1", "day": day}
        rows = hours.with_columns(rig_id=pl.lit("R1"))
        lake.write(HOURLY, place, rows)
    lives = [
        ComponentLife("R1", "mud_pump_1", "liner", 1, START, START + timedelta(days=3),
                      EndedBy.PREVENTIVE),
        ComponentLife("R1", "mud_pump_1", "liner", 2, START + timedelta(days=3)),
    ]  # fmt: skip
    with database.session() as session:
        for name in ("R1", "R2"):
            rigs.register(session, Rig(name, name, equipment=STANDARD_EQUIPMENT, synthetic=True))
        component_lives.record(session, "R1", lives)
        for rule in RULES:
            alert_rules.add(session, rule, Actor("ada@rig.example"))
    torch.manual_seed(0)
    rig_model(database, folder / "models", 1, lives_of("liner", hours_of(pl.concat(past)), lives))
