"""What scoring tells of a rig has one order, in which nobody misses anything."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event as Signal
from threading import Lock

import pytest

from idrill.rigs import Rig
from idrill.store import live_outlet, live_wake, rigs
from idrill.store.database import Database
from idrill.store.live_outlet import Event, EventKind, Verdict
from idrill.store.live_wake import LiveWake

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


def verdict(second: int, *, activity: str = "drilling", **bits: int) -> Verdict:
    return Verdict(NOON + timedelta(seconds=second), activity, bits)


def alert(number: int) -> Event:
    return Event(EventKind.ALERT, NOON, {"number": number})


@pytest.fixture(autouse=True)
def known_rigs(database: Database) -> None:
    """Two rigs."""
    with database.session() as session:
        for name in ("R1", "R2"):
            rigs.register(session, Rig(name, name))


def test_a_step_has_one_number_and_each_event_its_own(database: Database) -> None:
    with database.session() as session:
        number = live_outlet.tell(
            session, "R1", [verdict(0), verdict(1, torque=4)], [alert(1), alert(2)]
        )

        verdicts = live_outlet.verdicts_after(session, "R1", 0, 100)
        events = live_outlet.events_after(session, "R1", 0, 100)

    assert number == 3
    assert [(one.sequence, one.bits) for one in verdicts] == [(1, {}), (1, {"torque": 4})]
    assert [(one.sequence, one.body["number"]) for one in events] == [(2, 1), (3, 2)]


def test_rigs_count_apart(database: Database) -> None:
    with database.session() as session:
        live_outlet.tell(session, "R1", [verdict(0)])

        assert live_outlet.tell(session, "R2", [verdict(0)]) == 1


def test_a_verdict_takes_the_place_of_the_one_before_it(database: Database) -> None:
    with database.session() as session:
        live_outlet.tell(session, "R1", [verdict(0), verdict(1)])
        live_outlet.tell(session, "R1", [verdict(1, activity="tripping_in")])

        first, second = live_outlet.verdicts_after(session, "R1", 0, 100)

    assert (first.sequence, first.activity) == (1, "drilling")
    assert (second.sequence, second.activity) == (2, "tripping_in")


def test_verdicts_of_one_step_are_never_parted(database: Database) -> None:
    with database.session() as session:
        live_outlet.tell(session, "R1", [verdict(0)])
        live_outlet.tell(session, "R1", [verdict(second) for second in range(1, 6)])

        first = live_outlet.verdicts_after(session, "R1", 0, 3)
        rest = live_outlet.verdicts_after(session, "R1", first[-1].sequence, 3)

    assert len(first) == 1
    assert len(rest) == 5


def test_telling_nothing_takes_no_number(database: Database) -> None:
    with database.session() as session:
        assert live_outlet.tell(session, "R1") == 0


def test_the_next_step_finds_what_the_last_one_left(database: Database) -> None:
    with database.session() as session:
        live_outlet.tell(session, "R1", [verdict(0)])
        live_outlet.note_scored(session, "R1", 17, {"rules": [1.5, None]})

    with database.session() as session:
        outlet = live_outlet.outlet_of(session, "R1")

    assert (outlet.sequence, outlet.scored_to, outlet.state) == (1, 17, {"rules": [1.5, None]})


def test_numbers_are_read_without_a_gap_while_many_tell(database: Database) -> None:
    def tell(number: int) -> None:
        with database.session() as session:
            live_outlet.tell(session, "R1", [], [alert(number)])

    seen: list[int] = []
    with ThreadPoolExecutor(4) as many:
        told = [many.submit(tell, number) for number in range(40)]
        while len(seen) < 40:
            with database.session() as session:
                fresh = live_outlet.events_after(session, "R1", seen[-1] if seen else 0, 100)
            seen += [one.sequence for one in fresh]
            assert seen == list(range(1, len(seen) + 1))
            assert not any(one.exception() for one in told if one.done())


def test_whoever_read_less_than_was_pruned_is_told(database: Database) -> None:
    with database.session() as session:
        live_outlet.tell(session, "R1", [verdict(0)], [alert(1)])
        later = datetime.now(UTC) + timedelta(seconds=1)

        gone = live_outlet.prune(session, later)
        outlet = live_outlet.outlet_of(session, "R1")

    assert (gone, outlet.pruned_to, outlet.sequence) == (2, 2, 2)


class _Turns:
    """A lock that has something done as soon as it is free for the first time."""

    def __init__(self, then: Callable[[], object]) -> None:
        self._lock, self._then = Lock(), [then]

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()
        if self._then:
            self._then.pop()()


def test_who_begins_to_listen_while_the_last_one_leaves_hears_commits(database: Database) -> None:
    heard = Signal()
    wake = LiveWake(Database(database.url))
    leave = wake.listen(lambda: None)
    wake._guard = _Turns(lambda: wake.listen(heard.set))  # type: ignore[assignment]
    leave()
    try:
        assert wake._thread is not None
        assert wake._thread.is_alive()
    finally:
        wake.close()


def test_who_listens_hears_a_commit_of_another_process(database: Database) -> None:
    heard = Signal()
    wake = LiveWake(Database(database.url))
    stop = wake.listen(heard.set)
    try:
        # Only a commit after the first look shows that it was heard.
        assert database.is_postgresql is False or heard.wait(60)
        heard.clear()
        for second in range(600):
            with database.session() as session:
                live_outlet.tell(session, "R1", [verdict(second)])
            if heard.wait(0.1):
                break

        assert heard.is_set()
    finally:
        stop()
        wake.close()


def test_a_writer_that_rings_itself_is_not_told_of_by_the_server_too(database: Database) -> None:
    heard, ready = Signal(), Signal()
    here, elsewhere = LiveWake(Database(database.url)), LiveWake(Database(database.url))
    stops = [here.listen(ready.set), elsewhere.listen(heard.set)]
    rung: list[str] = []
    try:
        # Both hear once the server listens for them; a file is looked at from the start.
        assert database.is_postgresql is False or (ready.wait(60) and heard.wait(60))
        stops.append(here.listen(lambda: rung.append("here")))
        rung.clear()
        for second in range(600):
            heard.clear()
            with database.session() as session:
                live_outlet.note_scored(session, "R1", second, {})
                live_wake.tell(session, here.name)
            if heard.wait(0.1):
                break

        assert heard.is_set()
        assert database.is_postgresql is False or rung == []
    finally:
        for stop in stops:
            stop()
        here.close()
        elsewhere.close()
