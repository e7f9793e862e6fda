"""Simulate a rig on a well that is given, and hold what comes out against what was given.

The well is NO 15/9-F-7 of the Volve field, from its WITSML objects, where IDRILL_REAL_DATA names
the folder of real data; else it is the one written down below. What is given is kept: profile,
formations, casing, string. What is not is drawn, and may be replaced like the mud here.
Run it: `python examples/05_simulate_a_given_well.py`
"""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import radians
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
from numpy.typing import NDArray

from idrill.readers import ReadOptions, read, unpack
from idrill.simulator.crew import draw_crew
from idrill.simulator.given_well import from_well
from idrill.simulator.noise import stream
from idrill.simulator.outfit import draw_outfit
from idrill.simulator.rig import Simulation, simulate
from idrill.simulator.well_plan import WellPlan
from idrill.store import wells
from idrill.store.database import Database
from idrill.units import GRAVITY
from idrill.wells import DrillString, Formation, Section, Station, StringComponent, Well

Array = NDArray[np.float64]

SEED = 5
OBJECTS = {"_wellInfo", "trajectory", "wbGeometry", "tubular", "formationMarker"}
"""Folders of an export of WITSML that tell of the well itself."""
MUD = 1_250.0
"""Density [kg/m³]."""

WRITTEN_DOWN = Well(
    "EXAMPLE-1", "Example 1", water_depth=91.0, air_gap=54.9,
    sections=(
        Section("casing", 145.9, 850.0, inner_diameter=0.3136, outer_diameter=0.3397),
        Section("casing", 145.9, 2_100.0, inner_diameter=0.2168, outer_diameter=0.2445),
    ),
    trajectory=(
        Station(500.0, 0.0, 0.0, 500.0),
        Station(900.0, radians(20.0), radians(220.0), 891.93),
        Station(1_100.0, radians(30.0), radians(220.0), 1_072.96),
        Station(3_000.0, radians(30.0), radians(220.0), 2_718.41),
    ),
    formations=(Formation("Nordland", 145.9, "claystone"), Formation("Utsira", 900.0, "sandstone")),
    strings=(
        DrillString(
            "12¼ in",
            (
                StringComponent(1, "drill collar", 90.0, 0.2032, 0.0762),
                StringComponent(2, "drill pipe", 2_000.0, 0.1397, 0.1214, 36.2),
            ),
        ),
    ),
)  # fmt: skip
"""Depths and diameters in metres, angles in radians, the pipe in kg/m."""


def given() -> Well:
    """The well of the WITSML objects, or the one above."""
    folder = os.environ.get("IDRILL_REAL_DATA", "")  # noqa: TID251  an example has no settings
    archive = Path(folder) / "volve_witsml" / "F-7.tar.gz"
    return of_witsml(archive) if archive.exists() else WRITTEN_DOWN


def of_witsml(archive: Path) -> Well:
    """One well from all the objects that tell of it, as the store puts them together."""
    with TemporaryDirectory() as folder, unpack(archive) as unpacked:
        database = Database(f"sqlite:///{folder}/idrill.db")
        database.migrate()
        told = [one for one in unpacked.members if OBJECTS & {*one.name.split("/")}]
        with database.session() as session:
            for member in told:
                if member.name.endswith(".xml"):
                    for well in read(member.path, ReadOptions(source=member.name)).wells:
                        known = wells.merge_well(session, well)
    return known


def plan_of(well: Well) -> WellPlan:
    """The plan to drill on below the first casing, with a mud of our choice."""
    plan = from_well(well, draw_crew(stream(SEED, "crew")), stream(SEED, "well"))
    upper, section, *lower = plan.sections
    muddy = replace(section, mud=replace(section.mud, density=MUD))
    return replace(plan, sections=(upper, muddy, *lower), start=upper.bottom + 1.0)


def drilled(plan: WellPlan) -> Simulation:
    """Eight hours on the well."""
    return simulate(
        draw_outfit("EXAMPLE_05", stream(SEED, "rig")), plan, draw_crew(stream(SEED, "crew")),
        start=datetime(2026, 2, 1, 6, tzinfo=UTC), duration=timedelta(hours=8), seed=SEED,
    )  # fmt: skip


def show_plan(well: Well, plan: WellPlan) -> None:
    """What was made of sections and strings."""
    for casing in well.sections:
        print(
            f"given: {casing.kind} to {casing.bottom:,.0f} m, {casing.inner_diameter:.4f} m inside"
        )
    for hole in plan.sections:
        print(f"planned: {hole.diameter} m hole to {hole.bottom:,.0f} m", end=", ")
        print(f"below casing to {hole.casing_bottom:,.0f} m, {hole.casing_diameter:.4f} m inside")
    pipe = plan.sections[1].string.pipe
    print("given: strings", ", ".join(string.name for string in well.strings), end="; ")
    print(f"planned: pipe of {pipe.outer_diameter:.4f} m and {pipe.linear_mass:.1f} kg/m")


def show_rock(well: Well, plan: WellPlan, bottom: float) -> None:
    """Formations that were given, and the layers drilled."""
    print(
        "given:",
        ", ".join(f"{one.name} from {one.top:,.0f} m" for one in well.formations) or "none",
    )
    tops = [layer.top for layer in plan.formation.layers]
    first = int(np.searchsorted(tops, plan.start)) - 1
    met = [one for one in plan.formation.layers[first:] if one.top < bottom]
    print("drilled:", ", ".join(f"{layer.name} from {layer.top:,.1f} m" for layer in met))


def show_depths(well: Well, depth: Array, down: Array) -> None:
    """True vertical depth of the bit where the given survey has a station."""
    for station in well.trajectory:
        if depth[0] <= station.measured_depth <= depth[-1] and station.vertical_depth:
            reached = float(np.interp(station.measured_depth, depth, down))
            print(
                f"at {station.measured_depth:,.1f} m: given {station.vertical_depth:,.2f} m down",
                end="",
            )
            print(f", in truth {reached:,.2f} m")
            assert abs(reached - station.vertical_depth) < 1.0


def show_mud(pressure: Array, down: Array) -> None:
    """Density of the mud that presses on the bottom while the pumps are off."""
    density = float(np.median(pressure / (GRAVITY * down)))
    print(
        f"given: mud of {MUD:,.0f} kg/m³; at rest in truth, with its cuttings: {density:,.0f} kg/m³"
    )
    assert 0.95 * MUD < density < 1.1 * MUD


def main() -> None:
    """Plan the well, drill at it, and compare."""
    well = given()
    plan = plan_of(well)
    print(f"{well.name}, from {plan.start:,.0f} m on")
    show_plan(well, plan)
    simulation = drilled(plan)
    truth = simulation.truth
    bottom = truth["hole_depth"][-1]
    print(f"drilled to {bottom:,.0f} m in eight hours")
    show_rock(well, plan, bottom)
    on_bottom = truth.filter(pl.col("rate_of_penetration") > 0.0)
    show_depths(well, on_bottom["hole_depth"].to_numpy(), on_bottom["vertical_depth"].to_numpy())
    at_rest = truth.filter((pl.col("flow_in") == 0.0) & (pl.col("bit_depth") > plan.start - 50.0))
    show_mud(at_rest["annular_pressure"].to_numpy(), at_rest["vertical_depth"].to_numpy())
    print(
        simulation.measured.select("time", "hole_depth", "hook_load", "standpipe_pressure").tail(3)
    )


if __name__ == "__main__":
    main()
