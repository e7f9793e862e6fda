"""Who scores: one process at a time, and another one once that is gone; a rig at fault waits."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from idrill.registry.prognoses import Bench
from idrill.store import live_scoring
from idrill.store.database import Database
from idrill.store.live_scoring import Scoring
from idrill.store.live_wake import LiveWake
from idrill_serving.live import scoring
from idrill_serving.live.rig_scoring import RigScoring
from idrill_serving.live.scoring import Scorer
from tests.dvr.test_stepping import cut
from tests.scoring.recorded import bench_at, furnish
from tests.scoring.rows import MINUTES, commit, told
from tests.store.conftest import with_driver

PATIENCE = 120.0
"""How long a slow machine may take [s]."""

JUDGED = 60 * MINUTES - 15


def until(holds: Callable[[], object], what: str) -> None:
    """Wait for something."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"{what}: not within {PATIENCE:g} s"
        time.sleep(0.02)


def status(database: Database) -> Scoring:
    with database.session() as session:
        return live_scoring.status(session, datetime.now(UTC))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounds that follow each other closely."""
    monkeypatch.setattr(scoring, "PACE", 0.02)
    monkeypatch.setattr(scoring, "STAND_BY", 0.02)
    monkeypatch.setattr(scoring, "LONGEST_PAUSE", 0.05)


@contextmanager
def at_work(bench: Bench) -> Iterator[Scorer]:
    wake = LiveWake(bench.database)
    scorer = Scorer(bench, wake, lambda: None, 1.0)
    scorer.start()
    try:
        yield scorer
    finally:
        scorer.close()
        wake.close()


def test_what_is_committed_is_scored_and_nothing_waits(
    bench: Bench, recording: pl.DataFrame
) -> None:
    with at_work(bench):
        for part in recording.iter_slices(100):
            commit(bench.database, "R1", part)
        until(lambda: len(told(bench.database)["verdicts"]) == JUDGED, "scored")
        until(lambda: not status(bench.database).waiting, "nothing waits")

    found = status(bench.database)
    assert found.holder is not None
    assert found.holder.startswith("process ")
    assert (found.note, found.faults) == ("", ())


def test_a_rig_at_fault_keeps_no_other_waiting_and_is_tried_again(
    bench: Bench, recording: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = RigScoring.step

    def step(one: RigScoring) -> bool:
        if one._rig_id == "R1":
            raise ZeroDivisionError("a bug")
        return sound(one)

    monkeypatch.setattr(RigScoring, "step", step)
    with at_work(bench):
        commit(bench.database, "R1", recording)
        commit(bench.database, "R2", recording)
        until(lambda: len(told(bench.database)["verdicts"]) == JUDGED, "the other is scored")
        until(lambda: status(bench.database).faults, "the fault is told")
        faulty = status(bench.database)
        monkeypatch.setattr(RigScoring, "step", sound)
        until(lambda: len(told(bench.database)["verdicts"]) == 2 * JUDGED, "both are scored")

    [fault] = faulty.faults
    assert (fault.rig_id, fault.detail) == ("R1", "ZeroDivisionError('a bug')")
    assert faulty.waiting == 1
    assert status(bench.database).faults == ()


def test_what_is_held_of_a_rig_that_fell_silent_is_let_go_of_and_scoring_goes_on(
    bench: Bench, recording: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "LET_GO", 0.0)
    monkeypatch.setattr(scoring, "SEEN", 0.0)
    monkeypatch.setattr(scoring, "IDLE", 0.02)
    with at_work(bench) as scorer:
        commit(bench.database, "R1", recording.head(200))
        until(lambda: told(bench.database)["verdicts"], "scored")
        until(lambda: not status(bench.database).waiting and not scorer._turns, "let go")
        commit(bench.database, "R1", recording.tail(-200))
        until(lambda: len(told(bench.database)["verdicts"]) == JUDGED, "scored on")


def test_a_fault_beside_the_rigs_ends_no_scoring(bench: Bench, recording: pl.DataFrame) -> None:
    asked = list[int]()

    def follow() -> None:
        asked.append(1)
        if len(asked) == 1:
            raise ZeroDivisionError("a bug")

    wake = LiveWake(bench.database)
    scorer = Scorer(bench, wake, follow, 1.0)
    scorer.start()
    commit(bench.database, "R1", recording)
    until(lambda: len(told(bench.database)["verdicts"]) == JUDGED, "scored")
    scorer.close()
    wake.close()

    assert len(asked) > 1


def test_a_second_one_stands_by_until_the_first_ends(bench: Bench, recording: pl.DataFrame) -> None:
    with ExitStack() as first:
        begun = first.enter_context(at_work(bench))
        until(lambda: status(bench.database).holder, "the first scores")
        with at_work(bench) as second:
            commit(bench.database, "R1", recording.head(100))
            until(lambda: not status(bench.database).waiting, "the first scores it")
            assert begun._turns
            assert not second._turns

            first.close()
            commit(bench.database, "R1", recording.tail(-100))
            until(lambda: len(told(bench.database)["verdicts"]) == JUDGED, "the second scores")


def test_without_a_model_nothing_is_foreseen_and_it_is_said(
    bench: Bench, recording: pl.DataFrame, tmp_path: Path
) -> None:
    none = Bench(bench.database, bench.lake, tmp_path, None)
    with at_work(none):
        commit(bench.database, "R1", recording)
        until(lambda: len(told(bench.database)["verdicts"]) == JUDGED, "scored")

    assert told(bench.database)["predictions"] == []
    assert status(bench.database).note == "no model serves, so no remaining life is foreseen"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.service)])
def place(
    request: pytest.FixtureRequest, bench: Bench, past: list[pl.DataFrame], tmp_path: Path
) -> Iterator[Bench]:
    """A furnished store on either database."""
    if request.param == "sqlite":
        yield bench
        return
    database = Database(with_driver(request.getfixturevalue("postgres_database")))
    database.migrate()
    folder = tmp_path / "other"
    furnish(database, folder, past)
    yield bench_at(database, folder)
    database.dispose()


def test_who_scores_may_be_killed_at_any_time(
    place: Bench, recording: pl.DataFrame, at_full_speed: dict[str, Any]
) -> None:
    database, folder = place.database, place.models_folder.parent
    random = np.random.default_rng(4)
    with workers(database, folder) as spawn:
        spawn()
        spawn()
        for number, part in enumerate(cut(recording, random, 60)):
            commit(database, "R1", part)
            if number % 10 == 3:
                kill(database, random)
                spawn()
        until(lambda: len(told(database)["verdicts"]) == JUDGED, "scored")
        until(lambda: not status(database).waiting, "nothing waits")

    found = told(database)
    for what, rows in at_full_speed.items():
        assert found[what] == rows, what


@contextmanager
def workers(database: Database, folder: Path) -> Iterator[Callable[[], None]]:
    """Starts processes that score; they are gone afterwards."""
    running: list[subprocess.Popen[bytes]] = []
    url = database.engine.url.render_as_string(hide_password=False)

    def spawn() -> None:
        order = [sys.executable, "-m", "tests.scoring.worker", url, str(folder)]
        running.append(subprocess.Popen(order))  # noqa: S603  our own words

    try:
        yield spawn
    finally:
        for one in running:
            one.kill()
            one.wait(60)


def kill(database: Database, random: np.random.Generator) -> None:
    """Kill who scores, once somebody does, a moment later."""
    import os

    until(lambda: alive(database) is not None, "somebody scores")
    time.sleep(float(random.random()) * 0.1)
    number = alive(database)
    if number is not None:
        os.kill(number, signal.SIGKILL)
        until(lambda: alive(database) != number, "it is gone")


def alive(database: Database) -> int | None:
    """Number of the process that scores."""
    holder = status(database).holder
    found = re.match(r"process (\d+)", holder or "")
    number = int(found[1]) if found else None
    return number if number is not None and _runs(number) else None


def _runs(number: int) -> bool:
    state = Path(f"/proc/{number}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"
