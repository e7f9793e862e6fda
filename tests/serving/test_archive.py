"""An archive of BentoML serves on its own: its program, its models, an empty home."""

import signal
import subprocess
import sys
import tarfile
from pathlib import Path

import httpx
import pytest

from idrill.access import Role
from idrill.store import users
from idrill.store.database import Database
from idrill.store.users import NewUser
from idrill_serving import archive
from tests.served_models import window
from tests.service import PASSWORD, bearer, settings_of
from tests.serving.conftest import HASH
from tests.serving.test_commands import PATIENCE, environment, free_port, wait_for


@pytest.mark.slow
def test_an_archive_serves_its_models_in_an_empty_home(template: Path, tmp_path: Path) -> None:
    packed = archive.build(settings_of(template), tmp_path / "idrill.bento")
    with tarfile.open(tmp_path / "idrill.bento") as file:
        file.extractall(tmp_path / "bento", filter="data")
    home, log, port = tmp_path / "rig", tmp_path / "log.txt", free_port()
    with log.open("w") as file:
        process = subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, "-m", "bentoml", "serve", str(tmp_path / "bento"),
             "--port", str(port), "--host", "127.0.0.1"],
            env=environment(
                home, BENTOML_HOME=str(tmp_path / "store"), BENTOML_DO_NOT_TRACK="True"
            ),
            cwd=tmp_path,
            stderr=file,
            stdout=file,
        )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        assert wait_for(f"{url}/api/v1/health/ready", process, log) == 200
        program = _programs_of(process.pid)
        token = _token(url, home)
        body = {"component": "liner", "origin": "file", "channels": window()}
        answer = httpx.post(
            f"{url}/predict_rul", json=body, headers=bearer(token), timeout=PATIENCE
        )
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=PATIENCE)

    assert packed == ["rul-liner/1"]
    assert program == {str(tmp_path / "bento" / "src")}
    assert (answer.json()["model"], answer.json()["version"]) == ("rul-liner", 1)
    assert answer.json()["predictions"][0]["quantiles"]


def _programs_of(pid: int) -> set[str]:
    """Folders that the workers of a server work in."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {str(Path(f"/proc/{child}/cwd").readlink()) for child in children}


def _token(url: str, home: Path) -> str:
    database = Database(f"sqlite:///{home / 'idrill.db'}")
    with database.session() as session:
        users.create(session, NewUser("ada@rig.example", "", Role.ENGINEER, HASH, None))
    database.dispose()
    login = {"email": "ada@rig.example", "password": PASSWORD}
    told: dict[str, str] = httpx.post(
        f"{url}/api/v1/auth/login", json=login, timeout=PATIENCE
    ).json()
    return told["access_token"]
