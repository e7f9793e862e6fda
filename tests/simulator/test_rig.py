"""A rig second by second: what is conserved, what repeats, what cannot be."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from idrill.errors import InvalidSimulation
from idrill.frame import Activity, check, content_hash
from idrill.simulator.bits import draw_bit
from idrill.simulator.drill_strings import Pipe
from idrill.simulator.event_kinds import EventKind, While
from idrill.simulator.events import AtRandom, Event, Forcing, Planned
from idrill.simulator.formation import Formation
from idrill.simulator.noise import stream as numbers
from idrill.simulator.parameters import Moment
from idrill.simulator.rig import simulate, stream
from idrill.simulator.truth import TRUTH
from tests.simulator.drilling_site import (
    DAY,
    SEED,
    START,
    Site,
    day,
    minute,
    one,
    site,
    unclosed,
    values,
)


def test_the_mud_ledger_closes_through_drilling_tripping_casing_and_events() -> None:
    near_the_end = site().at(0, 0.0).at(1, -40.0)
    events = AtRandom(SEED, "SIM", per_day=5.0).between(0.0, 2 * DAY)
    operation = near_the_end.operation()
    truth = pl.concat([operation.advance(DAY, events) for _ in range(2)])
    activities = set(truth["activity"].unique())

    step, whole = unclosed(truth)

    assert {"tripping_out", "out_of_hole", "tripping_in", "connection"} <= activities
    assert truth["hole_depth"][-1] > near_the_end.well.sections[0].bottom
    assert step < 1e-9
    assert whole < 1e-6


def test_the_ledger_closes_without_a_riser_too_where_pits_do_not() -> None:
    plan = site().well
    first = replace(plan.sections[0], riser=False)
    open_sea = replace(site(), well=replace(plan, sections=(first, *plan.sections[1:])))

    truth = open_sea.operation().advance(DAY)
    step, whole = unclosed(truth)

    assert step < 1e-9
    assert whole < 1e-6
    assert truth["lost_volume"][-1] > 1_000.0
    assert truth["flowline_volume"].max() == 0.0


def test_half_the_step_drills_as_deep_within_half_a_percent() -> None:
    sections = (0, 2)

    halved = sum(
        np.ptp(values(site().at(section, 200.0).operation(steps=4).advance(DAY), "hole_depth"))
        for section in sections
    )
    whole = sum(np.ptp(values(day(section), "hole_depth")) for section in sections)

    assert whole > 300.0
    assert halved == pytest.approx(whole, rel=0.005)


@pytest.mark.parametrize("section", [0, 2])
def test_the_drive_takes_what_becomes_work_and_heat(section: int) -> None:
    truth = day(section)

    taken, done = values(truth, "drive_power_in").sum(), values(truth, "work_done").sum()
    spent = done + values(truth, "heat").sum() + values(truth, "twist_energy")[-1]

    # Pipe that is added to a twisted string makes it softer: the rest of a millionth.
    assert taken == pytest.approx(spent, rel=1e-5)
    assert done > 0.05 * taken


def test_same_seed_same_bytes_and_another_seed_others() -> None:
    place = site().at(1, 100.0)

    def run(seed: int) -> str:
        hour = timedelta(hours=1)
        made = simulate(
            place.rig, place.well, place.crew, start=START, duration=hour, seed=seed
        )  # fmt: skip
        return content_hash(made.measured)

    assert run(1) == run(1) != run(3)


def test_cutting_time_into_chunks_changes_no_byte() -> None:
    place = site().at(1, 100.0)
    events = AtRandom(5, "SIM", per_day=20.0)

    def together(size: timedelta) -> list[pl.DataFrame]:
        made = stream(
            place.rig, place.well, place.crew, start=START, seed=5, events=events,
            duration=timedelta(hours=4), chunk=size,
        )  # fmt: skip
        pairs = [(chunk.truth, chunk.measured) for chunk in made]
        return [pl.concat(part) for part in zip(*pairs, strict=True)]

    whole = together(timedelta(hours=4))
    cut = together(timedelta(seconds=1_237))

    assert [content_hash(part) for part in whole] == [content_hash(part) for part in cut]


def test_the_measured_frame_is_canonical_and_knows_nothing_of_the_truth() -> None:
    place = site().at(1, 100.0)

    simulation = simulate(
        place.rig, place.well, place.crew, start=START, duration=timedelta(hours=2), seed=1
    )

    check(simulation.measured)
    assert simulation.measured["origin"].unique().to_list() == ["synthetic"]
    assert not {"bit_wear", "influx", "activity", "mud_ledger"} & set(simulation.measured.columns)
    assert simulation.activities.height == simulation.truth.height == 2 * 3600
    assert simulation.histories["ended_by"].unique().to_list() == ["end_of_data"]


def test_stands_are_as_long_as_the_rig_makes_them() -> None:
    truth, rig = day(2), site().rig
    connecting = truth["activity"] == Activity.CONNECTION.value
    starts = truth.filter(connecting & ~connecting.shift(1, fill_value=True))["hole_depth"]

    assert starts.len() >= 3
    assert starts.diff().drop_nulls().to_numpy() == pytest.approx(rig.hoist.stand_length, abs=0.1)


def test_in_slips_the_block_alone_hangs_and_lines_drain_back() -> None:
    truth, rig = day(2), site().rig
    connecting = truth["activity"] == Activity.CONNECTION.value
    truth = truth.with_columns(connection=connecting.rle_id(), before=pl.col("activity").shift(1))
    after_drilling = truth.filter(connecting & pl.col("before").is_in(["circulating", "static"]))
    inside = truth.filter(pl.col("connection") == after_drilling["connection"][0])

    still = inside.filter(pl.col("block_speed").abs() < 1e-6)
    drained = np.ptp(values(inside, "string_volume"))

    assert still["hook_load"].median() == pytest.approx(rig.hoist.block_load, rel=0.01)
    assert drained == pytest.approx(rig.pits.drain_back, rel=0.02)


def test_mud_flows_while_a_rig_circulates_and_drills_and_rests_while_it_is_static() -> None:
    ordered = site().well.sections[2].set_points.flow
    flows = {
        activity: values(day(2).filter(pl.col("activity") == activity.value), "flow_in")
        for activity in (Activity.CIRCULATING, Activity.DRILLING_ROTATING, Activity.STATIC)
    }

    assert flows[Activity.CIRCULATING].min() > 0.0
    assert flows[Activity.DRILLING_ROTATING].min() > 0.85 * ordered
    assert flows[Activity.STATIC].max() < 0.002


def test_weight_lies_on_the_bit_on_bottom_alone() -> None:
    truth = day(1)
    off = truth.filter(pl.col("hole_depth") - pl.col("bit_depth") > 0.001)

    assert values(off, "weight_on_bit").max() == 0.0
    assert values(truth, "weight_on_bit").max() > 10e3
    assert np.diff(values(truth, "hole_depth")).min() >= 0.0


def test_pressure_goes_with_flow_to_the_power_that_circulating_systems_have() -> None:
    place = site().at(2, 200.0)
    section = place.well.sections[2]
    sections = []
    for share in (1.0, 0.8):
        points = replace(section.set_points, flow=share * section.set_points.flow)
        sections.append(replace(section, set_points=points))
    pressures = []
    for altered in sections:
        well = replace(place.well, sections=(*place.well.sections[:2], altered))
        truth = replace(place, well=well).operation().advance(3_000)
        steady = truth.filter(pl.col("activity") == Activity.DRILLING_ROTATING.value)
        pressures.append(float(np.median(values(steady, "standpipe_pressure"))))

    exponent = np.log(pressures[0] / pressures[1]) / np.log(1.0 / 0.8)

    assert 1.55 < exponent < 1.95


def test_gas_of_an_influx_comes_up_after_the_annulus_has_been_pumped_out() -> None:
    place = site().at(2, 200.0)
    truth = place.operation().advance(DAY // 4, (one(EventKind.INFLUX, 6_000, 6_300, 0.01),))
    calm = place.operation().advance(DAY // 4)
    pumped = truth["flow_in"].cum_sum()

    gassy = int(((truth["total_gas"] - calm["total_gas"]) > 0.01).arg_max() or 0)
    between = pumped[gassy] - pumped[6_000]

    assert between == pytest.approx(truth["annulus_volume"][6_000], rel=0.1)
    assert truth["influx_volume"][-1] == pytest.approx(0.01 * (300 - 30), rel=0.01)


def test_events_show_where_they_should() -> None:
    place = site().at(2, 200.0)
    start = 40_000
    calm = day(2)
    drilling = calm["rate_of_penetration"] > 0.0
    spells = drilling.cast(pl.Int8).rolling_min(700).fill_null(0)
    start = int((spells.cast(bool)).arg_max() or 0) - 600

    def during(kind: EventKind, severity: float) -> pl.DataFrame:
        event = one(kind, start, start + 700, severity, growth=1.0)
        return place.operation().advance(start + 700, (event,))

    def change(kind: EventKind, severity: float, column: str) -> float:
        return minute(during(kind, severity), column, start + 60) / minute(calm, column, start + 60)

    assert 0.85 < change(EventKind.WASHOUT, 0.10, "standpipe_pressure") < 0.97
    assert change(EventKind.PACK_OFF, 0.8, "annular_pressure") > 1.002
    assert change(EventKind.PLUGGED_NOZZLE, 0.3, "standpipe_pressure") > 1.03
    assert change(EventKind.LOSSES, 0.01, "flow_out") < 0.9
    assert change(EventKind.THICKER_MUD, 1.6, "equivalent_circulating_density") > 1.001
    assert change(EventKind.TWIST_OFF, 0.4, "hook_load") < 0.95
    assert change(EventKind.WHIRL, 1.0, "lateral_vibration") > 1.5


def test_warming_and_transfers_gain_volume_in_the_pits_without_an_influx() -> None:
    place = site().at(2, 200.0)
    active = [f"pit_{tank + 1}" for tank in place.rig.pits.active]
    total = pl.sum_horizontal(active)
    calm = place.operation().advance(12_000).select(total).to_series()[-1]

    gains = []
    for kind, severity in ((EventKind.TEMPERATURE_RISE, 20.0), (EventKind.PIT_TRANSFER, 0.002)):
        event = Event(kind, 1_000.0, 13_000.0, severity, 600.0)
        truth = place.operation().advance(12_000, (event,))
        gains.append(truth.select(total).to_series()[-1] - calm)
        assert truth["influx_volume"][-1] == 0.0

    assert gains[0] > 0.3
    assert gains[1] > 3.0


def test_an_influx_that_comes_at_connections_flows_with_the_pumps_off_alone() -> None:
    place = site().at(2, 200.0)
    event = Event(EventKind.INFLUX, 0.0, 60_000.0, 0.002, 60.0, during=While.PUMPS_OFF)

    truth = place.operation().advance(60_000, (event,))

    flowing = truth.filter(pl.col("influx") > 0.0)
    assert flowing.height > 60
    assert flowing["flow_in"].max() == 0.0


def test_a_crew_whose_string_has_parted_pulls_it_and_goes_on_with_another() -> None:
    place = site().at(1, 100.0)
    truth = place.operation().advance(3 * DAY // 2, (one(EventKind.TWIST_OFF, 7_200, 20_000, 0.4),))

    activities = truth["activity"].rle().struct.field("value").to_list()
    out = activities.index("out_of_hole")

    assert "tripping_out" in activities[:out]
    assert "drilling_rotating" in activities[out:]


def test_a_worn_bit_is_changed_and_the_new_one_is_sharp() -> None:
    truth = site().at(1, 100.0).operation(wear_limit=0.05).advance(2 * DAY)

    changes = truth["bit_wear"].diff() < 0.0

    assert changes.sum() >= 1
    assert truth.filter(changes)["bit_wear"].max() == 0.0
    assert truth.filter(changes)["activity"].unique().to_list() == ["out_of_hole"]


def test_the_next_well_begins_where_it_says() -> None:
    place = site()
    plan = place.well
    short = replace(plan, sections=plan.sections[:1], start=plan.sections[0].bottom - 5.0)
    later = replace(plan, id="NEXT")
    chunks = stream(
        place.rig, short, place.crew, start=START, duration=timedelta(days=1), seed=4,
        later=(later,),
    )  # fmt: skip

    depths = np.concatenate([values(chunk.truth, "hole_depth") for chunk in chunks])

    (moved,) = np.flatnonzero(np.diff(depths) < 0.0)
    assert depths[moved] == pytest.approx(plan.sections[0].bottom, abs=0.1)
    assert depths[moved + 1] == pytest.approx(later.start, abs=0.1)


def test_every_column_of_the_truth_is_written() -> None:
    truth = pl.concat([day(1), day(2)])
    written = {name for name in truth.columns if truth[name].n_unique() > 1}
    tanks = {f"pit_{n}" for n in range(1, 9)}
    nothing_happens = {"influx", "losses", "influx_volume", "choke_pressure", "casing_pressure"}

    missing = {column.name for column in TRUTH} - written

    assert missing <= nothing_happens | tanks | {"trip_tank", "added_volume", "lost_volume"} | {
        f"pump_{n}_stroke_rate" for n in (1, 2, 3)
    }


def test_a_second_brings_every_column_of_the_forcing() -> None:
    assert set(Forcing._fields) <= set(Moment.__annotations__)


def _simulate(place: Site, **changes: object) -> None:
    asked = {"start": START, "duration": timedelta(hours=1), "seed": 1} | changes
    simulate(place.rig, place.well, place.crew, **asked)  # type: ignore[arg-type]


def test_a_negative_density_is_refused_by_name() -> None:
    with pytest.raises(InvalidSimulation, match="density"):
        replace(site().well.sections[0].mud, density=-1_000.0)


def test_a_bit_larger_than_the_hole_is_refused_by_name() -> None:
    section = site().well.sections[0]
    large = draw_bit(1.1 * section.diameter, section.set_points.flow, numbers(1, "bit"))

    with pytest.raises(InvalidSimulation, match="bit diameter"):
        replace(section, bit=large)


def test_a_well_without_formations_is_refused_by_name() -> None:
    with pytest.raises(InvalidSimulation, match="layers"):
        Formation((), site().well.formation.pressures)


def test_pipe_inside_out_is_refused_by_name() -> None:
    with pytest.raises(InvalidSimulation, match="inner_diameter"):
        Pipe(1.0, 0.10, 0.12, 30.0)


def test_more_flow_than_the_pumps_give_is_refused_by_name() -> None:
    place = site()
    section = place.well.sections[0]
    thirsty = replace(section, set_points=replace(section.set_points, flow=0.5))
    well = replace(place.well, sections=(thirsty, *place.well.sections[1:]))

    with pytest.raises(InvalidSimulation, match="flow"):
        _simulate(replace(place, well=well))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("duration", timedelta(0)),
        ("duration", timedelta(seconds=-5)),
        ("duration", timedelta(seconds=1.5)),
        ("start", datetime(2026, 1, 1)),  # noqa: DTZ001  one without a zone is what is tried
        ("start", datetime(1969, 12, 31, tzinfo=UTC)),
    ],
)
def test_time_that_cannot_be_simulated_is_refused_by_name(field: str, value: object) -> None:
    with pytest.raises(InvalidSimulation, match=field):
        _simulate(site(), **{field: value})


def test_nothing_planned_is_nothing_under_way() -> None:
    assert Planned().between(0.0, 1e9) == ()
