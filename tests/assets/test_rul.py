"""Remaining life in the graph: from fleets to a judged model, and from a champion to prognoses."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import numpy as np
import polars as pl
import pytest

from idrill.aggregation import downsample
from idrill.frame import Origin
from idrill.prognosis import InputQuality
from idrill.registry.assessments import assessment_frame, assessment_from
from idrill.registry.connection import MLflow
from idrill.registry.gate import Assessment
from idrill.rigs import Rig
from idrill.rul.card import CARD_FILE, MODEL_FILE, digest_of_folder, read_card
from idrill.rul.fleets import records_of
from idrill.settings import Settings
from idrill.simulator.fleet import SimulatedFleet
from idrill.store import component_lives, predictions, promotions, rigs
from idrill.store.predictions import Prediction
from idrill.store.releases import Release
from idrill.store.tables import COMPONENT_HISTORIES, HOURLY, RUL_EVALUATION, RUL_WINDOWS
from idrill_assets.defs.prognosis import daily_prognoses, prognoses
from idrill_assets.defs.rul import rul_champion
from idrill_assets.execution import Outcome, Workplace
from idrill_assets.learning import Histories, Judging, RulTraining
from idrill_assets.partitions import RIGS, RigDay
from idrill_assets.resources import build_platform

WASHPIPE = {"component": "washpipe"}
START = datetime(2024, 3, 1, tzinfo=UTC)
DAYS = 40
QUICK = {
    "component_histories": Histories(fleets=1, rigs=8, first_seed=5),
    "rul_model": RulTraining(network="lstm", members=2, pairs=1, epochs=1, trials=1),
    "rul_evaluation": Judging(fleets=1, rigs=1, trials=1),
}


def workplace_in(home: Path) -> Workplace:
    settings = Settings(
        home=home, database_url=None, lake_url=None, inbox=None, mlflow_url=None,
        artifacts=home / "mlruns",
    )  # fmt: skip
    return Workplace(dg.DagsterInstance.ephemeral(), build_platform(settings))


@pytest.fixture(scope="module")
def judged(
    template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Workplace, Outcome, list[str]]]:
    """A workplace in which a small model was trained and judged on too few units."""
    home = tmp_path_factory.mktemp("judged") / "home"
    shutil.copytree(template, home)
    workplace, told = workplace_in(home), list[str]()
    outcome = workplace.train("washpipe", QUICK, lambda doing, *_: told.append(doing))
    yield workplace, outcome, told
    workplace.platform.database.dispose()
    workplace.instance.dispose()


@pytest.fixture
def trained(judged: tuple[Workplace, Outcome, list[str]], tmp_path: Path) -> Iterator[Workplace]:
    """A copy of it in which the candidate waits to be judged again."""
    home = tmp_path / "home"
    shutil.copytree(judged[0].platform.settings.home, home)
    workplace = workplace_in(home)
    yield workplace
    workplace.platform.database.dispose()
    workplace.instance.dispose()


def states(workplace: Workplace, model: str = "rul-washpipe") -> list[Release]:
    with workplace.platform.database.session() as session:
        return [one.state for one in promotions.of_model(session, model)]


def test_a_model_judged_on_too_few_units_is_refused_with_the_reason(
    judged: tuple[Workplace, Outcome, list[str]],
) -> None:
    workplace, outcome, _ = judged

    assert "gate" in (outcome.error or "")
    assert states(workplace) == [Release.CANDIDATE, Release.CANDIDATE, Release.REFUSED]
    with workplace.platform.database.session() as session:
        last = promotions.of_model(session, "rul-washpipe")[-1]
    assert "held-out units are fewer than 200" in last.judged.reason
    assert last.judged.test_set == "washpipe: fleets 1000100"


def test_training_leaves_histories_windows_a_card_and_every_answer(
    judged: tuple[Workplace, Outcome, list[str]],
) -> None:
    platform = judged[0].platform
    histories = platform.lake.read(COMPONENT_HISTORIES, WASHPIPE)
    windows = platform.lake.read(RUL_WINDOWS, WASHPIPE)
    answers = platform.lake.read(RUL_EVALUATION, WASHPIPE)
    card = read_card(platform.settings.models_folder / "rul-washpipe" / "1")

    assert histories["rig_id"].n_unique() == 8
    assert set(windows["part"]) == {"training", "validation", "calibration"}
    of_rig = windows.with_columns(rig=pl.col("unit").str.split("/").list.first())
    assert of_rig.group_by("rig").agg(pl.col("part").n_unique())["part"].to_list() == [1] * 8
    assert card.trained_on.digest == platform.lake.content_hash(COMPONENT_HISTORIES, WASHPIPE)
    assert card.trained_on.seeds == (5,)
    assert list(platform.settings.artifacts_folder.rglob("plots/curves.png"))
    assert list(platform.settings.artifacts_folder.rglob("plots/search.png"))
    assert not list(platform.settings.training_folder.iterdir())
    assert {"candidate", "oracle", "survival_boosting", "constant"} <= set(answers["predictor"])


def test_what_acting_on_prognoses_costs_is_among_the_figures(
    judged: tuple[Workplace, Outcome, list[str]],
) -> None:
    settings = judged[0].platform.settings
    client = MLflow(settings.tracking_url, settings.artifacts_folder).client
    run_id = client.get_model_version("rul-washpipe", "1").run_id

    found = client.get_run(run_id or "").data.metrics

    assert found["judged/lead time _own hours_"] > 0.0
    for ratio in (3, 10, 30):
        assert found[f"judged/cost by prognosis_ failures cost {ratio}"] > 0.0
    assert found["judged/false pulls per true failure"] >= 0.0


def test_progress_is_told_stage_by_stage(judged: tuple[Workplace, Outcome, list[str]]) -> None:
    assert list(dict.fromkeys(judged[2])) == [
        "simulated fleets",
        "settings tried",
        "network 1 of 2",
        "network 2 of 2",
        "pairs of trees",
        "fleets to judge by",
        "baselines to beat",
    ]


def test_an_assessment_comes_back_from_its_table(
    judged: tuple[Workplace, Outcome, list[str]],
) -> None:
    frame = judged[0].platform.lake.read(RUL_EVALUATION, WASHPIPE)

    again = assessment_frame("washpipe", assessment_from(frame))

    key = ["predictor", "window"]
    assert again.sort(key).equals(frame.sort(key))


def passing(workplace: Workplace) -> Assessment:
    """What would be said of the model if it were good: its own card, better errors, more units."""
    frame = workplace.platform.lake.read(RUL_EVALUATION, WASHPIPE)
    random, units = np.random.default_rng(0), tuple(f"unit {number}" for number in range(250))
    found = assessment_from(frame)
    return replace(
        found,
        units=units,
        errors=random.normal(0.0, 1.0, 250),
        baselines={name: random.normal(0.0, 9.0, 250) for name in found.baselines},
        covered=tuple(replace(one, found=one.claimed, units=250) for one in found.covered),
        oracle=None,
    )


def enter_candidate(workplace: Workplace) -> Assessment:
    """The refused model with another card, as version 2, and an assessment that passes."""
    platform = workplace.platform
    folder = platform.settings.models_folder / "rul-washpipe"
    card = replace(read_card(folder / "1"), purpose="once more")
    (folder / "2").mkdir()
    shutil.copy(folder / "1" / MODEL_FILE, folder / "2")
    (folder / "2" / CARD_FILE).write_text(card.as_json())
    assessment = replace(passing(workplace), version=2, digest=digest_of_folder(folder / "2"))
    with platform.database.session() as session:
        promotions.enter(
            session, "rul-washpipe", 2, assessment.digest, by="test", reason="once more"
        )
    frame = assessment_frame("washpipe", assessment)
    platform.lake.write(RUL_EVALUATION, WASHPIPE, frame)
    mlflow = MLflow(platform.settings.tracking_url, platform.settings.artifacts_folder)
    mlflow.client.create_model_version("rul-washpipe", (folder / "2").as_uri())
    return assessment


def materialize(workplace: Workplace, asset: dg.AssetsDefinition, key: str) -> bool:
    return dg.materialize(
        [asset],
        partition_key=key,
        instance=workplace.instance,
        resources={"platform": workplace.platform},
        raise_on_error=False,
    ).success


def test_a_candidate_that_passes_becomes_champion(trained: Workplace) -> None:
    enter_candidate(trained)

    assert materialize(trained, rul_champion, "washpipe")

    assert states(trained)[-3:] == [Release.SHADOW, Release.CANARY, Release.CHAMPION]


def test_what_was_refused_is_not_released_later(trained: Workplace) -> None:
    assert not materialize(trained, rul_champion, "washpipe")

    assert Release.CHAMPION not in states(trained)


def rig_at_work(workplace: Workplace) -> RigDay:
    """A simulated rig whose hours lie in the lake and whose components are on record."""
    platform = workplace.platform
    fleet = SimulatedFleet(
        1, 21, start=START, duration=timedelta(days=DAYS), step=timedelta(minutes=10)
    )
    rig = fleet.rig(1)
    for day in range(DAYS):
        hours = downsample(rig.measured(144 * day, 144 * (day + 1)), "1h")
        place: dict[str, str | date] = {
            "rig_id": rig.rig.id,
            "day": (START + timedelta(days=day)).date(),
        }
        platform.lake.write(HOURLY, place, hours)
    with platform.database.session() as session:
        rigs.register(session, Rig(rig.rig.id, "at work", synthetic=True))
        component_lives.record(session, rig.rig.id, records_of(rig))
    last = RigDay(rig.rig.id, (START + timedelta(days=DAYS - 1)).date())
    workplace.instance.add_dynamic_partitions(RIGS.name or "rig", [rig.rig.id])
    return last


def latest(workplace: Workplace) -> dict[str, Prediction]:
    with workplace.platform.database.session() as session:
        found = predictions.latest(session, at=datetime(2024, 4, 10, tzinfo=UTC))
    return {f"{one.prognosis.equipment} {one.prognosis.component}": one for one in found}


def test_each_installed_component_gets_a_prognosis_or_the_reason_why_not(
    trained: Workplace,
) -> None:
    enter_candidate(trained)
    assert materialize(trained, rul_champion, "washpipe")
    last = rig_at_work(trained)

    assert _run(trained, prognoses.name, str(last.key))
    found = latest(trained)
    washpipe = found["top_drive washpipe"]
    assert washpipe.prognosis.model == "rul-washpipe/2"
    assert washpipe.prognosis.as_of == datetime(2024, 4, 10, tzinfo=UTC)
    assert washpipe.origin is Origin.SYNTHETIC
    assert washpipe.lake_version == trained.platform.lake.version(HOURLY)
    quantiles = washpipe.prognosis.quantiles
    assert quantiles is not None
    assert list(quantiles) == sorted(quantiles)
    assert 0.0 <= quantiles[0] <= quantiles[-1] <= (washpipe.prognosis.cap or 0.0)
    assert (washpipe.prognosis.age or 0.0) > 50.0
    assert len(found) == 12
    others = [one.prognosis for place, one in found.items() if place != "top_drive washpipe"]
    assert {one.quality for one in others} == {InputQuality.WITHHELD}
    assert all("rul-" in one.reason and "champion" in one.reason for one in others)


def _run(workplace: Workplace, job: str, key: str) -> bool:
    from idrill_assets.definitions import definitions

    result = (
        definitions()
        .resolve_job_def(job)
        .execute_in_process(
            instance=workplace.instance,
            resources={"platform": workplace.platform},
            partition_key=key,
            raise_on_error=False,
        )
    )
    return result.success


def test_every_morning_asks_for_yesterday_of_each_rig_that_was_measured(
    workplace: Workplace,
    write_log: Callable[..., Path],
    take_in: Callable[..., object],
    run_stale: Callable[[Workplace], list[Outcome]],
) -> None:
    take_in(workplace, write_log(workplace.platform.settings.home / "log.csv", START, 12))
    run_stale(workplace)

    asked = {day: _asked(workplace, day) for day in (2, 3)}

    assert asked == {2: ["2024-03-01|R1"], 3: []}


def _asked(workplace: Workplace, day: int) -> list[str]:
    with dg.build_schedule_context(
        instance=workplace.instance,
        scheduled_execution_time=datetime(2024, 3, day, 6, 45, tzinfo=UTC),
        resources={"platform": workplace.platform},
    ) as context:
        found = daily_prognoses(context)
        assert isinstance(found, Iterator)
        return [str(one.partition_key) for one in found if isinstance(one, dg.RunRequest)]
