"""States that a version of a model passes through, which may follow which, and the moves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from idrill.errors import (
    IllegalMove,
    InvalidRequest,
    NoChampion,
    NotFound,
    PromotionConflict,
)


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
        Release.CANDIDATE: (Release.CANDIDATE, Release.SHADOW, Release.REFUSED),
        Release.SHADOW: (Release.CANARY, Release.REFUSED),
        Release.CANARY: (Release.CHAMPION, Release.REFUSED),
        Release.CHAMPION: (Release.RETIRED, Release.ROLLED_BACK),
        Release.RETIRED: (Release.CHAMPION,),
        Release.REFUSED: (),
        Release.ROLLED_BACK: (),
    }
)
"""Which states may follow one; None is before the first. Whoever looks at a test set with a
candidate enters that, and it stays one."""


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


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a gate found of a version."""

    reason: str
    evaluation: Mapping[str, object] = field(default_factory=dict)
    """Figures that it judged by."""
    test_set: str = ""
    """Name and seed of the set that was looked at."""
    looks: int = 0
    """Which look at that set this was, from 1; 0 if none."""


@dataclass(frozen=True, slots=True)
class Promotion:
    """One row of the ledger."""

    model: str
    sequence: int
    """Counts the moves of a model, from 1."""
    version: int
    state: Release
    at: datetime
    by: str
    digest: str
    """Of the model folder."""
    judged: Judgement

    @property
    def title(self) -> str:
        """Name and version, such as `rul-liner/3`."""
        return f"{self.model}/{self.version}"


def newest(ledger: Sequence[Promotion]) -> dict[int, Promotion]:
    """The last move of each version."""
    return {one.version: one for one in ledger}


def until(ledger: Sequence[Promotion], at: datetime | None) -> Sequence[Promotion]:
    """The moves of a ledger up to an instant; all if it is None.

    Raises:
        InvalidRequest: If the instant has no time zone.
    """
    if at is None:
        return ledger
    if at.tzinfo is None:
        raise InvalidRequest(f"at: {at} has no time zone, such as UTC")
    return [one for one in ledger if one.at <= at]


def champion_in(ledger: Sequence[Promotion]) -> Promotion | None:
    """The champion at the end of a ledger."""
    reigning = (one for one in newest(ledger).values() if one.state is Release.CHAMPION)
    return next(reigning, None)


def why_none(ledger: Sequence[Promotion]) -> str:
    """Why no version of a ledger serves, in words."""
    if not ledger:
        return "it was never trained"
    last = ledger[-1]
    if last.state is Release.REFUSED:
        return f"version {last.version} was refused because {last.judged.reason}"
    if last.state is Release.ROLLED_BACK:
        return f"version {last.version} was rolled back because {last.judged.reason}"
    if last.judged.looks:
        return (
            f"version {last.version} is a {last.state} that was held against "
            f"{last.judged.test_set}, and neither released nor refused"
        )
    return f"version {last.version} is a {last.state} that was not judged yet"


def reigning_in(ledger: Sequence[Promotion], model: str) -> Promotion:
    """The champion at the end of a ledger, to be taken out of service.

    Raises:
        NoChampion: If there is none; says why.
    """
    found = champion_in(ledger)
    if found is None:
        raise NoChampion(f"{model} has no champion to roll back: {why_none(ledger)}")
    return found


def last_of(ledger: Sequence[Promotion], model: str, version: int) -> Promotion:
    """The last move of a version.

    Raises:
        NotFound: If the ledger does not know it.
    """
    found = newest(ledger)
    if version not in found:
        known = ", ".join(map(str, found)) or "none yet"
        raise NotFound(f"the ledger has no version {version} of {model}; versions: {known}")
    return found[version]


def require_reigning(
    model: str, version: int, reigning: Promotion | None, against: int | None
) -> None:
    """See that the champion is still the one that a candidate was judged against.

    Raises:
        PromotionConflict: If it is another.
    """
    found = None if reigning is None else reigning.version
    if found != against:
        was = "no champion" if against is None else f"{model}/{against}"
        now = "none" if found is None else f"{model}/{found}"
        raise PromotionConflict(
            f"{model}/{version} was judged against {was}, but the champion is {now} by now: "
            "nothing was changed; judge it again"
        )
