"""Minutes of a section that was drilled in two ways, told apart by the speed that it shows."""

import numpy as np
import polars as pl

from benchmarks.realism.tables import markdown
from benchmarks.realism.windows import column, means, windows

BETWEEN = 125.0
"""T3 shows 104 rpm or 143 rpm and little else [1/min]."""
SHOWN = (
    ("rotary_speed", None), ("torque", None), ("weight_on_bit", "kkgf"), ("hook_load", "kkgf"),
    ("rate_of_penetration", None),
)  # fmt: skip


def two_ways(frame: pl.DataFrame) -> str:
    """Medians of the slower and the faster minutes of drilling, as a table in Markdown.

    Args:
        frame: Canonical rows of the section.
    """
    parts = windows(frame)
    shown = {name: means(column(frame, name, unit), parts) for name, unit in SHOWN}
    slow = shown["rotary_speed"] < BETWEEN
    lines = [
        [label, str(int(which.sum())), *(f"{np.median(one[which]):.3g}" for one in shown.values())]
        for label, which in (("slower", slow), ("faster", ~slow))
    ]
    head = ["minutes", "number", "speed [rpm]", "torque [kN·m]", "weight [t]", "hook load [t]",
            "rate [m/h]"]  # fmt: skip
    return markdown(head, lines)
