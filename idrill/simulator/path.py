"""Where a hole goes."""

from collections.abc import Sequence
from itertools import pairwise
from math import pi
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from idrill.errors import InvalidSimulation
from idrill.wells import Station

Array = NDArray[np.float64]

STEP = 1.0
"""Spacing of a path [m]."""


class Path(NamedTuple):
    """Where the hole goes, at even steps of measured depth from 0 (step)."""

    spacing: float
    """[m]"""
    vertical_depth: Array
    """[m]"""
    inclination: Array
    """[rad]"""
    azimuth: Array
    """[rad]"""


def path_of(stations: Sequence[Station], bottom: float) -> Path:
    """The path through the stations: angles change evenly between them, and stay below the last.

    Args:
        stations: Sorted by depth; none for a vertical well.
        bottom: Measured depth that the path must reach [m].

    Raises:
        InvalidSimulation: If the stations are not sorted, or no hole can go their way.

    Example:
        A well that builds to 90° over 300 m comes down by 300 m · 2 / pi:

        >>> quarter = (Station(0.0, 0.0, 0.0), Station(300.0, pi / 2, 0.0))
        >>> round(float(path_of(quarter, 300.0).vertical_depth[300]), 2)
        190.99
    """
    depths: Array = STEP * np.arange(int(np.ceil(bottom / STEP)) + 2, dtype=np.float64)
    known = [Station(0.0, 0.0, 0.0), *(one for one in stations if one.measured_depth > 0.0)]
    places = [station.measured_depth for station in known]
    if any(below <= above for above, below in pairwise(places)):
        raise InvalidSimulation("well: stations must go from top to bottom")
    for station in known:
        if not 0.0 <= station.inclination <= pi:
            raise InvalidSimulation(
                f"well: stations: inclination {station.inclination} rad at "
                f"{station.measured_depth} m is not between 0 and pi"
            )
    inclination = np.interp(depths, places, [station.inclination for station in known])
    azimuths = np.unwrap([station.azimuth for station in known[1:]] or [0.0])
    azimuth = np.interp(depths, places[1:] or [0.0], azimuths)
    # Simpson's rule is exact to 1e-9 for arcs this short.
    middle = np.cos((inclination[1:] + inclination[:-1]) / 2)
    ends = np.cos(inclination[1:]) + np.cos(inclination[:-1])
    drops = STEP * (ends + 4 * middle) / 6
    return Path(STEP, np.concatenate([[0.0], np.cumsum(drops)]), inclination, azimuth)
