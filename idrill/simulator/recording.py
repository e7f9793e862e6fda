"""A second of the rig's state, written down as a column of the truth."""

from idrill.physics.compiled import compiled
from idrill.physics.torsion import Turning
from idrill.simulator.geometry import on_path
from idrill.simulator.parameters import VERTICAL_DEPTH, Array, Job
from idrill.simulator.phases import activity_of
from idrill.simulator.state import Driller, Hoist, Mud, Turn
from idrill.simulator.truth import NAMES

HOLE_DEPTH = NAMES.index("hole_depth")
BIT_DEPTH = NAMES.index("bit_depth")
VERTICAL = NAMES.index("vertical_depth")
BLOCK_POSITION = NAMES.index("block_position")
BLOCK_SPEED = NAMES.index("block_speed")
HOOK_LOAD = NAMES.index("hook_load")
WEIGHT_ON_BIT = NAMES.index("weight_on_bit")
ROTARY_SPEED = NAMES.index("rotary_speed")
BIT_SPEED_MIN = NAMES.index("bit_speed_min")
BIT_SPEED_MAX = NAMES.index("bit_speed_max")
BIT_SPEED_MEAN = NAMES.index("bit_speed_mean")
TORQUE = NAMES.index("torque")
BIT_TORQUE = NAMES.index("bit_torque")
RATE_OF_PENETRATION = NAMES.index("rate_of_penetration")
STICK_SLIP_SEVERITY = NAMES.index("stick_slip_severity")
BIT_WEAR = NAMES.index("bit_wear")
ACTIVITY_CODE = NAMES.index("activity_code")
DRIVE_POWER_IN = NAMES.index("drive_power_in")
WORK_DONE = NAMES.index("work_done")
HEAT = NAMES.index("heat")
TWIST_ENERGY = NAMES.index("twist_energy")
AXIAL_VIBRATION = NAMES.index("axial_vibration")
LATERAL_VIBRATION = NAMES.index("lateral_vibration")
STANDPIPE_PRESSURE = NAMES.index("standpipe_pressure")
ANNULAR_PRESSURE = NAMES.index("annular_pressure")
FLOW_IN = NAMES.index("flow_in")
FLOW_OUT = NAMES.index("flow_out")
PUMP_1_STROKE_RATE = NAMES.index("pump_1_stroke_rate")
PIT_1 = NAMES.index("pit_1")
TRIP_TANK = NAMES.index("trip_tank")
MUD_DENSITY_IN = NAMES.index("mud_density_in")
MUD_DENSITY_OUT = NAMES.index("mud_density_out")
EQUIVALENT_CIRCULATING_DENSITY = NAMES.index("equivalent_circulating_density")
MUD_TEMPERATURE_IN = NAMES.index("mud_temperature_in")
MUD_TEMPERATURE_OUT = NAMES.index("mud_temperature_out")
TOTAL_GAS = NAMES.index("total_gas")
INFLUX = NAMES.index("influx")
LOSSES = NAMES.index("losses")
STRING_VOLUME = NAMES.index("string_volume")
ANNULUS_VOLUME = NAMES.index("annulus_volume")
FLOWLINE_VOLUME = NAMES.index("flowline_volume")
LOST_VOLUME = NAMES.index("lost_volume")
CUTTINGS_MUD_VOLUME = NAMES.index("cuttings_mud_volume")
ADDED_VOLUME = NAMES.index("added_volume")
INFLUX_VOLUME = NAMES.index("influx_volume")
"""Rows of the truth."""


@compiled
def write_motion(
    job: Job, driller: Driller, hoist: Hoist, turn: Turn, turning: Turning, shown: float,
    truth: Array, second: int,
) -> None:  # fmt: skip
    """Write down where the string is and how it moves."""
    truth[HOLE_DEPTH, second] = hoist.hole_depth
    truth[BIT_DEPTH, second] = hoist.bit_depth
    truth[VERTICAL, second] = on_path(job, VERTICAL_DEPTH, hoist.bit_depth)
    truth[BLOCK_POSITION, second] = hoist.position
    truth[BLOCK_SPEED, second] = hoist.speed
    truth[HOOK_LOAD, second] = shown
    truth[WEIGHT_ON_BIT, second] = hoist.weight
    truth[ROTARY_SPEED, second] = turning.drive_speed
    truth[BIT_SPEED_MIN, second] = turning.bit_speed_min
    truth[BIT_SPEED_MAX, second] = turning.bit_speed_max
    truth[BIT_SPEED_MEAN, second] = turning.bit_speed_mean
    truth[TORQUE, second] = turning.torque
    truth[BIT_TORQUE, second] = turning.bit_torque
    truth[RATE_OF_PENETRATION, second] = hoist.rate
    truth[STICK_SLIP_SEVERITY, second] = turn.severity
    truth[BIT_WEAR, second] = hoist.wear
    truth[ACTIVITY_CODE, second] = activity_of(driller)


@compiled
def write_power(
    power: tuple[float, float, float, float], shaking: tuple[float, float], truth: Array,
    second: int,
) -> None:  # fmt: skip
    """Write down what the turning takes and does, and how it shakes."""
    truth[DRIVE_POWER_IN, second] = power[0]
    truth[WORK_DONE, second] = power[1]
    truth[HEAT, second] = power[2]
    truth[TWIST_ENERGY, second] = power[3]
    truth[AXIAL_VIBRATION, second] = shaking[0]
    truth[LATERAL_VIBRATION, second] = shaking[1]


@compiled
def write_mud(
    job: Job, mud: Mud, tanks: Array, strokes: float, truth: Array, second: int
) -> None:  # fmt: skip
    """Write down where the mud is and what it is like."""
    warm = mud.temperature + mud.warming
    thin = 1.0 - job.surroundings.expansion * (warm - job.fluid.temperature)
    truth[STANDPIPE_PRESSURE, second] = mud.pressure * (1.0 + mud.pulsation)
    truth[ANNULAR_PRESSURE, second] = mud.annular_pressure
    truth[FLOW_IN, second] = mud.flow_in
    truth[FLOW_OUT, second] = mud.flow_out
    for pump in range(len(job.orders.pumps)):
        truth[PUMP_1_STROKE_RATE + pump, second] = strokes * job.orders.pumps[pump]
    for tank in range(len(tanks)):
        truth[PIT_1 + tank, second] = tanks[tank]
    truth[TRIP_TANK, second] = mud.trip_tank
    truth[MUD_DENSITY_IN, second] = job.fluid.density * thin
    truth[MUD_DENSITY_OUT, second] = job.fluid.density * thin * (1.0 - mud.gas)
    truth[EQUIVALENT_CIRCULATING_DENSITY, second] = mud.equivalent_density
    truth[MUD_TEMPERATURE_IN, second] = warm
    truth[MUD_TEMPERATURE_OUT, second] = mud.temperature_out + mud.warming
    truth[TOTAL_GAS, second] = mud.gas
    truth[INFLUX, second] = mud.influx_rate
    truth[LOSSES, second] = mud.loss_rate
    truth[STRING_VOLUME, second] = mud.string
    truth[ANNULUS_VOLUME, second] = mud.annulus
    truth[FLOWLINE_VOLUME, second] = mud.flowline
    truth[LOST_VOLUME, second] = mud.lost
    truth[CUTTINGS_MUD_VOLUME, second] = mud.on_cuttings
    truth[ADDED_VOLUME, second] = mud.added
    truth[INFLUX_VOLUME, second] = mud.influx
