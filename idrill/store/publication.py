"""How what is published stands to what its sources want, for a rig-day or the log of a well."""

from enum import StrEnum


class State(StrEnum):
    """How what is published stands to what is wanted."""

    STALE = "stale"
    """Sources changed since it was published, or it never was."""
    PUBLISHED = "published"
    HELD = "held"
    """What is wanted failed a check; the earlier version stays."""


def after_wanting(state: State, earlier: str, wanted: str, published: str | None) -> State:
    """The state once `wanted` replaces the `earlier` version that was wanted.

    Example:
        >>> after_wanting(State.HELD, earlier="a", wanted="b", published=None).value
        'stale'
    """
    if wanted == published:
        return State.PUBLISHED
    return State.HELD if state is State.HELD and wanted == earlier else State.STALE


def after_publishing(wanted: str, version: str) -> State:
    """The state once `version` was published: stale where sources changed meanwhile."""
    return State.PUBLISHED if wanted == version else State.STALE


def after_holding(wanted: str, version: str) -> State:
    """The state once `version` failed a check: stale where sources changed meanwhile."""
    return State.HELD if wanted == version else State.STALE
