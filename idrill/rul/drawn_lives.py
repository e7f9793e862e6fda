"""Lives of several simulated fleets together.

What units of a fleet have in common is drawn for each: how much they differ, how often they fail
without warning, how wear runs away. One fleet teaches one draw; several teach what holds in all.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from idrill.errors import InvalidModel
from idrill.rul.fleets import fleet_for, fleet_lives
from idrill.simulator.upkeep import USUAL_POLICIES, PolicyKind
from idrill.windows import Lives

LEARNING = tuple(kind for usual in USUAL_POLICIES for kind in (usual, PolicyKind.ONLY_FAILED))
"""Policies of rigs to learn from: what crews do, and every second time a rig that shows how long a
unit would last."""
HELD_OUT = (PolicyKind.ONLY_FAILED,)
"""Of rigs to judge by: a replacement hides the truth."""

Heard = Callable[[int, int], None]
"""Told the fleets that are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Fleets:
    """Which fleets are simulated."""

    seeds: tuple[int, ...]
    rigs: int
    """Of each."""
    policies: tuple[PolicyKind, ...] = LEARNING
    """Rigs of each fleet take them in turn."""

    def __post_init__(self) -> None:
        if not self.seeds or len(set(self.seeds)) < len(self.seeds):
            raise InvalidModel(f"seeds {self.seeds}: name each fleet once, and at least one")

    @property
    def name(self) -> str:
        """Such as `fleets 7 to 10, 12 rigs each`."""
        first, last = min(self.seeds), max(self.seeds)
        run = tuple(range(first, last + 1))
        told = f"{first} to {last}" if len(run) > 1 else f"{first}"
        if tuple(sorted(self.seeds)) != run:
            told = ", ".join(map(str, self.seeds))
        return f"fleets {told}, {self.rigs} rigs each"


def lives_of_fleets(
    component: str, fleets: Fleets, *, processes: int = 1, heard: Heard | None = None
) -> Lives:
    """Lives of a component on every rig of every fleet; rigs are called after fleet and number.

    Args:
        component: Name in `rigs.COMPONENT_KINDS`.
        fleets: Which.
        processes: How many rigs are simulated at once.
        heard: Told how far it is.

    Raises:
        InvalidWindows: If there is no such component.
        InvalidSimulation: If a fleet cannot exist.
    """
    found: list[Lives] = []
    for done, seed in enumerate(fleets.seeds, start=1):
        fleet = fleet_for(component, fleets.rigs, seed, fleets.policies)
        found.append(_called(fleet_lives(component, fleet, processes=processes), seed))
        if heard is not None:
            heard(done, len(fleets.seeds))
    return replace(found[0], lives=tuple(life for part in found for life in part))


def _called(lives: Lives, seed: int) -> Lives:
    renamed = (
        replace(life, unit=f"{seed}-{life.unit}", group=f"{seed}-{life.group}") for life in lives
    )
    return replace(lives, lives=tuple(renamed))
