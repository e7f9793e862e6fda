"""The client that comes with the service goes on where it was, and draws what it knows."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from idrill.cli import run
from idrill.errors import NotAuthenticated
from idrill_serving.live import client
from idrill_serving.live.client import Told, Watcher
from idrill_serving.live.watch import Picture, drawn
from tests.serving.live.hosts import PATIENCE, Host, wait_until


def watcher(host: Host, token: str) -> Watcher:
    url = f"ws://127.0.0.1:{host.port}/api/v1/sensor-data/ws/R1"
    return Watcher(url, {"token": token}, {"history": 60, "channels": ["torque"]})


def cut_all(host: Host) -> None:
    """End every connection, as when the service restarts."""
    loop = host.hub._tasks[0].get_loop()
    for one in host.hub._clients:
        loop.call_soon_threadsafe(one.outbox.close, 1012, "")


def test_the_client_comes_again_and_misses_nothing(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PAUSE", 0.01)
    told: list[Told] = []

    async def watch() -> None:
        async with asyncio.timeout(PATIENCE):
            async for one in watcher(host, host.token()).messages():
                told.append(one)
                if one["type"] == "snapshot":
                    cut_all(host)
                    wait_until(lambda: host.hub.clients == 0)
                    host.tell([5], torque=5.0)
                if one["type"] == "batch" and one["time"]:
                    return

    host.tell([0], torque=1.0)
    asyncio.run(watch())

    silent = {"hello", "welcome", "heartbeat"}
    once = ["connected", "subscribed"]
    kinds = [one["type"] for one in told if one["type"] not in silent]
    assert kinds == [*once, "snapshot", "disconnected", *once, "batch"]
    assert (told[-1]["recovered"], told[-1]["values"]) == (True, {"torque": [5.0]})


def test_a_client_that_is_not_let_in_says_so(host: Host) -> None:
    async def watch() -> None:
        async for _ in watcher(host, "nonsense").messages():
            pass

    with pytest.raises(NotAuthenticated):
        asyncio.run(watch())


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["R1", "--key", "nonsense"], "the access token is not valid"),
        (["NOPE", "--key", "TOKEN"], "no rig that you may see is called 'NOPE'"),
        (["R1", "--key", "TOKEN", "--channels", "hokload"], "did you mean hook_load"),
    ],
    ids=["a wrong key", "a wrong rig", "a wrong channel"],
)
def test_watching_what_one_may_not_see_ends_in_one_line(
    host: Host, capsys: pytest.CaptureFixture[str], asked: list[str], said: str
) -> None:
    words = [host.token() if word == "TOKEN" else word for word in asked]

    code = run(["watch", *words, "--url", f"http://127.0.0.1:{host.port}"])

    assert (code, said in capsys.readouterr().err) == (2, True)


def test_the_address_of_the_service_names_its_scheme(capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["watch", "R1", "--key", "idk_x", "--url", "127.0.0.1:8000"])

    assert code == 2
    assert "must start with http:// or https://" in capsys.readouterr().err


def test_a_picture_shows_values_flags_and_what_is_stale() -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    picture = Picture("R1", state="connected")
    fresh, old = now - timedelta(seconds=1), now - timedelta(seconds=60)
    batch = {"type": "batch", "origin": "replay", "time": [old.isoformat(), fresh.isoformat()]}
    values = {"torque": [1.0, 2.5], "hook_load": [800.0, None]}
    verdicts = {"time": [fresh.isoformat()], "activity": ["static"], "bits": {"torque": [16]}}
    picture.learn(batch | {"values": values, "verdicts": verdicts})
    picture.learn({"type": "gap", "rows": 7})

    console = Console(width=120, record=True, force_terminal=True)
    console.print(drawn(picture, now))
    text = console.export_text(clear=False)

    assert "replay" in text
    assert "static" in text
    assert "2.50" in text
    assert "spike" in text
    assert "7 rows" in text
    assert "\x1b[90m" in console.export_text(styles=True)
