"""What deploys the platform names programs, settings and files that there are."""

import re
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
import yaml

from idrill.cli import build_app
from idrill.settings import Settings

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))


def commands() -> set[str]:
    """The words behind `idrill`."""
    app = build_app("migrate")
    named = [one.name for one in app.registered_commands]
    named += [one.name for one in app.registered_groups]
    return set(map(str, named)) | set(entry_points(group="idrill.commands").names)


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return found


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_starts_what_there_is_as_nobody_special(unit: Path) -> None:
    told = unit.read_text()

    called = re.findall(r"^ExecStart(?:Pre)?=.*/\.venv/bin/idrill (\w+)", told, re.MULTILINE)

    assert called
    assert set(called) <= commands()
    assert "User=idrill" in told
    assert "NoNewPrivileges=true" in told


def test_what_answers_the_world_may_not_take_the_whole_machine() -> None:
    told = (DEPLOY / "idrill-serving.service").read_text()

    assert re.search(r"^MemoryMax=\d+G$", told, re.MULTILINE)
    assert "\nRestart=on-failure\n" in told
    assert "\nEnvironment=RUST_BACKTRACE=0\n" in told
    assert "mem_limit" in compose()["services"]["api"]


def test_the_containers_start_what_there_is_with_settings_that_there_are() -> None:
    services = compose()["services"]
    ours = {name: one for name, one in services.items() if one["image"] == "i-drill"}

    called = {one["command"][1] for one in ours.values()}
    named = {
        name.removeprefix("IDRILL_").lower()
        for one in ours.values()
        for name in one["environment"]
        if name.startswith("IDRILL_")
    }

    assert set(ours) == {"migration", "api", "daemon", "webserver"}
    assert called <= commands()
    assert named <= set(Settings.model_fields)


def test_no_port_of_a_container_is_open_to_the_world() -> None:
    ports = [port for one in compose()["services"].values() for port in one.get("ports", [])]

    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_container_holds_what_the_packages_are_built_from() -> None:
    told = (DEPLOY / "Containerfile").read_text()

    copied = " ".join(re.findall(r"^COPY (.*)$", told, re.MULTILINE)).split()
    assert [one for one in copied if not (ROOT / one).exists() and one != "./"] == []
    assert "idrill_serving" in copied


def test_what_was_never_run_says_so() -> None:
    for name in ("Containerfile", "compose.yaml"):
        assert (DEPLOY / name).read_text().startswith("# Untested")
