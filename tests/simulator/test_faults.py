"""Faults of sensors: schedules, draws, labels, and events that are nothing but faults."""

from datetime import UTC, datetime
from math import inf

import pytest

from idrill.channels import channel
from idrill.errors import InvalidSimulation
from idrill.simulator.event_kinds import EventKind
from idrill.simulator.events import DAY, Event
from idrill.simulator.fault_schedules import (
    OTHER_UNITS,
    PlannedFaults,
    RandomFaults,
    draw_fault,
    faults_of,
)
from idrill.simulator.faults import FAULT_LABELS, Fault, FaultKind, fault_labels
from idrill.simulator.noise import stream
from idrill.simulator.sensor_package import Sensor, SensorPackage
from idrill.units import conversion

PACKAGE = SensorPackage(
    "RIG",
    (
        Sensor("flow_out_fraction", "flow_out"),
        Sensor("hook_load", "hook_load"),
        Sensor("torque", "torque"),
    ),
    paddle_full_flow=0.08,
)


def test_random_faults_do_not_depend_on_when_they_are_asked_for() -> None:
    schedule = RandomFaults(1, "RIG", ("torque", "hook_load"), per_day=1.0)

    whole = schedule.between(0.0, 20.0 * DAY)
    daily = {one for day in range(20) for one in schedule.between(day * DAY, (day + 1) * DAY)}

    assert set(whole) == daily
    assert len(whole) == pytest.approx(20 * 2 * len(FaultKind), rel=0.25)


@pytest.mark.parametrize("kind", FaultKind)
def test_drawn_faults_last_less_than_a_day_and_can_be_seen(kind: FaultKind) -> None:
    random = stream(1, kind)

    faults = [draw_fault("standpipe_pressure", kind, 0.0, random) for _ in range(200)]

    assert all(one.end - one.start < DAY for one in faults)
    if kind in (FaultKind.OFFSET, FaultKind.DRIFT, FaultKind.SPIKE, FaultKind.NOISE):
        assert min(abs(one.severity) for one in faults) > 3 * channel("standpipe_pressure").sigma


def test_a_unit_that_has_no_double_freezes_instead() -> None:
    fault = draw_fault("rotary_speed", FaultKind.UNIT_SWITCH, 0.0, stream(1, "fault"))

    assert fault.kind is FaultKind.FROZEN


@pytest.mark.parametrize("unit", OTHER_UNITS)
def test_every_unit_can_be_taken_for_the_others_named(unit: str) -> None:
    for other in OTHER_UNITS[unit]:
        assert conversion(unit, other).factor != 1.0


def test_a_drift_of_the_flow_out_is_labelled_as_what_it_looks_like() -> None:
    drift = Event(EventKind.FLOW_OUT_DRIFT, 10.0, 900.0, 0.004, growth=300.0)

    (fault,) = faults_of((drift,), PACKAGE)

    assert (fault.channel, fault.kind) == ("flow_out_fraction", FaultKind.DRIFT)
    assert fault.severity == pytest.approx(-5.0)
    assert fault.look_alike_of is EventKind.LOSSES
    assert fault_labels((fault,), datetime(2026, 1, 1, tzinfo=UTC))["look_alike_of"][0] == "losses"


def test_events_of_the_rig_are_no_faults_and_sensors_it_lacks_have_none() -> None:
    events = (
        Event(EventKind.INFLUX, 0.0, 10.0, 0.01),
        Event(EventKind.VIBRATION_NOISE, 0.0, 10.0, 5.0),
        Event(EventKind.HOOK_LOAD_OFFSET, 0.0, 10.0, 100e3),
        Event(EventKind.TORQUE_NOISE, 0.0, 10.0, 1e3),
    )

    faults = faults_of(events, PACKAGE)

    severities = {one.channel: one.severity for one in faults}
    assert severities == pytest.approx({"hook_load": -100.0, "torque": 1.0})


def test_labels_hold_one_row_a_fault_in_order_of_time() -> None:
    late = Fault("torque", FaultKind.FROZEN, 50.0, 60.0)
    early = Fault("torque", FaultKind.OFFSET, 10.0, 20.0, 1.0)

    table = fault_labels((late, early), datetime(2026, 1, 1, tzinfo=UTC))

    assert table.schema == FAULT_LABELS
    assert table["kind"].to_list() == ["offset", "frozen"]
    assert PlannedFaults((late, early)).between(0.0, 30.0) == (early,)


@pytest.mark.parametrize(
    ("field", "fault"),
    [
        ("start", {"start": 10.0, "end": 10.0}),
        ("finite", {"end": inf}),
        ("growth", {"growth": -1.0}),
        ("severity", {"severity": 0.0}),
    ],
)
def test_an_impossible_fault_is_refused_by_the_name_of_its_field(
    field: str, fault: dict[str, float]
) -> None:
    possible = {"start": 0.0, "end": 10.0, "severity": 1.0}

    with pytest.raises(InvalidSimulation, match=field):
        Fault("torque", FaultKind.DRIFT, **{**possible, **fault})  # type: ignore[arg-type]


def test_an_impossible_rate_of_faults_is_refused() -> None:
    with pytest.raises(InvalidSimulation, match="per_day"):
        RandomFaults(1, "RIG", ("torque",), per_day=float("nan"))
