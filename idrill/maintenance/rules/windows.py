"""The least and the greatest value of the time just past.

They are kept by parts of that time, so what is remembered does not grow with the rate of readings.
"""

from math import inf

Part = tuple[int, float, float]
"""Number, least and greatest value."""


class Window:
    """What was seen in the time just past.

    Args:
        part: Length of a part [µs].
        count: Of how many parts before the present one it consists.

    Example:
        >>> window = Window(1_000_000, 2)
        >>> for at, value in ((0, 5.0), (1, 7.0), (2, 6.0), (3, 6.5)):
        ...     window.take(at * 1_000_000, value)
        >>> window.low, window.high
        (6.0, 7.0)
    """

    def __init__(self, part: int, count: int) -> None:
        self._part, self._count = part, count
        self.parts: list[Part] = []
        self.low, self.high = inf, -inf

    def take(self, at: int, value: float) -> None:
        """Take a value in, and forget those that are too old.

        Args:
            at: When it was seen [µs].
            value: What was seen.
        """
        number = at // self._part
        if self.parts and self.parts[-1][0] == number:
            _, low, high = self.parts[-1]
            self.parts[-1] = (number, min(low, value), max(high, value))
            self.low, self.high = min(self.low, value), max(self.high, value)
            return
        first = number - self._count
        self.restore([part for part in self.parts if part[0] >= first] + [(number, value, value)])

    def forget(self) -> None:
        """Begin anew."""
        if self.parts:
            self.restore([])

    def restore(self, parts: list[Part]) -> None:
        """Go on from what was remembered."""
        self.parts = [(int(number), low, high) for number, low, high in parts]
        self.low = min((part[1] for part in self.parts), default=inf)
        self.high = max((part[2] for part in self.parts), default=-inf)
