"""Lives of simulated fleets, kept between runs: a fleet of seventeen years takes a minute.

Each fleet is kept on its own, under the digest of the code that simulates it and reads it, so that
another simulator or another feature draws anew.
"""

import hashlib
import json
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import gettempdir

import polars as pl
from rich.progress import track

from idrill.rul.drawn_lives import Fleets, lives_together
from idrill.rul.history_frames import as_frame, lives_from
from idrill.windows import Lives

LIBRARY = Path(__file__).parents[1] / "idrill"
DRAWN_BY = ("simulator/*.py", "physics/*.py", "rigs.py", "channels.py", "rul/features.py",
            "rul/signs.py", "rul/clocks.py", "rul/hours.py", "rul/fleets.py")  # fmt: skip
"""The code that lives come from."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """Lives of components, and what they cost."""

    lives: Mapping[str, Lives]
    seconds: float
    """Of one processor, when they were drawn."""


def drawn(components: tuple[str, ...], fleets: Fleets, workers: int) -> Drawn:
    """Lives of components of fleets, simulated unless that was done before.

    Args:
        components: That share a simulation.
        fleets: Which.
        workers: Fleets simulated at once.
    """
    one = partial(_fleet, components, fleets)
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        told = f"{', '.join(components)}: {fleets.name}"
        found = list(track(pool.map(one, fleets.seeds), told, len(fleets.seeds)))
    lives = {
        name: replace(
            found[0].lives[name], lives=tuple(life for part in found for life in part.lives[name])
        )
        for name in components
    }
    return Drawn(lives, sum(part.seconds for part in found))


def _fleet(components: tuple[str, ...], fleets: Fleets, seed: int) -> Drawn:
    """One fleet, from where it is kept or simulated."""
    policies = hashlib.sha256(repr(fleets.policies).encode()).hexdigest()[:8]
    name = f"{'_'.join(components)}-{seed}-{fleets.rigs}-{policies}"
    folder = kept("fleets", DRAWN_BY) / name
    if not folder.exists():
        _draw(components, replace(fleets, seeds=(seed,)), folder)
    lives = {one: lives_from(one, pl.read_parquet(folder / f"{one}.parquet")) for one in components}
    return Drawn(lives, json.loads((folder / "seconds.json").read_text()))


def _draw(components: tuple[str, ...], fleets: Fleets, folder: Path) -> None:
    start = time.process_time()
    lives = lives_together(components, fleets)
    seconds = time.process_time() - start
    _keep(lives, seconds, folder)


def _keep(lives: Mapping[str, Lives], seconds: float, folder: Path) -> None:
    draft = folder.with_name(f".{folder.name}")
    draft.mkdir(parents=True, exist_ok=True)
    for name, those in lives.items():
        as_frame(name, those).write_parquet(draft / f"{name}.parquet")
    (draft / "seconds.json").write_text(json.dumps(seconds))
    draft.rename(folder)


@cache
def kept(what: str, patterns: tuple[str, ...]) -> Path:
    """A folder for what some code made, which other code does not find.

    Args:
        what: Is kept there.
        patterns: Of the files of the library that it comes from.
    """
    files = sorted({file for pattern in patterns for file in LIBRARY.glob(pattern)})
    content = b"".join(file.read_bytes() for file in files) + sys.version.encode()
    return Path(gettempdir()) / f"idrill-{what}-{hashlib.sha256(content).hexdigest()[:16]}"
