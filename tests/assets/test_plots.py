"""Pictures of a rig-day: what is marked in them, and that they stay small."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import numpy as np
import polars as pl
import pytest
from PIL import Image

from idrill.channels import CHANNELS
from idrill.frame import Activity
from idrill_assets.plots import MARK, TRACKS, Band, activity_ribbon, strip_chart
from idrill_assets.quality_pictures import heat_map

START = datetime(2026, 2, 1, tzinfo=UTC)
BAND = Band("washout", START + timedelta(hours=6), START + timedelta(hours=12))
SHOWN_IN_PLACE = 100_000
"""Pictures that Dagster shows without a click [bytes]."""


@pytest.fixture(scope="module")
def minutes() -> pl.DataFrame:
    """A day of two channels of one unit and two of different ones."""
    times = [START + timedelta(minutes=minute) for minute in range(1440)]
    names = ("hole_depth", "bit_depth", "standpipe_pressure", "flow_in")
    tables = [
        pl.DataFrame({"time": times, "channel": name, "mean": np.arange(1440.0) + place})
        for place, name in enumerate(names)
    ]
    return pl.concat(tables)


@pytest.fixture(scope="module")
def states(minutes: pl.DataFrame) -> pl.DataFrame:
    times = minutes["time"].unique().sort()
    return pl.DataFrame({"time": times, "activity": [Activity.DRILLING_ROTATING.value] * 1440})


def marked(png: bytes) -> float:
    """Share of the pixels that have the hue of what is marked."""
    picture = Image.open(BytesIO(png)).convert("HSV")
    hue = Image.new("RGB", (1, 1), MARK).convert("HSV").getpixel((0, 0))
    assert isinstance(hue, tuple)
    pixels = np.asarray(picture, dtype=np.int16)
    near = (np.abs(pixels[..., 0] - hue[0]) < 10) & (pixels[..., 1] > 15)
    return float(near.mean())


def test_a_band_is_marked_across_the_tracks_for_as_long_as_it_lasted(minutes: pl.DataFrame) -> None:
    plain = strip_chart(minutes, "R1")
    short = strip_chart(minutes, "R1", [BAND])
    long = strip_chart(minutes, "R1", [Band("washout", BAND.start, BAND.end + timedelta(hours=6))])

    assert marked(plain) < 0.001
    assert 0.1 < marked(short) < 0.25
    assert marked(long) > 1.7 * marked(short)


def test_a_band_stands_under_the_ribbon_of_activities(states: pl.DataFrame) -> None:
    assert marked(activity_ribbon(states, "R1")) < 0.001
    assert marked(activity_ribbon(states, "R1", [BAND])) > 0.02


def test_pictures_are_small_enough_to_be_shown_in_place(
    minutes: pl.DataFrame, states: pl.DataFrame
) -> None:
    assert len(strip_chart(minutes, "R1", [BAND])) < SHOWN_IN_PLACE
    assert len(activity_ribbon(states, "R1", [BAND])) < SHOWN_IN_PLACE


def is_cut_off(png: bytes) -> bool:
    """Whether anything reaches the edge of a picture."""
    pixels = np.asarray(Image.open(BytesIO(png)).convert("L"))
    edges = (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1])
    return any(bool((edge < 250).any()) for edge in edges)


def test_nothing_is_cut_off_at_the_edge_of_a_picture(minutes: pl.DataFrame) -> None:
    every = [name for track in TRACKS for name in track[:2]]
    tables = [minutes.with_columns(channel=pl.lit(name), mean=1e4) for name in every]
    hours = pl.DataFrame(
        {
            "channel": [each.name for each in CHANNELS],
            "time": START + timedelta(hours=23),
            "score": 0.5,
            "faults": 1,
        }
    )
    # Each minute another activity: all of them stand in the legend.
    states = minutes.head(1440).select(
        "time", activity=pl.Series([state.value for state in Activity] * 140).head(1440)
    )

    assert not is_cut_off(strip_chart(pl.concat(tables), "R1", [BAND]))
    assert not is_cut_off(heat_map(hours, "R1"))
    assert not is_cut_off(activity_ribbon(states, "R1", [BAND]))


def test_a_day_without_readings_is_an_empty_picture(minutes: pl.DataFrame) -> None:
    assert Image.open(BytesIO(strip_chart(minutes.clear(), "R1"))).size[0] > 100
