"""Champions that travel: their folders and rows of the ledger, for a rig without a network."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from sqlalchemy.orm import Session

from idrill.errors import InvalidModel
from idrill.registry.champions import folder_of, open_version
from idrill.rul.card import digest_of_folder
from idrill.rul.golden import require_golden
from idrill.store import promotions
from idrill.store.database import Database
from idrill.store.releases import Judgement, Promotion

INDEX = "champions.json"


def pack(database: Database, models_folder: Path, bundle: Path) -> list[str]:
    """Write every champion into a folder, each opened and asked first.

    Args:
        database: With the ledger.
        models_folder: Folders of registered models.
        bundle: Where to; must not exist.

    Returns:
        Name and version of each.

    Raises:
        InvalidModel: If none serves, or the folder of one is missing, was changed, or it answers
            otherwise than when it was registered.
    """
    with database.session() as session:
        found = [promotions.find_champion(session, name) for name in promotions.models(session)]
    champions = [one for one in found if one is not None]
    if not champions:
        raise InvalidModel("no model has a champion: train one with `idrill train`, then pack")
    bundle.mkdir(parents=True)
    for one in champions:
        folder = folder_of(models_folder, one.model, one.version)
        require_golden(open_version(models_folder, one), folder)
        shutil.copytree(folder, folder_of(bundle, one.model, one.version))
    (bundle / INDEX).write_text(json.dumps([_told(one) for one in champions], indent=1) + "\n")
    return [one.title for one in champions]


def unpack(bundle: Path, database: Database, models_folder: Path) -> list[str]:
    """Make the champions of a bundle serve, each where the ledger does not know its model.

    Args:
        bundle: As `pack` wrote it.
        database: Migrated.
        models_folder: Where folders of models lie.

    Returns:
        Name and version of each that serves from now on.

    Raises:
        InvalidModel: If the bundle is broken.
    """
    served = []
    for told in _index(bundle):
        model, version, digest = str(told["model"]), int(told["version"]), str(told["digest"])
        if digest_of_folder(folder_of(bundle, model, version)) != digest:
            raise InvalidModel(f"{bundle}: {model}/{version} was changed: pack it again")
        _copy(folder_of(bundle, model, version), folder_of(models_folder, model, version), digest)
        with database.session() as session:
            promotions.lock(session, model)
            if not promotions.of_model(session, model):
                _crown(session, told)
                served.append(f"{model}/{version}")
    return served


def _crown(session: Session, told: Mapping[str, Any]) -> None:
    model, version, by = str(told["model"]), int(told["version"]), str(told["by"])
    why = f"came with a bundle; champion there since {told['at']}"
    promotions.enter(session, model, version, str(told["digest"]), by=by, reason=why)
    judged = Judgement(f"{why}: {told['reason']}", dict(told["evaluation"]))
    promotions.promote(session, model, version, judged, by=by, against=None)


def _told(one: Promotion) -> dict[str, Any]:
    return {
        "model": one.model,
        "version": one.version,
        "digest": one.digest,
        "at": one.at.isoformat(),
        "by": one.by,
        "reason": one.judged.reason,
        "evaluation": dict(one.judged.evaluation),
    }


def _index(bundle: Path) -> list[dict[str, Any]]:
    try:
        found: list[dict[str, Any]] = json.loads((bundle / INDEX).read_text())
    except (OSError, ValueError) as error:
        raise InvalidModel(
            f"{bundle} is no bundle of champions ({error}): pack it again"
        ) from error
    return found


def _copy(folder: Path, kept: Path, digest: str) -> None:
    """Copy a model folder whole or not at all; another process may have come first."""
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(mkdtemp(prefix=f".{kept.name}-", dir=kept.parent))
        try:
            shutil.copytree(folder, draft, dirs_exist_ok=True)
            draft.chmod(0o755)
            draft.rename(kept)
        except OSError:
            if not kept.exists():
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    if digest_of_folder(kept) != digest:
        raise InvalidModel(f"{kept} holds another model than the bundle: move one of them away")
