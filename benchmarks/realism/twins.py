"""Plans of simulated sections that have the flow, the speed and the string of real ones.

Depth, flow, rotary speed, weight, rate, block and stand are the real section's own medians; hole
size, mud and path are those of the wells as far as the USROP logs tell them, else judgement [e].
Two things are fitted, because no record holds them: the strength of the rock, so that the law of
the bit gives the section's rate at its weight; and the pressure drop of the tools in the string.
Crew, bit, sensors, surroundings and the rest of the rig are drawn.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import pi
from types import MappingProxyType

import polars as pl
from numpy.random import Generator

from benchmarks.realism.recorder import recorded
from idrill.errors import InvalidSimulation
from idrill.physics.bit import bit_pressure_drop, bit_wear_rate
from idrill.physics.cutting import Rock, cutting
from idrill.physics.jets import hydraulic_power
from idrill.simulator.bits import BitKind, DrawnBit, draw_bit
from idrill.simulator.crew import MOST_TORQUE, Control, SetPoints, draw_crew
from idrill.simulator.distributions import LogNormal
from idrill.simulator.drill_strings import (
    COLLARS,
    DRILL_PIPES,
    HEAVY_PIPE,
    DrillString,
    Pipe,
    draw_string,
)
from idrill.simulator.formation import KINDS, THICKNESS, Formation, Layer, draw_rock
from idrill.simulator.mud import draw_mud
from idrill.simulator.noise import stream
from idrill.simulator.outfit import Outfit, draw_outfit
from idrill.simulator.pressures import SEA_WATER, draw_pressures
from idrill.simulator.rig import simulate
from idrill.simulator.sensor_package import draw_sensors
from idrill.simulator.well_plan import CASED_FRICTION, OPEN_FRICTION, HoleSection, WellPlan
from idrill.units import GRAVITY, conversion
from idrill.wells import STEEL_DENSITY, Station

TONNE = conversion("kkgf", "N").factor
LITRE_A_MINUTE = conversion("L/min", "m3/s").factor
TURN_A_MINUTE = conversion("rpm", "1/s").factor
METRE_AN_HOUR = conversion("m/h", "m/s").factor
DEGREE = pi / 180

START = datetime(2026, 1, 1, tzinfo=UTC)

WATER_DEPTH, AIR_GAP = 91.0, 54.0
"""At the Volve field; T4's first depth is their sum, 145 m [m]."""
WEAKEST, STRONGEST = 5e6, 200e6
"""Between which strengths the rock is fitted [Pa]."""
DRILLED = 0.5
"""Share of a section's time in which it is drilled [-]."""
STRENGTH_SPREAD = 0.25
"""Of layers of one kind, standard deviation of the logarithm [-]; as in `simulator.formation`."""


@dataclass(frozen=True, slots=True)
class Twin:
    """What a simulated section takes from a real one."""

    hours: float
    start: float
    """Depth of the hole where the record begins [m]."""
    flow: float
    """[L/min]"""
    rotary_speed: float
    """[rpm]"""
    weight: float
    """[t]"""
    rate: float
    """[m/h]"""
    control: Control
    """T2 is limited at 50 m/h; the others show neither a steady rate nor a steady torque."""
    block: float
    """Hook load in slips [t]."""
    stand: float
    """[m]"""
    hole: float
    """Diameter [m]."""
    casing: tuple[float, float]
    """Where the casing above ends, and its inside [m]."""
    density: float
    """[kg/m³]"""
    path: tuple[Station, ...]
    pipe: int
    """Place of the drill pipe in `DRILL_PIPES`."""
    collars: tuple[int, float, float]
    """Place in `COLLARS`, their length, that of the heavy pipe [m]; they weigh what hung there."""
    tool_loss: float
    """Pressure drop of the tools in the string at 3,300 L/min of water [Pa]; fitted."""
    jets: float | None = None
    """Speed in the nozzles [m/s]; drawn unless given."""
    riser: bool = True
    bit: BitKind = BitKind.DRAG
    """What the torque by the weight tells."""
    weighed: bool = False
    """Whether the weight on bit is measured apart from the hook load."""


