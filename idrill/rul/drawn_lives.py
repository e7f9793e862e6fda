"""Lives of several simulated fleets together.

What units of a fleet have in common is drawn for each: how much they differ, how often they fail
without warning, how wear runs away. One fleet teaches one draw; several teach what holds in all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from idrill.errors import InvalidModel, InvalidWindows
from idrill.rul.components import framing_of
from idrill.rul.fleets import fleet_for, fleet_lives, joined
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
    return lives_together((component,), fleets, processes=processes, heard=heard)[component]


def lives_together(
    components: tuple[str, ...],
    fleets: Fleets,
    *,
    processes: int = 1,
    heard: Heard | None = None,
) -> Mapping[str, Lives]:
    """Lives of components by their names, each rig of every fleet simulated once.

    Args:
        components: Names in `rigs.COMPONENT_KINDS`, framed by fleets of the same duration.
        fleets: Which.
        processes: How many rigs are simulated at once.
        heard: Told how far it is.

    Raises:
        InvalidWindows: If there is no such component, or one takes longer fleets than another.
        InvalidSimulation: If a fleet cannot exist.
    """
    if len({framing_of(one).duration for one in components}) > 1:
        raise InvalidWindows(f"fleets of {', '.join(components)} do not last equally long")
    found: dict[str, list[Lives]] = {one: [] for one in components}
    for done, seed in enumerate(fleets.seeds, start=1):
        fleet = fleet_for(components[0], fleets.rigs, seed, fleets.policies)
        for one, lives in fleet_lives(components, fleet, processes=processes).items():
            found[one].append(_called(lives, seed))
        if heard is not None:
            heard(done, len(fleets.seeds))
    return {one: joined(one, parts) for one, parts in found.items()}


def _called(lives: Lives, seed: int) -> Lives:
    renamed = (
        replace(life, unit=f"{seed}-{life.unit}", group=f"{seed}-{life.group}") for life in lives
    )
    return replace(lives, lives=tuple(renamed))
