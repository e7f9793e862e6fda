"""The only unit conversions.

A unit is a linear map onto the SI unit of its dimension: `si = (value + offset) * factor`. Symbols
are matched without regard to case, spaces and the usual spellings (`l/min`, `lpm`, `L / min`).

Factors are exact by definition (inch, pound, gallon, standard gravity: BIPM SI Brochure 9th ed. and
NIST SP 811, appendix B) or follow from those.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from idrill.errors import UnitError

GRAVITY = 9.80665
"""Standard gravity [m/s²]."""

_INCH = 0.0254
_FOOT = 0.3048
_POUND = 0.45359237
_POUND_FORCE = _POUND * GRAVITY
_GALLON = 231 * _INCH**3
_BARREL = 42 * _GALLON
_PSI = _POUND_FORCE / _INCH**2


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of measure, as a linear map onto the SI unit of its dimension."""

    symbol: str
    dimension: str
    factor: float
    """SI units per unit."""
    offset: float = 0.0
    """What is added before the factor applies, in this unit."""
    spellings: tuple[str, ...] = ()


UNITS = (
    Unit("m", "length", 1.0, 0.0, ("metre", "meter", "metres", "meters")),
    Unit("km", "length", 1000.0),
    Unit("cm", "length", 0.01),
    Unit("mm", "length", 0.001),
    Unit("in", "length", _INCH, 0.0, ("inch", "inches", '"')),
    Unit("ft", "length", _FOOT, 0.0, ("feet", "foot", "ftus")),
    Unit("N", "force", 1.0),
    Unit("daN", "force", 10.0),
    Unit("kN", "force", 1e3),
    Unit("kdaN", "force", 1e4),
    Unit("MN", "force", 1e6),
    Unit("kgf", "force", GRAVITY),
    Unit("kkgf", "force", 1e3 * GRAVITY, 0.0, ("tonf", "1000kgf", "tf")),
    Unit("lbf", "force", _POUND_FORCE),
    Unit("klbf", "force", 1e3 * _POUND_FORCE, 0.0, ("kips", "kip", "1000lbf")),
    Unit("kg", "mass", 1.0),
    Unit("t", "mass", 1e3, 0.0, ("ton", "tonne", "tonnes", "mt")),
    Unit("lb", "mass", _POUND, 0.0, ("lbs", "lbm")),
    Unit("klb", "mass", 1e3 * _POUND, 0.0, ("klbs", "k-lbs", "k-lb", "klbm")),
    Unit("N.m", "torque", 1.0, 0.0, ("nm",)),
    Unit("daN.m", "torque", 10.0, 0.0, ("danm",)),
    Unit("kN.m", "torque", 1e3, 0.0, ("knm",)),
    Unit("kgf.m", "torque", GRAVITY, 0.0, ("kgfm",)),
    Unit(
        "ft.lbf",
        "torque",
        _FOOT * _POUND_FORCE,
        0.0,
        ("lbf.ft", "ftlb", "ft.lb", "ft-lb", "ft-lbs", "ft-lbf", "lbft", "flb"),
    ),
    Unit(
        "kft.lbf",
        "torque",
        1e3 * _FOOT * _POUND_FORCE,
        0.0,
        ("kft.lb", "klbf.ft", "kft-lb", "kft-lbs", "kft-lbf", "kftlbf", "kftlb", "klb.ft", "kflb"),
    ),
    Unit("rad/s", "frequency", 0.15915494309189535),
    Unit("Hz", "frequency", 1.0, 0.0, ("c/s", "rev/s", "1/s", "rps")),
    Unit("rpm", "frequency", 1 / 60, 0.0, ("c/min", "rev/min", "r/min")),
    Unit("1/min", "frequency", 1 / 60, 0.0, ("spm", "strokes/min", "stk/min", "stks/min", "/min")),
    Unit("Pa", "pressure", 1.0),
    Unit("kPa", "pressure", 1e3),
    Unit("MPa", "pressure", 1e6),
    Unit("bar", "pressure", 1e5, 0.0, ("bars", "barg", "bara")),
    Unit("psi", "pressure", _PSI, 0.0, ("psig", "psia", "lbf/in2")),
    Unit("kgf/cm2", "pressure", GRAVITY * 1e4),
    Unit("atm", "pressure", 101325.0),
    Unit("m3/s", "flow", 1.0),
    Unit("m3/h", "flow", 1 / 3600, 0.0, ("m3/hr",)),
    Unit("m3/min", "flow", 1 / 60),
    Unit("L/s", "flow", 1e-3),
    Unit(
        "L/min",
        "flow",
        1e-3 / 60,
        0.0,
        ("lpm", "liters/min", "litres/min", "litre/min", "liter/min", "dm3/min"),
    ),
    Unit(
        "gal/min",
        "flow",
        _GALLON / 60,
        0.0,
        ("gpm", "galus/min", "gal[us]/min", "usgpm", "usgal/min", "gals/min"),
    ),
    Unit("bbl/min", "flow", _BARREL / 60, 0.0, ("bpm",)),
    Unit("bbl/h", "flow", _BARREL / 3600, 0.0, ("bbl/hr", "bph")),
    Unit("m3", "volume", 1.0),
    Unit("L", "volume", 1e-3, 0.0, ("liter", "litre", "liters", "litres", "dm3")),
    Unit("bbl", "volume", _BARREL, 0.0, ("bbls", "barrel", "barrels")),
    Unit("gal", "volume", _GALLON, 0.0, ("gal[us]", "galus", "usgal", "gals")),
    Unit("m/s", "speed", 1.0),
    Unit("m/min", "speed", 1 / 60),
    Unit("m/h", "speed", 1 / 3600, 0.0, ("m/hr", "mph")),
    Unit("ft/s", "speed", _FOOT),
    Unit("ft/min", "speed", _FOOT / 60),
    Unit("ft/h", "speed", _FOOT / 3600, 0.0, ("ft/hr", "fph", "f/hr")),
    Unit("kg/m3", "density", 1.0),
    Unit("g/cm3", "density", 1e3, 0.0, ("g/cc", "sg", "gcc", "g/ml", "kg/l", "kg/dm3")),
    Unit(
        "lb/gal",
        "density",
        _POUND / _GALLON,
        0.0,
        ("ppg", "lbm/gal", "lbm/gal[us]", "lbm/galus", "lb/g"),
    ),
    Unit("lb/ft3", "density", _POUND / _FOOT**3, 0.0, ("pcf", "lbm/ft3")),
    Unit("kg/m", "linear density", 1.0),
    Unit("lb/ft", "linear density", _POUND / _FOOT, 0.0, ("lbm/ft", "ppf")),
    Unit("K", "temperature", 1.0, 0.0, ("kelvin", "degk")),
    Unit("degC", "temperature", 1.0, 273.15, ("°c", "c", "celsius", "deg c")),
    Unit("degF", "temperature", 5 / 9, 459.67, ("°f", "f", "fahrenheit", "deg f")),
    Unit("%", "fraction", 0.01, 0.0, ("percent", "pct", "pu")),
    Unit(
        "Euc",
        "fraction",
        1.0,
        0.0,
        ("unitless", "frac", "fraction", "v/v", "1", "none", "dimensionless"),
    ),
    Unit("ppm", "fraction", 1e-6),
    Unit("A", "current", 1.0, 0.0, ("amp", "amps", "ampere")),
    Unit("kA", "current", 1e3),
    Unit("m/s2", "acceleration", 1.0),
    Unit("g", "acceleration", GRAVITY, 0.0, ("gn", "g0")),
    Unit("gAPI", "gamma", 1.0, 0.0, ("api", "gapi")),
    Unit("rad", "angle", 1.0),
    Unit("deg", "angle", 0.017453292519943295, 0.0, ("dega", "degree", "degrees", "°")),
    Unit("s", "time", 1.0, 0.0, ("sec", "secs", "seconds")),
    Unit("min", "time", 60.0, 0.0, ("mins", "minute", "minutes")),
    Unit("h", "time", 3600.0, 0.0, ("hr", "hrs", "hour", "hours")),
    Unit("d", "time", 86400.0, 0.0, ("day", "days")),
    Unit("ms", "time", 0.001),
)
"""Every unit that a source may name."""


