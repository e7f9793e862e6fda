"""`idrill dvr`: reconcile a network of measurements that stands in a file, and correct sensors."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from idrill.cli import calibrations, quality

if TYPE_CHECKING:
    from idrill.dvr.gross_errors import GrossErrorTests
    from idrill.dvr.network_file import NetworkFile
    from idrill.dvr.reconciliation import Reconciliation
    from idrill.dvr.several_errors import Suspect

app = typer.Typer(help="Reconcile measurements, and find those that are wrong.")


app.command("report")(quality.report)
app.command("calibrations")(calibrations.calibrations)
app.command("approve")(calibrations.approve)
app.command("reject")(calibrations.reject)
app.command("withdraw")(calibrations.withdraw)


@dataclass(frozen=True, slots=True)
class Findings:
    """What came of a network."""

    network: "NetworkFile"
    done: "Reconciliation"
    tests: "GrossErrorTests"
    suspects: tuple["Suspect", ...]
    alpha: float

    @property
    def statistics(self) -> dict[str, float]:
        """Size of the measurement test, by the name of the quantity [-]."""
        found = abs(self.tests.measurement_test(self.done.measured[None])[0])
        return dict(zip(self.done.names, map(float, found), strict=True))


@app.callback()
def dvr() -> None:
    """Reconcile measurements, and find those that are wrong."""


@app.command()
def network(
    file: Annotated[Path, typer.Argument(help="JSON with A, measured and sd.", exists=True)],
    alpha: Annotated[
        float, typer.Option(min=1e-6, max=0.5, help="Share of sound samples that may be suspected.")
    ] = 0.05,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, all digits.")] = False,
) -> None:
    """Reconcile one sample of a network of linear balances, and name what is wrong with it."""
    found = _find(file, alpha)
    if as_json:
        typer.echo(json.dumps(_as_json(found), indent=2, allow_nan=False))
    else:
        _print(found)


def _find(file: Path, alpha: float) -> Findings:
    import numpy as np

    from idrill.dvr.gross_errors import GrossErrorTests
    from idrill.dvr.network_file import read_network
    from idrill.dvr.reconciliation import Reconciler
    from idrill.dvr.several_errors import serial_elimination

    network = read_network(file)
    reconciler = Reconciler(network.balances, network.covariance, ~np.isnan(network.measured))
    tests = GrossErrorTests(reconciler)
    done = reconciler.reconcile(network.measured, alpha=alpha)
    suspects = serial_elimination(tests, network.measured, alpha=alpha)
    return Findings(network, done, tests, suspects, alpha)


def _as_json(found: Findings) -> dict[str, Any]:
    done, exact = found.done, found.network.exact
    streams = [
        {
            "name": name,
            "standing": done.standings[place].value,
            "measured": _number(done.measured[place]),
            "sd": _number(done.measured_sd[place]),
            "reconciled": _number(done.values[place]),
            "reconciled_sd": _number(done.sd[place]),
            "adjustability": _number(done.adjustability[place]),
            "detectability": _number(done.detectability[place]),
            "statistic": found.statistics[name],
            "exact": None if exact is None else _number(exact[place]),
        }
        for place, name in enumerate(done.names)
    ]
    return {
        "streams": streams,
        "mean_adjustability": _mean(done.adjustability),
        "mean_detectability": _mean(done.detectability),
        "chi_square": done.chi_square,
        "degrees_of_freedom": done.degrees_of_freedom,
        "critical": done.critical,
        "alpha": found.alpha,
        "plausible": done.is_plausible,
        "critical_statistic": found.tests.critical(found.alpha),
        "suspects": [{"names": list(one.names), "bias": one.bias} for one in found.suspects],
        "equivalence_classes": [list(members) for members in found.tests.classes],
        "warnings": list(found.network.warnings),
    }


def _print(found: Findings) -> None:
    console, done = Console(markup=False, highlight=False), found.done
    for warning in found.network.warnings:
        console.print(f"Note: {warning}", soft_wrap=True)
    table = Table(box=None, header_style="bold")
    for heading in ("stream", "standing"):
        table.add_column(heading, no_wrap=True)
    for heading in ("measured", "sd", "reconciled", "sd", "adj.", "det.", "test"):
        table.add_column(heading, justify="right", no_wrap=True)
    for place, name in enumerate(done.names):
        figures = (done.measured, done.measured_sd, done.values, done.sd)
        shares = (done.adjustability[place], done.detectability[place], found.statistics[name])
        cells = [_text(float(column[place])) for column in figures]
        cells += [_text(share, 3) for share in shares]
        table.add_row(name, done.standings[place].value, *cells)
    console.print(table)
    console.print(
        f"Mean adjustability (adj.) {_text(_mean(done.adjustability))}, "
        f"mean detectability (det.) {_text(_mean(done.detectability))}"
    )
    console.print(_verdict(found), soft_wrap=True)
    alike = [members for members in found.tests.classes if len(members) > 1]
    for members in alike:
        console.print(f"Not to be told apart: {', '.join(members)}", soft_wrap=True)
    for suspect in found.suspects:
        console.print(f"Suspect: {' or '.join(suspect.names)}, off by {suspect.bias:.6g}")


def _verdict(found: Findings) -> str:
    done = found.done
    if not done.degrees_of_freedom:
        return "Nothing checks these measurements: there is no balance among what is measured."
    verdict = "passes" if done.is_plausible else "fails"
    return (
        f"Chi-square {done.chi_square:.4g} with {done.degrees_of_freedom} degrees of freedom "
        f"{verdict} the global test (critical value {done.critical:.4g} at {found.alpha:g}); "
        f"a single test is suspicious from {found.tests.critical(found.alpha):.3f}"
    )


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _mean(values: Any) -> float | None:
    known = [float(value) for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else None


def _text(value: float | None, digits: int = 5) -> str:
    return "-" if value is None or math.isnan(value) else f"{value:.{digits}g}"
