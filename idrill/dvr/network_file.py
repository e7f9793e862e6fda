"""A network written down in a JSON file: `A`, `measured` and `sd`, and what may stand beside them.

`measured` holds null where nothing was measured. `covariance` replaces `sd` where errors go
together. `sd` is authoritative over `variance`, `exact` holds values to compare with, `b` what the
balances come to, `names` what the quantities are called.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from idrill.dvr.balances import Array, LinearBalances
from idrill.errors import InvalidNetwork

CONFLICT = 1e-6
"""Relative difference from which a variance contradicts the standard deviation [-]."""
CLOSED = 1e-6
"""Share of the largest value by which exact values may miss a balance [-]."""
LARGEST = 1e100
"""Beyond what anything measures; squares of greater numbers are not finite."""
KNOWN = {
    "A", "measured", "sd", "variance", "covariance", "exact", "b", "names", "problem", "reference",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class NetworkFile:
    """What a file says of a network."""

    balances: LinearBalances
    measured: Array
    """Not a number where nothing was measured (quantity)."""
    covariance: Array
    """(quantity, quantity)"""
    exact: Array | None
    """(quantity)"""
    warnings: tuple[str, ...]
    """What contradicts itself in the file, and which was believed."""


def read_network(path: Path) -> NetworkFile:
    """The network in a file.

    Raises:
        InvalidNetwork: If the file is no such network; the message names the file and the field.
    """
    try:
        return network_of(json.loads(path.read_text(encoding="utf-8-sig")))
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidNetwork(f"{path}: is no JSON: {error}") from error
    except InvalidNetwork as error:
        raise InvalidNetwork(f"{path}: {error}") from error


def network_of(said: Any) -> NetworkFile:
    """The network that a decoded file describes.

    Raises:
        InvalidNetwork: If a field is missing, of the wrong length or no table of numbers.

    Example:
        >>> given = {"A": [[1, -1]], "measured": [2.0, None], "sd": [0.1, 0.1]}
        >>> network_of(given).measured.tolist()
        [2.0, nan]
    """
    if not isinstance(said, dict):
        raise InvalidNetwork("holds no object with A, measured and sd")
    for field in ("A", "measured"):
        if field not in said:
            raise InvalidNetwork(f"{field}: is missing")
    names = said.get("names") or ()
    if not (isinstance(names, list | tuple) and all(isinstance(name, str) for name in names)):
        raise InvalidNetwork("names: is no list of words")
    balances = LinearBalances(said["A"], said.get("b"), tuple(names))
    measured = _numbers(said, "measured", len(balances.names))
    exact = _numbers(said, "exact", len(balances.names)) if "exact" in said else None
    covariance, warnings = _covariance(said, measured)
    if exact is not None:
        warnings += _unclosed(balances, exact)
    strange = sorted(set(said) - KNOWN)
    if strange:
        warnings.append(f"{', '.join(strange)}: not known, so not looked at")
    return NetworkFile(balances, measured, covariance, exact, tuple(warnings))


def _covariance(said: dict[str, Any], measured: Array) -> tuple[Array, list[str]]:
    if "covariance" in said:
        shadowed = [field for field in ("sd", "variance") if field in said]
        warnings = [f"{field}: covariance stands before it" for field in shadowed]
        try:
            return np.array(said["covariance"], dtype=np.float64), warnings
        except (TypeError, ValueError):
            raise InvalidNetwork("covariance: is no table of numbers") from None
    if "sd" not in said:
        if "variance" not in said:
            raise InvalidNetwork("sd: is missing")
        variance = _numbers(said, "variance", len(measured))
        return np.diag(variance), ["sd: is missing, the variance was taken"]
    sd = _numbers(said, "sd", len(measured))
    wrong = ~np.isnan(measured) & ~(sd > 0.0)
    if wrong.any():
        place = int(np.flatnonzero(wrong)[0])
        raise InvalidNetwork(
            f"sd: entry {place + 1} is {sd[place]:g}, it must be above zero; put what is known "
            "exactly into the constants b"
        )
    return np.diag(sd**2), _conflicts(said, sd)


def _conflicts(said: dict[str, Any], sd: Array) -> list[str]:
    if "variance" not in said:
        return []
    variance = _numbers(said, "variance", len(sd))
    apart = np.abs(variance - sd**2) > CONFLICT * np.abs(sd**2)
    places = ", ".join(str(place + 1) for place in np.flatnonzero(apart))
    return [f"variance: is not sd² at {places}; sd was believed"] if places else []


def _unclosed(balances: LinearBalances, exact: Array) -> list[str]:
    missed = np.abs(balances.residuals(exact)).max()
    if not missed > CLOSED * np.abs(exact).max(initial=0.0):
        return []
    return [f"exact: misses a balance by {missed:.3g}"]


def _numbers(said: dict[str, Any], field: str, count: int) -> Array:
    """A list of numbers; null is not a number."""
    given = said[field]
    if not isinstance(given, list):
        raise InvalidNetwork(f"{field}: is no list of numbers")
    for place, value in enumerate(given, start=1):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise InvalidNetwork(f"{field}: entry {place} is {value!r}, no number")
        if value is not None and abs(value) > LARGEST:
            raise InvalidNetwork(f"{field}: entry {place} is larger than {LARGEST:g}")
    if len(given) != count:
        raise InvalidNetwork(f"{field}: {len(given)} entries for {count} quantities")
    return np.array([np.nan if value is None else value for value in given], dtype=np.float64)
