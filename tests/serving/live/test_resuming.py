"""Who goes on from a position misses nothing and is told nothing twice, or is told of that."""

import random
import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from idrill.store import live_changes, live_days, live_readings
from idrill.store.live_changes import Changes
from idrill.store.live_days import LiveDay
from idrill.store.live_outlet import Verdict
from idrill.store.orm import LIVE_READINGS
from tests.serving.live.hosts import NOON, Host, Line, line_to, watching


def rows_in(host: Host, rig_id: str = "R1") -> dict[str, dict[str, float | None]]:
    """What the store holds of a rig."""
    with host.database.session() as session:
        mark = live_readings.mark_of(session, rig_id)
        assert mark is not None
        frame = live_readings.between(session, mark, NOON, NOON + timedelta(hours=3))
    return {
        f"{row['time']:%Y-%m-%dT%H:%M:%S.%fZ}": {name: row[name] for name in mark.channels}
        for row in frame.iter_rows(named=True)
    }


def resumed(line: Line, host: Host) -> None:
    """Come in and go on from where the line was."""
    line.login(token=host.token())
    answer = line.subscribe(resume={"R1": line.position}, history=3600)
    assert answer["type"] == "subscribed", answer


def goes_on(host: Host, line: Line, until: int, messages: int) -> None:
    """Come again, take some messages or all up to a revision, and be cut off."""
    with line_to(host) as again:
        line.socket = again.socket
        resumed(line, host)
        for _ in range(messages):
            told = line.until("snapshot", "batch")
            assert told["type"] == "batch", told
            line.take(told)
            if line.position[0] >= until:
                break


def test_nothing_is_missed_or_told_twice_however_often_the_line_breaks(either_host: Host) -> None:
    host, chance = either_host, random.Random(7)  # noqa: S311  no secret
    told = [host.tell([0], torque=0.0)]
    with watching(host, history=3600) as line:
        line.take(line.until("snapshot"))

    def write() -> None:
        for number in range(100):
            seconds = {max(0, number + chance.randrange(-4, 5)) for _ in range(3)}
            name = chance.choice(["torque", "hook_load"])
            told.append(host.tell(sorted(seconds), **{name: float(number)}))

    writing = threading.Thread(target=write)
    writing.start()
    for messages in (1, 3, 1, 2, 5, 1, 4, 2, 1, 3):
        goes_on(host, line, told[-1], messages)
    writing.join()
    goes_on(host, line, told[-1], 1000)

    expected = rows_in(host)
    assert {at: dict.fromkeys(expected[at]) | row for at, row in line.rows.items()} == expected


def test_who_comes_back_is_told_what_was_said_meanwhile(either_host: Host) -> None:
    host = either_host
    host.tell([0, 1], torque=1.0)
    with watching(host, quality=True) as line:
        line.take(line.until("snapshot"))
    host.tell([2], torque=2.0)
    host.judge([Verdict(NOON, "static", {})])

    with line_to(host) as again:
        again.login(token=host.token())
        again.subscribe(quality=True, resume={"R1": line.position})
        told = again.until("snapshot", "batch")

    assert (told["type"], told["recovered"]) == ("batch", True)
    assert told["after"] == line.position
    assert told["values"] == {"torque": [2.0]}
    assert told["verdicts"]["activity"] == ["static"]


def test_who_missed_nothing_is_told_so(host: Host) -> None:
    host.tell([0], torque=1.0)
    with watching(host) as line:
        line.take(line.until("snapshot"))
    with line_to(host) as again:
        again.login(token=host.token())
        again.subscribe(resume={"R1": line.position})
        told = again.until("snapshot", "batch")

    assert (told["recovered"], told["time"], told["position"]) == (True, [], line.position)


@pytest.mark.parametrize("position", [[1 << 40, 0], [0, 1 << 40]], ids=["revision", "sequence"])
def test_a_position_that_never_was_is_answered_with_a_new_picture(
    host: Host, position: list[int]
) -> None:
    host.tell([0], torque=1.0)
    with line_to(host) as line:
        line.login(token=host.token())
        line.subscribe(resume={"R1": position})
        told = line.until("snapshot", "batch")

    assert (told["type"], told["recovered"]) == ("snapshot", False)
    assert told["values"] == {"torque": [1.0]}


def test_more_than_can_be_told_at_once_is_answered_with_a_new_picture(host: Host) -> None:
    first = host.tell([0], torque=1.0)
    values = dict.fromkeys(("hook_load", "torque", "flow_in", "block_position", "hole_depth"), 1.0)
    for start in range(0, 9000, 3000):
        host.tell(range(start + 1, start + 3001), **values)
    with line_to(host) as line:
        line.login(token=host.token())
        line.subscribe(resume={"R1": [first, 0]})
        told = line.until("snapshot", "batch")

    assert (told["type"], told["recovered"]) == ("snapshot", False)


def test_readings_that_went_to_the_archive_cannot_be_gone_on_from(host: Host) -> None:
    first = host.tell([0], torque=1.0)
    second = host.tell([1], torque=1.0)
    with host.database.session() as session:
        live_days.mark(session, LiveDay("R1", NOON.date()), second)
    with line_to(host) as line:
        line.login(token=host.token())
        line.subscribe(resume={"R1": [first, 0]})

        assert line.until("snapshot", "batch")["recovered"] is False


def test_readings_that_go_to_the_archive_while_somebody_goes_on_are_not_missing_unnoticed(
    either_host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = either_host
    host.tell(range(10))
    since = live_changes.since

    def pruned_before_it_is_read(*asked: Any) -> Changes:
        with host.database.session() as session:
            live_days.mark(session, LiveDay("R1", NOON.date()), asked[3].revision)
            session.execute(delete(LIVE_READINGS).where(LIVE_READINGS.c.rig_id == "R1"))
        return since(*asked)

    with watching(host) as line:
        line.until("snapshot")
        monkeypatch.setattr(live_changes, "since", pruned_before_it_is_read)
        line.subscribe(resume={"R1": [0, 0]})

        assert line.until("snapshot", "batch")["recovered"] is False


def test_a_message_says_which_one_it_follows(host: Host) -> None:
    with watching(host) as line:
        line.take(line.until("snapshot"))
        for second in range(50):
            last = host.tell([second], torque=float(second))
        line.follow(last)

    assert len(line.rows) == 50
