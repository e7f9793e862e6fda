"""Reconcile a network of flows: which meter is wrong, by how much, and what is known of the rest.

Any network of linear balances will do; this is a mud system: pumps, flow in, flow out, two tanks.
Run it: `python examples/06_reconcile_a_network.py`
"""

import numpy as np

from idrill.dvr.balances import LinearBalances
from idrill.dvr.gross_errors import GrossErrorTests
from idrill.dvr.reconciliation import Reconciler
from idrill.dvr.several_errors import serial_elimination

NAMES = ("pump 1", "pump 2", "flow in", "flow out", "into tank 1", "into tank 2", "shakers lose")
BALANCES = LinearBalances(
    np.array(
        [
            [1.0, 1.0, -1.0, 0.0, 0.0, 0.0, 0.0],  # what the pumps give goes in
            [0.0, 0.0, 1.0, -1.0, 0.0, 0.0, 0.0],  # what goes in comes out
            [0.0, 0.0, 0.0, 1.0, -1.0, -1.0, -1.0],  # and runs into the tanks, but for a loss
        ]
    ),
    names=NAMES,
)
SD = np.array([8.0, 8.0, 15.0, 60.0, 40.0, 40.0, np.nan])
"""Standard deviations of the meters [L/min]; nothing measures the loss."""


def main() -> None:
    """A sound sample, and one whose flow-out meter reads 500 L/min too much."""
    sound = np.array([1_004.0, 1_011.0, 1_995.0, 2_050.0, 1_010.0, 960.0, np.nan])
    wrong = sound + np.array([0, 0, 0, 500.0, 0, 0, 0])
    reconciler = Reconciler(BALANCES, SD**2, ~np.isnan(SD))
    tests = GrossErrorTests(reconciler)
    for title, sample in (("A sound sample", sound), ("Flow out is off", wrong)):
        done = reconciler.reconcile(sample)
        print(f"{title}: chi-square {done.chi_square:.1f}, critical {done.critical:.1f}")
        for name, given, value, sd, standing in zip(
            NAMES, done.measured, done.values, done.sd, done.standings, strict=True
        ):
            print(f"  {name:<13}{given:>8.0f} → {value:>7.1f} ± {sd:<5.1f} {standing}")
        for suspect in serial_elimination(tests, sample):
            print(f"  suspect: {' or '.join(suspect.names)}, off by {suspect.bias:.0f} L/min")


if __name__ == "__main__":
    main()
