"""From drawn things to what the kernel is told: one section of hole, one string, one bit."""

from dataclasses import astuple, fields
from math import pi

import numpy as np
from numpy.typing import NDArray

from idrill.channels import PUMPS
from idrill.simulator.bits import DrawnBit
from idrill.simulator.crew import Crew, SetPoints
from idrill.simulator.drill_strings import YOUNGS_MODULUS, DrillString
from idrill.simulator.mud import Mud
from idrill.simulator.noise import stream
from idrill.simulator.outfit import MOST_PITS, Outfit
from idrill.simulator.parameters import (
    CIRCULATION,
    LUCK,
    Assembly,
    Fluid,
    Hole,
    Job,
    Machinery,
    Orders,
)
from idrill.simulator.path import STEP
from idrill.simulator.surroundings import Surroundings
from idrill.simulator.well_plan import HoleSection, WellPlan

Array = NDArray[np.float64]

WATER = 1000.0
"""Density that the pressure drop of tools is stated for [kg/m³]."""
SPACING = 0.1
"""Of the rock along the hole, fine enough for stringers [m]."""
DRAWS = 1 << 14
"""Stands, pipes or pauses after which chance begins anew."""
GRAIN = 0.3
"""Length of hole over which the strength of a layer is alike [m] [e]."""
LIGHT_LOAD = 0.85
"""Share of their top speed that a crew runs its pumps at, at most [-] [e]."""


def machinery_of(rig: Outfit) -> Machinery:
    """The rig as the kernel sees it."""
    hoist, top = rig.hoist, rig.top_drive
    return Machinery(
        stroke_volume=_padded([pump.stroke_volume for pump in rig.pumps], PUMPS),
        efficiency=_padded([pump.efficiency for pump in rig.pumps], PUMPS),
        top_stroke_rate=_padded([pump.top_stroke_rate for pump in rig.pumps], PUMPS),
        drive=top.drive,
        drive_inertia=top.inertia,
        impedance=top.impedance,
        drive_ramp=top.ramp,
        block_load=hoist.block_load,
        lines=hoist.lines,
        sheave_friction=hoist.sheave_friction,
        stand=hoist.stand_length,
        lowest=hoist.lowest,
        block_acceleration=hoist.acceleration,
        capacities=_padded(rig.pits.capacities, MOST_PITS),
        active=_padded([float(tank in rig.pits.active) for tank in range(MOST_PITS)], MOST_PITS),
        flowline_volume=rig.pits.flowline_volume,
        drain_back=rig.pits.drain_back,
        shaker_loss=rig.pits.shaker_loss,
        surface_coefficient=rig.surface_coefficient,
        pulsation=rig.pulsation,
    )


def _padded(values: "list[float] | tuple[float, ...]", size: int) -> Array:
    padded = np.zeros(size)
    padded[: len(values)] = values
    return padded


def track_of(well: WellPlan) -> Array:
    """Where the hole goes and what the pores there hold: the rows of `Job.path`."""
    path, pressures = well.path(), well.formation.pressures
    pore = pressures.pore(path.vertical_depth)
    return np.stack([path.vertical_depth, path.inclination, path.azimuth, pore])


def rock_of(well: WellPlan, surroundings: Surroundings, seed: int) -> Array:
    """The rock along the hole, its strength uneven within the layers: the rows of `Job.rock`."""
    column = well.formation.column(well.bottom, SPACING)
    rock: Array = np.stack(column[1:])
    grains = stream(seed, well.id, "rock").standard_normal(int(rock.shape[1] * SPACING / GRAIN) + 2)
    places = np.arange(rock.shape[1]) * (SPACING / GRAIN)
    uneven = np.interp(places, np.arange(len(grains)), grains)
    rock[0] *= np.exp(surroundings.rock_unevenness * uneven)
    return rock


