"""The schedule that asks every morning for what is not published."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg

from idrill.store import rig_days
from idrill.store.intake import Refused, Taken
from idrill_assets.defs.automation import Memory, morning
from idrill_assets.execution import Workplace
from idrill_assets.partitions import RigDay

TakeIn = Callable[..., list[Taken | Refused]]


def asked_on(workplace: Workplace, day: int) -> list[dg.RunRequest | dg.SkipReason]:
    """What one morning asks for, or why it asks for nothing."""
    with dg.build_schedule_context(
        instance=workplace.instance,
        scheduled_execution_time=datetime(2024, 4, day, 6, 15, tzinfo=UTC),
        resources={"platform": workplace.platform},
    ) as context:
        found = morning(context)
        assert isinstance(found, Iterator)
        return list(found)


def test_the_morning_asks_for_what_is_stale_and_what_is_held(
    workplace: Workplace,
    take_in: TakeIn,
    write_log: Callable[..., Path],
    tmp_path: Path,
    noon: datetime,
) -> None:
    take_in(workplace, write_log(tmp_path / "a.csv", noon, 110, step=timedelta(minutes=20)))
    with workplace.platform.database.session() as session:
        one, two, _ = rig_days.stale(session, "R1")
        rig_days.publish(session, "R1", one.day, version=one.wanted, rows=1, lake_version=1)
        rig_days.hold(session, "R1", two.day, version=two.wanted, reason="bad")

    requests = asked_on(workplace, 1)

    keys = [
        str(request.partition_key) for request in requests if isinstance(request, dg.RunRequest)
    ]
    assert keys == ["2024-03-02|R1", "2024-03-03|R1"]


def test_each_morning_asks_anew(
    workplace: Workplace,
    take_in: TakeIn,
    write_log: Callable[..., Path],
    tmp_path: Path,
    noon: datetime,
) -> None:
    take_in(workplace, write_log(tmp_path / "a.csv", noon, 5))

    [first], [second] = asked_on(workplace, 1), asked_on(workplace, 2)

    assert isinstance(first, dg.RunRequest)
    assert isinstance(second, dg.RunRequest)
    assert first.partition_key == second.partition_key == RigDay("R1", noon.date()).key
    assert first.run_key != second.run_key


def test_a_morning_with_nothing_to_do_says_so(workplace: Workplace) -> None:
    [skipped] = asked_on(workplace, 1)

    assert isinstance(skipped, dg.SkipReason)
    assert "published" in str(skipped.skip_message)


def test_the_memory_asks_again_only_for_another_version() -> None:
    memory = Memory()

    assert memory.news({"day": "a"}) == [("day", "a")]
    assert memory.news({"day": "a"}) == []
    assert memory.news({"day": "b"}) == [("day", "b")]
    assert Memory.model_validate_json(memory.model_dump_json()).news({"day": "b"}) == []
