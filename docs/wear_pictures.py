"""Pictures of wear: its load laws, drawn lives, and what shows of it."""

import numpy as np
from drawing import Picture, label
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from idrill.physics.wear import (
    accelerated,
    brake_rate,
    damage_for,
    gearbox_rate,
    liner_rate,
    valve_rate,
    visibility,
    washpipe_rate,
)
from idrill.simulator.degradation import (
    Unit,
    damage_path,
    draw_population,
    draw_unit,
    initial_damage,
    wear_path,
)
from idrill.simulator.noise import stream

LIVES = 12
"""Drawn lives in the picture."""


def load_laws(figure: Figure) -> None:
    """Wear rates over the load, relative to the reference; brake over its temperature."""
    left, right = figure.subplots(1, 2)
    loads = np.linspace(0.0, 2.0, 200)
    left.plot(loads, [valve_rate(load, 1.0, 1.0, 1.0, 1.0) for load in loads], label="valve")
    for exponent in (2.0, 3.0):
        rates = [liner_rate(load, 1.0, 1.0, 1.0, 1.0, exponent) for load in loads]
        left.plot(loads, rates, label=f"liner, piston, exponent {exponent:.0f}")
    left.plot(loads, [gearbox_rate(load, 1.0, 0.0, 1.0, 1.0, 3.0) for load in loads],
              label="gearbox")  # fmt: skip
    left.plot(loads, [washpipe_rate(load, 1.0, 1.0, 1.0) for load in loads], label="washpipe")
    left.set_ylim(0.0, 10.0)
    label(left, "pressure or torque by its reference", "wear rate by the reference rate")
    kelvin = np.linspace(300.0, 750.0, 200)
    right.plot(kelvin - 273.15, [brake_rate(1.0, one, 1.0, 550.0, 60.0) for one in kelvin],
               label="brake, equal power")  # fmt: skip
    label(right, "temperature [°C]", "wear rate by the reference rate")


def wearing_out(figure: Figure) -> None:
    """Drawn lives under an even load; what of the fault shows; how wear feeds on itself."""
    left, middle, right = figure.subplots(1, 3)
    population = draw_population("piston", stream(1, "picture"))
    random = stream(1, "picture", "units")
    for number in range(LIVES):
        _life(left, draw_unit(population, random), number)
    left.set_ylim(0.0, 1.4)
    label(left, "own hours", "wear")
    share = np.linspace(0.0, 1.0, 200)
    for acceleration in (0.0, 1.0, 4.0):
        end = damage_for(1.0, acceleration)
        wear = [accelerated(one * end, acceleration) for one in share]
        middle.plot(share, wear, label=f"a = {acceleration:.0f}")
    label(middle, "share of the life at even load", "wear")
    for sharpness, name in ((1.2, "liner"), (9.0, "washpipe"), (270.0, "valve")):
        right.plot(share, [visibility(one, sharpness) for one in share], label=name)
    label(right, "wear", "share of the fault's effect")


def _life(axes: Axes, unit: Unit, number: int) -> None:
    damage = damage_path(unit, np.ones(900), initial_damage(unit), stream(1, "path", str(number)))
    lived = damage[: int(np.searchsorted(damage, unit.damage_limit)) + 1]
    wear, sudden = wear_path(lived, unit.acceleration), unit.sudden_limit is not None
    name = {0: "sudden", 1: "worn out"}.get(int(not sudden))
    colour = "tab:red" if sudden else "tab:blue"
    seen = {line.get_label() for line in axes.lines}
    axes.plot(wear, color=colour, linewidth=0.8, label=None if name in seen else name)
    axes.plot(wear.size - 1, wear[-1], "o", color=colour, markersize=3)


PICTURES: dict[str, Picture] = {
    "load_laws": load_laws,
    "wearing_out": wearing_out,
}
