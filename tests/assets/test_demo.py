"""The demo: two simulated rigs, three days, a report; the truth stays out of the lake."""

import re
import shutil
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import polars as pl
import pytest

from idrill.channels import CHANNELS
from idrill.cli import run
from idrill.frame import Origin, channels_in
from idrill.settings import load_settings
from idrill.simulator.event_kinds import HARMFUL, SPECS
from idrill.simulator.truth import NAMES
from idrill.store import merges
from idrill.store.tables import KPIS, RAW, VALIDATED
from idrill_assets.demo.pictures import LOOKS
from idrill_assets.demo.rigs import DAYS, RIGS, DemoRig
from idrill_assets.resources import Platform, build_platform


@dataclass(frozen=True)
class Done:
    """What one run of the demo left."""

    platform: Platform
    report: str
    said: str

    @property
    def home(self) -> Path:
        return self.platform.settings.home


@pytest.fixture(scope="module")
def done(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Done]:
    home = tmp_path_factory.mktemp("demo") / "home"
    shutil.copytree(template, home)
    said = StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said):
        for name in ("DATABASE_URL", "LAKE_URL", "INBOX"):
            patch.delenv(f"IDRILL_{name}", raising=False)
        patch.setenv("IDRILL_HOME", str(home))
        patch.setenv("DAGSTER_HOME", "")
        assert run(["demo"]) == 0, said.getvalue()
        platform = build_platform(load_settings())
    yield Done(platform, (home / "demo" / "report.html").read_text(), said.getvalue())
    platform.database.dispose()


def ledger(done: Done) -> list[merges.SourceLedger]:
    with done.platform.database.session() as session:
        return [row for rig in RIGS for row in merges.ledger(session, rig.name)]


def rows(done: Done, table: str) -> pl.LazyFrame:
    tables = {one.name: one for one in (RAW, VALIDATED, KPIS)}
    return done.platform.lake.scan(tables[table])


def test_two_rigs_drill_for_three_days(done: Done) -> None:
    kpis = rows(done, KPIS.name).select("rig_id", "day", "metres_drilled").collect()

    days = kpis["day"].unique().sort()
    assert kpis.height == len(RIGS) * DAYS == 6
    assert (days[-1] - days[0]).days == DAYS - 1
    assert kpis.group_by("rig_id").agg(pl.col("metres_drilled").sum() > 10)["metres_drilled"].all()


def test_every_row_is_accounted_for_in_the_file_that_was_damaged_too(done: Done) -> None:
    sources = ledger(done)

    assert [row.pending for row in sources] == [0] * 6
    assert all(row.read == row.contributing + row.duplicate + row.rejected for row in sources)
    assert [(row.duplicate, row.rejected) for row in sources].count((1, 1)) == 1
    assert "0 unaccounted for" in done.said


def test_the_report_says_which_row_was_rejected_and_why(done: Done) -> None:
    assert "no signal from the data acquisition server" in done.report
    assert all(row.name in done.report for row in ledger(done))


def test_the_truth_is_not_in_the_lake(done: Done) -> None:
    frame = rows(done, RAW.name)

    hidden = set(NAMES) - set(channels_in(NAMES))
    assert "influx" in hidden
    assert hidden & set(frame.collect_schema().names()) == set()
    assert frame.select("origin").unique().collect()["origin"].to_list() == [Origin.SYNTHETIC]
    assert not list(done.platform.lake.folder.rglob("*truth*"))
    assert len(list((done.home / "simulations").rglob("*.truth.parquet"))) == 6


def test_the_measured_files_hold_channels_and_nothing_else(done: Done) -> None:
    files = list((done.home / "inbox").rglob("*.csv"))
    headings = {one for path in files for one in pl.scan_csv(path).collect_schema().names()}

    assert len(files) == 6
    assert headings <= {"Time", *(channel.title for channel in CHANNELS)}


def test_every_event_stands_in_the_report_as_simulated_truth(done: Done) -> None:
    for rig in RIGS:
        _, _, section = done.report.partition(f"<h2>{rig.name}</h2>")
        table = section.partition("<table")[2].partition("</table>")[0]
        for event in rig.events:
            assert event.kind.replace("_", " ").capitalize() in table
    assert "simulated truth" in done.report


def test_the_report_has_its_pictures_in_it(done: Done) -> None:
    pictures = re.findall(r'src="(data:image/png;base64,)?', done.report)

    of_a_rig, of_a_day = 3, 2
    assert pictures == ["data:image/png;base64,"] * (len(RIGS) * (of_a_rig + DAYS * of_a_day))


def test_the_query_that_it_ends_with_can_be_pasted(
    done: Done, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IDRILL_HOME", str(done.home))
    said = re.search(r"Query the lake +idrill (query .+)", done.said)
    assert said

    assert run(said[1].split()) == 0
    assert " 3600 " in capsys.readouterr().out


def test_the_console_says_why_the_first_run_takes_longer(done: Done) -> None:
    assert "the simulator is compiled" in done.said


@pytest.mark.parametrize("rig", RIGS, ids=lambda rig: rig.name)
def test_each_harm_of_a_rig_has_its_look_alike_there(rig: DemoRig) -> None:
    kinds = {event.kind for event in rig.events}

    harms = kinds & set(HARMFUL)
    assert len(harms) >= 2
    assert {SPECS[kind].look_alike_of for kind in kinds} - {None} == harms


@pytest.mark.parametrize("rig", RIGS, ids=lambda rig: rig.name)
def test_what_is_looked_at_more_closely_happens_once(rig: DemoRig) -> None:
    assert rig.look_closer in LOOKS
    assert [event.kind for event in rig.events].count(rig.look_closer) == 1
