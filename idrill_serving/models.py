"""The models that serve in this worker: champions of the ledger, each open once and warm.

The ledger is polled. A new champion is opened from its folder, held against its golden windows and
asked once before one reference changes; whoever holds the old one answers with it, and it goes when
the last of them is done. What cannot be opened changes nothing and is said.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from types import MappingProxyType

from starlette.concurrency import run_in_threadpool

from idrill.errors import IDrillError, InvalidModel, NoChampion
from idrill.registry.champions import folder_of, open_version
from idrill.rul.golden import require_golden
from idrill.rul.prediction import FrozenModel
from idrill.store import promotions
from idrill.store.database import Database
from idrill.store.releases import Promotion

_LOG = logging.getLogger("idrill.serving.models")


@dataclass(frozen=True, eq=False, slots=True)
class Champion:
    """A version that serves, open."""

    row: Promotion
    """By which it became champion."""
    model: FrozenModel


@dataclass(frozen=True, eq=False, slots=True)
class _View:
    """What a worker knows of the ledger, replaced as a whole."""

    lengths: Mapping[str, int] = field(default_factory=dict)
    serving: Mapping[str, Champion] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Why a model does not serve, or not the version that the ledger names."""
    damaged: frozenset[str] = frozenset()
    """Models whose champion cannot be opened."""


class Champions:
    """The champions, as one worker has them.

    Args:
        database: With the ledger.
        models_folder: Folders of registered models.
    """

    def __init__(self, database: Database, models_folder: Path) -> None:
        self._database = database
        self._folder = models_folder
        self._turn = Lock()
        self._view: _View | None = None

    def serving(self, model: str) -> Champion:
        """The champion of a model, to be held while something is answered with it.

        Raises:
            NoChampion: If none serves; says why and what to do.
            StoreError: If nothing was polled so far and the store is away.
        """
        view = self._view or self.refresh()
        found = view.serving.get(model)
        if found is None:
            raise NoChampion(f"{model} does not serve: {view.reasons.get(model, _UNKNOWN)}")
        return found

    @property
    def are_known(self) -> bool:
        """Whether the ledger was looked at, so that nobody has to wait for that."""
        return self._view is not None

    def open_now(self) -> Mapping[str, Champion]:
        """The champions that serve, by the name of the model."""
        return MappingProxyType(dict(self._view.serving)) if self._view else {}

    def problems(self) -> Mapping[str, str]:
        """Models whose champion cannot be opened, and why."""
        view = self._view or _View()
        return {name: view.reasons[name] for name in sorted(view.damaged)}

    def pair(self, model: str) -> tuple[Promotion, FrozenModel]:
        """The row and the model of a champion.

        Raises:
            NoChampion: As `serving`.
        """
        found = self.serving(model)
        return found.row, found.model

    def refresh(self) -> _View:
        """Follow the ledger once; what did not change stays open.

        Raises:
            StoreError: If the store is away; what serves goes on serving.
        """
        with self._turn:
            view = self._view or _View()
            with self._database.session() as session:
                lengths = promotions.lengths(session)
            if self._view is None or lengths != view.lengths or view.damaged:
                view = self._followed(view, lengths)
                self._view = view
            return view

    def _followed(self, before: _View, lengths: Mapping[str, int]) -> _View:
        serving: dict[str, Champion] = {}
        reasons: dict[str, str] = {}
        damaged: set[str] = set()
        for name in lengths:
            held = before.serving.get(name)
            try:
                serving[name] = self._current(name, held)
            except NoChampion as error:
                reasons[name] = f"{str(error).removeprefix(name).strip()}; {_PROMOTE}"
            except InvalidModel as error:
                damaged.add(name)
                reasons[name] = self._told(name, held, error)
                if reasons[name] != before.reasons.get(name):
                    _LOG.error("%s", reasons[name])
                if held is not None:
                    serving[name] = held
        return _View(dict(lengths), serving, reasons, frozenset(damaged))

    def _current(self, name: str, held: Champion | None) -> Champion:
        """The champion by the ledger, which may be the one that is held.

        Raises:
            NoChampion: If there is none.
            InvalidModel: If its folder is missing, was changed, or it answers otherwise than once.
        """
        with self._database.session() as session:
            row = promotions.champion(session, name)
        if held is not None and held.row.sequence == row.sequence:
            return held
        model = open_version(self._folder, row)
        require_golden(model, folder_of(self._folder, row.model, row.version))
        _LOG.info("%s serves", row.title)
        return Champion(row, model)

    def _told(self, name: str, held: Champion | None, error: InvalidModel) -> str:
        """Why the champion of the ledger cannot serve, and what serves instead."""
        said = str(error).replace(str(self._folder), "models")
        instead = "nothing serves" if held is None else f"{held.row.title} goes on serving"
        return f"the champion of {name} cannot be opened, {instead}: {said}"


_PROMOTE = "train one with `idrill train`, or promote one under /api/v1/models"
_UNKNOWN = f"the ledger does not know it; {_PROMOTE}"


async def follow(champions: Champions, every: float) -> None:
    """Follow the ledger until cancelled.

    Args:
        champions: What follows it.
        every: Time from one look to the next [s].
    """
    was_away = False
    while True:
        try:
            await run_in_threadpool(champions.refresh)
            was_away = False
        except IDrillError as error:
            if not was_away:
                _LOG.error("the ledger of models cannot be followed: %s", error)
            was_away = True
        await asyncio.sleep(every)
