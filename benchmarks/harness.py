"""Pairs of runs, ours and the peer's, interleaved; their figures; the page that shows them."""

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

RESULTS = Path(__file__).parent / "results"
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"

VOID_SPREAD = 0.25
"""Relative spread of the peer above which a comparison says nothing."""

PACKAGES = ("polars", "deltalake", "dagster", "sqlalchemy", "lxml", "great-expectations")


@dataclass(frozen=True)
class Sample:
    """Repeated measurements of one side."""

    values: tuple[float, ...]
    unit: str = "s"

    @property
    def median(self) -> float:
        """The middle value."""
        return statistics.median(self.values)

    @property
    def spread(self) -> float:
        """Distance between the quartiles, as a share of the median."""
        if len(self.values) < 2:
            return 0.0
        low, _, high = statistics.quantiles(self.values, n=4, method="inclusive")
        return (high - low) / self.median

    def __str__(self) -> str:
        scale, unit = (1000.0, "ms") if self.unit == "s" and self.median < 1 else (1.0, self.unit)
        return f"{self.median * scale:.4g} {unit} ± {self.spread:.0%}"


@dataclass(frozen=True)
class Comparison:
    """Ours against the peer, both measured as a cost (time, memory): less is better.

    With `at least`, the ratio is peer over ours, as a speed is; with `at most`, ours over peer.
    """

    label: str
    ours: Sample
    peer: Sample
    floor: float | None = None
    """None where nothing is promised."""
    bound: Literal["at least", "at most"] = "at least"

    @property
    def ratio(self) -> float:
        """What the floor is held against."""
        ours, peer = self.ours.median, self.peer.median
        return peer / ours if self.bound == "at least" else ours / peer

    @property
    def verdict(self) -> str:
        """Whether the promise is kept."""
        if self.peer.spread > VOID_SPREAD:
            return "void: the peer's own spread is too large"
        if self.floor is None:
            return "measured"
        kept = self.ratio >= self.floor if self.bound == "at least" else self.ratio <= self.floor
        return "met" if kept else "not met"


@dataclass(frozen=True)
class Result:
    """What one module of benchmarks found."""

    promise: str
    """Such as `P9`; empty if DESIGN promises nothing about it."""
    title: str
    against: str
    """The bare thing it is held against."""
    comparisons: tuple[Comparison, ...]
    notes: tuple[str, ...] = ()
    figures: Mapping[str, float | str] = field(default_factory=dict)
    """Whatever else was measured."""


def interleaved(
    ours: Callable[[int], object], peer: Callable[[int], object], *, rounds: int, warmups: int = 1
) -> tuple[Sample, Sample]:
    """Times of both [s], measured in turn.

    Args:
        ours: Called with the number of the round, warm-ups included.
        peer: Likewise.
        rounds: How many pairs count.
        warmups: How many pairs run before them.
    """
    pairs = [(_timed(ours, turn), _timed(peer, turn)) for turn in range(rounds + warmups)]
    counted = pairs[warmups:]
    return Sample(tuple(pair[0] for pair in counted)), Sample(tuple(pair[1] for pair in counted))


def _timed(call: Callable[[int], object], turn: int) -> float:
    start = time.perf_counter()
    call(turn)
    return time.perf_counter() - start


def save(name: str, result: Result) -> Path:
    """Writes a result, with the machine it was measured on, to `results/NAME.json`."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(_as_dict(result) | {"machine": machine()}, indent=1) + "\n")
    return path


def _as_dict(result: Result) -> dict[str, Any]:
    comparisons = [
        asdict(comparison) | {"ratio": comparison.ratio, "verdict": comparison.verdict}
        for comparison in result.comparisons
    ]
    return asdict(result) | {"comparisons": comparisons}


def machine() -> dict[str, str]:
    """What the figures were measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{memory:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "packages": ", ".join(f"{name} {version(name)}" for name in PACKAGES),
        "measured": datetime.now(UTC).date().isoformat(),
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def load() -> list[dict[str, Any]]:
    """Every stored result, in the order of the promises."""
    stored = [json.loads(path.read_text()) for path in RESULTS.glob("*.json")]
    return sorted(stored, key=lambda result: (_number(result["promise"]), result["title"]))


def _number(promise: str) -> int:
    return int(promise.lstrip("P") or 1000)


def compose(stored: Sequence[Mapping[str, Any]]) -> str:
    """The page of all results, in Markdown."""
    head = (
        "# Benchmarks\n\n"
        "Written by `make bench`; do not edit. Each promise is held against the bare thing on the "
        "same machine in the same run, pairs interleaved. Figures are medians ± the distance "
        "between the quartiles; a comparison is void when the peer's own spread exceeds "
        f"{VOID_SPREAD:.0%}.\n"
    )
    return "\n".join([head, *map(_section, stored), _machines(stored)])


def _section(result: Mapping[str, Any]) -> str:
    name = f"{result['promise']}: {result['title']}" if result["promise"] else result["title"]
    rows = "\n".join(_row(comparison) for comparison in result["comparisons"])
    others = [f"- {key}: {value}" for key, value in result["figures"].items()]
    notes = "\n".join([*others, *(f"- {note}" for note in result["notes"])])
    return (
        f"## {name}\n\nAgainst {result['against']}.\n\n"
        f"| what | ours | peer | ratio | promised | |\n|---|---|---|---|---|---|\n{rows}\n"
        + (f"\n{notes}\n" if notes else "")
    )


def _row(stored: Mapping[str, Any]) -> str:
    sign = "≥" if stored["bound"] == "at least" else "≤"
    promised = "" if stored["floor"] is None else f"{sign} {stored['floor']:g}"
    ours, peer = _sample(stored["ours"]), _sample(stored["peer"])
    return (
        f"| {stored['label']} | {ours} | {peer} | {stored['ratio']:.2f} "
        f"| {promised} | {stored['verdict']} |"
    )


def _sample(stored: Mapping[str, Any]) -> Sample:
    return Sample(tuple(stored["values"]), stored["unit"])


def _machines(stored: Iterable[Mapping[str, Any]]) -> str:
    seen = {json.dumps(result["machine"], sort_keys=True) for result in stored}
    described = [
        "\n".join(f"- {key}: {value}" for key, value in json.loads(text).items())
        for text in sorted(seen)
    ]
    return "## Measured on\n\n" + "\n\n".join(described) + "\n"
