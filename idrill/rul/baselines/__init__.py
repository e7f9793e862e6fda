"""Simple ways to foresee remaining life; whatever does not beat them is not published."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from idrill.rul.baselines.age import KaplanMeier, Weibull
from idrill.rul.baselines.boosting import Boosting
from idrill.rul.baselines.constant import Constant
from idrill.rul.baselines.linear import Linear
from idrill.rul.baselines.survival import Survival
from idrill.rul.baselines.trend import Trend
from idrill.rul.baselines.tuning import Baseline

BASELINES: Mapping[str, Baseline] = MappingProxyType(
    {
        "constant": Constant(),
        "age_weibull": Weibull(),
        "age_kaplan_meier": KaplanMeier(),
        "trend": Trend(),
        "linear": Linear(),
        "boosting": Boosting(),
        "survival_boosting": Survival(),
    }
)
"""Each with as many trials as are usual."""


def tried(trials: int) -> Mapping[str, Baseline]:
    """All of them, each that has settings to choose from with so many trials."""
    return {
        name: one if one.trials == 1 else replace(one, trials=trials)  # type: ignore[type-var]  # a dataclass each
        for name, one in BASELINES.items()
    }


__all__ = ["BASELINES", "Baseline", "tried"]
