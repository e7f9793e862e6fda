"""Numbers that would lead the compiled kernel out of its tables are stopped before it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import inf, nan

import pytest

from idrill.errors import InvalidSimulation
from idrill.simulator.campaign import Campaign, draw_campaign
from idrill.simulator.event_kinds import EventKind
from idrill.simulator.events import Event
from idrill.simulator.operation import draw_around
from idrill.simulator.possible import require_possible
from idrill.simulator.rig import stream

START = datetime(2026, 1, 1, tzinfo=UTC)


def drawn(seed: int = 1) -> Campaign:
    return draw_campaign("RIG-1", start=START, days=1, seed=seed)


def with_mud(campaign: Campaign, **mud: float) -> Campaign:
    well = campaign.wells[0]
    section = well.sections[0]
    section = replace(section, mud=replace(section.mud, **mud))
    return replace(campaign, wells=(replace(well, sections=(section, *well.sections[1:])),))


def test_whatever_is_drawn_is_possible() -> None:
    for seed in range(20):
        campaign = drawn(seed)
        around = draw_around(campaign.rig, campaign.wells[0], seed)
        for thing in (campaign.rig, campaign.crew, campaign.wells, campaign.sensors, around):
            require_possible("drawn", thing)


def test_a_number_that_is_not_finite_is_refused_by_where_it_stands() -> None:
    with pytest.raises(InvalidSimulation, match=r"well: sections: mud: gel_strength is inf"):
        next(iter(with_mud(drawn(), gel_strength=inf)))


def test_a_rig_is_looked_at_in_all_its_parts() -> None:
    campaign = drawn()
    pits = replace(campaign.rig.pits, drain_back=nan)

    with pytest.raises(InvalidSimulation, match=r"rig: pits: drain_back is nan"):
        next(iter(replace(campaign, rig=replace(campaign.rig, pits=pits))))


def test_a_negative_number_is_refused_where_it_makes_no_sense() -> None:
    campaign = drawn()

    with pytest.raises(InvalidSimulation, match=r"rig: pulsation is -0.1"):
        next(iter(replace(campaign, rig=replace(campaign.rig, pulsation=-0.1))))


def test_surroundings_sensors_and_crew_are_looked_at_too() -> None:
    one = drawn()
    around = draw_around(one.rig, one.wells[0], 1)
    minute = timedelta(minutes=1)
    sensors = replace(one.sensors, tare_error=inf)
    crew = replace(one.crew, pick_up=inf)

    with pytest.raises(InvalidSimulation, match="surroundings: expansion"):
        stream(
            one.rig, one.wells[0], one.crew, start=START, duration=minute, seed=1,
            surroundings=around._replace(expansion=nan),
        )  # fmt: skip
    with pytest.raises(InvalidSimulation, match="sensors: tare_error"):
        stream(
            one.rig, one.wells[0], one.crew, start=START, duration=minute, seed=1, sensors=sensors
        )
    with pytest.raises(InvalidSimulation, match="crew: pick_up"):
        stream(one.rig, one.wells[0], crew, start=START, duration=minute, seed=1)


def test_what_turns_and_hoists_must_move() -> None:
    rig = drawn().rig

    with pytest.raises(InvalidSimulation, match=r"top drive: impedance is 0.0"):
        replace(rig.top_drive, impedance=0.0)
    with pytest.raises(InvalidSimulation, match=r"top drive: base_speed is -1.0"):
        replace(rig.top_drive, drive=rig.top_drive.drive._replace(base_speed=-1.0))
    with pytest.raises(InvalidSimulation, match=r"hoist: acceleration is nan"):
        replace(rig.hoist, acceleration=nan)
    with pytest.raises(InvalidSimulation, match=r"string: reference_flow is 0.0"):
        replace(drawn().wells[0].sections[0].string, reference_flow=0.0)


def test_the_tank_after_the_last_is_none_to_draw_on() -> None:
    pits = drawn().rig.pits

    with pytest.raises(InvalidSimulation, match="active"):
        replace(pits, active=(len(pits.capacities),))
    assert replace(pits, active=tuple(range(len(pits.capacities)))).active


def test_an_influx_of_a_river_is_refused() -> None:
    with pytest.raises(InvalidSimulation, match="severity"):
        Event(EventKind.INFLUX, 0.0, 60.0, 1e6)
