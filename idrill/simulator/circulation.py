"""What it costs to push the mud round, and how hard it presses on the rock."""

from math import cos, log

from idrill.physics.bit import bit_pressure_drop
from idrill.physics.compiled import compiled
from idrill.physics.hole_cleaning import (
    bed_fraction,
    critical_annular_velocity,
    loaded_density,
    slip_velocity,
)
from idrill.physics.hydraulics import (
    annulus_pressure_gradient,
    equivalent_circulating_density,
    pipe_pressure_gradient,
    surface_pressure_drop,
)
from idrill.physics.rheology import apparent_viscosity, gel_pressure_gradient, gel_structure
from idrill.simulator.geometry import annulus_capacity, circle, length_of, on_path
from idrill.simulator.parameters import INCLINATION, VERTICAL_DEPTH, Job
from idrill.simulator.state import Hoist, Losses, Mud
from idrill.units import GRAVITY

SEA_WATER = 1030.0
"""[kg/m³]"""
SMALLEST = 0.005
"""Least flow at which losses are worked out; below it they follow the exponent [m³/s]."""
FLOW_CHANGE = 0.03
"""Relative change of flow after which losses are worked out in full again [-]."""
DEPTH_CHANGE = 2.0
"""Change of depth after which they are [m]."""
STEP = 1.1
"""Ratio of the two flows between which the exponent is taken [-]."""
CLINGING = 0.45
"""Share of a pipe's speed that the mud beside it takes on; Burkhardt (1961): 0.4 to 0.5 [-]."""


@compiled
def string_loss(job: Job, depth: float, flow: float, thickness: float) -> float:
    """Loss in surface lines, pipe, collars and tools [Pa]."""
    assembly, fluid = job.assembly, job.fluid
    loss = surface_pressure_drop(flow, fluid.density, job.machinery.surface_coefficient)
    loss += assembly.tool_loss * fluid.density * flow**2
    for part in range(3):
        loss += length_of(assembly, part, depth) * pipe_pressure_gradient(
            flow,
            fluid.density,
            fluid.yield_stress * thickness,
            fluid.consistency * thickness,
            fluid.flow_index,
            assembly.inner[part],
        )
    return loss


@compiled
def annulus_loss(job: Job, depth: float, flow: float, thickness: float) -> float:
    """Loss between string and hole, from the bit to the top of the mud [Pa]."""
    assembly, fluid, hole = job.assembly, job.fluid, job.hole
    loss, lower = 0.0, depth
    for part in range(3):
        upper = max(lower - length_of(assembly, part, depth), hole.top)
        for cased in range(2):
            bottom = min(lower, hole.casing_bottom) if cased else lower
            ceiling = upper if cased else max(upper, hole.casing_bottom)
            if bottom > ceiling:
                loss += (bottom - ceiling) * annulus_pressure_gradient(
                    flow,
                    fluid.density,
                    fluid.yield_stress * thickness,
                    fluid.consistency * thickness,
                    fluid.flow_index,
                    hole.casing_diameter if cased else hole.diameter,
                    assembly.outer[part],
                )
        lower = upper
    return loss


@compiled
def _exponent(loss: float, more: float) -> float:
    return log(more / loss) / log(STEP) if loss > 0.0 and more > 0.0 else 1.0


@compiled
def refresh(job: Job, hoist: Hoist, mud: Mud, losses: Losses, thickness: float) -> None:
    """Work the losses out in full, if flow, depth or mud have changed much since."""
    flow = max(mud.flow_in, SMALLEST)
    if (
        abs(flow - losses.flow) < FLOW_CHANGE * losses.flow
        and abs(hoist.bit_depth - losses.depth) < DEPTH_CHANGE
        and abs(thickness - losses.thickness) < 0.01
    ):
        return
    depth = max(hoist.bit_depth, 1.0)
    losses.flow, losses.depth, losses.thickness = flow, hoist.bit_depth, thickness
    losses.string = string_loss(job, depth, flow, thickness)
    losses.annulus = annulus_loss(job, depth, flow, thickness)
    losses.string_exponent = _exponent(
        losses.string, string_loss(job, depth, STEP * flow, thickness)
    )
    losses.annulus_exponent = _exponent(
        losses.annulus, annulus_loss(job, depth, STEP * flow, thickness)
    )
    _clean(job, hoist, mud, losses, flow, thickness)


@compiled
def _clean(job: Job, hoist: Hoist, mud: Mud, losses: Losses, flow: float, thickness: float) -> None:
    """How fast cuttings fall behind the mud, and how much of the annulus their bed would fill."""
    fluid, hole, surroundings = job.fluid, job.hole, job.surroundings
    pipe = job.assembly.outer[2]
    velocity = flow / (circle(hole.diameter) - circle(pipe))
    viscosity = apparent_viscosity(
        12 * velocity / (hole.diameter - pipe),
        fluid.yield_stress * thickness,
        fluid.consistency * thickness,
        fluid.flow_index,
    )
    inclination = on_path(job, INCLINATION, hoist.bit_depth)
    falling = slip_velocity(
        surroundings.cutting_size, surroundings.cuttings_density, fluid.density, viscosity
    )
    losses.slip = min(falling * cos(inclination), 0.8 * velocity)
    critical = critical_annular_velocity(
        hoist.rate,
        viscosity,
        fluid.density,
        surroundings.cutting_size,
        hole.diameter,
        pipe,
        inclination,
    )
    mud.bed_share = bed_fraction(velocity, critical, inclination)