def _key(symbol: str) -> str:
    text = symbol.strip().replace("³", "3").replace("²", "2").replace("·", ".").replace("*", ".")
    return re.sub(r"[\s_]+", "", re.sub(r"[\s_]per[\s_]", "/", text, flags=re.IGNORECASE))


_EXACT = {_key(name): unit for unit in UNITS for name in (unit.symbol, *unit.spellings)}
_FOLDED = {key.casefold(): unit for key, unit in reversed(_EXACT.items())}


@lru_cache(maxsize=1024)
def unit(symbol: str) -> Unit:
    """The unit that a source calls `symbol`.

    Args:
        symbol: Any known spelling; the exact case wins (`kA` is no `ka`), then any case.

    Raises:
        UnitError: If no unit is spelled like this.

    Example:
        >>> unit("GPM").symbol, unit("k-lbs").symbol, unit("m³/s").dimension
        ('gal/min', 'klb', 'flow')
    """
    key = _key(symbol)
    found = _EXACT.get(key) or _FOLDED.get(key.casefold())
    if found is None:
        raise UnitError(f"unknown unit {symbol!r}")
    return found


def is_unit(symbol: str) -> bool:
    """Whether some unit is spelled like this.

    Example:
        >>> is_unit("psi"), is_unit("furlong")
        (True, False)
    """
    key = _key(symbol)
    return key in _EXACT or key.casefold() in _FOLDED


@dataclass(frozen=True, slots=True)
class Conversion:
    """A linear map from one unit to another: `value * factor + shift`."""

    source: str
    target: str
    factor: float
    shift: float = 0.0

    @property
    def is_identity(self) -> bool:
        """Whether the values stay what they are."""
        return self.factor == 1.0 and self.shift == 0.0


@lru_cache(maxsize=1024)
def conversion(source: str, target: str) -> Conversion:
    """The map that takes values in `source` to values in `target`.

    A mass stands for its weight under standard gravity where a force is asked for, because rigs
    print hook load in kilograms, tonnes and pounds.

    Args:
        source: Symbol of the unit the values are in.
        target: Symbol of the unit they are wanted in.

    Raises:
        UnitError: If a unit is unknown or the two measure different quantities.

    Example:
        >>> kkgf = conversion("kkgf", "kN")
        >>> round(kkgf.factor, 5)
        9.80665
        >>> degf = conversion("degF", "degC")
        >>> round(212 * degf.factor + degf.shift, 6)
        100.0
    """
    start, end = unit(source), unit(target)
    weight = GRAVITY if (start.dimension, end.dimension) == ("mass", "force") else 1.0
    if start.dimension != end.dimension and weight == 1.0:
        raise UnitError(
            f"{source!r} is a unit of {start.dimension}, {target!r} one of {end.dimension}"
        )
    if start == end:
        return Conversion(source, target, 1.0)
    factor = start.factor * weight / end.factor
    return Conversion(source, target, factor, start.offset * factor - end.offset)
