"""Foresee how long engines will last: train a small network, calibrate its intervals, ask it.

The engines are made up, in the text format of C-MAPSS; `idrill bench rul` does the same in earnest
with the original files. Run it: `python examples/07_foresee_remaining_life.py`
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

from idrill.rul.cmapss import Subset, read_subset
from idrill.rul.intervals import calibrate, coverage
from idrill.rul.made_up_engines import write_subset
from idrill.rul.scaling import fit_scaler
from idrill.rul.training import Training, train
from idrill.rul.transformer import Transformer
from idrill.windows import last_windows, split, windows, windows_at

LENGTH = 32
CAP = 80.0
"""Remaining life above which an engine shows nothing [cycle]."""


def main() -> None:
    """Learn from some engines, calibrate on others, foresee the test engines."""
    torch.set_num_threads(1)
    with TemporaryDirectory() as folder:
        write_subset(Path(folder), "FD002", regimes=6, training=80, test=10)
        subset = read_subset(Path(folder), "FD002", length=LENGTH, cap=CAP)
    foresee(subset)


def foresee(subset: Subset) -> None:
    """Prints what is foreseen of each test engine, and what came."""
    problem = subset.problem
    learning, calibration = split(subset.training, (0.6, 0.4), seed=0)
    model = train(
        problem,
        fit_scaler(problem, learning),
        Transformer(width=16, blocks=1),
        windows(learning, LENGTH),
        last_windows(calibration, LENGTH),
        Training(epochs=4, learning_rate=5e-3),
        heard=lambda epoch, figures: print(
            f"epoch {epoch}: off by {figures['training_rmse']:.1f} cycles"
        ),
    )

    generator = np.random.default_rng(0)
    rows = [generator.integers(LENGTH, life.rows, size=1) for life in calibration]
    asked = windows_at(calibration, LENGTH, rows)
    interval = calibrate(model.predict(asked), problem.target(asked), CAP)

    last = last_windows(subset.test, LENGTH)
    predicted, came = model.predict(last), problem.target(last)
    quantiles = interval.quantiles(predicted)
    for unit, (low, *_, high), said, true in zip(
        last.units, quantiles, predicted, came, strict=True
    ):
        print(
            f"{unit}: {said:3.0f} cycles left, 90 % between {low:3.0f} and {high:3.0f}; {true:.0f}"
        )
    print(f"within the interval: {coverage(quantiles, came):.0%}")


if __name__ == "__main__":
    main()
