"""The mean of a channel over the time just past, so that noise raises no alert."""

from math import exp

from idrill.maintenance.rules.rows import SECOND


class Smoothed:
    """A mean in which a value counts the less the older it is.

    It is of no use until its time constant has passed, as it then rests on few values.

    Args:
        constant: Time constant [s]; 0: each value is its own mean.

    Example:
        >>> mean = Smoothed(10.0)
        >>> mean.take(0, 1.0), round(mean.take(10 * SECOND, 2.0), 4)
        (None, 1.6321)
    """

    def __init__(self, constant: float) -> None:
        self._constant = constant * SECOND
        self._since: int | None = None
        self._last = 0
        self._mean = 0.0

    def take(self, at: int, value: float) -> float | None:
        """The mean with a value more; None while it is of no use.

        Args:
            at: When it was measured [µs].
            value: What was measured.
        """
        if not self._constant:
            return value
        if self._since is None:
            self._since, self._mean = at, value
        else:
            share = 1.0 - exp((self._last - at) / self._constant)
            self._mean += share * (value - self._mean)
        self._last = at
        return self._mean if at - self._since >= self._constant else None

    def forget(self) -> None:
        """Begin anew."""
        self._since = None

    def memory(self) -> list[float | None]:
        """What it remembers."""
        return [self._since, self._last, self._mean]

    def restore(self, memory: list[int | float | None]) -> None:
        """Go on from what was remembered."""
        since, last, mean = memory
        self._since = None if since is None else int(since)
        self._last, self._mean = int(last or 0), float(mean or 0.0)
