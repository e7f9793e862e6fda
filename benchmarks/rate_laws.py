"""Laws of the rate of penetration, fitted on known rows and asked about others.

Cutting and friction have the form of `idrill.physics.cutting`, the regression that of
`idrill.physics.drillability`; gradient boosting knows no law.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares
from sklearn.ensemble import (  # type: ignore[import-untyped]  # no stubs
    GradientBoostingRegressor,
    HistGradientBoostingRegressor,
)

from idrill.physics.cutting import Bit, depth_of_cut

Array = NDArray[np.float64]
Law = Callable[[Mapping[str, Array], Mapping[str, Array]], Array]
"""From known rows and the rows asked for (without their rate) to rates [m/h]."""

Terms = Callable[[Mapping[str, Array]], Array]
"""From rows to the terms of a regression (row, term)."""

DESIGNS = 4
"""Bit designs of the laboratory table: back rake and number of blades."""
RIDGE = 0.01
"""Penalty on the regression's weights, of standardised terms, as share of the rows."""
MODES = ("weight_on_bit", "rate_of_penetration", "torque")
"""What a driller or an auto-driller may hold; the one that varied least is taken to be held."""
SEEN = (
    "depth", "weight_on_bit", "standpipe_pressure", "torque", "rotary_speed", "flow_in",
    "mud_density_in", "bit_diameter", "hook_load", "vertical_depth", "gamma_ray",
)  # fmt: skip
"""What gradient boosting sees of the USROP wells."""


def mean_rate(known: Mapping[str, Array], asked: Mapping[str, Array]) -> Array:
    """The mean of all known rates (row)."""
    return np.full(asked["weight_on_bit"].size, known["rate"].mean())


def last_rate(known: Mapping[str, Array], asked: Mapping[str, Array]) -> Array:
    """The last known rate (row)."""
    return np.full(asked["weight_on_bit"].size, known["rate"][-1])


def torque_law(known: Mapping[str, Array], asked: Mapping[str, Array]) -> Array:
    """Depth of cut from torque and weight, the rock's strength eliminated.

    Detournay and Defourny (1992): friction takes a share of the torque that the weight tells,
    cutting the rest.
    """

    def terms(table: Mapping[str, Array]) -> Array:
        speed, radius = table["rotary_speed"], _diameter(table) / 2
        torque, weight = table["torque"] / radius**2, table["weight_on_bit"] / radius
        return np.column_stack([speed, speed * torque, speed * weight])

    weights = np.linalg.lstsq(terms(known), known["rate"], rcond=None)[0]
    return np.maximum(terms(asked) @ weights, 0.0)


def regression(terms: Terms, known: Mapping[str, Array], asked: Mapping[str, Array]) -> Array:
    """Ridge regression of the rate's logarithm on terms (row)."""
    return _log_linear(terms(known), known["rate"], terms(asked))


def recent_regression(
    terms: Terms, rows: int, known: Mapping[str, Array], asked: Mapping[str, Array]
) -> Array:
    """The same, scaled by the median of measured over fitted in the last known rows (row)."""
    recent = known["rate"][-rows:] / regression(terms, known, known)[-rows:]
    return np.asarray(regression(terms, known, asked) * np.median(recent))


def log_terms(table: Mapping[str, Array]) -> Array:
    """Terms of Bourgoyne and Young that a log can tell: depth, weight, speed, jets."""
    diameter = _diameter(table)
    density = table.get("mud_density_in", np.ones_like(diameter))
    return np.column_stack(
        [
            np.ones_like(diameter),
            table["vertical_depth"] / 1000.0,
            np.log(np.maximum(table["weight_on_bit"], 0.5) / diameter),
            np.log(np.maximum(table["rotary_speed"], 1.0)),
            np.log(density * np.maximum(table["flow_in"], 1.0) ** 2),
        ]
    )


