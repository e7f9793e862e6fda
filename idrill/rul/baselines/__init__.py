"""Simple ways to foresee remaining life; whatever does not beat them is not published."""

from collections.abc import Mapping
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
"""Each with as many trials as are usual; `dataclasses.replace` gives it more."""

__all__ = ["BASELINES", "Baseline"]
