"""The protocol on C-MAPSS, tried on made-up engines."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from idrill.errors import InvalidModel
from idrill.rul.baselines import BASELINES
from idrill.rul.benchmark import (
    FOLDS,
    LEARNERS,
    Benchmark,
    NetworkLearner,
    Task,
    learners,
)
from idrill.rul.benchmark_lines import Answer, errors_of, line_of
from idrill.rul.cmapss import Subset, read_subset
from idrill.rul.made_up_engines import write_subset
from idrill.rul.networks import NETWORKS
from idrill.rul.problem import Array, Predictor, Problem
from idrill.rul.scaling import Scaler
from idrill.rul.sealed import SealedTest, digest_of
from idrill.rul.training import Training
from idrill.rul.transformer import Transformer
from idrill.windows import Life, Lives, Windows


@dataclass(frozen=True)
class AlwaysHalf:
    """Says always the same, and keeps what it was given."""

    given: list[tuple[set[str], set[str], int]]
    trials: int = 1

    def fit(
        self,
        problem: Problem,
        scaler: Scaler,  # noqa: ARG002  as every learner
        training: Lives,
        validation: Lives,
        seed: int,
    ) -> Predictor:
        self.given.append((set(training.groups), set(validation.groups), seed))
        return self.says(problem.cap / 2.0 + seed)

    def says(self, value: float) -> Predictor:
        return Constant(value)


@dataclass(frozen=True)
class Constant:
    value: float

    def predict(self, windows: Windows) -> Array:
        return np.full(len(windows), self.value)


@pytest.fixture(scope="module")
def subset(tmp_path_factory: pytest.TempPathFactory) -> Subset:
    folder = tmp_path_factory.mktemp("engines")
    write_subset(folder, "FD001", regimes=1, training=25, test=12)
    return read_subset(folder, "FD001", length=24, cap=60.0)


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as executor:
        yield executor


def test_each_seed_holds_out_another_fifth_of_the_engines(subset: Subset) -> None:
    learner = AlwaysHalf([])

    Benchmark(subset, seeds=FOLDS + 1).line("half", learner)

    parts = [held_out for _, held_out, _ in learner.given]
    assert [seed for *_, seed in learner.given] == list(range(FOLDS + 1))
    assert [len(part) for part in parts] == [5] * (FOLDS + 1)
    assert set.union(*parts[:FOLDS]) == set(subset.training.groups)
    assert parts[FOLDS] not in parts[:FOLDS]
    for training, held_out, _ in learner.given:
        assert training == set(subset.training.groups) - held_out


def test_errors_are_those_of_the_last_windows_capped_and_not(subset: Subset) -> None:
    left = np.array([life.end - life.clock[-1] for life in subset.test])

    line = Benchmark(subset, seeds=2).line("half", AlwaysHalf([]))

    first, second = line.seeds
    assert first.capped == pytest.approx(np.sqrt(np.mean((30.0 - np.minimum(left, 60.0)) ** 2)))
    assert second.uncapped == pytest.approx(np.sqrt(np.mean((31.0 - left) ** 2)))
    assert line.ensemble.uncapped == pytest.approx(np.sqrt(np.mean((30.5 - left) ** 2)))
    assert line.low < line.ensemble.capped < line.high


def test_an_answer_ten_cycles_late_costs_more_than_one_ten_early(subset: Subset) -> None:
    sealed = SealedTest(subset.problem, subset.test)
    known = sealed.score(digest_of(b"any"), np.zeros(len(subset.test)))

    late, early = errors_of(known, known.target + 10.0), errors_of(known, known.target - 13.0)

    assert late.score == pytest.approx(12 * (np.e - 1.0))
    assert early.score == pytest.approx(12 * (np.e - 1.0))
    assert late.capped == pytest.approx(10.0)


def test_a_perfect_predictor_is_off_by_what_the_cap_cuts(subset: Subset) -> None:
    left = np.array([life.end - life.clock[-1] for life in subset.test])
    lower = replace(subset, problem=replace(subset.problem, cap=20.0))

    floor = Benchmark(lower).floor

    assert floor.capped == floor.score == 0.0
    assert floor.uncapped == pytest.approx(np.sqrt(np.mean(np.maximum(left - 20.0, 0.0) ** 2)))


@pytest.mark.real_data
@pytest.mark.parametrize(("name", "floor"), [("FD001", 3.7), ("FD003", 4.7)])
def test_the_floor_of_the_real_subsets_is_the_published_one(
    real_data: Path, name: str, floor: float
) -> None:
    found = Benchmark(read_subset(real_data / "cmapss", name)).floor

    assert round(found.uncapped, 1) == floor


def test_labels_of_test_engines_are_not_read_before_all_seeds_have_answered(
    subset: Subset,
) -> None:
    asked: list[str] = []

    @dataclass(frozen=True, eq=False)
    class Watched(Life):
        @property
        def remaining(self) -> Array:
            asked.append("label")
            return self.end - self.clock

    watched = tuple(
        Watched(one.unit, one.group, one.values, one.clock, one.end, one.failed)
        for one in subset.test
    )
    spied = replace(subset, test=replace(subset.test, lives=watched))

    class Asking(AlwaysHalf):
        def fit(
            self, problem: Problem, scaler: Scaler, training: Lives, validation: Lives, seed: int
        ) -> Predictor:
            asked.append("fit")
            return super().fit(problem, scaler, training, validation, seed)

    Benchmark(spied, seeds=3).line("half", Asking([]))

    assert "label" in asked
    last_fit = len(asked) - 1 - asked[::-1].index("fit")
    handed_out = len(subset.test)
    assert asked[:last_fit].count("label") <= handed_out  # blind: the end is infinite there
    assert asked[last_fit:].count("label") > 0


def test_intervals_hold_as_often_as_they_claim() -> None:
    generator = np.random.default_rng(0)
    problem = Problem("FD001", "cycles", ("s",), (), 1, length=2, cap=60.0)
    lives = Lives(
        ("s",),
        "cycles",
        tuple(
            Life(f"e{n}", f"e{n}", np.zeros((2, 1), np.float32), np.array([1.0, 2.0]), end, True)
            for n, end in enumerate(2.0 + generator.uniform(0.0, 60.0, 400))
        ),
    )
    left = np.array([life.end - 2.0 for life in lives])
    answers: list[Answer] = []
    for _ in range(FOLDS):
        actual = generator.uniform(0.0, 60.0, 40)
        answers.append(
            Answer(
                test=left + generator.normal(0.0, 5.0, 400) if not answers else answers[0].test,
                held_out=actual + generator.normal(0.0, 5.0, 40),
                actual=actual,
                minutes=0.1,
            )
        )

    line = line_of("noisy", SealedTest(problem, lives), answers, FOLDS)

    assert line.coverage is not None
    assert line.width is not None
    assert 0.84 < line.coverage < 0.96
    assert 13.0 < line.width < 2 * 1.645 * 5.0 + 3.0


def test_held_out_engines_are_asked_about_at_the_ages_of_test_engines(subset: Subset) -> None:
    ages: list[float] = []

    class Noting(Constant):
        def predict(self, windows: Windows) -> Array:
            ages.extend(windows.age)
            return super().predict(windows)

    class Learner(AlwaysHalf):
        def says(self, value: float) -> Predictor:
            return Noting(value)

    benchmark = Benchmark(subset, seeds=FOLDS)
    benchmark.line("noting", Learner([]))

    asked = {life.clock[-1] for life in subset.test}
    assert len(ages) == FOLDS * len(subset.test) + len(subset.training)
    assert set(ages) == asked


def test_no_engine_calibrates_a_fit_that_chose_or_learned_by_it(subset: Subset) -> None:
    calibrated: list[set[str]] = []

    class Noting(Constant):
        def predict(self, windows: Windows) -> Array:
            calibrated.append({windows.units[unit] for unit in windows.unit})
            return super().predict(windows)

    class Choosing(AlwaysHalf):
        def says(self, value: float) -> Predictor:
            return Noting(value + len(self.given))

    learner = Choosing([], trials=12)

    answer = Task(
        learner, subset.problem, Benchmark(subset).fold(0), SealedTest(
            subset.problem, subset.test).windows, seed=0,
    ).run()  # fmt: skip

    (_, first, _), (_, second, _) = learner.given
    training = learner.given[0][0]
    assert calibrated[1::2] == [second, first]
    assert not first & second
    assert first | second | training == set(subset.training.groups)
    assert not (first | second) & training
    assert answer.test.tolist() == [30.0 + 1.5] * len(subset.test)
    assert sorted(set(answer.held_out)) == [31.0, 32.0]
    assert answer.held_out.size == answer.actual.size == 5


def test_only_what_chooses_or_stops_by_other_engines_is_fitted_twice(subset: Subset) -> None:
    plain, choosing = AlwaysHalf([]), AlwaysHalf([], trials=2)
    for learner in (plain, choosing):
        Benchmark(subset, seeds=1).line("half", learner)
    patient = replace(LEARNERS["lstm"], training=Training(epochs=9, patience=3))

    assert [len(one.given) for one in (plain, choosing)] == [1, 2]
    assert {one.trials for one in LEARNERS.values()} == {1}
    assert patient.trials == 9


def test_too_few_engines_give_no_interval(subset: Subset) -> None:
    line = Benchmark(subset, seeds=1).line("half", AlwaysHalf([]))

    assert line.coverage is None
    assert line.width is None


def test_a_small_network_beats_the_constant(subset: Subset, threads: ThreadPoolExecutor) -> None:
    heard: list[int] = []
    small = NetworkLearner(
        Transformer(width=8, blocks=1, patch=4, dropout=0.0),
        Training(epochs=3, batch_size=64, learning_rate=1e-2),
    )
    benchmark = Benchmark(subset, seeds=2, executor=threads)

    network = benchmark.line("network", small, heard=lambda: heard.append(1))
    constant = benchmark.line("constant", BASELINES["constant"])

    assert len(heard) == 2
    assert network.ensemble.capped < 0.5 * constant.ensemble.capped


def test_every_network_and_every_baseline_is_measured_unless_told() -> None:
    assert set(learners(None, None, baselines=True)) == set(NETWORKS) | set(BASELINES)
    assert set(LEARNERS) == set(NETWORKS)


def test_epochs_are_of_the_networks_named() -> None:
    (one,) = learners(["lstm"], 3, baselines=False).values()

    assert isinstance(one, NetworkLearner)
    assert one.training.epochs == 3


def test_an_unknown_network_and_no_seed_are_refused(subset: Subset) -> None:
    with pytest.raises(InvalidModel, match="perceptron"):
        learners(["perceptron"], None, baselines=False)
    with pytest.raises(InvalidModel, match="at least one"):
        Benchmark(subset, seeds=0)
