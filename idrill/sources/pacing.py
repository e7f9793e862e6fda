"""When readings of a recording are due: as far apart as they were made, or so many times closer."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event
from time import monotonic

from idrill.errors import InvalidRequest

FASTEST = 1_000.0
"""How many times faster than they were made readings may be paced."""


class Pace:
    """Waits until an instant of a recording is due; its first one is due at once.

    Args:
        speed: How many times faster than it was made; None: nothing waits.
        ending: Ends every wait.
        clock: Seconds since any instant.

    Raises:
        InvalidRequest: If there is no such speed.
    """

    def __init__(
        self, speed: float | None, ending: Event, clock: Callable[[], float] = monotonic
    ) -> None:
        if speed is not None and not 0.0 < speed <= FASTEST:
            raise InvalidRequest(f"--speed: {speed:g} lies not above 0 and up to {FASTEST:g}")
        self._speed, self._ending, self._clock = speed, ending, clock
        self._begin: tuple[datetime, float] | None = None

    def wait(self, at: datetime) -> bool:
        """Wait until `at` is due; False: it was told to end."""
        if self._speed is None:
            return not self._ending.is_set()
        if self._begin is None:
            self._begin = at, self._clock()
        first, began = self._begin
        due = began + (at - first).total_seconds() / self._speed
        return not self._ending.wait(max(0.0, due - self._clock()))

    def step(self) -> timedelta:
        """How much of a recording may go together, so that nothing is a second early."""
        return timedelta(seconds=max(1.0, self._speed or FASTEST))


def speed_of(text: str) -> float | None:
    """The speed that a person names; None for `max`.

    Raises:
        InvalidRequest: If it is no number.

    Example:
        >>> speed_of("10"), speed_of("max")
        (10.0, None)
    """
    if text == "max":
        return None
    try:
        return float(text)
    except ValueError:
        raise InvalidRequest(f"--speed: {text!r} is no number, and not max") from None
