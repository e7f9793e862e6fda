"""What a rig was simulated with, kept beside its truth: two simulations never mix in one rig."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from idrill.errors import InvalidSimulation
from idrill.rigs import Rig

Recipe = Mapping[str, str | float | None]
"""The options that decide the readings, by name; None where one was not given."""

ELSEWHERE = "name another rig, or work in another IDRILL_HOME"


def require_same(recipe: Recipe, rigs: Iterable[Rig], folder: Path) -> None:
    """Refuse what would mix with an earlier simulation of a rig.

    Args:
        recipe: What the rigs are to be simulated with.
        rigs: All that are to be simulated.
        folder: Where the truth lies, a folder per rig.

    Raises:
        InvalidSimulation: If a rig was simulated with other options; the message names the first
            one that differs.
    """
    for rig in rigs:
        known = known_of(rig.id, folder)
        if known is None:
            continue
        for option in {**known, **recipe}:
            if known.get(option) != recipe.get(option):
                raise InvalidSimulation(
                    f"--{option}: {rig.id} was simulated with {_as_typed(known)}, and two "
                    f"simulations would mix in one rig; ask for the same, {ELSEWHERE}"
                )


def keep(recipe: Recipe, rigs: Iterable[Rig], folder: Path) -> None:
    """Write beside the truth of each rig what it is simulated with.

    Args:
        recipe: The options.
        rigs: All that are simulated.
        folder: Where the truth goes, a folder per rig.
    """
    from idrill.simulator.files import appearing

    content = json.dumps(recipe, indent=2) + "\n"
    for rig in rigs:
        appearing(_path(rig.id, folder), lambda partial: partial.write_text(content))


def known_of(rig: str, folder: Path) -> Recipe | None:
    """What the rig was simulated with; None if it never was.

    Raises:
        InvalidSimulation: If that cannot be told.
    """
    path = _path(rig, folder)
    try:
        known = json.loads(path.read_text())
    except FileNotFoundError:
        if any(path.parent.glob("*.truth.parquet")):
            raise InvalidSimulation(
                f"--rig: {rig} was simulated by other means, as `idrill demo` does; {ELSEWHERE}"
            ) from None
        return None
    except ValueError:
        known = None
    if not isinstance(known, dict):
        raise InvalidSimulation(f"{path}: does not say what {rig} was simulated with; {ELSEWHERE}")
    return known


def _path(rig: str, folder: Path) -> Path:
    return folder / rig / "simulation.json"


def _as_typed(recipe: Recipe) -> str:
    """The options as a person types them.

    Example:
        >>> _as_typed({"seed": 4, "from": "2026-02-01", "policy": None})
        '--seed 4 --from 2026-02-01'
    """
    given = {option: value for option, value in recipe.items() if value is not None}
    return " ".join(f"--{option} {value}" for option, value in given.items())
