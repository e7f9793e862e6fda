"""What a drawn rig carries: pumps, top drive, hoist, pits and lines."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from idrill.channels import PUMPS
from idrill.errors import InvalidSimulation
from idrill.physics.drillstring import SOFT_DRIVE, STIFF_DRIVE
from idrill.physics.drive import Drive
from idrill.physics.hydraulics import SURFACE_COEFFICIENTS
from idrill.rigs import rig_id
from idrill.simulator.distributions import LogUniform, Uniform
from idrill.simulator.possible import require_above_zero


@dataclass(frozen=True, slots=True)
class Pump:
    """A mud pump."""

    stroke_volume: float
    """Of all cylinders together [m³]."""
    efficiency: float
    """Volumetric, new [-]."""
    top_stroke_rate: float
    """[1/s]"""

    def __post_init__(self) -> None:
        require_above_zero("pump", self, *Pump.__slots__)
        if not self.efficiency <= 1.0:
            raise InvalidSimulation(f"pump: efficiency is {self.efficiency}, it must be at most 1")


@dataclass(frozen=True, slots=True)
class TopDrive:
    """What turns the string."""

    drive: Drive
    inertia: float
    """Referred to the shaft [kg·m²]."""
    impedance: float
    """Of its speed controller, relative to the string's: soft torque on or off [-]."""
    ramp: float
    """Fastest change of speed that it is asked for [1/s²]."""

    def __post_init__(self) -> None:
        require_above_zero("top drive", self, "inertia", "impedance", "ramp")
        require_above_zero("top drive", self.drive, *_TURNING)


_TURNING = (
    "torque_constant", "gear_ratio", "gear_efficiency", "base_speed", "top_speed", "most_current",
)  # fmt: skip
"""Fields of a drive without which nothing turns."""


@dataclass(frozen=True, slots=True)
class Hoist:
    """Block, lines and drawworks."""

    block_load: float
    """Block and top drive [N]."""
    lines: int
    sheave_friction: float
    """Loss in one sheave [-]."""
    stand_length: float
    """[m]"""
    lowest: float
    """Block position with the stand drilled down [m]."""
    acceleration: float
    """Of the block [m/s²]."""

    def __post_init__(self) -> None:
        require_above_zero("hoist", self, "block_load", "lines", "stand_length", "acceleration")
        if not 0.0 <= self.sheave_friction < 0.5:
            raise InvalidSimulation(f"hoist: sheave_friction is {self.sheave_friction}")


@dataclass(frozen=True, slots=True)
class Pits:
    """The tanks."""

    capacities: tuple[float, ...]
    """Of each [m³]."""
    levels: tuple[float, ...]
    """In each at the start [m³]."""
    active: tuple[int, ...]
    """Which of them the pumps draw on, counted from 0; they are joined and level out."""
    flowline_volume: float
    """Of flowline and shakers at full flow [m³]."""
    drain_back: float
    """What runs back into the pits from lines and string at a connection [m³]."""
    shaker_loss: float
    """Mud lost on cuttings, by volume of rock drilled [-]."""
    trip_tank: float
    """In the trip tank at the start [m³]."""

    def __post_init__(self) -> None:
        if not 1 <= len(self.capacities) <= MOST_PITS or len(self.levels) != len(self.capacities):
            raise InvalidSimulation(
                f"pits: capacities must be 1 to {MOST_PITS}, with as many levels"
            )
        if any(
            not 0.0 <= level <= capacity
            for level, capacity in zip(self.levels, self.capacities, strict=True)
        ):
            raise InvalidSimulation("pits: levels must lie between zero and the capacities")
        if not self.active or not set(self.active) <= set(range(len(self.capacities))):
            raise InvalidSimulation("pits: active must name tanks that are there")