def luck_of(rig: Outfit, well: WellPlan, seed: int) -> Array:
    """What chance has for the crew: the rows of `Job.luck`."""
    random = stream(seed, rig.id, well.id, "crew")
    even = random.random((CIRCULATION, DRAWS))
    return np.vstack([even, random.standard_normal((len(LUCK) - CIRCULATION, DRAWS))])


def hole_of(well: WellPlan, section: HoleSection) -> Hole:
    """A section of hole as the kernel sees it."""
    pressures = well.formation.pressures
    return Hole(
        bottom=section.bottom,
        diameter=section.diameter,
        casing_bottom=section.casing_bottom,
        casing_diameter=section.casing_diameter,
        top=0.0 if section.riser else pressures.water_depth + pressures.air_gap,
        riser=int(section.riser),
        air_gap=pressures.air_gap,
        cased_friction=section.cased_friction,
        open_friction=section.open_friction,
        path_spacing=STEP,
        rock_spacing=SPACING,
    )


def assembly_of(string: DrillString, bit: DrawnBit, mud: Mud) -> Assembly:
    """String and bit as the kernel sees them."""
    parts = (string.collars, string.heavy, string.pipe)
    steel = pi / 4 * (string.pipe.outer_diameter**2 - string.pipe.inner_diameter**2)
    return Assembly(
        outer=np.array([part.outer_diameter for part in parts]),
        inner=np.array([part.inner_diameter for part in parts]),
        mass=np.array([part.linear_mass for part in parts]),
        collars_length=string.collars.length,
        heavy_length=string.heavy.length,
        rigidity=string.pipe.rigidity,
        stiffness_length=YOUNGS_MODULUS * steel,
        bottom_inertia=string.bottom_inertia,
        rotation_damping=string.rotation_damping,
        stabiliser_torque=string.stabiliser_torque,
        tool_loss=string.downhole_pressure_drop / (WATER * string.reference_flow**2),
        span=string.span(mud.density),
        bit=bit.bit,
        nozzle_area=bit.nozzle_area,
        blades=float(bit.blades),
        wear_factor=bit.wear_factor,
        weakening=bit.weakening,
        weakening_speed=bit.weakening_speed,
    )


def orders_of(crew: Crew, points: SetPoints, rig: Outfit, run: int) -> Orders:
    """What the crew has set for a section, with pumps enough on line.

    Args:
        crew: Who drills.
        points: What it set.
        rig: What it has.
        run: Number of the bit run; the spare pump changes with it.
    """
    limits = {field.name: float(getattr(points, field.name)) for field in fields(points)[1:]}
    habits = {field.name: float(getattr(crew, field.name)) for field in fields(crew)[:-2]}
    return Orders(**limits, **habits, pumps=_on_line(points.flow, rig, run))


def _on_line(flow: float, rig: Outfit, run: int) -> Array:
    """1 for the pumps that are needed for a flow [m³/s], else 0 (pump)."""
    pumps, on_line, flowing = len(rig.pumps), np.zeros(PUMPS), 0.0
    for turn in range(pumps):
        number = (run + turn) % pumps
        pump = rig.pumps[number]
        if flowing < flow:
            on_line[number] = 1.0
            flowing += LIGHT_LOAD * pump.top_stroke_rate * pump.stroke_volume * pump.efficiency
    return on_line


def job_of(
    rig: Outfit, well: WellPlan, crew: Crew, section: HoleSection, bit: DrawnBit,
    surroundings: Surroundings, seed: int, run: int,
) -> Job:  # fmt: skip
    """Everything the kernel is told while one string is in one section of hole."""
    return Job(
        machinery_of(rig),
        hole_of(well, section),
        assembly_of(section.string, bit, section.mud),
        Fluid(*(float(value) for value in astuple(section.mud))),
        orders_of(crew, section.set_points, rig, run),
        surroundings,
        track_of(well),
        rock_of(well, surroundings, seed),
        luck_of(rig, well, seed),
    )
