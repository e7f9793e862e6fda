"""What scoring told is let go of after a while; of live predictions one an hour stays."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from idrill.registry.prognoses import Bench
from idrill.settings import Settings
from idrill.store import dead_letters, live_days, live_outlet
from idrill.store.database import Database
from idrill.store.live_days import LiveDay
from idrill_serving.live.pruning import Pruner
from tests.scoring.rows import FROM, commit, replayed, told


@pytest.fixture
def scored(bench: Bench, recording: pl.DataFrame) -> Database:
    """A store in which the recording was scored."""
    replayed(bench, iter([recording]), steps=1)
    return bench.database


def prune(database: Database, tmp_path: Path, *, days: float) -> dict[str, int]:
    """Prune as in so many days."""
    settings = Settings(_env_file=None, home=tmp_path, keep_told=3.0, keep_rejections=30.0)
    return dict(Pruner(database, settings).prune(datetime.now(UTC) + timedelta(days=days)))


def test_what_was_told_stays_for_as_long_as_it_is_kept(scored: Database, tmp_path: Path) -> None:
    before = told(scored)

    gone = prune(scored, tmp_path, days=2.9)

    assert set(gone.values()) == {0}
    assert told(scored) == before


def test_what_is_old_goes_and_who_read_less_is_told_of_the_gap(
    scored: Database, tmp_path: Path
) -> None:
    before = told(scored)
    with scored.session() as session:
        dead_letters.keep(session, b"?", backend="nats", reason="no JSON")

    prune(scored, tmp_path, days=3.1)

    found = told(scored)
    assert found["verdicts"] == found["events"] == []
    assert [row[3] for row in found["predictions"]] == [(FROM + timedelta(minutes=6)).isoformat()]
    assert (found["alerts"], found["hours"]) == (before["alerts"], before["hours"])
    with scored.session() as session:
        outlet = live_outlet.outlet_of(session, "R1")
        assert outlet.pruned_to == outlet.sequence
        assert dead_letters.count_waiting(session) == 1
    prune(scored, tmp_path, days=31)
    with scored.session() as session:
        assert dead_letters.count_waiting(session) == 0


def test_hours_go_once_their_day_is_in_the_archive(scored: Database, tmp_path: Path) -> None:
    with scored.session() as session:
        live_days.mark(session, LiveDay("R1", FROM.date()), 1)

    prune(scored, tmp_path, days=2.9)
    kept = told(scored)["hours"]
    prune(scored, tmp_path, days=3.1)

    assert kept
    assert told(scored)["hours"] == []


def test_scoring_goes_on_after_pruning(
    bench: Bench, recording: pl.DataFrame, tmp_path: Path
) -> None:
    replayed(bench, iter([recording.head(300)]), steps=1)
    prune(bench.database, tmp_path, days=3.1)

    commit(bench.database, "R1", recording.tail(-300))
    found = replayed(bench, iter([]), steps=1)

    assert len(found["verdicts"]) == 300
