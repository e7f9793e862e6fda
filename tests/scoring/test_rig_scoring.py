"""What scoring tells of a rig: the same at any speed, whole or not at all, and never twice."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from idrill.dvr.stepping import Validator
from idrill.dvr.validation import validate
from idrill.errors import LakeError, StoreError
from idrill.frame import Quality, channels_in, quality_of
from idrill.registry.foresight import Foresight
from idrill.registry.prognoses import Bench
from idrill.store import alert_conditions, live_outlet, live_readings, live_scoring
from idrill.store.live_verdicts import judged_between
from idrill_serving.live.rig_scoring import RigScoring
from tests.dvr.test_stepping import around_midnights, cut
from tests.scoring.rows import MINUTES, commit, replayed, told


def judged(bench: Bench, rig_id: str, like: pl.DataFrame) -> pl.DataFrame:
    """The rows of a rig that have verdicts."""
    first, last = like["time"][0], like["time"][-1]
    with bench.database.session() as session:
        rig = live_readings.mark_of(session, rig_id)
        assert rig is not None
        return judged_between(session, rig, first, last + timedelta(seconds=1))


@pytest.mark.parametrize("restarts", [False, True], ids=["one-process", "many"])
def test_the_verdicts_in_the_store_are_those_of_the_whole_days(
    bench: Bench, restarts: bool
) -> None:
    frame, random = around_midnights(1, midnights=2), np.random.default_rng(1)
    scoring = RigScoring(bench, "R2")

    for part in cut(frame, random, 120):
        commit(bench.database, "R2", part)
        if restarts and random.random() < 0.5:
            scoring = RigScoring(bench, "R2")
        scoring.step()

    found = judged(bench, "R2", frame)
    names = channels_in(frame.columns)
    wanted = validate(frame).frame.head(found.height)
    assert found.height > frame.height - 15
    for column in ("time", "activity", *names, *map(quality_of, names)):
        assert found[column].equals(wanted[column]), column


def test_a_recording_raises_alerts_and_is_foreseen_minute_by_minute(
    at_full_speed: dict[str, Any],
) -> None:
    assert len(at_full_speed["verdicts"]) == 60 * MINUTES - 15
    assert len({row[3] for row in at_full_speed["predictions"]}) == MINUTES - 1
    assert {row[1] for row in at_full_speed["alerts"]} == {"1", "2"}
    assert at_full_speed["hours"]


@pytest.mark.parametrize("most", [1, 30, 90])
def test_a_recording_tells_the_same_at_any_speed(
    bench: Bench, recording: pl.DataFrame, at_full_speed: dict[str, Any], most: int
) -> None:
    parts = cut(recording, np.random.default_rng(most), most)

    found = replayed(bench, parts, steps=13 if most == 1 else 1)

    assert found == at_full_speed


def test_a_step_that_is_not_committed_tells_nothing_and_is_made_again(
    bench: Bench,
    recording: pl.DataFrame,
    at_full_speed: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    random, escalate = np.random.default_rng(0), alert_conditions.escalate_rig
    failed: list[int] = []

    def at_times(*told: Any) -> None:
        if random.random() < 0.4:
            failed.append(1)
            raise StoreError("the store is away")
        escalate(*told)

    monkeypatch.setattr(alert_conditions, "escalate_rig", at_times)
    scoring = RigScoring(bench, "R1")
    for part in recording.iter_slices(40):
        commit(bench.database, "R1", part)
        with suppress(StoreError):
            scoring.step()
    monkeypatch.undo()
    while scoring.step():
        pass

    assert failed
    assert told(bench.database) == at_full_speed


def test_somebody_else_who_scored_meanwhile_is_noticed(
    bench: Bench, recording: pl.DataFrame, at_full_speed: dict[str, Any]
) -> None:
    one, other = RigScoring(bench, "R1"), RigScoring(bench, "R1")
    for number, part in enumerate(recording.iter_slices(60)):
        commit(bench.database, "R1", part)
        (one, other)[number % 2].step()

    assert told(bench.database) == at_full_speed


def test_two_that_score_at_once_tell_it_once(bench: Bench, recording: pl.DataFrame) -> None:
    other, validate_more = RigScoring(bench, "R1"), Validator.step
    commit(bench.database, "R1", recording.head(100))

    def step(one: Validator, *rows: Any) -> pl.DataFrame:
        with pytest.MonkeyPatch.context() as aside:
            aside.setattr(Validator, "step", validate_more)
            other.step()
        return validate_more(one, *rows)

    with pytest.MonkeyPatch.context() as meanwhile:
        meanwhile.setattr(Validator, "step", step)
        with pytest.raises(StoreError, match="by another process meanwhile"):
            RigScoring(bench, "R1").step()

    with bench.database.session() as session:
        assert live_outlet.outlet_of(session, "R1").sequence == 1 + len(
            live_outlet.events_after(session, "R1", 0, 100)
        )


def test_a_row_that_comes_late_is_told_so_and_has_its_verdict(
    bench: Bench, recording: pl.DataFrame
) -> None:
    late = recording[[200]]
    commit(bench.database, "R2", recording.filter(pl.col("time") != late["time"][0]))
    scoring = RigScoring(bench, "R2")
    scoring.step()
    before = judged(bench, "R2", recording)

    commit(bench.database, "R2", late)
    scoring.step()

    found = judged(bench, "R2", recording)
    [row] = found.filter(pl.col("time") == late["time"][0])["torque_quality"].to_list()
    assert Quality(row) & Quality.LATE
    assert found.height == before.height + 1
    assert found.filter(pl.col("time") != late["time"][0]).equals(before)


@pytest.mark.parametrize("fault", [LakeError("the lake is away"), ZeroDivisionError("a bug")])
def test_where_nothing_can_be_foreseen_verdicts_and_alerts_are_told_all_the_same(
    bench: Bench,
    recording: pl.DataFrame,
    at_full_speed: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    fault: Exception,
) -> None:
    def fail(*_: object) -> None:
        raise fault

    monkeypatch.setattr(Foresight, "at", fail)
    commit(bench.database, "R1", recording.head(500))
    scoring = RigScoring(bench, "R1")
    scoring.step()
    faulty = faults(bench)
    monkeypatch.undo()
    commit(bench.database, "R1", recording.tail(100))
    scoring.step()

    found = told(bench.database)
    assert found["verdicts"] == at_full_speed["verdicts"]
    assert {row[1] for row in found["alerts"]} == {row[1] for row in at_full_speed["alerts"]}
    assert [one.partition(": ")[0] for one in faulty] == ["no remaining life is foreseen"]
    assert faults(bench) == []


def faults(bench: Bench) -> list[str]:
    """What rigs cannot be scored for."""
    with bench.database.session() as session:
        found = live_scoring.status(session, datetime.now(UTC)).faults
    return [one.detail for one in found]
