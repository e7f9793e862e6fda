"""The home of the Dagster instance, on SQLite and on a real PostgreSQL."""

import os
from pathlib import Path

import dagster as dg
import psycopg
import pytest
import yaml

from idrill.errors import SettingsError, StoreError
from idrill.settings import Settings
from idrill_assets.home import enter_home, environment, prepare_home, storage_url

JOB = "drill"


def settings_in(folder: Path, database_url: str | None = None) -> Settings:
    return Settings(home=folder, database_url=database_url)


def own_url(libpq_url: str) -> str:
    return libpq_url.replace("postgresql://", "postgresql+psycopg://", 1)


def run_once(instance: dg.DagsterInstance) -> list[str]:
    @dg.op
    def turn() -> None:
        """Turn the bit."""

    @dg.job(name=JOB)
    def drill() -> None:
        turn()

    drill.execute_in_process(instance=instance)
    return [run.job_name for run in instance.get_runs()]


def test_the_instance_on_sqlite_reports_to_nobody_and_retries_only_dead_runs(
    tmp_path: Path,
) -> None:
    home = prepare_home(settings_in(tmp_path))

    with dg.DagsterInstance.from_config(str(home)) as instance:
        assert not instance.telemetry_enabled
        assert not instance.nux_enabled
        assert instance.run_monitoring_enabled
        assert instance.run_retries_enabled
        assert instance.get_settings("run_retries")["retry_on_asset_or_op_failure"] is False
        assert instance.get_concurrency_config().run_queue_config is not None


def test_a_run_on_sqlite_is_remembered_in_home(tmp_path: Path) -> None:
    home = prepare_home(settings_in(tmp_path))

    with dg.DagsterInstance.from_config(str(home)) as instance:
        assert run_once(instance) == [JOB]

    assert any(home.rglob("*.db"))


@pytest.mark.service
def test_a_run_on_postgresql_is_remembered_beside_our_tables(
    tmp_path: Path, postgres_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_in(tmp_path, own_url(postgres_database))
    home = prepare_home(settings)
    monkeypatch.setenv("DAGSTER_POSTGRES_URL", storage_url(settings.store_url))

    with dg.DagsterInstance.from_config(str(home)) as instance:
        names = run_once(instance)
        storage = type(instance.run_storage).__name__

    assert names == [JOB]
    assert storage == "PostgresRunStorage"
    assert tables_of(postgres_database, "public") == []
    assert "alembic_version" in tables_of(postgres_database, "dagster")


def tables_of(database: str, schema: str) -> list[str]:
    with psycopg.connect(database) as connection:
        rows = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = %s", [schema]
        )
        return [str(row[0]) for row in rows]


def test_an_unreachable_postgresql_is_named_by_its_setting(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, "postgresql+psycopg://nobody@127.0.0.1:1/none")

    with pytest.raises(StoreError, match="IDRILL_DATABASE_URL"):
        prepare_home(settings)


def test_a_url_that_hides_the_schema_of_dagster_is_refused() -> None:
    with pytest.raises(SettingsError, match="options"):
        storage_url("postgresql+psycopg://rig@db/idrill?options=-csearch_path%3Dours")


def test_a_home_that_cannot_be_made_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(SettingsError, match="IDRILL_HOME"):
        prepare_home(settings_in(tmp_path / "file"))


def test_an_instance_file_of_ones_own_stays(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    file = prepare_home(settings) / "dagster.yaml"
    file.write_text("telemetry: {enabled: false}\n")

    prepare_home(settings)

    assert file.read_text() == "telemetry: {enabled: false}\n"


def test_an_older_instance_file_of_ours_is_renewed(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    file = prepare_home(settings) / "dagster.yaml"
    current = file.read_text()
    file.write_text("# Written by i-Drill; an older one\n")

    prepare_home(settings)

    assert file.read_text() == current


def test_every_process_of_dagster_is_told_its_home_and_to_report_nothing(tmp_path: Path) -> None:
    variables = environment(settings_in(tmp_path))

    assert variables["DAGSTER_HOME"] == str(tmp_path / "dagster")
    assert variables["DO_NOT_TRACK"] == "1"
    assert "DAGSTER_POSTGRES_URL" not in variables


def test_entering_the_home_sets_the_environment_of_this_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in environment(settings_in(tmp_path)):
        monkeypatch.setenv(name, "")

    folder = enter_home(settings_in(tmp_path))

    assert os.environ["DAGSTER_HOME"] == str(folder)  # noqa: TID251  Dagster reads it there


def test_the_files_at_the_root_differ_only_in_storage_and_size() -> None:
    root = Path(__file__).parents[2]
    small = yaml.safe_load((root / "dagster.yaml").read_text())
    large = yaml.safe_load((root / "deploy" / "dagster.yaml").read_text())

    assert large.pop("storage") == {"postgres": {"postgres_url": {"env": "DAGSTER_POSTGRES_URL"}}}
    assert small.pop("concurrency") != large.pop("concurrency")
    assert small == large