@dataclass(frozen=True, slots=True)
class Outfit:
    """A rig as the simulator knows it."""

    id: str
    pumps: tuple[Pump, ...]
    top_drive: TopDrive
    hoist: Hoist
    pits: Pits
    surface_coefficient: float
    """Of the loss in surface lines [-]; `physics.hydraulics.surface_pressure_drop`."""
    pulsation: float
    """Of the standpipe pressure, as the dampers leave it: standard deviation, as a share [-]."""

    def __post_init__(self) -> None:
        rig_id(self.id)
        if not 1 <= len(self.pumps) <= PUMPS:
            raise InvalidSimulation(f"rig: pumps must be 1 to {PUMPS}")


PULSATION = LogUniform(3e-3, 1.2e-2)
"""Volve's pressures are unsteady by 0.33, 0.94 and 0.50 % within a minute [-]."""
MOST_PITS = 8
"""Tanks that a simulated rig can have."""


def draw_outfit(rig: str, random: Generator) -> Outfit:
    """What the rig carries; ranges of SIMULATOR's pages, else [e].

    Raises:
        InvalidName: If no rig can be called that.
    """
    stroke_volume = Uniform(0.016, 0.0215).draw(random)  # triplex, 6 to 6½ in by 12 in [s]
    pumps = tuple(
        Pump(stroke_volume, Uniform(0.92, 0.98).draw(random), top_stroke_rate=2.0)
        for _ in range(PUMPS)
    )
    coefficients = Uniform(SURFACE_COEFFICIENTS[-1], SURFACE_COEFFICIENTS[1])
    return Outfit(
        rig, pumps, _top_drive(random), _hoist(random), _pits(random), coefficients.draw(random),
        PULSATION.draw(random),
    )  # fmt: skip


def _top_drive(random: Generator) -> TopDrive:
    torque = Uniform(45e3, 75e3).draw(random)
    current = Uniform(900.0, 1_400.0).draw(random)
    gear, efficiency = Uniform(6.0, 12.0).draw(random), Uniform(0.93, 0.97).draw(random)
    base = Uniform(1.8, 2.5).draw(random)
    drive = Drive(
        torque_constant=torque / (current * gear * efficiency),
        gear_ratio=gear,
        gear_efficiency=efficiency,
        base_speed=base,
        top_speed=Uniform(1.6, 2.0).draw(random) * base,
        most_current=current,
        resistance=LogUniform(0.008, 0.02).draw(random),
    )
    soft = random.random() < SOFT_SHARE
    impedance = SOFT_DRIVE if soft else STIFF_DRIVE
    return TopDrive(drive, LogUniform(1_500.0, 3_000.0).draw(random), impedance, ramp=0.2)


SOFT_SHARE = 0.4
"""Share of the rigs with soft torque switched on [-] [e]."""


def _hoist(random: Generator) -> Hoist:
    stand = 40.5 if random.random() < 0.4 else Uniform(27.0, 29.5).draw(random)
    return Hoist(
        block_load=Uniform(300e3, 680e3).draw(random),
        lines=int(random.choice([10, 12, 14])),
        sheave_friction=Uniform(0.01, 0.03).draw(random),
        stand_length=stand,
        lowest=Uniform(1.0, 4.0).draw(random),
        acceleration=Uniform(0.15, 0.4).draw(random),
    )


def _pits(random: Generator) -> Pits:
    number = int(random.integers(4, MOST_PITS, endpoint=True))
    capacities = random.uniform(20.0, 120.0, number)
    levels = capacities * random.uniform(0.35, 0.8, number)
    # The two largest are drawn on, so that what the hole takes lasts for hours.
    active = np.sort(np.argsort(capacities)[-2:])
    return Pits(
        tuple(capacities.tolist()),
        tuple(levels.tolist()),
        tuple(active.tolist()),
        flowline_volume=Uniform(2.0, 6.0).draw(random),
        drain_back=Uniform(1.0, 4.0).draw(random),
        shaker_loss=Uniform(0.3, 1.2).draw(random),
        trip_tank=Uniform(3.0, 8.0).draw(random),
    )
