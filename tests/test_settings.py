"""Settings: read once, typed, and refused with the name of the variable."""

import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from idrill.errors import SettingsError
from idrill.settings import TELEMETRY_OFF, Settings, export, load_settings


@pytest.fixture(autouse=True)
def _clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment and a working directory without settings."""
    for name in [name for name in os.environ if name.startswith("IDRILL_")]:  # noqa: TID251  what settings are read from
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_without_any_setting_everything_lies_in_var_below_here(tmp_path: Path) -> None:
    settings = load_settings()

    assert settings.home == tmp_path / "var"
    assert settings.store_url == f"sqlite:///{tmp_path}/var/idrill.db"
    assert settings.lake_folder == str(tmp_path / "var" / "lake")
    assert settings.inbox_folder == tmp_path / "var" / "inbox"
    assert settings.archive_folder == tmp_path / "var" / "archive"
    assert settings.dagster_home == tmp_path / "var" / "dagster"
    assert settings.models_folder == tmp_path / "var" / "models"
    assert settings.training_folder == tmp_path / "var" / "training"
    assert settings.tracking_url == f"sqlite:///{tmp_path}/var/mlflow.db"
    assert settings.artifacts_folder == tmp_path / "mlruns"


def test_the_environment_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDRILL_HOME", str(tmp_path / "rig"))
    monkeypatch.setenv("IDRILL_FIRST_DAY", "2007-01-01")
    monkeypatch.setenv("IDRILL_INBOX", "~/in")

    settings = load_settings()

    assert settings.home == tmp_path / "rig"
    assert settings.first_day == date(2007, 1, 1)
    assert settings.inbox_folder == Path("~/in").expanduser()


def test_a_dotenv_file_is_read_and_the_environment_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("IDRILL_FIRST_DAY=2007-01-01\nIDRILL_ENV=production\n")
    monkeypatch.setenv("IDRILL_FIRST_DAY", "2010-01-01")

    settings = load_settings()

    assert (settings.first_day, settings.env) == (date(2010, 1, 1), "production")


@pytest.mark.parametrize(
    ("variable", "value", "why"),
    [
        ("IDRILL_FIRST_DAY", "yesterday", "date"),
        ("IDRILL_FIRST_DAY", str(date.today() + timedelta(days=400)), "future"),  # noqa: DTZ011  any day to come
        ("IDRILL_DATABASE_URL", "postgresql://db/idrill", "driver"),
        ("IDRILL_DATABASE_URL", "mysql://db/idrill", "driver"),
        ("IDRILL_MLFLOW_URL", "mlruns", "sqlite:///"),
        ("IDRILL_ENV", "staging", "production"),
        ("IDRILL_MAX_FILE_BYTES", "0", "greater"),
        ("IDRILL_MAX_FILE_BYTES", "much", "integer"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_name(
    variable: str, value: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(SettingsError, match=f"{variable}: .*{why}"):
        load_settings()


def test_all_mistakes_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDRILL_ENV", "staging")
    monkeypatch.setenv("IDRILL_FIRST_DAY", "soon")

    with pytest.raises(SettingsError, match=r"IDRILL_FIRST_DAY.*IDRILL_ENV"):
        load_settings()


def test_settings_do_not_change_once_read() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().env = "production"  # type: ignore[misc]


def test_every_setting_says_what_it_is() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_what_is_exported_reaches_child_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DO_NOT_TRACK", "")

    export({"DO_NOT_TRACK": TELEMETRY_OFF["DO_NOT_TRACK"]})

    child = "import os; print(os.environ['DO_NOT_TRACK'])"
    assert subprocess.check_output([sys.executable, "-S", "-c", child], text=True) == "1\n"  # noqa: S603  our own program
