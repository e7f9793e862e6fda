"""What a candidate is held against before it is judged, and that no look goes uncounted."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from idrill.errors import (
    InvalidModel,
)
from idrill.registry.component_models import Workshop, assess_candidate
from idrill.registry.models import register
from idrill.registry.releases import assess
from idrill.rul.card import Figure
from idrill.rul.export import export
from idrill.rul.golden import read_golden, write_golden
from idrill.rul.learning import Parts
from idrill.rul.prediction import FrozenModel
from idrill.rul.problem import Array, Predictor
from idrill.store import promotions
from idrill.store.lake import Lake
from idrill.windows import Windows
from tests.frozen_models import CAP, INTERVAL, asked, card, lives, member
from tests.registry.places import MODEL, WORSE, Place


class _Constant:
    def predict(self, windows: Windows) -> Array:
        return np.full(len(windows), 60.0)


def test_an_assessment_holds_all_against_the_same_known_windows(place: Place) -> None:
    one = place.register(0)
    frozen = FrozenModel.open(one.folder)
    sample = asked()
    sample = replace(sample, failed=sample.unit > 2)
    baselines: dict[str, Predictor] = {"constant": _Constant()}
    known = frozen.problem.known(sample)

    found = assess(
        frozen, 1, "liner, fleet of seed 7", sample, baselines, None,
        calibrated=100, parity=1e-7, seeds=(7,), oracle=np.full(len(sample), 1e9),
    )  # fmt: skip

    target = np.minimum(sample.remaining, 125.0)[known]
    assert found.errors == pytest.approx(frozen.predict(sample)[known] - target)
    assert found.baselines["constant"] == pytest.approx(60.0 - target)
    assert found.oracle == pytest.approx(125.0 - target)
    assert set(found.units) == {f"unit {number}" for number in range(3, 12)}
    assert [one.units for one in found.covered] == [9, 9]
    assert 0.0 < found.latency < 1.0
    assert (found.seeds, found.trained_seeds) == ((7,), (1, 2))


def test_a_look_that_was_broken_off_counts_as_soon_as_labels_are_told(
    place: Place, tmp_path: Path
) -> None:
    one, known = place.register(0), lives(1)
    lake = Lake(str(tmp_path / "lake"), place.database)
    shop = Workshop(place.database, lake, place.mlflow, place.models, tmp_path / "training")
    parts = Parts(known, known, known.of({"rig 0", "rig 1"}))

    def crash(labelled: Windows) -> Array:
        assert np.isfinite(labelled.remaining).all()
        raise RuntimeError("the machine stops")

    with place.database.session() as session:
        candidate = promotions.version_of(session, MODEL, one.version)
    with pytest.raises(RuntimeError):
        assess_candidate(
            shop, candidate, parts, known, "liner, fleet of seed 7", by="bo",
            baselines={}, oracle=crash,
        )  # fmt: skip

    with place.database.session() as session:
        row = promotions.version_of(session, MODEL, one.version)
        assert promotions.looks_at(session, "liner, fleet of seed 7") == 1
    assert (row.state, row.by, row.judged.looks) == ("candidate", "bo", 1)
    again = assess_candidate(
        shop, candidate, parts, known, "liner, fleet of seed 7", by="bo", baselines={}
    )
    assert again.calibrated == 4
    assert np.isnan(again.parity)
    other = place.register(1)
    assert place.release(other, WORSE, None)
    with place.database.session() as session:
        assert promotions.version_of(session, MODEL, other.version).judged.looks == 2


def test_a_candidate_is_asked_its_golden_windows_and_its_units_are_counted_again(
    tmp_path: Path, place: Place
) -> None:
    """The card claims a parity of 2e-6 and 9,999 units; the graph has drifted by 3e-6 since."""
    said = card()
    figures = (Figure("calibration units", 9_999.0, ""), Figure("parity", 2e-6, ""))
    export([member()], INTERVAL, replace(said, figures=figures), tmp_path / "claims")
    one = register(
        place.database, place.mlflow, place.models, tmp_path / "claims", asked(), by="ada"
    )
    golden = read_golden(one.folder)
    write_golden(one.folder, replace(golden, remaining=golden.remaining + 3e-6 * CAP))
    shop = Workshop(
        place.database,
        Lake(str(tmp_path / "lake"), place.database),
        place.mlflow,
        place.models,
        tmp_path / "training",
    )
    known = lives(1)
    with place.database.session() as session:
        candidate = promotions.version_of(session, MODEL, one.version)

    found = assess_candidate(
        shop, candidate, Parts(known, known, known.of({"rig 0"})), known, "seed 7", by="bo",
        baselines={},
    )  # fmt: skip

    assert found.calibrated == 2
    assert found.parity == pytest.approx(5e-6, rel=1e-3)
    assert found.parity_from == "its card and golden windows"


def test_nothing_is_assessed_where_no_life_is_known(place: Place) -> None:
    frozen = FrozenModel.open(place.exports[0])
    sample = replace(asked(), failed=np.zeros(len(asked()), dtype=bool))

    with pytest.raises(InvalidModel, match="no remaining life of seed 7 is known"):
        assess(frozen, 1, "seed 7", sample, {}, None, calibrated=9, parity=0.0)


def test_what_serves_is_opened_without_mlflow() -> None:
    program = (
        "import json, sys, idrill.registry.champions, idrill.registry.releases\n"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    )

    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert set(json.loads(done.stdout)) & {"mlflow", "torch", "sklearn", "pandas"} == set()
