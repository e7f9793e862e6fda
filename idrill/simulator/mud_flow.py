"""Where the mud goes: pumps, string, annulus, flowline, tanks, and what is lost on the way.

Every change is a transfer from one account to another, so the ledger of `truth.LEDGER` closes to
rounding whatever happens.
"""

from math import exp

from idrill.physics.compiled import compiled
from idrill.physics.hydraulics import pressure_time_constant, relaxed
from idrill.simulator.geometry import annulus_capacity, circle, on_path, string_bore
from idrill.simulator.parameters import VERTICAL_DEPTH, Array, Job, Machinery
from idrill.simulator.state import BIN, BINS, GAS, HEAT, ROCK, Hoist, Losses, Mud

ACTIVE, OTHERS = 1.0, 0.0
"""Tanks that the pumps draw on, and those that they do not; as in `Machinery.active`."""
FULL_FLOW = 0.06
"""At which a flowline holds its volume [m³/s] [e]."""
DRAINING = 60.0
"""Time in which lines and string drain at a connection [s] [e]."""
TRIP_TANK_LOW, TRIP_TANK_MIDDLE, TRIP_TANK_HIGH = 2.0, 5.0, 8.0
"""Between which a trip tank is kept [m³] [e]."""
TRIP_TANK_PUMP = 0.02
"""[m³/s] [e]"""
ROUGHLY_FULL = 0.98
"""Share of the active tanks' capacity above which mud is led on to other tanks [-] [e]."""
HEEL = 0.02
"""Share of a tank that no suction reaches [-] [e]."""
SLIGHT = 1.0
"""Pressure below which mud is not squeezed [Pa]."""
BED_TIME = 900.0
"""In which a bed grows or is washed away [s] [e]."""


@compiled
def level(machinery: Machinery, tanks: Array, which: float) -> float:
    """Mud in the active tanks, or in the others [m³]."""
    total = 0.0
    for tank in range(len(tanks)):
        if machinery.active[tank] == which:
            total += tanks[tank]
    return total


@compiled
def room(machinery: Machinery, which: float) -> float:
    """Capacity of the active tanks, or of the others [m³]."""
    total = 0.0
    for tank in range(len(machinery.capacities)):
        if machinery.active[tank] == which:
            total += machinery.capacities[tank]
    return total


@compiled
def pour(machinery: Machinery, tanks: Array, volume: float, which: float) -> None:
    """Put a volume into joined tanks, each by its free room, or take it out, each by what it has.

    There must be so much room, or mud.
    """
    if volume == 0.0:
        return
    held = level(machinery, tanks, which)
    free = room(machinery, which) - held
    for tank in range(len(tanks)):
        if machinery.active[tank] == which:
            if volume < 0.0:
                tanks[tank] += volume * (tanks[tank] / held)
            else:
                tanks[tank] += volume * ((machinery.capacities[tank] - tanks[tank]) / free)


@compiled
def from_others(machinery: Machinery, tanks: Array, volume: float) -> float:
    """Lead mud from the other tanks into the active ones; returns how much came [m³]."""
    held = level(machinery, tanks, OTHERS) - HEEL * room(machinery, OTHERS)
    moved = max(min(volume, held), 0.0)
    pour(machinery, tanks, -moved, OTHERS)
    pour(machinery, tanks, moved, ACTIVE)
    return moved


@compiled
def to_others(machinery: Machinery, tanks: Array, mud: Mud, volume: float) -> None:
    """Lead mud from the active tanks into the others; what they cannot hold goes overboard."""
    moved = max(min(volume, level(machinery, tanks, ACTIVE)), 0.0)
    held = min(moved, max(room(machinery, OTHERS) - level(machinery, tanks, OTHERS), 0.0))
    pour(machinery, tanks, -moved, ACTIVE)
    pour(machinery, tanks, held, OTHERS)
    mud.lost += moved - held


@compiled
def add(machinery: Machinery, tanks: Array, mud: Mud, volume: float) -> None:
    """Mix mud into the active tanks [m³]; warming adds and cooling takes away as well."""
    volume = max(volume, -level(machinery, tanks, ACTIVE))
    pour(machinery, tanks, volume, ACTIVE)
    mud.added += volume


