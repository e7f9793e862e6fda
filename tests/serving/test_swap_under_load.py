"""A champion that changes while requests come in: nobody notices but by the version told."""

import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from idrill.access import Role
from idrill.registry.champions import folder_of
from idrill.rul.prediction import FrozenModel
from idrill.store import promotions
from tests.served_models import MODEL, ROW, candidate, crown, window
from tests.service import Service

RUL = "/api/v1/predictions/rul"
ROWS = (12, 7, 3)


def asked() -> dict[str, Any]:
    windows = [{"channels": window(rows)} for rows in ROWS]
    return {"component": "liner", "origin": "file", "windows": windows}


def answers_of(folder: Path) -> list[list[float]]:
    """What a version says of the windows that are posted."""
    model, said = FrozenModel.open(folder), []
    for rows in ROWS:
        values = np.full((1, 12, len(ROW)), np.nan, dtype=np.float32)
        values[0, 12 - rows :] = np.array(list(window(rows).values()), dtype=np.float32).T
        mask = (np.arange(12) >= 12 - rows)[None]
        said.append(model.ask(values, mask)[1][0].tolist())
    return said


class Load:
    """Three callers who ask without a pause, from the beginning of a block to its end."""

    def __init__(self, service: Service) -> None:
        self.seen: list[tuple[int, Any]] = []
        self._service, self._over = service, threading.Event()
        self._headers = service.token(Role.ENGINEER)
        self._callers = [threading.Thread(target=self._ask) for _ in range(3)]

    def __enter__(self) -> "Load":
        for caller in self._callers:
            caller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for caller in self._callers:
            caller.join()

    def until(self, version: int) -> None:
        """Wait until a version answers."""
        deadline = time.monotonic() + 20
        while not self.seen or self.seen[-1][1].get("version") != version:
            assert time.monotonic() < deadline, self.seen[-1:]
            time.sleep(0.01)

    def _ask(self) -> None:
        while not self._over.is_set():
            answer = self._service.client.post(RUL, json=asked(), headers=self._headers)
            self.seen.append((answer.status_code, answer.json()))


def test_three_changes_and_a_rollback_under_load_fail_nothing_and_mix_nothing(
    service: Service, tmp_path: Path
) -> None:
    models = tmp_path / "home" / "models"
    for version in (2, 3, 4):
        candidate(service.database, models, version)
    expected = {at: answers_of(folder_of(models, MODEL, at)) for at in (1, 2, 3, 4)}

    with Load(service) as load:
        load.until(1)
        for version in (2, 3, 4):
            crown(service.database, version)
            load.until(version)
        with service.database.session() as session:
            promotions.roll_back(session, MODEL, by="ada", reason="wrong on the rig")
        load.until(3)

    assert {status for status, _ in load.seen} == {200}
    assert {told["version"] for _, told in load.seen} == {1, 2, 3, 4}
    for _, told in load.seen:
        quantiles = [one["quantiles"] for one in told["predictions"]]
        np.testing.assert_allclose(quantiles, expected[told["version"]], rtol=1e-5)


def test_the_versions_of_the_load_differ_by_more_than_is_tolerated(
    service: Service, tmp_path: Path
) -> None:
    """Else the test above could not tell a mixed answer."""
    models = tmp_path / "home" / "models"
    candidate(service.database, models, 2)
    first, second = (answers_of(folder_of(models, MODEL, version)) for version in (1, 2))

    assert np.abs(np.array(first) - np.array(second)).max() > 1.0
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(first, second, rtol=1e-5)
