"""The shape of the code: layers hold, and what is imported stays light."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
MODULES = [path for path in sorted(ROOT.glob("idrill*/**/*.py")) if "migrations" not in path.parts]

ABOVE_THE_DATA = {
    "cli", "registry", "store", "streams", "maintenance", "control", "drift", "rul", "anomaly",
    "gan", "rl", "expectations", "sources", "settings", "errors", "access", "prognosis", "tracking",
}  # fmt: skip
"""Modules that may use heavy libraries, or need no rule against them."""


HEAVY = ("torch", "mlflow", "great_expectations", "evidently")


def loaded_by(statement: str) -> set[str]:
    """The top-level packages that a fresh interpreter holds after a statement."""
    program = f"{statement}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return {name.split(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


def library_modules() -> set[str]:
    """The modules and packages of the library that exist."""
    return {
        path.stem
        for path in (ROOT / "idrill").iterdir()
        if (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").exists()
    }


def test_the_layers_hold() -> None:
    lint_imports = Path(sys.executable).parent / "lint-imports"

    done = subprocess.run(  # noqa: S603  our own program
        [lint_imports, "--no-cache"], capture_output=True, text=True, check=False, cwd=ROOT
    )

    assert done.returncode == 0, done.stdout[-4000:]


def test_every_module_that_handles_data_is_under_the_rule_against_heavy_libraries() -> None:
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    ruled = next(one for one in contracts if "numpy" in one["name"])["source_modules"]

    assert {f"idrill.{name}" for name in library_modules() - ABOVE_THE_DATA} == set(ruled)


def test_importing_the_library_loads_nothing_but_itself() -> None:
    loaded = loaded_by("import idrill")

    assert loaded & {"polars", "numpy", "pandas", "pydantic", "sqlalchemy", "dagster"} == set()


def test_the_nouns_and_what_readers_return_need_polars_alone() -> None:
    nouns = ("frame", "rigs", "wells", "access", "units", "channels", "readers.reading")
    loaded = loaded_by(f"import {', '.join(f'idrill.{noun}' for noun in nouns)}")

    assert "polars" in loaded
    assert loaded & {*HEAVY, "pandas", "pydantic", "sqlalchemy", "deltalake", "dagster"} == set()


def test_the_store_needs_no_heavy_library() -> None:
    assert (
        loaded_by("import idrill.store.database, idrill.store.lake") & {*HEAVY, "dagster"} == set()
    )


def test_a_worker_reads_what_reconciliation_found_without_scipy() -> None:
    loaded = loaded_by("import idrill_serving.app, idrill_serving.reports")

    assert "polars" in loaded
    assert loaded & {"scipy", "numba", "pyarrow", "pandas", "ortools"} == set()


TABLES = {"idrill/access.py", "idrill/errors.py"}
"""Read from top to bottom, like a list: who passes which door, and what is raised."""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_short_and_named_after_what_it_holds(path: Path) -> None:
    longest = 400 if str(path.relative_to(ROOT)) in TABLES else 300
    assert len(path.read_text().splitlines()) <= longest
    assert path.stem not in {"utils", "helpers", "common", "base", "manager", "misc", "core"}
