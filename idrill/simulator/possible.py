"""What every number of a rig, a well or a crew has in common: it is finite, and seldom negative.

The kernel is compiled and looks things up by place: a number that is none would take it outside of
its tables, and the process down with it.
"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from math import isfinite

from idrill.errors import InvalidSimulation

SIGNED = {"founder_slope", "azimuth", "offset", "scale"}
"""Fields that may be negative."""


def require_possible(what: str, thing: object) -> None:
    """See that all numbers of a thing and of its parts are finite, and not negative.

    Args:
        what: What the thing is called.
        thing: A dataclass or named tuple, of numbers, of such things and of tuples of either.

    Raises:
        InvalidSimulation: If one is not; the message names the field.

    Example:
        >>> from idrill.physics.cutting import Rock
        >>> require_possible("rock", Rock(30e6, 0.5, float("inf"), 1e8, 3e-11))
        Traceback (most recent call last):
        idrill.errors.InvalidSimulation: rock: bit_friction is inf, it must be finite
    """
    for path, value in _numbers(what, thing):
        if not isfinite(value):
            raise InvalidSimulation(f"{path} is {value}, it must be finite")
        if value < 0.0 and path.rpartition(" ")[2] not in SIGNED:
            raise InvalidSimulation(f"{path} is {value}, it cannot be negative")


def require_above_zero(what: str, thing: object, *names: str) -> None:
    """See that fields of a thing lie above zero.

    Args:
        what: What the thing is called.
        thing: Whose fields.
        names: Of the fields.

    Raises:
        InvalidSimulation: If one does not; the message names it.
    """
    for name in names:
        value = getattr(thing, name)
        if not value > 0.0:
            raise InvalidSimulation(f"{what}: {name} is {value}, it must be above zero")


def _numbers(path: str, thing: object) -> Iterator[tuple[str, float]]:
    """Every number within a thing, beside where it stands."""
    if isinstance(thing, int | float):
        yield path, thing
        return
    for name, part in _parts(thing):
        yield from _numbers(f"{path}: {name}" if name else path, part)


def _parts(thing: object) -> Iterator[tuple[str, object]]:
    """The fields of a dataclass or a named tuple, the entries of a tuple."""
    if is_dataclass(thing):
        yield from ((field.name, getattr(thing, field.name)) for field in fields(thing))
    elif isinstance(thing, tuple):
        names = getattr(thing, "_fields", [""] * len(thing))
        yield from zip(names, thing, strict=True)
