"""A network in a file: what it may hold, what contradicts itself, and what is wrong with it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from idrill.dvr.network_file import network_of, read_network
from idrill.errors import InvalidNetwork

SPLIT = {"A": [[1, -1, -1]], "measured": [10.0, 6.0, 5.0], "sd": [0.1, 0.1, 0.1]}


def test_sd_stands_before_a_variance_that_differs() -> None:
    network = network_of(SPLIT | {"variance": [0.01, 0.1, 0.01]})

    assert np.diag(network.covariance) == pytest.approx([0.01] * 3)
    assert network.warnings == ("variance: is not sd² at 2; sd was believed",)


def test_covariance_stands_before_sd_and_variance_alone_will_do() -> None:
    joint = [[0.02, 0.01, 0], [0.01, 0.02, 0], [0, 0, 0.02]]

    together = network_of(SPLIT | {"covariance": joint})
    bare = network_of({key: SPLIT[key] for key in ("A", "measured")} | {"variance": [4, 4, 4]})

    assert together.covariance.tolist() == joint
    assert together.warnings == ("sd: covariance stands before it",)
    assert bare.covariance.tolist() == np.diag([4.0] * 3).tolist()
    assert bare.warnings == ("sd: is missing, the variance was taken",)


def test_exact_values_that_miss_a_balance_and_unknown_fields_are_said() -> None:
    network = network_of(SPLIT | {"exact": [10.0, 5.0, 5.1], "colour": "red"})

    assert network.warnings == (
        "exact: misses a balance by 0.1", "colour: not known, so not looked at",
    )  # fmt: skip


BROKEN: dict[str, tuple[Any, str]] = {
    "a list": ([1, 2], "holds no object"),
    "no matrix": ({"measured": [1.0]}, "A: is missing"),
    "no measurements": ({"A": [[1]]}, "measured: is missing"),
    "no variances": ({"A": [[1, -1]], "measured": [1.0, 2.0]}, "sd: is missing"),
    "a word": (SPLIT | {"measured": [1.0, "two", 3.0]}, "measured: entry 2 is 'two'"),
    "too few": (SPLIT | {"sd": [1.0]}, "sd: 1 entries for 3"),
    "a negative sd": (SPLIT | {"sd": [1.0, -1.0, 1.0]}, "sd: entry 2 is -1, it must be above zero"),
    "an unknown sd": (
        SPLIT | {"sd": [1.0, None, 1.0]},
        "sd: entry 2 is nan, it must be above zero",
    ),
    "more than floats hold": (SPLIT | {"measured": [10**400, 2, 3]}, "measured: entry 1 is larger"),
    "a coefficient of that": ({"A": [[10**400, 1]], "measured": [1, 2]}, "A: is no table"),
    "names": (SPLIT | {"names": "abc"}, "names: is no list"),
    "a crooked covariance": (SPLIT | {"covariance": [[1, 2], [3]]}, "covariance: is no table"),
    "a number for a list": (SPLIT | {"measured": 3.0}, "measured: is no list"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_refused_by_file_and_field(case: str, tmp_path: Path) -> None:
    said, words = BROKEN[case]
    path = tmp_path / "network.json"
    path.write_text(json.dumps(said))

    with pytest.raises(InvalidNetwork, match=words) as refusal:
        read_network(path)

    assert "network.json" in str(refusal.value)


@pytest.mark.parametrize("text", ["A = 1", "", "[" * 100_000])
def test_what_is_no_json_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "network.json"
    path.write_text(text)

    with pytest.raises(InvalidNetwork, match="is no JSON"):
        read_network(path)
