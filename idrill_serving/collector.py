"""The garbage collector of a worker: what stays for as long as the worker is left alone."""

import gc

THRESHOLDS = (50_000, 20, 100)
"""When it goes through what is young, older and old; by default it stops everybody too often."""


def settle() -> None:
    """Keep the collector from all that is there now; a worker calls it once it is made."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
