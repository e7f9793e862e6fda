"""Random numbers of the simulator: all of them, from a counter and a key.

`stream` is for what is drawn once; `uniform` and `white` live on the fixed grid of one second and
depend only on seed, rig, channel and second, never on step size, order or how time is cut into
chunks. The generator is Philox (J. K. Salmon et al., *Parallel random numbers: as easy as 1, 2, 3*,
SC11, 2011), normals are by G. E. P. Box and M. E. Muller, Ann. Math. Stat. 29 (1958) 610.
"""

import hashlib
import json
from math import pi

import numpy as np
from numpy.random import Generator, Philox
from numpy.typing import NDArray

_BLOCK = 4
"""Numbers that one step of the counter gives."""


def _key(seed: int, names: tuple[str, ...]) -> int:
    """The generator's key: 128 bits that no other seed and names share."""
    text = json.dumps([seed, *names]).encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:16])


def stream(seed: int, *names: str) -> Generator:
    """A generator of its own for the thing that the names spell.

    Args:
        seed: Of the simulation.
        names: What the numbers are for, such as rig and bit run.

    Example:
        >>> stream(7, "rig", "bit").random() == stream(7, "rig", "bit").random()
        True
        >>> stream(7, "rig", "bit").random() == stream(7, "rigbit").random()
        False
    """
    return Generator(Philox(key=_key(seed, names)))


def _raw(seed: int, names: tuple[str, ...], second0: int, n: int) -> NDArray[np.uint64]:
    """The 64 random bits of each second (n)."""
    skipped = second0 % _BLOCK
    generator = Philox(key=_key(seed, names), counter=second0 // _BLOCK)
    return generator.random_raw(skipped + n)[skipped:]


def uniform(seed: int, rig_id: str, channel: str, second0: int, n: int) -> NDArray[np.float64]:
    """One number from 0 up to 1 for each second.

    Args:
        seed: Of the simulation.
        rig_id: Whose.
        channel: Which sensor's, or any other name.
        second0: First second of the grid, zero or more.
        n: How many seconds.

    Returns:
        Numbers (n).

    Example:
        >>> whole = uniform(1, "A", "flow_in", 0, 100)
        >>> bool((whole[37:] == uniform(1, "A", "flow_in", 37, 63)).all())
        True
    """
    bits = _raw(seed, (rig_id, channel), second0, n) >> np.uint64(11)
    return bits.astype(np.float64) * 2.0**-53


def white(seed: int, rig_id: str, channel: str, second0: int, n: int) -> NDArray[np.float64]:
    """One standard normal number for each second, of no memory.

    Args:
        seed: Of the simulation.
        rig_id: Whose.
        channel: Which sensor's.
        second0: First second of the grid, zero or more.
        n: How many seconds.

    Returns:
        Numbers (n).
    """
    raw = _raw(seed, (rig_id, channel), second0, n)
    radius = ((raw >> np.uint64(32)) + 0.5) * 2.0**-32
    angle = (raw & np.uint64(0xFFFFFFFF)) * (2 * pi * 2.0**-32)
    return np.asarray(np.sqrt(-2.0 * np.log(radius)) * np.cos(angle), dtype=np.float64)
