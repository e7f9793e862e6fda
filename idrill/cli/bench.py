"""`idrill bench`: measure models where the world can compare."""

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.box import SIMPLE
from rich.console import Console, Group
from rich.live import Live
from rich.progress import Progress
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from idrill.rul.benchmark import Benchmark, Learner
    from idrill.rul.benchmark_lines import Line

app = typer.Typer(help="Measure models where the world can compare.")

LEAST_WIDTH = 100
"""Of a table that goes to a file [column]."""


@app.callback()
def bench() -> None:
    """Measure models where the world can compare."""


@app.command()
def rul(
    data: Annotated[
        Path, typer.Option(help="Folder with train_, test_ and RUL_FD00n.txt.", file_okay=False)
    ],
    subset: Annotated[str, typer.Option(help="FD001, FD002, FD003 or FD004.")] = "FD001",
    network: Annotated[
        list[str] | None, typer.Option(help="May be said again; all if left out.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="How often each method is tried.")] = 5,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="As each network has them if left out.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes of one thread.")] = 2,
    file: Annotated[
        Path | None, typer.Option("--json", help="Where every figure goes, too.")
    ] = None,
    *,
    baselines: Annotated[bool, typer.Option(help="Try what is simpler as well.")] = True,
) -> None:
    """Remaining useful life on C-MAPSS: networks and baselines, their ensembles and intervals.

    Of the training engines a fifth is held out of each seed, by engine. The last window of every
    test engine counts; what was left of it is read once a method has answered.
    """
    from idrill.rul.benchmark import Benchmark, learners, pool
    from idrill.rul.cmapss import read_subset

    if file is not None:
        _require_writable(file)
    asked = learners(network, epochs, baselines=baselines)
    with pool(workers) as executor:
        benchmark = Benchmark(read_subset(data, subset), seeds, executor)
        lines = _shown(benchmark, asked)
    if file is not None:
        file.write_text(json.dumps(_as_json(benchmark, lines), indent=2, allow_nan=False) + "\n")


def _require_writable(file: Path) -> None:
    """See, before hours of work, that their figures can be written."""
    if file.is_dir():
        raise typer.BadParameter(f"{file} is a folder: name a file in it", param_hint="--json")
    if not file.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {file.parent}", param_hint="--json")
    if not os.access(file if file.exists() else file.parent, os.W_OK):
        raise typer.BadParameter(f"{file} cannot be written", param_hint="--json")


def _shown(benchmark: "Benchmark", asked: "Mapping[str, Learner]") -> list["Line"]:
    """The lines, in a table that grows while they come."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, LEAST_WIDTH)
    table, progress, lines = _table(benchmark), Progress(console=console), []
    done = progress.add_task("", total=len(asked) * benchmark.seeds)
    with Live(Group(table, progress), console=console) as live:
        for name, learner in asked.items():
            progress.update(done, description=name)
            line = benchmark.line(name, learner, heard=lambda: progress.advance(done))
            table.add_row(*_cells(line))
            lines.append(line)
        live.update(table)
    return lines


def _table(benchmark: "Benchmark") -> Table:
    subset, floor = benchmark.subset, benchmark.floor
    problem = subset.problem
    table = Table(
        title=f"{subset.name}: {len(subset.training)} training engines, {len(subset.test)} test "
        f"engines, regimes: {problem.regimes}, seeds: {benchmark.seeds}\n"
        f"root mean squared error in {problem.clock}, capped at {problem.cap:g} or not",
        caption="Seeds: mean ± sd. Ensemble: mean of the seeds' answers, capped;\n"
        "of engines: 95 % of draws of them. Holds: the ensemble's intervals.",
        box=SIMPLE,
        padding=(0, 1, 0, 0),
    )
    table.add_column("method", no_wrap=True)
    for name in ("capped", "uncapped", "PHM08", "ensemble", "of engines", "PHM08"):
        table.add_column(name, justify="right")
    for name in ("90 %\nholds", "width", "min"):
        table.add_column(name, justify="right")
    table.add_row(
        "perfect, capped", f"{floor.capped:.2f}", f"{floor.uncapped:.1f}", f"{floor.score:.0f}"
    )
    return table


def _cells(line: "Line") -> tuple[str, ...]:
    return (
        line.method,
        line.spread("capped", ".2f"),
        line.spread("uncapped", ".1f"),
        line.spread("score", ".0f"),
        f"{line.ensemble.capped:.2f}",
        f"{line.low:.1f} - {line.high:.1f}",
        f"{line.ensemble.score:.0f}",
        "-" if line.coverage is None else f"{line.coverage:.0%}",
        "-" if line.width is None else f"{line.width:.1f}",
        f"{line.minutes:.1f}",
    )


def _as_json(benchmark: "Benchmark", lines: list["Line"]) -> dict[str, object]:
    return {
        "subset": benchmark.subset.name,
        "test_engines": len(benchmark.subset.test),
        "regimes": benchmark.subset.problem.regimes,
        "cap": benchmark.subset.problem.cap,
        "perfect_to_the_cap": asdict(benchmark.floor),
        "lines": [asdict(line) for line in lines],
    }
