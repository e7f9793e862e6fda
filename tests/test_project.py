"""The way in: what a newcomer types and reads is true."""

import importlib.util
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from typer.main import get_command

from idrill.cli import build_app
from idrill.settings import Settings

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
MAKEFILE = (ROOT / "Makefile").read_text()
WORDS = ["demo", "test", "check", "dev", "bench", "docs", "clean"]
TOOLS = ["awk", "bash", "env", "find", "rm", "touch"]

FOR_TESTS = {"IDRILL_REAL_DATA", "IDRILL_TEST_POSTGRES"}
"""Variables that only tests read."""

requires_make = pytest.mark.skipif(shutil.which("make") is None, reason="no make: apt install make")


def make(
    folder: Path, *arguments: str, path: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run make in a folder, with nothing on the PATH but what lies in `path`."""
    environment = {"PATH": str(path)} if path else None
    return subprocess.run(  # noqa: S603  our own program
        [shutil.which("make") or "make", *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A checkout that nobody has installed, as far as installing looks at it."""
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, checkout)
    return checkout


@pytest.fixture
def bare_path(tmp_path: Path) -> Path:
    """A folder of programs without Python and uv."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for tool in TOOLS:
        (programs / tool).symlink_to(str(shutil.which(tool)))
    return programs


def add_python(programs: Path, script: str) -> None:
    python = programs / "python3"
    python.write_text(f"#!/bin/bash\n{script}\n")
    python.chmod(0o755)


def documentation() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_build", ROOT / "docs" / "build.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@requires_make
def test_make_alone_lists_every_word(fresh: Path) -> None:
    listed = re.findall(r"^  make (\w+)", make(fresh).stdout, re.MULTILINE)

    assert set(WORDS) <= set(listed)
    assert set(listed) == set(re.findall(r"^\.PHONY: (\w+)$", MAKEFILE, re.MULTILINE))


@requires_make
def test_an_old_python_is_one_clear_message(fresh: Path, bare_path: Path) -> None:
    add_python(bare_path, '[ "$1" = --version ] && { echo "Python 3.9.2"; exit; }; exit 1')

    done = make(fresh, "install", path=bare_path)

    assert done.returncode != 0
    assert "needs Python 3.11 or newer (Python 3.9.2)" in done.stderr
    assert not (fresh / ".venv").exists()


@requires_make
def test_no_python_at_all_is_one_clear_message(fresh: Path, bare_path: Path) -> None:
    assert "no python3 here" in make(fresh, "install", path=bare_path).stderr


@requires_make
def test_a_python_without_venv_is_one_clear_message(fresh: Path, bare_path: Path) -> None:
    add_python(bare_path, 'case "$2" in *ensurepip*) exit 1;; esac')

    done = make(fresh, "install", path=bare_path)

    assert done.returncode != 0
    assert "apt install python3-venv" in done.stderr
    assert not (fresh / ".venv").exists()


@requires_make
@pytest.mark.parametrize("changed", ["pyproject.toml", "constraints.txt"])
def test_installing_again_does_nothing_until_an_input_changes(fresh: Path, changed: str) -> None:
    (fresh / ".venv" / "bin").mkdir(parents=True)
    (fresh / ".venv" / "bin" / "python").touch()
    (fresh / ".venv" / ".installed").touch()

    before = make(fresh, "--question", "install").returncode
    later = (fresh / ".venv" / ".installed").stat().st_mtime + 5
    os.utime(fresh / changed, (later, later))
    after = make(fresh, "--question", "install").returncode

    assert (before, after) == (0, 1)


@requires_make
def test_uv_installs_into_our_environment_with_the_links_that_pip_was_given(
    fresh: Path, bare_path: Path
) -> None:
    uv = bare_path / "uv"
    uv.write_text('#!/bin/bash\necho "$UV_FIND_LINKS | $*"\n')
    uv.chmod(0o755)
    (fresh / ".venv" / "bin").mkdir(parents=True)
    (fresh / ".venv" / "bin" / "python").touch()

    done = make(fresh, "install", "PIP_FIND_LINKS=/wheels /more", path=bare_path)

    assert "/wheels,/more | pip install" in done.stdout
    assert (
        "--python .venv/bin/python -c constraints.txt -e .[models,serving,streams,tracing,dev]"
        in done.stdout
    )


def test_the_tested_set_has_every_dependency_in_a_version_that_is_allowed() -> None:
    pins = dict(
        line.split("==")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if not line.startswith("#")
    )
    extras = PROJECT["optional-dependencies"].values()
    wanted = [Requirement(text) for some in (PROJECT["dependencies"], *extras) for text in some]

    refused = [
        str(one)
        for one in wanted
        if pins.get(canonicalize_name(one.name), "0") not in one.specifier
    ]

    assert refused == []


def test_the_tested_set_can_be_installed_by_anyone() -> None:
    pins = (ROOT / "constraints.txt").read_text().splitlines()[1:]

    assert [pin for pin in pins if not re.fullmatch(r"[a-z0-9-]+==[\w.]+", pin)] == []
    assert "torch==2.13.0" in pins


def test_every_dependency_has_a_floor() -> None:
    extras = PROJECT["optional-dependencies"].values()
    wanted = [Requirement(text) for some in (PROJECT["dependencies"], *extras) for text in some]

    floors = [{clause.operator for clause in one.specifier} for one in wanted]

    assert all(">=" in operators for operators in floors)


def test_the_example_of_settings_names_every_setting_and_no_other() -> None:
    named = set(re.findall(r"^# (IDRILL_\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert named - FOR_TESTS == {f"IDRILL_{name.upper()}" for name in Settings.model_fields}


def test_the_example_of_settings_shows_the_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"IDRILL_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)
    lines = re.findall(r"^# (IDRILL_\w+=.*)", (ROOT / ".env.example").read_text(), re.MULTILINE)
    (tmp_path / ".env").write_text("\n".join(line for line in lines if "postgresql" not in line))

    shown = Settings()

    (tmp_path / ".env").unlink()
    default = Settings()
    assert (shown.home, shown.first_day, shown.env) == (
        default.home,
        default.first_day,
        default.env,
    )
    assert shown.max_file_bytes == default.max_file_bytes
    assert shown.inbox_folder == default.inbox_folder
    assert Path(str(shown.lake_url)).resolve() == Path(default.lake_folder)


def test_the_workspace_names_our_code_location() -> None:
    workspace = yaml.safe_load((ROOT / "workspace.yaml").read_text())
    module = workspace["load_from"][0]["python_module"]

    assert importlib.util.find_spec(module["module_name"])
    assert module["location_name"] == "idrill"


def test_the_page_of_channels_is_what_the_vocabulary_says() -> None:
    build = documentation()

    assert build.PAGE.read_text() == build.channels_page(), "run make docs"


def test_the_page_of_data_has_the_tables_that_are_declared() -> None:
    build = documentation()

    assert build.DATA.read_text() == build.data_page(), "run make docs"


def test_the_messages_of_the_stream_are_those_of_the_models() -> None:
    build = documentation()

    assert build.ASYNCAPI.read_text() == build.asyncapi_document(), "run make docs"
    assert build.MESSAGES.read_text() == build.messages_page(), "run make docs"


def test_every_link_of_every_page_leads_somewhere() -> None:
    build = documentation()

    assert [link for page in build.pages() for link in build.broken_links(page)] == []


def test_the_readme_names_every_command_and_no_other() -> None:
    commands = set(get_command(build_app()).commands)  # type: ignore[attr-defined]

    named = set(re.findall(r"`idrill (\w+)", (ROOT / "README.md").read_text()))

    assert named | {"demo"} == commands


def test_continuous_integration_runs_what_a_person_runs() -> None:
    script = ROOT / ".ci" / "run"

    assert script.stat().st_mode & 0o111
    assert "make --keep-going check test" in script.read_text()
    assert ".ci/run" in (ROOT / ".github" / "workflows" / "ci.yml").read_text()
