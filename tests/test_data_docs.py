"""Data Docs: pages a person can open without a network, about each rig-day that has readings."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from idrill import frame as frames
from idrill.channels import channel
from idrill.expectations.data_docs import build_data_docs

DAY = date(2026, 2, 1)


def a_frame(torque: float) -> pl.DataFrame:
    """Ten rows of one rig and day."""
    start = datetime(2026, 2, 1, tzinfo=UTC)
    rows = {
        "rig_id": ["R1"] * 10,
        "time": [start + timedelta(seconds=row) for row in range(10)],
        "origin": ["file"] * 10,
        "torque": [torque] * 10,
        "torque_quality": [0] * 10,
    }
    return pl.DataFrame(rows, schema=frames.schema(["torque"]))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs") / "data_docs"
    (folder / "old").mkdir(parents=True)
    rig_days = [
        ("R1", DAY, a_frame(10.0)),
        ("R1", DAY + timedelta(days=1), a_frame(10.0)),
        ("R2", DAY, a_frame(10.0).clear()),
        ("R1", DAY - timedelta(days=1), a_frame(10.0 * channel("torque").high)),
    ]
    assert build_data_docs(folder, rig_days) == folder / "index.html"
    return folder


def test_the_first_page_leads_to_a_page_per_rig_day_that_has_rows(site: Path) -> None:
    links = re.findall(r"<a href='([^']+)'>", (site / "index.html").read_text())

    assert len(links) == 3
    assert all((site / link).exists() for link in links)
    assert not (site / "old").exists()


def test_the_first_page_says_which_rig_day_is_not_sound_and_why(site: Path) -> None:
    rows = (site / "index.html").read_text().split("<tr>")

    [tomorrow] = [row for row in rows if ">2026-02-02<" in row]
    [today] = [row for row in rows if ">2026-02-01<" in row]
    [high] = [row for row in rows if ">2026-01-31<" in row]
    assert "sound" in today
    assert "faulty" in tomorrow
    assert "a row lies before the day" in tomorrow
    assert "torque lies outside" in high


def test_nothing_is_loaded_from_another_machine(site: Path) -> None:
    pages = [path.read_text() for path in site.rglob("*.html")]

    assert len(pages) > 3
    for page in pages:
        assert "<script" not in page
        assert not re.search(r"(src|href)=[\"']https?://(?!greatexpectations\.io)", page)
        assert not re.search(r"url\([^)]*https?:", page)
