"""`idrill dev`: servers that live and end together."""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from idrill.errors import SettingsError
from idrill.settings import Settings
from idrill_assets.development import run_together, servers

LONG = ("python", "-c", "import time; time.sleep(60)")
BRIEF = ("python", "-c", "import sys; sys.exit(3)")


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def children() -> str:
    return " ".join(" ".join(child.cmdline()) for child in psutil.Process().children())


def test_the_end_of_one_server_ends_the_other(capfd: pytest.CaptureFixture[str]) -> None:
    assert run_together({"Dagster": LONG, "MLflow": BRIEF}) == 3

    assert "MLflow ended with exit code 3" in capfd.readouterr().err
    assert "time.sleep(60)" not in children()


def test_who_is_told_to_end_ends_all_servers() -> None:
    def told() -> None:
        time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=told).start()

    assert run_together({"Dagster": LONG, "MLflow": LONG}) == 0
    assert "time.sleep(60)" not in children()


def test_a_server_that_is_not_installed_is_named() -> None:
    with pytest.raises(SettingsError, match=f"'no-such-server' beside {sys.executable}"):
        run_together({"Dagster": ("no-such-server",)})


def test_mlflow_is_served_unless_it_is_a_server_already(tmp_path: Path) -> None:
    own = servers(Settings(home=tmp_path, mlflow_url=None), 3000, 5001)
    theirs = servers(Settings(home=tmp_path, mlflow_url="https://mlflow.rig.example"), 3000, 5001)

    assert set(own) == {"Dagster", "MLflow"}
    assert f"sqlite:///{tmp_path / 'mlflow.db'}" in own["MLflow"]
    assert "5001" in own["MLflow"]
    assert set(theirs) == {"Dagster"}
