"""An archive of BentoML: the program and the champions, to be served where there is no network."""

import json
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from tempfile import TemporaryDirectory

from packaging.requirements import Requirement

from idrill.errors import IDrillError
from idrill.registry import bundles
from idrill.settings import TELEMETRY_OFF, Settings
from idrill.store.database import Database

BUNDLE = "champions"
"""Folder of an archive that holds its models."""

SERVICE = "idrill_serving.service:service"

_PACKAGES = Path(__file__).parents[1]
_LEFT_OUT = ("__pycache__", "*.pyc")


def bundle_beside() -> Path | None:
    """The models that came with this program; None if it is no archive."""
    found = _PACKAGES / BUNDLE
    return found if (found / bundles.INDEX).is_file() else None


def install(bundle: Path, settings: Settings) -> list[str]:
    """Migrate the store and make the champions of a bundle serve; again, it changes nothing.

    Returns:
        Name and version of each that serves from now on.

    Raises:
        StoreError: If the store is away.
        InvalidModel: If the bundle is broken.
    """
    database = Database(settings.store_url)
    database.migrate()
    served = bundles.unpack(bundle, database, settings.models_folder)
    database.dispose()
    return served


def build(settings: Settings, to: Path) -> list[str]:
    """Write an archive with the champions of the ledger.

    Args:
        settings: Whose ledger it is.
        to: The file, such as `idrill.bento`.

    Returns:
        Name and version of each champion in it.

    Raises:
        InvalidModel: If there is no champion, or one is damaged.
        IDrillError: If BentoML refuses.
    """
    database = Database(settings.store_url)
    with TemporaryDirectory(prefix="idrill-bento-") as scratch:
        source = Path(scratch) / "source"
        for package in ("idrill", "idrill_serving"):
            shutil.copytree(
                _PACKAGES / package, source / package, ignore=shutil.ignore_patterns(*_LEFT_OUT)
            )
        packed = bundles.pack(database, settings.models_folder, source / BUNDLE)
        (source / "bentofile.yaml").write_text(json.dumps(_recipe()))
        tag = _bentoml(scratch, "build", str(source), "--output", "tag").split(":", 1)[1]
        _bentoml(scratch, "export", tag.strip(), str(to.resolve()))
    return packed


def _recipe() -> dict[str, object]:
    """The bentofile; JSON is YAML."""
    return {
        "service": SERVICE,
        "name": "idrill",
        "labels": {"version": version("idrill")},
        "include": ["idrill/**", "idrill_serving/**", f"{BUNDLE}/**"],
        "python": {"packages": _requirements(), "lock_packages": False},
    }


def _requirements() -> list[str]:
    """What the service needs, in the versions that are here."""
    wanted = [Requirement(one) for one in requires("idrill") or []]
    needed = [one for one in wanted if not one.marker or one.marker.evaluate({"extra": "serving"})]
    return [pinned for one in needed if (pinned := _pinned(one))]


def _pinned(wanted: Requirement) -> str | None:
    extras = f"[{','.join(sorted(wanted.extras))}]" if wanted.extras else ""
    try:
        return f"{wanted.name}{extras}=={version(wanted.name)}"
    except PackageNotFoundError:
        return None


def _bentoml(scratch: str, *order: str) -> str:
    """What BentoML says to an order, in a home of its own."""
    environment = {
        **TELEMETRY_OFF,
        "BENTOML_HOME": f"{scratch}/bentoml",
        "IDRILL_HOME": f"{scratch}/home",
        "PATH": str(Path(sys.executable).parent),
        "HOME": scratch,
    }
    done = subprocess.run(  # noqa: S603  our own words
        [sys.executable, "-m", "bentoml", *order],
        env=environment,
        cwd=scratch,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = " ".join((done.stderr or done.stdout).split())[-500:]
        raise IDrillError(f"BentoML cannot {order[0]} the archive: {said}")
    return done.stdout.strip().splitlines()[-1]