TWINS: Mapping[str, Twin] = MappingProxyType(
    {
        # Hole, mud and path of T2 [e].
        "T2": Twin(
            9.44, 1366.4, 3516, 130, 2.6, 50.0, Control.RATE, 67.0, 40.2, 0.3112, (1000.0, 0.3153),
            1250.0, (Station(600.0, 0.0, 0.0), Station(1000.0, 25 * DEGREE, 0.0)),
            2, (1, 60.0, 65.0), 2.9e6,
        ),
        # 12¼ in, 1,200 kg/m³, 703 to 903 m vertically from 720 to 996 m in the log of F-9A.
        "T3": Twin(
            13.92, 719.8, 3447, 104, 8.7, 28.0, Control.WEIGHT, 66.7, 40.7, 0.3112, (500.0, 0.3153),
            1200.0, (Station(450.0, 0.0, 0.0), Station(1000.0, 50 * DEGREE, 0.0)),
            0, (1, 20.0, 25.0), 2.5e6, bit=BitKind.ROLLER, weighed=True,
        ),
        # From the sea floor on, in sea water, with the wide nozzles of a top hole [e].
        "T4": Twin(
            11.95, 145.4, 4229, 89, 2.5, 9.6, Control.WEIGHT, 60.6, 40.4, 0.6604, (145.3, 0.9),
            1030.0, (), 1, (2, 88.0, 20.0), 2e5, jets=40.0, riser=False, bit=BitKind.ROLLER,
        ),
    }
)  # fmt: skip
"""The sections, by the names of the real ones."""


def simulated(name: str, seed: int) -> pl.DataFrame:
    """What the sensors of a twin recorded.

    Args:
        name: Of the section.
        seed: Of everything that is drawn.
    """
    random = stream(seed, "realism", name)
    rig, well, crew = outfit(name, random), plan(name, random), draw_crew(random)
    span = timedelta(seconds=round(TWINS[name].hours * 3600))
    sensors = draw_sensors(rig, random, weighed=TWINS[name].weighed)
    made = simulate(rig, well, crew, start=START, duration=span, seed=seed, sensors=sensors)
    return recorded(made.measured)


def outfit(name: str, random: Generator) -> Outfit:
    """A drawn rig with the block and the stands of a section."""
    twin = TWINS[name]
    drawn = draw_outfit(name, random)
    hoist = replace(drawn.hoist, block_load=twin.block * TONNE, stand_length=twin.stand)
    return replace(drawn, hoist=hoist)


def plan(name: str, random: Generator) -> WellPlan:
    """The well to be drilled: one section of hole, its rock fitted to rate and weight.

    Args:
        name: Of the section.
        random: Where what is not given comes from.
    """
    twin = TWINS[name]
    bottom = twin.start + 1.5 * twin.rate * twin.hours
    mud = draw_mud(random, twin.density)
    bit, rock = _bit_and_rock(twin, random)
    section = HoleSection(
        bottom=bottom,
        diameter=twin.hole,
        casing_bottom=twin.casing[0],
        casing_diameter=twin.casing[1],
        riser=twin.riser,
        mud=mud,
        string=_string(twin, random),
        bit=bit,
        set_points=_set_points(twin),
        cased_friction=CASED_FRICTION.draw(random),
        open_friction=OPEN_FRICTION.draw(random),
    )
    layers = tuple(_layers(rock, bottom, random))
    pressures = draw_pressures(WATER_DEPTH, AIR_GAP, random)
    return WellPlan(name, twin.path, Formation(layers, pressures), (section,), twin.start)


def _set_points(twin: Twin) -> SetPoints:
    """What is controlled stands at the section's median; the rest is limited far above it."""
    held, far = twin.control, 3.0
    weight = twin.weight * TONNE
    rate = twin.rate * METRE_AN_HOUR
    return SetPoints(
        control=held,
        flow=twin.flow * LITRE_A_MINUTE,
        rotary_speed=twin.rotary_speed * TURN_A_MINUTE,
        weight_on_bit=weight if held is Control.WEIGHT else far * weight,
        rate_of_penetration=rate if held is Control.RATE else far * rate,
        torque=MOST_TORQUE.high,
    )