def moded_terms(table: Mapping[str, Array]) -> Array:
    """The same, with a constant and an exponent of weight for each controller mode."""
    terms = log_terms(table)
    held = table["mode"][:, None] == np.arange(1, len(MODES))
    return np.column_stack([terms, held, held * terms[:, 2:3]])


def _diameter(table: Mapping[str, Array]) -> Array:
    """Diameter of the bit [m]; one that a file leaves out does not change within it."""
    return table.get("bit_diameter", np.ones_like(table["weight_on_bit"]))


def _log_linear(known: Array, rate: Array, asked: Array) -> Array:
    """Rates by ridge regression of their logarithm, none beyond those seen."""
    centre, scale = known.mean(axis=0), known.std(axis=0)
    scale = np.where(scale > 0.0, scale, 1.0)
    design, target = (known - centre) / scale, np.log(np.maximum(rate, 0.3))
    gram = design.T @ design + RIDGE * len(rate) * np.eye(known.shape[1])
    weights = np.linalg.solve(gram, design.T @ (target - target.mean()))
    logarithm = (asked - centre) / scale @ weights + target.mean()
    rates: Array = np.clip(np.exp(logarithm), rate.min(), rate.max())
    return rates


def boosting(known: Mapping[str, Array], asked: Mapping[str, Array]) -> Array:
    """Gradient boosting as it comes, of squared errors (row)."""
    model = GradientBoostingRegressor(random_state=0).fit(_matrix(known), known["rate"])
    return np.asarray(model.predict(_matrix(asked)))


def absolute_boosting(known: Mapping[str, Array], asked: Mapping[str, Array]) -> Array:
    """Gradient boosting on histograms, of absolute errors (row)."""
    model = HistGradientBoostingRegressor(loss="absolute_error", random_state=0)
    model.fit(_matrix(known), known["rate"])
    return np.asarray(model.predict(_matrix(asked)))


def _matrix(table: Mapping[str, Array]) -> Array:
    return np.column_stack([table[name] for name in SEEN])


def laboratory_cutting(known: Mapping[str, Array], asked: Mapping[str, Array]) -> Array:
    """Depth of cut of `physics.cutting`: contact widths and one stiffness for each design."""
    start = np.log([1.5e-3, 2e-4, *[0.5] * DESIGNS])

    def residuals(parameters: Array) -> Array:
        return _cut(parameters, known) - known["rate"]

    fitted = least_squares(residuals, start, diff_step=np.full(start.size, 1e-4))
    return _cut(fitted.x, asked)


def _cut(parameters: Array, table: Mapping[str, Array]) -> Array:
    contact, pressed, *ratios = np.exp(parameters)
    rates = [
        depth_of_cut(
            Bit(diameter, ratios[int(design) - 1], 1.0, 1.0, contact, contact, pressed, 1.0, 1.0),
            strength, weight, 0.0,
        )
        for diameter, design, strength, weight in zip(
            table["diameter"], table["design"], table["strength"], table["weight_on_bit"],
            strict=True,
        )
    ]  # fmt: skip
    return np.array(rates) * table["rotary_speed"] * 60.0


def laboratory_regression(known: Mapping[str, Array], asked: Mapping[str, Array]) -> Array:
    """Logarithms of weight and speed, and a constant for each design."""

    def terms(table: Mapping[str, Array]) -> Array:
        designs = table["design"][:, None] == np.unique(known["design"])
        weight, speed = np.log(table["weight_on_bit"]), np.log(table["rotary_speed"])
        return np.column_stack([designs, weight, speed])

    return _log_linear(terms(known), known["rate"], terms(asked))


def laboratory_boosting(known: Mapping[str, Array], asked: Mapping[str, Array]) -> Array:
    """Gradient boosting on weight, speed and design (row)."""
    names = ("weight_on_bit", "rotary_speed", "design")
    model = GradientBoostingRegressor(random_state=0)
    model.fit(np.column_stack([known[name] for name in names]), known["rate"])
    return np.asarray(model.predict(np.column_stack([asked[name] for name in names])))