@compiled
def scaled(loss: float, flow: float, reference: float, exponent: float) -> float:
    """A loss at another flow; against the flow's direction [Pa].

    Example:
        >>> round(scaled(8.0, 0.02, 0.01, 2.0), 9), round(scaled(8.0, -0.01, 0.01, 2.0), 9)
        (32.0, -8.0)
    """
    ratio: float = (abs(flow) / reference) ** exponent
    return loss * ratio if flow >= 0.0 else -loss * ratio


@compiled
def narrowing(job: Job, mud: Mud, blockage: float) -> float:
    """By how much cuttings that lie and block raise the loss in the annulus [-]."""
    annulus = max(mud.annulus, 1.0)
    # Speed goes with 1 / area, the loss with its 1.75th power, the gap narrows as well: cubed.
    open_share = (1.0 - min(blockage, 0.95)) * (1.0 - min(mud.bed / annulus, 0.5))
    factor: float = 1.0 + job.surroundings.pack_off_length * (open_share**-3 - 1.0)
    return factor


@compiled
def swabbed(job: Job, hoist: Hoist) -> float:
    """Flow up the annulus that would cost as much as the string's own motion [m³/s]."""
    if hoist.in_slips:
        return 0.0
    outer, diameter = job.assembly.outer[2], job.hole.diameter
    area = circle(diameter) - circle(outer)
    displaced = CLINGING + outer**2 / (diameter**2 - outer**2)
    return -hoist.speed * float(displaced * area)


@compiled
def column(job: Job, vertical_depth: float, density: float) -> float:
    """Weight of mud and sea above the bit [Pa]."""
    hole = job.hole
    if hole.riser:
        return density * GRAVITY * vertical_depth
    sea = max(min(hole.top, vertical_depth) - hole.air_gap, 0.0)
    return GRAVITY * (SEA_WATER * sea + density * max(vertical_depth - hole.top, 0.0))


@compiled
def press_on_rock(job: Job, hoist: Hoist, mud: Mud, losses: Losses, blockage: float) -> float:
    """Work out the pressure at the bit; returns the loss in the annulus [Pa]."""
    vertical = max(on_path(job, VERTICAL_DEPTH, hoist.bit_depth), 1.0)
    capacity = annulus_capacity(job.hole, job.assembly, hoist.hole_depth, hoist.bit_depth)
    floating = max(mud.rock - mud.bed, 0.0) / max(capacity, 1.0)
    density = loaded_density(
        job.fluid.density, job.surroundings.cuttings_density, min(floating, 0.1)
    )
    flow = mud.bit_flow + mud.influx_rate - mud.loss_rate + swabbed(job, hoist)
    loss = scaled(losses.annulus, flow, losses.flow, losses.annulus_exponent)
    loss *= narrowing(job, mud, blockage)
    full = min(mud.annulus / max(capacity - mud.rock, 1.0), 1.0)
    # Mud that is sucked at harder than it weighs parts rather than pulls.
    mud.annular_pressure = max(column(job, vertical * full, density) + loss, 0.0)
    mud.equivalent_density = equivalent_circulating_density(
        column(job, vertical, density) / (GRAVITY * vertical), loss, vertical
    )
    return loss


@compiled
def gelled(job: Job, hoist: Hoist, mud: Mud, seconds: float) -> float:
    """Pressure that gels add to a flow [Pa]; they break as it goes on, and build at rest."""
    fluid, bore, outer = job.fluid, job.assembly.inner[2], job.assembly.outer[2]
    shear_rate = 8 * abs(mud.bit_flow) / circle(bore) / bore
    mud.gel = gel_structure(
        mud.gel, shear_rate, seconds, fluid.gel_build_time, fluid.gel_breaking_strain
    )
    stress = fluid.gel_strength * mud.gel
    return hoist.bit_depth * (
        gel_pressure_gradient(stress, bore)
        + gel_pressure_gradient(stress, job.hole.diameter - outer)
    )


@compiled
def standpipe_target(
    job: Job,
    hoist: Hoist,
    mud: Mud,
    losses: Losses,
    disturbed: tuple[float, float, float],
    annular: float,
) -> float:
    """Pressure that the flow into the string would need in the end [Pa].

    Args:
        job: The string in its hole.
        hoist: Where it hangs.
        mud: How it flows; takes the loss at the bit.
        losses: As last worked out.
        disturbed: Area of a washout and share of the nozzles plugged [-], and gels [Pa].
        annular: Loss in the annulus [Pa].
    """
    washout, plugged, gel = disturbed
    flow = mud.flow_in
    area = job.assembly.nozzle_area * (1.0 - min(plugged, 0.9))
    leak = washout * job.assembly.nozzle_area
    through_bit = flow * area / (area + leak)
    mud.bit_loss = bit_pressure_drop(through_bit, job.fluid.density, area) * (hoist.parted == 0.0)
    if flow <= 0.0:
        return 0.0
    string = scaled(losses.string, flow, losses.flow, losses.string_exponent)
    vertical = on_path(job, VERTICAL_DEPTH, hoist.bit_depth)
    heavier = mud.annular_pressure - annular - job.fluid.density * GRAVITY * vertical
    return max(string + mud.bit_loss + annular + heavier + gel, 0.0)
