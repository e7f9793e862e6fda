"""Live rigs that fall silent: what is stale by the clock is raised, and what was not returns."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from idrill.frame import ACTIVITY, Origin, schema
from idrill.maintenance.alerts import State
from idrill.maintenance.rules import Condition, Evaluator
from idrill.rigs import Rig
from idrill.store import alert_conditions, alert_rules, alert_silences, alerts, live_outlet, rigs
from idrill.store.alerts import Wanted
from idrill.store.audit import Actor
from idrill.store.database import Database
from idrill.store.orm import LiveRigRow

BEGIN = datetime(2025, 3, 1, 12, tzinfo=UTC)
CLOCK = datetime(2025, 3, 1, 15, tzinfo=UTC)
RULE = {"name": "stale", "when": {"channel": "hook_load", "stale_for": 60}}


class Site:
    """A rig that is scored as far as rows came."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.revision = 0
        self.state: dict[str, object] | None = None
        with database.session() as session:
            rigs.create(session, Rig("R1", "One"))
            alert_rules.add(session, RULE, Actor("engineer"))

    def come(self, first: int, last: int, origin: Origin = Origin.LIVE) -> list[Condition]:
        """Rows of some seconds, committed at `CLOCK` and scored."""
        rows = [
            ("R1", BEGIN + timedelta(seconds=at), "live", 900.0, 0) for at in range(first, last)
        ]
        frame = pl.DataFrame(rows, schema=schema(["hook_load"]), orient="row")
        frame = frame.with_columns(pl.lit(None, dtype=ACTIVITY).alias("activity"))
        self.revision += 1
        with self.database.session() as session:
            judged = Evaluator("R1", alert_rules.covering(session, "R1"), self.state)
            found = judged.step(frame)
            self.state = judged.state()
            session.merge(
                LiveRigRow(
                    rig_id="R1",
                    origin=origin.value,
                    revision=self.revision,
                    channels="hook_load",
                    last_time=frame["time"][-1],
                    changed_at=CLOCK,
                    switched=False,
                )
            )
            state = {"rules": self.state}
            live_outlet.note_scored(session, "R1", self.revision, state)
            alert_conditions.apply(session, "R1", found)
        return found

    def look(self, seconds: int) -> list[tuple[State, bool]]:
        """How alerts stand once the clock went on."""
        now = CLOCK + timedelta(seconds=seconds)
        with self.database.session() as session:
            for rig_id in alert_silences.quiet(session, now):
                alert_silences.judge(session, rig_id, now)
            found = alerts.listed(session, Wanted(("R1",), tuple(State)))
        return [(one.state, one.active) for one in found]


@pytest.fixture
def site(sqlite_template: Path, tmp_path: Path) -> Iterator[Site]:
    """A rig with a rule, in a store of its own."""
    shutil.copy(sqlite_template, tmp_path / "store.db")
    database = Database(f"sqlite:///{tmp_path / 'store.db'}")
    yield Site(database)
    database.dispose()


UNSEEN = (State.UNACKNOWLEDGED, True)
RETURNED = (State.RETURNED_UNACKNOWLEDGED, False)


def test_a_rig_that_is_silent_for_long_enough_is_told_once(site: Site) -> None:
    site.come(0, 10)

    assert site.look(50) == []
    assert site.look(61) == [UNSEEN]
    assert site.look(600) == [UNSEEN]


def test_the_row_that_ends_a_silence_ends_its_alert_and_tells_the_same_times(site: Site) -> None:
    site.come(0, 10)
    site.look(200)

    site.come(200, 201)

    assert site.look(0) == [RETURNED]
    with site.database.session() as session:
        (alert,) = alerts.listed(session, Wanted(("R1",), tuple(State)))
    assert alert.found is not None
    assert alert.found.event_at == BEGIN + timedelta(seconds=9 + 60)
    assert alert.found.turned_at == BEGIN + timedelta(seconds=200)


def test_rows_that_come_later_and_show_that_nothing_was_stale_end_the_alert(site: Site) -> None:
    site.come(0, 10)
    assert site.look(100) == [UNSEEN]

    assert site.come(10, 100) == []

    assert site.look(20) == [RETURNED]


def test_a_replay_that_pauses_is_left_alone(site: Site) -> None:
    site.come(0, 10, Origin.REPLAY)

    assert site.look(1000) == []


def test_rows_that_wait_to_be_scored_are_waited_for(site: Site) -> None:
    site.come(0, 10)
    with site.database.session() as session:
        session.get_one(LiveRigRow, "R1").revision += 1

    assert site.look(1000) == []
