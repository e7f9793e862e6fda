"""Which instruments disagree with the others for long enough to be wrong, and since when.

Two detectors watch the residuals of settled windows. `mean` takes means over 6 to 40 minutes, all
instruments of a hypothesis together, weighed by the variance that a mean of autocorrelated
residuals has: a generalised likelihood ratio for a shift of unknown size (A. S. Willsky, H. L.
Jones, IEEE Trans. Autom. Control 21 (1976) 108). `cusum` adds up what each instrument is out by
beyond a quarter of its long-run standard deviation (E. S. Page, Biometrika 41 (1954) 100): it finds
drifts that no mean shows. Whatever fits nearly as well as the best hypothesis is named beside it.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np

from idrill.dvr.rig_days.evidence import CLIPPED, Mean, Size, mean_of, mean_variance, size_of
from idrill.dvr.rig_days.fault import Fault
from idrill.dvr.rig_days.instruments import Array, Habit, Hypothesis, Mask

SPANS = (3, 5, 10, 20)
"""Windows over which means are taken."""
ALARM = 5.5
"""Size of a mean, in its standard deviations, that is an alarm [-]."""
DRIFT = 0.25
"""Part of the long-run standard deviation by which every window may be out [-]."""
SUM = 20.0
"""Sum of what exceeds it that is an alarm; sound windows would reach it in 500 days [-]."""
SCREEN = 3.5
"""All means together below which no hypothesis is looked at [-]."""
NEARLY = 9.0
"""Hypotheses that explain that much less are not told apart: three standard deviations, squared."""
QUIET = 3.0
"""Size of a mean below which a fault is over [-]."""
RENAMED = 15
"""Windows during which a fault may get another name, as more is seen of it."""
UPDATED = 30
"""Windows after which the size of a fault is taken anew: an hour."""
LONG = (5, 10, 20, 40, 80)
"""Windows of which as many must be quiet as would show the fault."""
SHOWN = 4.0
"""Size of a fault, in standard deviations, that a mean shows for sure [-]."""


@dataclass
class Judge:
    """Watches the residuals of one network, window after window.

    Args:
        instruments: Their names.
        hypotheses: What may be wrong.
    """

    instruments: tuple[str, ...]
    hypotheses: tuple[Hypothesis, ...]

    def __post_init__(self) -> None:
        self.open: list[Fault] = []
        self.closed: list[Fault] = []
        self.past: list[Fault] = []
        """Closed before this day: their windows still count for no mean."""
        self.sums = dict.fromkeys(self.instruments, (0.0, 0, 0.0, 0))
        """By instrument: sum and windows upwards, the same downwards."""

    def judge(self, times: Sequence[datetime], residuals: Array, habits: Mapping[str, Habit],
              earlier: int) -> Mask:  # fmt: skip
        """Go through windows in order, open and close faults.

        Args:
            times: Of the ends of the windows.
            residuals: Not a number where an instrument is silent (window, instrument).
            habits: Of the instruments; without one an instrument is not judged.
            earlier: How many of the windows were judged before, and only go before the others.

        Returns:
            Where a residual is sound, so that habits may be learned from it (window, instrument).
        """
        sd = np.array([habits[name].sd if name in habits else np.nan for name in self.instruments])
        scaled = residuals / sd
        for fault in (*self.past, *self.closed):
            self._forget(scaled, times, fault)
        sound = np.ones(residuals.shape, dtype=np.bool_)
        suspicious = self._suspicious(scaled, habits)
        count = len(self.open) + len(self.closed)
        for window in range(earlier, len(times)):
            over = len(self.closed)
            self._follow(times, scaled, habits, window)
            for fault in self.closed[over:]:
                self._forget(scaled, times, fault)
            if len(self.open) + len(self.closed) != count:
                suspicious, count = (
                    self._suspicious(scaled, habits),
                    len(self.open) + len(self.closed),
                )
            self._watch(times, scaled, habits, window, suspicious)
            for fault in self.open:
                sound[window, [self.instruments.index(name) for name in fault.instruments]] = False
        for fault in (*self.open, *self.closed, *self.past):
            since = np.array([fault.start <= time <= (fault.end or time) for time in times])
            for name in fault.instruments:
                sound[since, self.instruments.index(name)] = False
        return sound

    def restore(self, stored: Mapping[str, Any]) -> None:
        """Take up what `as_dict` left."""
        self.sums |= {name: tuple(sums) for name, sums in stored.get("sums", {}).items()}
        found = [Fault.from_dict(each, self.hypotheses) for each in stored.get("faults", ())]
        known = [fault for fault in found if fault is not None]
        self.open = [fault for fault in known if fault.end is None]
        self.past = [fault for fault in known if fault.end is not None]

    def as_dict(self, since: datetime | None) -> dict[str, Any]:
        """What goes on, and what has ended since an instant, as JSON holds it."""
        over = [each for each in (*self.past, *self.closed) if each.end and since]
        recent = [each for each in over if each.end >= since]  # type: ignore[operator]
        return {
            "sums": {name: list(sums) for name, sums in self.sums.items()},
            "faults": [fault.as_dict() for fault in (*recent, *self.open)],
        }

    def _forget(self, scaled: Array, times: Sequence[datetime], fault: Fault) -> None:
        """Let windows of a fault that is over count for no mean any more."""
        during = np.array([fault.start <= time <= (fault.end or time) for time in times])
        for name in fault.instruments:
            scaled[during, self.instruments.index(name)] = np.nan

    def _taken(self, besides: Fault | None = None) -> frozenset[str]:
        """Instruments that open faults have put out of action."""
        return frozenset().union(
            *(fault.instruments for fault in self.open if fault is not besides)
        )

    def _suspicious(self, scaled: Array, habits: Mapping[str, Habit]) -> Mask:
        """Where any mean is so large that a hypothesis might be (window, span)."""
        clipped = np.clip(scaled, -CLIPPED, CLIPPED)
        known = np.cumsum(np.isfinite(clipped), axis=0)
        total = np.cumsum(np.nan_to_num(clipped), axis=0)
        found = np.zeros((len(scaled), len(SPANS)), dtype=np.bool_)
        for place, span in enumerate(SPANS):
            pad = [(span, 0), (0, 0)]
            number = known - np.pad(known, pad)[: len(known)]
            means = (total - np.pad(total, pad)[: len(total)]) / np.maximum(number, 1)
            spread = [
                mean_variance(habits[name], span) if name in habits else np.inf
                for name in self.instruments
            ]
            found[:, place] = np.sum(means**2 / spread, axis=1) > SCREEN**2
        return found

    def _watch(self, times: Sequence[datetime], scaled: Array, habits: Mapping[str, Habit],
               window: int, suspicious: Mask) -> None:  # fmt: skip
        """Open a fault if a detector gives an alarm."""
        taken = self._taken()
        best: tuple[float, int] | None = None
        for place, span in enumerate(SPANS):
            if window + 1 < span:
                break
            if not suspicious[window, place]:
                continue
            sizes = self._sizes(scaled[window + 1 - span : window + 1], habits, taken)
            if not sizes:
                continue
            top, found = max(sizes.items(), key=lambda pair: abs(pair[1].ratio))
            worth = abs(found.ratio) > ALARM and abs(found.size) >= top.least
            if worth and (best is None or abs(found.ratio) > best[0]):
                best = abs(found.ratio), span
        if best is not None:
            self._open(times, scaled, habits, window, best[1], "mean")
            return
        self._add_up(times, scaled, habits, window, taken)

    def _add_up(self, times: Sequence[datetime], scaled: Array, habits: Mapping[str, Habit],
                window: int, taken: frozenset[str]) -> None:  # fmt: skip
        for place, name in enumerate(self.instruments):
            value = scaled[window, place]
            if name in taken or name not in habits:
                self.sums[name] = (0.0, 0, 0.0, 0)
            elif np.isfinite(value):
                habit = habits[name]
                excess = float(np.clip(value, -3.0, 3.0)) * habit.sd / habit.long_run
                up, since_up, down, since_down = self.sums[name]
                up, down = max(up + excess - DRIFT, 0.0), max(down - excess - DRIFT, 0.0)
                since_up, since_down = (since_up + 1) * (up > 0), (since_down + 1) * (down > 0)
                self.sums[name] = (up, since_up, down, since_down)
                if max(up, down) > SUM:
                    since = since_up if up > down else since_down
                    self._open(times, scaled, habits, window, since, "cusum", name)
                    self.sums[name] = (0.0, 0, 0.0, 0)

    def _open(self, times: Sequence[datetime], scaled: Array, habits: Mapping[str, Habit],
              window: int, span: int, detector: str, culprit: str | None = None,
              ) -> None:  # fmt: skip
        """A new fault, named by what explains most."""
        first = max(window + 1 - span, 0)
        sizes = self._sizes(scaled[first : window + 1], habits, self._taken())
        if culprit is not None:
            sizes = {each: size for each, size in sizes.items() if culprit in each.signature}
        if not sizes:
            return
        hypothesis, suspects, found = self._best(sizes)
        if abs(found.size) < hypothesis.least:
            return
        onset = max(first, 0)
        fault = Fault(
            hypothesis, suspects, times[onset], times[window], found.size, found.sd, detector
        )
        self.open.append(fault)

    def _best(self, sizes: Mapping[Hypothesis, Size]) -> tuple[Hypothesis, tuple[str, ...], Size]:
        """What explains most, what cannot be told from it, and how large it is."""
        ranked = sorted(sizes.items(), key=lambda pair: -abs(pair[1].ratio))
        best, found = ranked[0]
        near = [each for each, one in ranked if one.ratio**2 >= found.ratio**2 - NEARLY]
        names = dict.fromkeys(each.name for each in near if not each.excludes(found.size))
        return best, tuple(names), found

    def _means(
        self, scaled: Array, habits: Mapping[str, Habit], taken: frozenset[str]
    ) -> dict[str, Mean]:
        """By instrument that is in action: the mean of its residuals."""
        found = {
            name: mean_of(scaled[:, place], habits[name])
            for place, name in enumerate(self.instruments)
            if name in habits and name not in taken
        }
        return {name: mean for name, mean in found.items() if mean is not None}

    def _sizes(
        self, scaled: Array, habits: Mapping[str, Habit], taken: frozenset[str]
    ) -> dict[Hypothesis, Size]:
        """How large each hypothesis would be, where it may have that sign."""
        means = self._means(scaled, habits, taken)
        sizes = {each: size_of(each, means) for each in self.hypotheses}
        return {
            each: size
            for each, size in sizes.items()
            if size is not None and each.direction * size.size >= 0.0
        }

    def _follow(self, times: Sequence[datetime], scaled: Array, habits: Mapping[str, Habit],
                window: int) -> None:  # fmt: skip
        """Rename open faults while they are young, and close those that are over."""
        for fault in list(self.open):
            others = self._taken(besides=fault)
            seen = fault.seen + 1
            follows = replace(fault, seen=seen)
            if seen <= RENAMED and fault.detector == "mean":
                first = max(bisect_left(times, fault.start), window + 1 - SPANS[-1])
                sizes = self._sizes(scaled[first : window + 1], habits, others)
                if sizes and max(abs(size.ratio) for size in sizes.values()) > ALARM:
                    best, suspects, found = self._best(sizes)
                    follows = replace(
                        follows, hypothesis=best, suspects=suspects, size=found.size, sd=found.sd
                    )
            elif seen % UPDATED == 0:
                means = self._means(scaled[window + 1 - UPDATED : window + 1], habits, others)
                now = size_of(fault.hypothesis, means)
                if now is not None and now.size * fault.size > 0.0:
                    follows = replace(follows, size=now.size, sd=now.sd)
            self.open[self.open.index(fault)] = follows
            if self._over(scaled[: window + 1], habits, others, follows):
                self.open.remove(follows)
                self.closed.append(replace(follows, end=times[window]))

    def _over(
        self, scaled: Array, habits: Mapping[str, Habit], others: frozenset[str], fault: Fault
    ) -> bool:
        """Whether windows enough to show the fault show it no more."""
        for span in LONG:
            found = size_of(fault.hypothesis, self._means(scaled[-span:], habits, others))
            if fault.seen < span or found is None or abs(found.ratio) >= QUIET:
                return False
            if SHOWN * found.sd <= abs(fault.size) or span == LONG[-1]:
                return abs(found.size) < 0.5 * abs(fault.size)
        return False
