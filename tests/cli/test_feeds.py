"""The commands of live sources, as a person runs them: they take, tell what they took, and end."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from idrill.access import Permission, Role, Tier
from idrill.cli import run
from idrill.frame import Origin
from idrill.rigs import Rig
from idrill.sources import controlling
from idrill.store import api_keys, dead_letters, live_readings, rigs, sensor_switches, users
from idrill.store.api_keys import NewKey
from idrill.store.database import Database
from idrill.store.users import NewUser
from idrill.streams import control_messages
from idrill.streams.control_messages import RegisterRig
from tests.sources.wits0_sender import frame_text, sender
from tests.sources.witsml_store import Store, served
from tests.streams.brokers import url_of

IDRILL = str(Path(sys.executable).parent / "idrill")


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The store of a home where the commands run, with the rig R1."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IDRILL_HOME", str(tmp_path))
    monkeypatch.setenv("IDRILL_SECRET_KEY", "k" * 40)
    store = Database(f"sqlite:///{tmp_path / 'idrill.db'}")
    store.migrate()
    with store.session() as session:
        rigs.register(session, Rig("R1", "R1"))
    return store


def count(database: Database, rig: str = "R1") -> int:
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT count(*) FROM live_readings WHERE rig_id = ?", (rig,)
        ).scalar()
    return int(rows or 0)


def wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)


class Command:
    """A command that runs until it is told to end."""

    def __init__(self, *words: str) -> None:
        self._process = subprocess.Popen(  # noqa: S603  our own words
            [IDRILL, *words],
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ.copy(),  # noqa: TID251
        )

    def end(self) -> tuple[int, str]:
        """Its exit code, and what it said."""
        self._process.send_signal(signal.SIGTERM)
        _, said = self._process.communicate(timeout=90)
        return self._process.returncode, said


@pytest.fixture
def start() -> Iterator[Callable[..., Command]]:
    """Starts commands, and ends those that a test left."""
    started: list[Command] = []

    def make(*words: str) -> Command:
        started.append(Command(*words))
        return started[-1]

    yield make
    for one in started:
        if one._process.poll() is None:
            one._process.kill()


def test_frames_of_a_wits_sender_are_committed_until_told_to_end(
    database: Database, start: Callable[..., Command]
) -> None:
    async def script(writer: asyncio.StreamWriter, _: int) -> None:
        for second in range(25):
            writer.write(frame_text(second, "01141", "0799x").encode())
            await writer.drain()
        await writer.wait_closed()

    async def scene() -> tuple[int, str]:
        async with sender(script) as port:
            command = start("stream", "wits0", f"127.0.0.1:{port}", "--rig", "R1")
            await asyncio.to_thread(wait, lambda: count(database) == 25)
            return await asyncio.to_thread(command.end)

    code, said = asyncio.run(scene())

    assert code == 0
    assert "25 readings" in said
    assert "items that feed no channel: 0799 x 25" in said


def test_a_log_of_a_witsml_store_is_followed_to_its_end_and_on_from_there(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    store = Store(growing=False)
    store.grow(*range(5))
    words = ["--well", "w", "--wellbore", "b", "--log", "l", "--rig", "R2"]
    with served(store):
        assert run(["stream", "witsml", store.url, *words]) == 2
        assert "--register" in capsys.readouterr().err
        assert run(["stream", "witsml", store.url, *words, "--register"]) == 0
        store.grow(5)
        assert run(["stream", "witsml", store.url, *words]) == 0

    assert count(database, "R2") == 6
    assert "1 readings to the store, up to 2026-03-01 12:00:05Z" in capsys.readouterr().err


def test_a_rig_that_runs_takes_up_what_is_injected_and_is_replayed(
    database: Database, start: Callable[..., Command], capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:  # fmt: skip
    begin = datetime.now(UTC) - timedelta(minutes=20)
    words = ["simulate", "--stream", "--rig", "SIM_01", "--seed", "3"]
    command = start(*words, "--from", f"{begin:%Y-%m-%dT%H:%M:%S}")
    wait(lambda: count(database, "SIM_01") > 600)
    assert run(["simulate", "inject", "SIM_01", "kick", "--lasting", "60", "--growth", "1"]) == 0
    assert run(["simulate", "inject", "R1", "kick"]) == 2
    labels = tmp_path / "simulations" / "SIM_01" / "stream.events.parquet"
    wait(labels.exists)
    code, said = command.end()
    capsys.readouterr()
    injected = run(["simulate", "injected", "SIM_01"])
    listed = capsys.readouterr().out

    assert (code, injected) == (0, 0)
    assert "influx begins at" in said
    assert "influx" in listed
    with database.session() as session:
        mark = live_readings.mark_of(session, "SIM_01")
        assert live_readings.rejections(session, "SIM_01", limit=9) == []
    assert mark is not None
    assert mark.origin is Origin.SYNTHETIC
    day = f"{begin:%Y-%m-%d}"
    replay = ["replay", "SIM_01", day, "--to", "REPLAY", "--speed", "max"]
    assert run(replay) == 2
    assert run([*replay, "--register"]) == 0
    assert count(database, "REPLAY") > 0


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["stream", "wits0", "nowhere", "--rig", "R1"], "HOST:PORT"),
        (["stream", "wits0", "127.0.0.1:1", "--rig", "R9"], "--register"),
        (["simulate", "--stream", "--rigs", "3"], "--rigs"),
        (["simulate", "--stream", "--rig", "S", "--from", "2999-01-01"], "--from"),
        (["simulate", "--rig", "S", "--from", "2026-02-01T01:00:00"], "--from"),
        (["simulate", "--stream", "--rig", "R1"], "R1"),
        (["replay", "R1", "2026-02-01", "--to", "R1"], "nothing of R1"),
        (["replay", "R1", "2026-02-01", "--to", "R2", "--speed", "fast"], "--speed"),
        (["stream", "sparkplug", "mqtt://127.0.0.1:1", "--devices", "idrill.db"], "idrill.db"),
        (["stream", "control", "activate", "R1", "torqe", "--key", "1"], "torqe"),
        (["stream", "control", "key", "9"], "9"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else "",
)
@pytest.mark.usefixtures("database")
def test_what_makes_no_sense_is_one_clear_line(
    words: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == 2

    said = capsys.readouterr().err
    assert problem in said
    assert said.count("\n") == 1


def key(database: Database) -> str:
    with database.session() as session:
        owner = users.create(session, NewUser("a@rig.example", "A", Role.ENGINEER, "x", None))
        new = NewKey("edge", frozenset({Permission.MANAGE_RIG}), Tier.STANDARD, timedelta(days=9))
        return str(api_keys.create(session, owner, new)[0].id)


def test_without_a_broker_an_order_is_carried_out_here(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    signer = ["--key", key(database)]

    assert run(["stream", "control", "key", "1"]) == 0
    assert len(capsys.readouterr().out.strip()) == 64
    assert run(["stream", "control", "register-facility", "F", "--name", "F", *signer]) == 0
    order = ["register-rig", "R2", "--name", "Two", "--facility", "F", *signer]
    assert run(["stream", "control", *order]) == 0
    assert run(["stream", "control", "deactivate", "R2", "torque", "--reason", "x", *signer]) == 0

    with database.session() as session:
        [switch] = sensor_switches.of_rig(session, "R2")
    assert (switch.active, switch.reason, switch.told_by) == (False, "x", "key 1 of a@rig.example")


def test_an_order_that_came_too_early_is_carried_out_when_it_is_replayed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = int(key(database))
    order = RegisterRig(do="register_rig", rig_id="R2", name="Two", facility_id="LATER")
    with database.session() as session:
        signing_key = controlling.signing_key_of(session, number, "k" * 40)
        body = control_messages.signed(order, message_id="1", key_id=number, key=signing_key)
        dead_letters.keep(session, body, backend="nats", reason="no facility")

    assert run(["stream", "dead", "replay"]) == 1
    signer = ["--key", str(number)]
    assert run(["stream", "control", "register-facility", "LATER", "--name", "L", *signer]) == 0
    monkeypatch.delenv("IDRILL_SECRET_KEY")
    assert run(["stream", "dead", "replay"]) == 1
    monkeypatch.setenv("IDRILL_SECRET_KEY", "k" * 40)
    assert run(["stream", "dead", "replay"]) == 0

    with database.session() as session:
        assert rigs.get(session, "R2").name == "Two"


@pytest.mark.service
def test_an_order_goes_through_a_broker_and_readings_of_the_rig_behind_it(
    database: Database, start: Callable[..., Command], monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:  # fmt: skip
    monkeypatch.setenv("IDRILL_STREAM_URL", url_of("nats"))
    monkeypatch.setenv("IDRILL_STREAM_NAME", f"idrill.test-{uuid4().hex[:8]}")
    signer = ["--key", key(database)]
    (tmp_path / "day.csv").write_text("time,torque (kN.m)\n2026-03-01T12:00:00Z,1.0\n")

    assert run(["stream", "control", "register-rig", "EDGE", "--name", "Edge", *signer]) == 0
    assert run(["stream", "publish", "day.csv", "--rig", "EDGE"]) == 0
    working = start("work")
    wait(lambda: count(database, "EDGE") == 1)
    code, said = working.end()

    assert code == 0
    assert "rig EDGE is registered" in json.dumps(said)