def _string(twin: Twin, random: Generator) -> DrillString:
    size, length, heavy = twin.collars
    outer, inner = COLLARS[size]
    mass = STEEL_DENSITY * pi / 4 * (outer**2 - inner**2)
    return replace(
        draw_string(twin.hole, random),
        pipe=DRILL_PIPES[twin.pipe],
        heavy=replace(HEAVY_PIPE, length=heavy),
        collars=Pipe(length, outer, inner, mass),
        downhole_pressure_drop=twin.tool_loss,
    )


def _bit_and_rock(twin: Twin, random: Generator) -> tuple[DrawnBit, Rock]:
    """A bit and a rock that give the rate at the weight; others are drawn until some can.

    Raises:
        InvalidSimulation: If none of a thousand can.
    """
    for _ in range(1_000):
        bit = _bit(twin, random)
        rock = draw_rock(KINDS[random.integers(len(KINDS))], random)
        strength = _fitted_strength(twin, bit, rock)
        if strength is not None:
            return bit, rock._replace(unconfined_strength=strength)
    raise InvalidSimulation(f"twin of {twin.rate} m/h: no bit drills that at {twin.weight} t")


def _bit(twin: Twin, random: Generator) -> DrawnBit:
    flow = twin.flow * LITRE_A_MINUTE
    drawn = draw_bit(twin.hole, flow, random, twin.bit)
    return drawn if twin.jets is None else replace(drawn, nozzle_area=flow / twin.jets)


def _fitted_strength(twin: Twin, bit: DrawnBit, rock: Rock) -> float | None:
    """Unconfined strength at which the weight gives the rate [Pa]; None if there is none."""
    aim = twin.rate * METRE_AN_HOUR
    weakest, strongest = WEAKEST, STRONGEST
    if not _rate(twin, bit, rock, weakest) > aim > _rate(twin, bit, rock, strongest):
        return None
    for _ in range(40):
        middle = (weakest + strongest) / 2
        if _rate(twin, bit, rock, middle) > aim:
            weakest = middle
        else:
            strongest = middle
    return (weakest + strongest) / 2


def _rate(twin: Twin, bit: DrawnBit, rock: Rock, strength: float) -> float:
    """Rate of penetration at the section's weight and speed, half way through it [m/s]."""
    flow = twin.flow * LITRE_A_MINUTE
    jets = hydraulic_power(bit_pressure_drop(flow, twin.density, bit.nozzle_area), flow)
    overbalance = max(twin.density - SEA_WATER, 0.0) * GRAVITY * twin.start
    done = cutting(
        bit.bit,
        rock._replace(unconfined_strength=strength),
        twin.weight * TONNE,
        twin.rotary_speed * TURN_A_MINUTE,
        overbalance,
        jets,
        _wear_half_way(twin, bit, rock),
    )
    return done.rate_of_penetration


def _wear_half_way(twin: Twin, bit: DrawnBit, rock: Rock) -> float:
    """Wear of the bit after half of the section's drilling, at ease [-]."""
    speed = twin.rotary_speed * TURN_A_MINUTE
    rate = bit_wear_rate(rock.abrasiveness, twin.weight * TONNE, speed, twin.hole, harshness=1.0)
    return bit.wear_factor * rate * DRILLED / 2 * twin.hours * 3600


def _layers(rock: Rock, bottom: float, random: Generator) -> Iterator[Layer]:
    """Layers about as strong as the fitted rock, as layers of one kind differ."""
    depth = 0.0
    while depth < bottom + 1.0:
        factor = LogNormal(1.0, STRENGTH_SPREAD).draw(random)
        strength = rock.unconfined_strength * factor
        yield Layer(depth, "fitted", rock._replace(unconfined_strength=strength))
        depth += THICKNESS.draw(random)
