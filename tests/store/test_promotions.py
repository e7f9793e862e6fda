"""The ledger of models only grows, and of two promotions at once one wins."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import text

from idrill.errors import (
    IllegalMove,
    InvalidRequest,
    NoChampion,
    NotFound,
    PromotionConflict,
    StoreError,
)
from idrill.store import promotions
from idrill.store.database import Database
from idrill.store.releases import MOVES, Judgement, Release, moved

MODEL = "rul-liner"
GOOD = Judgement("beats all", {"rmse": 9.5}, "liner, fleet of seed 7", 1)
BAD = Judgement("the mean is better", {"rmse": 99.0}, "liner, fleet of seed 7", 1)


@pytest.fixture
def ledger(
    dialect: str, request: pytest.FixtureRequest, sqlite_template: Path, tmp_path: Path
) -> Iterator[Database]:
    """A store whose ledger is empty; what a test adds cannot be deleted by usual means."""
    if dialect == "sqlite":
        path = tmp_path / "store.db"
        shutil.copy(sqlite_template, path)
        opened = Database(f"sqlite:///{path}")
        yield opened
        opened.dispose()
        return
    store: Database = request.getfixturevalue("postgresql_store")
    yield store
    with store.engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("DELETE FROM promotions"))


def enter(database: Database, *versions: int) -> None:
    for version in versions:
        with database.session() as session:
            promotions.enter(session, MODEL, version, f"{version:064x}", by="ada", reason="new")


def promote(database: Database, version: int, against: int | None) -> None:
    with database.session() as session:
        promotions.promote(session, MODEL, version, GOOD, by="ada", against=against)


def roll_back(database: Database) -> int | None:
    with database.session() as session:
        back = promotions.roll_back(session, MODEL, by="bo", reason="pumps fail unforeseen")
    return None if back is None else back.version


def champion(database: Database, at: datetime | None = None) -> int:
    with database.session() as session:
        return promotions.champion(session, MODEL, at).version


def told(database: Database) -> list[tuple[int, str]]:
    with database.session() as session:
        return [(one.version, one.state) for one in promotions.of_model(session, MODEL)]


def test_a_candidate_passes_through_every_state_to_champion(ledger: Database) -> None:
    enter(ledger, 1)

    promote(ledger, 1, against=None)

    assert told(ledger) == [(1, "candidate"), (1, "shadow"), (1, "canary"), (1, "champion")]
    with ledger.session() as session:
        row = promotions.champion(session, MODEL)
    assert (row.title, row.by, row.digest, row.judged) == ("rul-liner/1", "ada", f"{1:064x}", GOOD)


def test_a_new_champion_retires_the_old_one_at_the_same_instant(ledger: Database) -> None:
    enter(ledger, 1, 2)
    promote(ledger, 1, against=None)

    promote(ledger, 2, against=1)

    assert told(ledger)[-2:] == [(1, "retired"), (2, "champion")]
    with ledger.session() as session:
        *_, retired, crowned = promotions.of_model(session, MODEL)
    assert retired.at == crowned.at
    assert champion(ledger) == 2


def test_the_champion_of_any_time_can_be_asked_for(ledger: Database) -> None:
    start = datetime.now(UTC)
    times = []
    enter(ledger, 1, 2)
    for version, against in ((1, None), (2, 1)):
        promote(ledger, version, against)
        times.append(datetime.now(UTC))
    back = roll_back(ledger)

    assert back == 1
    assert [champion(ledger, at) for at in times] == [1, 2]
    assert champion(ledger) == 1
    with pytest.raises(NoChampion, match=r"had no champion at .* UTC: it was never trained"):
        champion(ledger, start - timedelta(seconds=1))


def test_an_instant_without_a_zone_is_refused(ledger: Database) -> None:
    enter(ledger, 1)
    promote(ledger, 1, against=None)
    naive = datetime(2026, 2, 1)  # noqa: DTZ001  the point of it

    with pytest.raises(InvalidRequest, match="at: 2026-02-01 00:00:00 has no time zone"):
        champion(ledger, naive)
    with pytest.raises(InvalidRequest), ledger.session() as session:
        promotions.find_champion(session, MODEL, naive)


def test_rolling_back_again_and_again_leads_to_no_champion(ledger: Database) -> None:
    enter(ledger, 1, 2, 3)
    for version, against in ((1, None), (2, 1), (3, 2)):
        promote(ledger, version, against)

    assert [roll_back(ledger) for _ in range(3)] == [2, 1, None]
    with pytest.raises(NoChampion, match="version 1 was rolled back because pumps fail unforeseen"):
        champion(ledger)
    with pytest.raises(NoChampion, match="no champion to roll back"):
        roll_back(ledger)


def test_without_a_champion_the_reason_is_told(ledger: Database) -> None:
    with pytest.raises(NoChampion, match="rul-liner has no champion: it was never trained"):
        champion(ledger)

    enter(ledger, 1)
    with pytest.raises(NoChampion, match="version 1 is a candidate that was not judged yet"):
        champion(ledger)

    with ledger.session() as session:
        promotions.refuse(session, MODEL, 1, BAD, by="ada")
    with pytest.raises(NoChampion, match="version 1 was refused because the mean is better"):
        champion(ledger)


def test_a_refused_candidate_leaves_the_champion_in_place(ledger: Database) -> None:
    enter(ledger, 1, 2)
    promote(ledger, 1, against=None)

    with ledger.session() as session:
        promotions.refuse(session, MODEL, 2, BAD, by="ada")

    assert champion(ledger) == 1
    with pytest.raises(IllegalMove, match="a version that is refused cannot become shadow"):
        promote(ledger, 2, against=1)


def test_what_the_ledger_does_not_know_cannot_be_moved(ledger: Database) -> None:
    enter(ledger, 1)

    with pytest.raises(NotFound, match="no version 7 of rul-liner; versions: 1"):
        promote(ledger, 7, against=None)
    with pytest.raises(IllegalMove, match="has rul-liner/1 already, a candidate"):
        enter(ledger, 1)


def test_who_was_judged_against_a_former_champion_is_told(ledger: Database) -> None:
    enter(ledger, 1, 2, 3)
    promote(ledger, 1, against=None)
    promote(ledger, 2, against=1)
    before = told(ledger)

    with pytest.raises(
        PromotionConflict, match=r"rul-liner/3 was judged against rul-liner/1, but .* rul-liner/2"
    ):
        promote(ledger, 3, against=1)

    assert told(ledger) == before


def test_of_two_promotions_at_once_one_wins_and_the_other_is_told(ledger: Database) -> None:
    enter(ledger, 1, 2, 3)
    promote(ledger, 1, against=None)
    together = Barrier(2)
    connections = [Database(ledger.engine.url.render_as_string(hide_password=False)) for _ in "ab"]

    def race(database: Database, version: int) -> bool:
        together.wait()
        try:
            promote(database, version, against=1)
        except PromotionConflict:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        won = list(threads.map(race, connections, (2, 3)))

    assert sorted(won) == [False, True]
    assert champion(ledger) == (2 if won[0] else 3)
    assert [state for _, state in told(ledger)].count("champion") == 2
    for database in connections:
        database.dispose()


def test_candidates_entered_at_once_wait_for_each_other(ledger: Database) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda version: enter(ledger, version), range(1, 13)))

    with ledger.session() as session:
        numbers = [one.sequence for one in promotions.of_model(session, MODEL)]
    assert numbers == list(range(1, 13))


def test_a_writer_who_skips_the_lock_loses_by_the_key(
    ledger: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(ledger, 1)
    with ledger.session() as session:
        stale = promotions.of_model(session, MODEL)
    enter(ledger, 2)
    monkeypatch.setattr(promotions, "_locked", lambda *_: stale)

    with pytest.raises(PromotionConflict, match="another move of rul-liner came first"):
        enter(ledger, 3)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE promotions SET state = 'champion'",
        "UPDATE promotions SET reason = 'well, well'",
        "DELETE FROM promotions",
    ],
)
def test_no_row_of_the_ledger_can_be_changed_or_deleted(ledger: Database, statement: str) -> None:
    enter(ledger, 1, 2)
    before = told(ledger)

    with pytest.raises(StoreError, match="only ever added to"), ledger.session() as session:
        session.execute(text(statement))

    assert told(ledger) == before


def test_no_row_can_be_replaced_or_truncated(ledger: Database) -> None:
    enter(ledger, 1)
    forged = (
        "INSERT OR REPLACE INTO promotions SELECT model_name, sequence, version, 'champion', at, "
        "by, reason, digest, evaluation, test_set, looks FROM promotions"
    )
    statement = "TRUNCATE promotions" if ledger.is_postgresql else forged

    with pytest.raises(StoreError, match="only ever added to"), ledger.session() as session:
        session.execute(text(statement))

    assert told(ledger) == [(1, "candidate")]


def test_looks_at_a_test_set_are_counted_over_all_models(ledger: Database) -> None:
    with ledger.session() as session:
        before = promotions.looks_at(session, GOOD.test_set)
    enter(ledger, 1)
    promote(ledger, 1, against=None)

    with ledger.session() as session:
        assert (before, promotions.looks_at(session, GOOD.test_set)) == (0, 1)
        assert promotions.looks_at(session, "another set") == 0


def test_a_look_counts_though_no_verdict_followed(ledger: Database) -> None:
    enter(ledger, 1, 2)

    with ledger.session() as session:
        looks = [promotions.look(session, MODEL, 1, "seed 7", by="bo") for _ in range(2)]
        looks.append(promotions.look(session, MODEL, 2, "seed 7", by="bo"))
        looks.append(promotions.look(session, MODEL, 1, "seed 8", by="bo"))

    assert looks == [1, 1, 2, 1]
    with ledger.session() as session:
        assert promotions.looks_at(session, "seed 7") == 2
        row = promotions.of_model(session, MODEL)[2]
    assert (row.version, row.state, row.by) == (1, "candidate", "bo")
    assert row.judged == Judgement("look 1 at seed 7", test_set="seed 7", looks=1)
    with pytest.raises(NoChampion, match="was held against seed 8, and neither released nor ref"):
        champion(ledger)


def test_who_was_judged_does_not_look_again(ledger: Database) -> None:
    enter(ledger, 1)
    with ledger.session() as session:
        promotions.refuse(session, MODEL, 1, BAD, by="ada")

    with pytest.raises(IllegalMove), ledger.session() as session:
        promotions.look(session, MODEL, 1, BAD.test_set, by="ada")


def test_a_champion_is_taken_out_and_nothing_put_in_its_place(ledger: Database) -> None:
    enter(ledger, 1, 2, 3)
    promote(ledger, 1, against=None)
    promote(ledger, 2, against=1)

    with ledger.session() as session:
        out = promotions.withdraw(session, MODEL, by="bo", reason="pumps fail")

    assert (out.title, out.state) == ("rul-liner/2", Release.ROLLED_BACK)
    assert told(ledger)[-1] == (2, "rolled_back")
    with pytest.raises(NoChampion, match="version 2 was rolled back because pumps fail"):
        champion(ledger)
    with pytest.raises(NoChampion, match="no champion to roll back"), ledger.session() as session:
        promotions.withdraw(session, MODEL, by="bo", reason="again")
    promote(ledger, 3, against=None)
    assert champion(ledger) == 3


def test_models_and_their_versions_are_listed(ledger: Database) -> None:
    enter(ledger, 1, 2)
    promote(ledger, 1, against=None)

    with ledger.session() as session:
        assert promotions.models(session) == [MODEL]
        standing = [(one.version, one.state) for one in promotions.versions(session, MODEL)]
    assert standing == [(1, Release.CHAMPION), (2, Release.CANDIDATE)]


def test_time_in_the_ledger_never_runs_backwards(
    ledger: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(ledger, 1)

    class Late(datetime):
        @classmethod
        def now(cls, tz: object = None) -> "Late":
            assert tz is UTC
            return cls(2001, 1, 1, tzinfo=UTC)

    monkeypatch.setattr(promotions, "datetime", Late)
    promote(ledger, 1, against=None)

    with ledger.session() as session:
        times = [one.at for one in promotions.of_model(session, MODEL)]
    assert times == sorted(times)


@pytest.mark.parametrize("state", [None, *Release])
def test_only_lawful_moves_are_made(state: Release | None) -> None:
    for to in Release:
        if to in MOVES[state]:
            assert moved(state, to) is to
        else:
            with pytest.raises(IllegalMove, match=f"cannot become {to}"):
                moved(state, to)


def test_a_model_is_not_entered_twice_under_two_numbers(ledger: Database) -> None:
    enter(ledger, 1)

    with (
        pytest.raises(IllegalMove, match=f"{MODEL}/2 is {MODEL}/1 once more"),
        ledger.session() as session,
    ):
        promotions.enter(session, MODEL, 2, f"{1:064x}", by="bo", reason="new")
