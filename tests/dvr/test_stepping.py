"""A stream, however it is cut, late and repeated, gives the verdicts of whole days."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from idrill.activity import ActivityThresholds
from idrill.dvr import stepping
from idrill.dvr.stepping import LATENESS, Validator
from idrill.dvr.tracks import HISTORY
from idrill.dvr.validation import history_before, validate
from idrill.errors import FrameError
from idrill.frame import ORIGIN, QUALITY, TIME, Quality, channels_in, quality_of

START = datetime(2026, 2, 1, tzinfo=UTC)
DAY = 86_400
EVERY = 4
"""Step of the clock [s]."""


def around_midnights(seed: int, midnights: int) -> pl.DataFrame:
    """The hour around each midnight of a rig that drills, with all that goes wrong with sensors."""
    random = np.random.default_rng(seed)
    hour = np.arange(-1800, 1800, EVERY)
    seconds = (np.arange(1, midnights + 1)[:, None] * DAY + hour).ravel()
    seconds = seconds[random.random(seconds.size) > 0.01]
    drilled = np.linspace(1500.0, 1500.0 + 0.02 * seconds.size, seconds.size)

    def sensed(level: float, noise: float, digits: int = 2) -> NDArray[np.float64]:
        values = np.round(level + noise * random.standard_normal(seconds.size), digits)
        for start in random.integers(0, seconds.size, midnights):
            wrong = slice(start, start + random.integers(1, 120))
            kind = random.integers(4)
            values[wrong] = (values[start], values[wrong] * 0.1450377, 0.0, np.nan)[kind]
        spiked = random.random(seconds.size) < 0.003
        values[spiked] *= random.uniform(2.0, 4.0)
        return values

    return a_frame(
        seconds,
        {
            "hole_depth": drilled,
            "bit_depth": drilled - 40.0 * (random.random(seconds.size) < 0.01),
            "block_position": np.round(30.0 - (drilled - 1500.0) % 25.0, 2),
            "hook_load": sensed(1200.0, 2.0),
            "rotary_speed": sensed(120.0, 0.4, 0),
            "torque": sensed(9.0, 0.2),
            "standpipe_pressure": sensed(15_000.0, 60.0, 0),
            "flow_in": sensed(3500.0, 0.2, 0),
            "pit_volume_total": np.where(seconds % 32 == 0, sensed(50.0, 0.05), np.nan),
            "mud_temperature_out": sensed(45.0, 0.2, 1),
            "annular_pressure": sensed(20_000.0, 60.0, 0),
        },
    )


def a_frame(seconds: NDArray[np.int64], channels: dict[str, NDArray[np.float64]]) -> pl.DataFrame:
    good = pl.repeat(0, seconds.size, dtype=QUALITY, eager=True)
    return pl.DataFrame(
        {
            "rig_id": pl.repeat("RIG_01", seconds.size, eager=True),
            "time": pl.Series(
                [START + timedelta(seconds=int(second)) for second in seconds], dtype=TIME
            ),
            "origin": pl.repeat("live", seconds.size, dtype=ORIGIN, eager=True),
            **{name: pl.Series(values).fill_nan(None) for name, values in channels.items()},
            **{quality_of(name): good for name in channels},
        }
    )


def cut(frame: pl.DataFrame, random: np.random.Generator, most: int) -> Iterator[pl.DataFrame]:
    """The frame in pieces of 1 to so many rows."""
    start = 0
    while start < frame.height:
        rows = int(random.integers(1, most + 1))
        yield frame.slice(start, rows)
        start += rows


def streamed(frames: Iterator[pl.DataFrame]) -> pl.DataFrame:
    validator = Validator()
    found = [validator.step(frame) for frame in frames]
    return pl.concat([*found, validator.close()], how="diagonal")


def bits_in(frame: pl.DataFrame) -> Quality:
    found = Quality.GOOD
    for name in channels_in(frame.columns):
        found |= Quality(int(np.bitwise_or.reduce(frame[quality_of(name)].to_numpy())))
    return found


def test_a_stream_over_ten_midnights_gives_the_verdicts_of_the_whole() -> None:
    frame = around_midnights(0, midnights=10)
    together = validate(frame).frame

    found = streamed(cut(frame, np.random.default_rng(0), most=900))

    assert found.select(together.columns).equals(together)
    assert bits_in(together) == (
        Quality.MISSING | Quality.OUT_OF_RANGE | Quality.TOO_FAST | Quality.SPIKE | Quality.FROZEN
        | Quality.GAP | Quality.IMPOSSIBLE | Quality.UNIT_SUSPECT | Quality.SENTINEL
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "shorter"), [("HISTORY", timedelta(minutes=3)), ("LAG", timedelta(0))]
)
def test_with_a_shorter_memory_or_lag_the_stream_would_differ(
    monkeypatch: pytest.MonkeyPatch, name: str, shorter: timedelta
) -> None:
    monkeypatch.setattr(stepping, name, shorter)
    frame = around_midnights(0, midnights=1)
    together = validate(frame).frame
    found = streamed(cut(frame, np.random.default_rng(0), most=50))
    assert not found.select(together.columns).equals(together)


def test_a_stream_row_by_row_gives_the_verdicts_of_the_whole() -> None:
    frame = around_midnights(19, midnights=1).slice(420, 45)
    together = validate(frame).frame
    assert Quality.SPIKE in bits_in(together)
    found = streamed(frame.slice(row, 1) for row in range(frame.height))
    assert found.select(together.columns).equals(together)


@pytest.mark.parametrize("seed", range(2))
def test_days_with_their_history_give_the_verdicts_of_the_stream(seed: int) -> None:
    frame = around_midnights(seed, midnights=3)
    found = streamed(cut(frame, np.random.default_rng(seed), most=600))
    days = [day for _, day in frame.group_by(pl.col("time").dt.date(), maintain_order=True)]

    alone = [validate(days[0])]
    for before, day in pairwise(days):
        history = history_before(day["time"][0].date(), before)
        alone.append(validate(day, history=history, thresholds=alone[-1].thresholds))

    frames = [day.frame for day in alone]
    assert found.select(frames[0].columns).equals(pl.concat(frames))
    assert alone[-1].thresholds != ActivityThresholds()


def at_rest_and_pumping(seconds: NDArray[np.int64]) -> pl.DataFrame:
    """A rig that pumps every other quarter of an hour; its gauge reads 600 kPa at rest."""
    still = seconds // 900 % 2 == 0
    pressure = np.where(still, 600.0 + seconds % 7, 15_000.0 + seconds % 60)
    at = {"hole_depth": 1500.0, "bit_depth": 1400.0, "hook_load": 1200.0, "block_position": 20.0}
    return a_frame(
        seconds,
        {
            **{name: np.full(seconds.size, value) for name, value in at.items()},
            "standpipe_pressure": pressure,
        },
    )


def test_what_a_day_shows_tells_the_activities_of_the_next() -> None:
    frame = at_rest_and_pumping(np.arange(DAY - 7200, DAY + 3600, EVERY))
    rest = frame["standpipe_pressure"] < 1_000.0
    first = frame["time"].dt.date() == frame["time"][0].date()

    together = validate(frame)

    activity = together.frame["activity"].cast(pl.String)
    assert set(activity.filter(rest & first)[20:]) == {"circulating"}
    then = activity.filter(rest & ~first)[20:]
    assert (then == "static").sum() > 0.95 * then.len()
    validator = Validator()
    found = [validator.step(part) for part in cut(frame, np.random.default_rng(3), most=600)]
    found.append(validator.close())
    assert pl.concat(found).select(together.frame.columns).equals(together.frame)
    assert validator.thresholds == together.thresholds
    assert together.thresholds.pressure_at_rest == pytest.approx(603.0, abs=1.0)


def test_a_stream_begins_with_what_the_day_before_left() -> None:
    frame = at_rest_and_pumping(np.arange(0, 3600, EVERY))
    left = validate(frame).thresholds
    later = frame.with_columns(pl.col("time") + timedelta(days=1))

    validator = Validator(left)
    found = pl.concat([validator.step(later), validator.close()])

    together = validate(later, thresholds=left).frame
    assert found.select(together.columns).equals(together)
    assert not together["activity"].equals(validate(later).frame["activity"])


@pytest.mark.parametrize("seed", range(2))
def test_late_and_repeated_rows_give_the_verdicts_of_the_whole(seed: int) -> None:
    random = np.random.default_rng(seed)
    frame = around_midnights(seed, midnights=1)
    # A few come a little out of order, a few much too late, and a tenth comes twice.
    arrival = np.arange(frame.height) + random.choice([0, 0, 0, 1.5, 40.0], frame.height)
    again = random.integers(0, frame.height, frame.height // 10)
    rows = np.concatenate([np.arange(frame.height), again])
    arrival = np.concatenate([arrival, arrival[again] + random.integers(1, 100, again.size)])
    order = rows[np.argsort(arrival, kind="stable")]

    validator = Validator()
    parts = [validator.step(part) for part in cut(frame[order], random, most=60)]
    found = pl.concat([*parts, validator.close()], how="diagonal").sort("time")

    assert found["time"].equals(frame["time"])
    late = found.select("time", *map(quality_of, channels_in(frame.columns))).with_columns(
        pl.all().exclude("time") & int(Quality.LATE)
    )
    assert 0 < late.filter(pl.col("torque_quality") > 0).height < frame.height / 2
    qualities = map(quality_of, channels_in(frame.columns))
    together = validate(frame.with_columns(late[name] for name in qualities))
    assert found.select(together.frame.columns).equals(together.frame)
    assert validator.thresholds == together.thresholds


def out_of_order(frame: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """The rows as they come: a few a little out of order, a few much too late."""
    late = random.choice([0, 0, 0, 1.5, 40.0], frame.height)
    return frame[np.argsort(np.arange(frame.height) + late, kind="stable")]


def resumed(one: Validator, seen: pl.DataFrame, judged: pl.DataFrame) -> Validator:
    """Another validator that goes on, from the rows that came and the verdicts that were given."""
    memory = one.memory
    known = judged.filter(pl.col("time") > memory.judged_to - HISTORY)
    waiting = seen.filter(pl.col("time").is_in(memory.waiting))
    late = [
        (pl.col(quality_of(name)) & int(Quality.LATE)).alias(quality_of(name))
        for name in channels_in(known.columns)
    ]
    rows = pl.concat([known.with_columns(late).select(waiting.columns), waiting]).sort("time")
    today = judged.filter(pl.col("time").dt.date() == memory.day).sort("time")
    in_time = today.filter(pl.col("torque_quality") & int(Quality.LATE) == 0)
    return Validator.resumed(memory, rows, lambda: in_time)


@pytest.mark.parametrize("seed", range(2))
def test_a_stream_that_is_taken_up_again_and_again_gives_the_same_verdicts(seed: int) -> None:
    random = np.random.default_rng(seed)
    parts = list(cut(out_of_order(around_midnights(seed, midnights=2), random), random, most=90))

    straight, validator = Validator(), Validator()
    told: list[pl.DataFrame] = []
    for number, part in enumerate(parts):
        told.append(validator.step(part))
        if random.random() < 0.3:
            seen, judged = pl.concat(parts[: number + 1]), pl.concat(told, how="diagonal")
            validator = resumed(validator, seen, judged)
    found = pl.concat([*told, validator.close()], how="diagonal").sort("time")

    wanted = pl.concat([*map(straight.step, parts), straight.close()], how="diagonal").sort("time")
    assert Quality.LATE in bits_in(wanted)
    assert found.select(wanted.columns).equals(wanted)
    assert validator.thresholds == straight.thresholds


@pytest.mark.parametrize("seed", range(2))
def test_what_comes_late_is_the_same_however_many_deliveries_are_taken_at_once(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows = out_of_order(around_midnights(seed, midnights=1), random)
    parts = list(cut(rows, random, most=9))
    one_by_one, together = Validator(), Validator()

    apart = [one_by_one.step(part) for part in parts]
    taken = []
    while parts:
        group, parts = parts[: (size := int(random.integers(1, 30)))], parts[size:]
        numbers = [pl.repeat(n, part.height, eager=True) for n, part in enumerate(group)]
        taken.append(together.step(pl.concat(group), pl.concat(numbers)))

    wanted = pl.concat([*apart, one_by_one.close()]).sort("time")
    found = pl.concat([*taken, together.close()]).sort("time")
    assert Quality.LATE in bits_in(wanted)
    assert found.equals(wanted)


def test_the_verdict_on_a_spike_waits_for_what_follows() -> None:
    seconds = np.arange(0, 400, EVERY)
    values = np.where(seconds == 360, 90.0, 40.0 + seconds % 3)
    frame = a_frame(seconds, {"mud_temperature_out": values})
    validator = Validator()

    early = validator.step(frame.filter(pl.col("time") <= START + timedelta(seconds=374)))
    later = validator.step(frame.filter(pl.col("time") > START + timedelta(seconds=374)))

    assert early["time"].max() == START + timedelta(seconds=356)
    spike = later.filter(pl.col("mud_temperature_out") == 90.0)
    assert spike["mud_temperature_out_quality"][0] & Quality.SPIKE


def test_the_first_row_of_a_day_closes_the_day_before() -> None:
    frame = a_frame(np.arange(DAY - 40, DAY + 4, EVERY), {"torque": np.full(11, 5.0)})
    validator = Validator()
    before = validator.step(frame.head(10))
    assert before["time"].max() == START + timedelta(seconds=DAY - 20)
    assert validator.step(frame.tail(1))["time"].max() == START + timedelta(seconds=DAY - 4)


def test_a_row_in_time_takes_its_place_and_a_later_one_is_marked() -> None:
    frame = a_frame(np.arange(0, 200, 2), {"torque": np.full(100, 5.0)})
    validator = Validator()
    validator.step(frame[[*range(20), *range(21, 40), 41, 43]])
    newest = frame["time"][43]

    found = [validator.step(frame[[row]]) for row in (42, 40, 20, 60)]

    assert frame["time"][40] < newest - LATENESS < frame["time"][42]
    late = pl.concat(found).filter(pl.col("torque_quality") == int(Quality.LATE))["time"]
    assert late.sort().to_list() == [frame["time"][20], frame["time"][40]]
    assert found[2]["time"].to_list() == [frame["time"][20]]
    assert frame["time"][42] in found[3]["time"]


def test_two_rows_of_an_instant_complete_each_other() -> None:
    instant = np.array([8])
    torque = a_frame(instant, {"torque": np.array([5.0]), "flow_in": np.array([np.nan])})
    flow = a_frame(instant, {"torque": np.array([np.nan]), "flow_in": np.array([3000.0])})
    validator = Validator()
    validator.step(torque)
    validator.step(flow)
    assert validator.close().select("torque", "flow_in").rows() == [(5.0, 3000.0)]


def test_a_row_of_another_rig_is_refused() -> None:
    frame = a_frame(np.arange(2), {"torque": np.full(2, 5.0)})
    validator = Validator()
    validator.step(frame.head(1))
    with pytest.raises(FrameError, match="another rig"):
        validator.step(frame.tail(1).with_columns(rig_id=pl.lit("RIG_02")))
