"""Random numbers by counter."""

from itertools import pairwise

import numpy as np

from idrill.simulator.noise import stream, uniform, white


def test_noise_does_not_depend_on_where_time_is_cut() -> None:
    whole = white(3, "RIG", "hook_load", 0, 10_000)
    bounds = [0, 1, 2, 5, 17, 1000, 1001, 7777, 10_000]

    pieces = [white(3, "RIG", "hook_load", start, end - start) for start, end in pairwise(bounds)]

    assert np.concatenate(pieces).tobytes() == whole.tobytes()


def test_noise_is_standard_normal_and_has_no_memory() -> None:
    values = white(5, "RIG", "torque", 1_700_000_000, 200_000)

    assert abs(values.mean()) < 0.01
    assert abs(values.std() - 1.0) < 0.01
    assert abs((values**4).mean() - 3.0) < 0.06
    assert abs(np.corrcoef(values[1:], values[:-1])[0, 1]) < 0.01


def test_seeds_rigs_and_channels_have_numbers_of_their_own() -> None:
    known = white(1, "A", "torque", 0, 50_000)

    for other in ((2, "A", "torque"), (1, "B", "torque"), (1, "A", "flow_in")):
        assert abs(np.corrcoef(known, white(*other, 0, 50_000))[0, 1]) < 0.02


def test_uniform_numbers_fill_the_unit_interval() -> None:
    values = uniform(1, "A", "dropout", 12, 100_000)

    assert 0.0 <= values.min() < 1e-3
    assert 0.999 < values.max() < 1.0
    assert abs(values.mean() - 0.5) < 0.005


def test_streams_of_one_name_repeat_and_of_two_names_differ() -> None:
    first, again, other = stream(1, "bit"), stream(1, "bit"), stream(1, "mud")

    draws = first.random(8)

    assert (draws == again.random(8)).all()
    assert (draws != other.random(8)).all()