@compiled
def enter_string(
    job: Job, hoist: Hoist, mud: Mud, losses: Losses, tanks: Array, target: float, seconds: float
) -> None:
    """Pump from the active tanks into the string; what does not stay there goes through the bit.

    It stays to refill what has drained, to be squeezed, and to fill string that is run in, which
    takes mud up through the bit.
    """
    pumped = min(mud.flow_in * seconds, level(job.machinery, tanks, ACTIVE))
    pour(job.machinery, tanks, -pumped, ACTIVE)
    mud.flow_in = pumped / seconds
    refilled = min(mud.drained, pumped)
    mud.drained -= refilled
    springiness = job.fluid.compressibility * mud.string_capacity
    pressure = relaxed(mud.pressure, target, seconds, _delay(job, mud, losses, target))
    # However the annulus is blocked, no more mud is squeezed in than the pumps bring.
    most = (mud.squeezed + max(pumped - refilled, 0.0)) / max(springiness, 1e-12)
    mud.pressure = min(pressure, most)
    squeezed = springiness * mud.pressure
    capacity = string_bore(job.assembly, hoist.bit_depth)
    kept = refilled + squeezed - mud.squeezed + capacity - mud.string_capacity
    mud.squeezed, mud.string_capacity = squeezed, capacity
    through = pumped - kept
    mud.string += kept
    mud.annulus += through
    mud.bit_flow = through / seconds


@compiled
def _delay(job: Job, mud: Mud, losses: Losses, target: float) -> float:
    """Time constant of the pressure [s]."""
    pressure = max(target, mud.pressure)
    if pressure < SLIGHT or losses.string <= 0.0:
        return 0.0
    flow = losses.flow * (pressure / (losses.string + mud.bit_loss)) ** (1 / losses.string_exponent)
    flow = max(flow, mud.flow_in)
    return pressure_time_constant(
        job.fluid.compressibility, mud.string_capacity, pressure, flow, losses.string_exponent
    )


@compiled
def drain(job: Job, hoist: Hoist, mud: Mud, tanks: Array, seconds: float) -> None:
    """Let lines and string drain into the tanks while the top drive is off."""
    if not hoist.in_slips:
        return
    most = min(job.machinery.drain_back, mud.string)
    drained = min(most / DRAINING * seconds, max(most - mud.drained, 0.0))
    mud.drained += drained
    mud.string -= drained
    pour(job.machinery, tanks, drained, ACTIVE)


@compiled
def exchange_with_rock(mud: Mud, influx: float, losses: float, seconds: float) -> None:
    """Let the rock give to and take from the annulus; the rates asked for are [m³/s]."""
    taken = min(losses * seconds, max(mud.annulus, 0.0))
    mud.influx_rate, mud.loss_rate = influx, taken / seconds
    mud.annulus += influx * seconds - taken
    mud.influx += influx * seconds
    mud.lost += taken


@compiled
def leave_annulus(job: Job, hoist: Hoist, mud: Mud, tripping: int, seconds: float) -> None:
    """Let flow over what the annulus cannot hold, or fill it from the trip tank."""
    capacity = annulus_capacity(job.hole, job.assembly, hoist.hole_depth, hoist.bit_depth)
    over = mud.annulus - (capacity - mud.rock)
    if over < 0.0 and tripping:
        over = -min(-over, mud.trip_tank)
        mud.trip_tank += over
    over = max(over, 0.0) if not tripping else over
    mud.annulus -= over
    mud.way_out += over
    out = max(over, 0.0)
    if not job.hole.riser:
        mud.lost += out
    elif tripping:
        mud.trip_tank += out
    else:
        mud.flowline += out
    mud.flow_out = out / seconds


@compiled
def load_way(job: Job, hoist: Hoist, mud: Mud, losses: Losses, way: Array, seconds: float) -> None:
    """Put what leaves the bit on its way: rock that falls behind, gas and heat that do not."""
    fluid, surroundings = job.fluid, job.surroundings
    drilled = hoist.rate * seconds * circle(job.assembly.bit.diameter)
    mud.rock += drilled
    place = (mud.way_out + mud.annulus) / BIN
    velocity = max(mud.bit_flow, 0.005) / circle(job.hole.diameter)
    lag = min(losses.slip / max(velocity - losses.slip, 0.2 * velocity), 3.0)
    behind = (mud.way_out + (1.0 + lag) * mud.annulus) / BIN
    last = mud.emptied + BINS - 2
    way[ROCK, max(min(int(behind), last), mud.emptied) % BINS] += drilled - _lay(
        job, hoist, mud, drilled, seconds
    )
    here = max(min(int(place), last), mud.emptied) % BINS
    way[GAS, here] += (
        max(mud.bit_flow, 0.0) * seconds * fluid.background_gas
        + drilled * surroundings.rock_gas
        + mud.influx_rate * seconds * surroundings.influx_gas
    )
    way[HEAT, here] = mud.temperature + surroundings.heat_exchange * (
        _rock_temperature(job, hoist) - mud.temperature
    )


