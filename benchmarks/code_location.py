"""P11: a fresh process that loads the code location, against one that loads an empty project.

Every run, sensor tick and server of Dagster pays this before it does anything.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.harness import Comparison, Result, interleaved
from idrill.rigs import Rig
from idrill.settings import export
from idrill.store import rigs
from idrill.store.database import Database

ROUNDS = 20

OURS = "from idrill_assets.definitions import definitions; graph = definitions()"
EMPTY = "import dagster; graph = dagster.Definitions()"
LOADED = "; graph.get_repository_def().load_all_definitions()"
"""What a server does with either: resolves every asset, job, sensor and schedule."""

HEAVY = (
    "alembic", "deltalake", "evidently", "great_expectations", "matplotlib", "mlflow", "numpy",
    "pandas", "polars", "pyarrow", "sqlalchemy", "torch",
)  # fmt: skip


def run() -> Result:
    """Both, started in turn; ours in a home whose store knows a rig."""
    with tempfile.TemporaryDirectory() as name:
        store = f"sqlite:///{Path(name) / 'idrill.db'}"
        database = Database(store)
        database.migrate()
        with database.session() as session:
            rigs.register(session, Rig("BENCH_01", "BENCH_01"))
        database.dispose()
        export({"IDRILL_HOME": name, "IDRILL_DATABASE_URL": store})
        times = interleaved(
            lambda _: _python(OURS + LOADED), lambda _: _python(EMPTY + LOADED), rounds=ROUNDS
        )
        found = _python(
            f"{OURS}{LOADED}; import sys; print(*sorted({set(HEAVY)!r} & sys.modules.keys()))"
        )
    return Result(
        promise="P11",
        title="Import of the code location",
        against="an empty Dagster project, `Definitions()`, each in a process of its own",
        comparisons=(Comparison("load the definitions", *times, floor=1.5, bound="at most"),),
        notes=("Start of the interpreter included; the home has a store with a rig in it.",),
        figures={f"of {len(HEAVY)} slow libraries, imported": found.strip() or "none"},
    )


def _python(code: str) -> str:
    """What a fresh interpreter prints."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603  our own code
