"""States that a version of a model passes through, and which may follow which."""

from enum import StrEnum
from types import MappingProxyType

from idrill.errors import IllegalMove


class Release(StrEnum):
    """How far a version of a model has come."""

    CANDIDATE = "candidate"
    """Registered; nobody has judged it."""
    SHADOW = "shadow"
    """Predicts beside the champion; nobody is shown what."""
    CANARY = "canary"
    """Serves a part of the requests."""
    CHAMPION = "champion"
    """Serves; of each model one version at most."""
    RETIRED = "retired"
    """Was champion until a better one came."""
    REFUSED = "refused"
    """Did not pass the gate."""
    ROLLED_BACK = "rolled_back"
    """Was champion and proved wrong in service."""


MOVES = MappingProxyType(
    {
        None: (Release.CANDIDATE,),
        Release.CANDIDATE: (Release.SHADOW, Release.REFUSED),
        Release.SHADOW: (Release.CANARY, Release.REFUSED),
        Release.CANARY: (Release.CHAMPION, Release.REFUSED),
        Release.CHAMPION: (Release.RETIRED, Release.ROLLED_BACK),
        Release.RETIRED: (Release.CHAMPION,),
        Release.REFUSED: (),
        Release.ROLLED_BACK: (),
    }
)
"""Which states may follow one; None is before the first."""


def moved(state: Release | None, to: Release) -> Release:
    """`to`, if it may follow `state`.

    Raises:
        IllegalMove: If it may not.

    Example:
        >>> moved(Release.CANARY, Release.CHAMPION)
        <Release.CHAMPION: 'champion'>
    """
    if to not in MOVES[state]:
        may = " or ".join(MOVES[state]) or "nothing"
        what = "an unregistered version" if state is None else f"a version that is {state}"
        raise IllegalMove(f"{what} cannot become {to}, only {may}")
    return to
