"""`python -m benchmarks [NAME …]`: measures the promises and writes `docs/benchmarks.md`."""

import subprocess
import sys
from importlib import import_module
from pkgutil import iter_modules

import benchmarks
from benchmarks import harness

TOOLS = (
    "__main__",
    "connections",
    "drawn_fleets",
    "harness",
    "intake",
    "large_files",
    "rate_laws",
    "reading",
    "real_data",
    "replayed_fleets",
    "rig_files",
    "serving",
    "sockets",
    "untrained",
)
"""Modules that measure nothing themselves."""


def names() -> list[str]:
    """Every module here that measures something."""
    found = (module.name for module in iter_modules(benchmarks.__path__))
    return sorted(name for name in found if name not in TOOLS)


def measure(name: str) -> None:
    """Runs one benchmark and prints what it found."""
    result = import_module(f"benchmarks.{name}").run()
    if result is None:  # it wrote a page of its own
        return
    harness.save(name, result)
    for comparison in result.comparisons:
        print(
            f"{result.promise or name:>4} {comparison.label}: ours {comparison.ours}, "
            f"peer {comparison.peer}, ratio {comparison.ratio:.2f} "
            f"({comparison.bound} {comparison.floor or '…'}): {comparison.verdict}"
        )


def main(arguments: list[str]) -> int:
    """Measures the named benchmarks, or all, each in a process of its own, and writes the page."""
    if unknown := set(arguments) - set(names()):
        print(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(names())}")
        return 2
    if len(arguments) == 1:
        measure(arguments[0])
        harness.PAGE.parent.mkdir(exist_ok=True)
        harness.PAGE.write_text(harness.compose(harness.load()))
        return 0
    runs = [
        subprocess.run([sys.executable, "-m", "benchmarks", name], check=False)  # noqa: S603  ourselves
        for name in arguments or names()
    ]
    return max((run.returncode for run in runs), default=0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
