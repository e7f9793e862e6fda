"""A PostgreSQL server of the tests' own, which may be stopped, and whose disk nobody needs."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

USER = "postgres"
"""Who the server runs as where the tests run as root, which it refuses."""

FAST = "-c fsync=off -c full_page_writes=off -c max_connections=200 -c listen_addresses=127.0.0.1"


@dataclass(frozen=True)
class OwnPostgres:
    """A server in a folder of its own."""

    programs: Path
    folder: Path
    port: int

    @property
    def url(self) -> str:
        """URL of its first database, in libpq's form."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"{FAST} -p {self.port} -c unix_socket_directories={self.folder}"
        self._run("pg_ctl", "start", "-w", "-o", options, "-l", str(self.folder / "log"))

    def stop(self) -> None:
        """End it at once, as a loss of power would."""
        self._run("pg_ctl", "stop", "-w", "-m", "immediate")

    def remove(self) -> None:
        """End it, and delete what it kept."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        order = [str(self.programs / program), "-D", str(self.folder / "data"), *arguments]
        subprocess.run(  # noqa: S603  PostgreSQL's own programs
            order, check=True, user=_user(), stdout=subprocess.DEVNULL, cwd=self.folder
        )


def programs() -> Path | None:
    """The folder of the server's programs, if they are installed."""
    folders = [*map(Path, os.get_exec_path()), *Path("/usr/lib/postgresql").glob("*/bin")]
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def made(found: Path) -> OwnPostgres:
    """A new server, started."""
    folder = Path(tempfile.mkdtemp(prefix="idrill-postgres-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    user = _user()
    if user is not None:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    server = OwnPostgres(found, folder, port)
    server._run("initdb", "-U", USER, "--no-sync", "-A", "trust")
    server.start()
    return server


def _user() -> str | None:
    return USER if os.geteuid() == 0 else None
