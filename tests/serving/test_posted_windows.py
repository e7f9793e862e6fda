"""The short way in for windows: answered as by the long way, which explains what is refused."""

from copy import deepcopy
from typing import Any

import pytest
from fastapi.routing import run_endpoint_function

from idrill.access import Role
from idrill_serving import posted_windows
from idrill_serving.posted_windows import INLINE
from tests.served_models import window
from tests.service import Service

RUL = "/api/v1/predictions/rul"


@pytest.fixture
def explained(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of endpoints that answered the long way."""
    names: list[str] = []

    async def noted(*, dependant: Any, values: dict[str, Any], is_coroutine: bool) -> Any:
        names.append(dependant.call.__name__)
        return await run_endpoint_function(
            dependant=dependant, values=values, is_coroutine=is_coroutine
        )

    monkeypatch.setattr("fastapi.routing.run_endpoint_function", noted)
    return names


def body(count: int = 1) -> dict[str, Any]:
    windows = [{"channels": window()} for _ in range(count)]
    return {"component": "liner", "origin": "file", "windows": windows}


def test_a_window_that_needs_no_explaining_is_answered_as_by_the_long_way(
    shared: Service, explained: list[str]
) -> None:
    headers = shared.token(Role.ENGINEER)
    as_text = deepcopy(body())
    [column] = [as_text["windows"][0]["channels"]["speed"]]
    column[0] = str(column[0])

    explained.clear()
    short = shared.client.post(RUL, json=body(), headers=headers)
    assert explained == []
    long = shared.client.post(RUL, json=as_text, headers=headers)

    assert explained == ["foresee_windows"]
    assert (short.status_code, long.status_code) == (200, 200)
    assert short.json() == long.json()
    assert short.headers["content-type"] == long.headers["content-type"]


@pytest.mark.parametrize("inline", [0, INLINE], ids=["in a thread", "on the event loop"])
def test_many_windows_are_answered_in_a_thread_and_few_at_once(
    shared: Service, monkeypatch: pytest.MonkeyPatch, inline: int
) -> None:
    monkeypatch.setattr(posted_windows, "INLINE", inline)

    answer = shared.client.post(RUL, json=body(3), headers=shared.token(Role.ENGINEER))

    assert len(answer.json()["predictions"]) == 3


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"windows": []}, "body.windows"),
        ({"more": 1}, "body.more"),
        ({"origin": "guessed"}, "body.origin"),
        ({"component": "Liner!"}, "body.component"),
        ({"windows": [{"channels": {}}]}, "body.windows.0.channels"),
        ({"windows": [{"channels": {"speed": [1e13]}}]}, "body.windows.0.channels.speed.0"),
        ({"windows": [{"channels": {"speed": []}}]}, "body.windows.0.channels.speed"),
    ],
    ids=["no window", "more", "origin", "component", "no channel", "too large", "no row"],
)
def test_what_is_wrong_is_said_with_its_place(
    shared: Service, changed: dict[str, Any], place: str
) -> None:
    answer = shared.client.post(RUL, json=body() | changed, headers=shared.token(Role.ENGINEER))

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert place in answer.json()["detail"]


def test_the_short_way_is_behind_the_same_door(shared: Service) -> None:
    assert shared.client.post(RUL, json=body()).status_code == 401
    assert (
        shared.client.post(RUL, json=body(), headers=shared.token(Role.VIEWER)).status_code == 403
    )
