"""Which faults of two rig-days are one: by network, start, and what is suspected."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from idrill.dvr.retold import as_last_told
from idrill.dvr.rig_days.report import FAULTS

DAY = date(2026, 2, 1)
START = datetime(2026, 2, 1, 23, 50, tzinfo=UTC)
LATER = START + timedelta(minutes=20)

Told = tuple[str, str]


def told(*days: list[Told], **changed: object) -> pl.DataFrame:
    """Faults that began together, by network and suspects, as each day told them."""
    rows = [
        dict.fromkeys(FAULTS)
        | {"day": DAY + timedelta(days=place), "network": network, "name": suspects}
        | {"suspects": suspects.split(" or "), "start": START, "detected": LATER}
        | changed
        for place, faults in enumerate(days)
        for network, suspects in faults
    ]
    return pl.DataFrame(rows, schema={"day": pl.Date(), **FAULTS})


def once(rows: pl.DataFrame) -> list[tuple[str, str, int]]:
    """Network, name and day, by number, of each fault."""
    found = as_last_told(rows).select("network", "name", (pl.col("day") - DAY).dt.total_days())
    return found.rows()


def test_a_renamed_fault_has_its_last_name() -> None:
    rows = told([("drive", "torque or pump_wear")], [("drive", "torque")])

    assert once(rows) == [("drive", "torque", 1)]


def test_networks_that_blame_one_channel_from_one_instant_stay_apart() -> None:
    rows = told([("drive", "torque"), ("rock", "torque")], [("rock", "torque")])

    assert once(rows) == [("drive", "torque", 0), ("rock", "torque", 1)]


def test_what_one_rig_day_told_beside_each_other_stays_apart() -> None:
    two = [("mud", "flow_in or wear"), ("mud", "flow_out or wear")]

    assert once(told(two, two)) == [("mud", name, 1) for _, name in two]
    assert once(told(two, [("mud", "wear"), ("mud", "flow_in or wear")])) == [
        ("mud", "flow_in or wear", 1),
        ("mud", "wear", 1),
    ]


def test_a_name_that_shares_no_suspect_takes_over_what_went_on() -> None:
    days = [("mud", "flow_in")], [("mud", "influx")]

    assert once(told(*days)) == [("mud", "influx", 1)]
    assert len(once(told(*days, end=LATER))) == 2


@given(
    st.lists(
        st.lists(
            st.tuples(st.sampled_from("ab"), st.sampled_from(["x", "y", "x or y"])), max_size=4
        ),
        max_size=4,
    )
)
def test_no_fault_of_the_last_day_is_lost_and_none_is_told_twice(days: list[list[Told]]) -> None:
    found = once(told(*days))

    places = [(network, name) for network, name, _ in found]
    assert len(places) == len(set(places))
    assert set(days[-1] if days else ()) <= set(places)