@compiled
def _rock_temperature(job: Job, hoist: Hoist) -> float:
    vertical = on_path(job, VERTICAL_DEPTH, hoist.bit_depth)
    rise = job.surroundings.geothermal_gradient * vertical
    return float(job.surroundings.surface_temperature + rise)


@compiled
def _lay(job: Job, hoist: Hoist, mud: Mud, drilled: float, seconds: float) -> float:
    """Rock that stays on the low side instead of going on its way; negative while a bed goes."""
    uncased = max(hoist.hole_depth - job.hole.casing_bottom, 0.0) * circle(job.hole.diameter)
    wanted = mud.bed_share * uncased * 0.5 if mud.bit_flow > 0.0 else mud.bed
    laid = (wanted - mud.bed) * (1.0 - exp(-seconds / BED_TIME))
    laid = max(min(laid, drilled), -mud.bed)
    mud.bed += laid
    return laid


@compiled
def empty_way(mud: Mud, way: Array) -> float:
    """Take off what has reached the top; returns the volume of rock [m³]."""
    rock, gas, volume = 0.0, 0.0, 0.0
    while (mud.emptied + 1) * BIN <= mud.way_out:
        here = mud.emptied % BINS
        rock += way[ROCK, here]
        gas += way[GAS, here]
        volume += BIN
        if way[HEAT, here] > 0.0:
            mud.temperature_out = way[HEAT, here]
        way[ROCK, here], way[GAS, here], way[HEAT, here] = 0.0, 0.0, 0.0
        mud.emptied += 1
    if volume > 0.0:
        mud.gas = min(gas / volume, 1.0)
    mud.rock -= rock
    return rock


@compiled
def return_to_tanks(job: Job, mud: Mud, tanks: Array, rock: float, seconds: float) -> None:
    """Let the flowline run over the shakers into the active tanks."""
    machinery = job.machinery
    running = mud.flowline * (1.0 - exp(-seconds * FULL_FLOW / machinery.flowline_volume))
    on_cuttings = min(machinery.shaker_loss * rock, running) if job.hole.riser else 0.0
    mud.flowline -= running
    mud.on_cuttings += on_cuttings
    pour(machinery, tanks, running - on_cuttings, ACTIVE)
    held = level(machinery, tanks, ACTIVE)
    mixing = min(running / max(held, 1.0), 1.0)
    cooling = seconds / job.surroundings.pit_cooling
    mud.temperature += mixing * (mud.temperature_out - mud.temperature)
    mud.temperature += cooling * (job.fluid.temperature - mud.temperature)
    over = held - ROUGHLY_FULL * room(machinery, ACTIVE)
    if over > 0.0:
        to_others(machinery, tanks, mud, over)


@compiled
def balance_trip_tank(job: Job, mud: Mud, tanks: Array, balancing: int, seconds: float) -> int:
    """Fill a low trip tank from the active ones, empty a full one; returns what goes on then."""
    if balancing == 0:
        balancing = (mud.trip_tank < TRIP_TANK_LOW) - (mud.trip_tank > TRIP_TANK_HIGH)
    moved = balancing * TRIP_TANK_PUMP * seconds
    moved = min(max(moved, -mud.trip_tank), level(job.machinery, tanks, ACTIVE))
    mud.trip_tank += moved
    pour(job.machinery, tanks, -moved, ACTIVE)
    return 0 if balancing * (mud.trip_tank - TRIP_TANK_MIDDLE) >= 0.0 else balancing


@compiled
def total(mud: Mud, tanks: Array) -> float:
    """All mud that the ledger knows of, less what was added and what flowed in [m³]."""
    held = mud.string + mud.annulus + mud.flowline + mud.trip_tank + mud.lost + mud.on_cuttings
    for tank in range(len(tanks)):
        held += tanks[tank]
    return held - mud.added - mud.influx
