"""Who shows the same secret at the same time is looked up together, but never by an older look."""

import asyncio
from collections.abc import Awaitable
from threading import Event
from typing import cast

import pytest

from idrill.errors import NotAuthenticated
from idrill_serving.doors import Principal
from idrill_serving.lookups import Lookups

SOMEBODY = cast("Principal", object())


def play(scene: Awaitable[None]) -> None:
    async def run() -> None:
        async with asyncio.timeout(60):
            await scene

    asyncio.run(run())


def test_who_comes_during_a_look_up_shares_the_next_one() -> None:
    looks: list[int] = []
    begun, going_on = Event(), Event()

    def look(people: int) -> Principal:
        looks.append(people)
        begun.set()
        going_on.wait(60)
        return SOMEBODY

    async def scene() -> None:
        lookups = Lookups()
        first = asyncio.create_task(lookups.find("s", look))
        await asyncio.to_thread(begun.wait, 60)
        rest = [asyncio.create_task(lookups.find("s", look)) for _ in range(20)]
        await asyncio.sleep(0)
        assert len(looks) == 1
        going_on.set()
        assert await asyncio.gather(first, *rest) == [SOMEBODY] * 21

    play(scene())

    assert looks == [1, 20]


def test_each_secret_is_looked_up_by_itself_and_a_refusal_is_told_to_all_who_wait() -> None:
    def refuse(_: int) -> Principal:
        raise NotAuthenticated("over")

    async def scene() -> None:
        lookups = Lookups()
        asked = [lookups.find("worthless", refuse) for _ in range(3)]
        found, *refused = await asyncio.gather(
            lookups.find("s", lambda _: SOMEBODY), *asked, return_exceptions=True
        )
        assert found is SOMEBODY
        assert [type(one) for one in refused] == [NotAuthenticated] * 3

    play(scene())


def test_who_goes_away_takes_nobody_along() -> None:
    begun, going_on = Event(), Event()

    def look(_: int) -> Principal:
        begun.set()
        going_on.wait(60)
        return SOMEBODY

    async def scene() -> None:
        lookups = Lookups()
        first = asyncio.create_task(lookups.find("s", look))
        second = asyncio.create_task(lookups.find("s", look))
        await asyncio.to_thread(begun.wait, 60)
        first.cancel()
        going_on.set()
        assert await second is SOMEBODY
        with pytest.raises(asyncio.CancelledError):
            await first

    play(scene())
