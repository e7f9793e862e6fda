"""Data Docs: pages of Great Expectations that show what was expected of rig-days, and found.

They are static files, built anew each time. As Great Expectations writes them they load styles,
scripts and a picture that counts readers from other machines: all that is taken out, so that they
can be read behind a wall and tell nobody, and a first page is written that needs none of it.
"""

import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import polars as pl

from idrill.expectations.checking import ExpectationReport, told
from idrill.expectations.suites import as_pandas, frame_suite, parameters

if TYPE_CHECKING:
    from great_expectations.data_context.data_context.abstract_data_context import (
        AbstractDataContext,
    )

SITE = "local_site"
"""What Great Expectations calls a site of static files."""

_FOREIGN = re.compile(
    r"<script\b.*?</script>"
    r"|<link\b[^>]*https?://[^>]*>"
    r"|<img\b[^>]*https?://[^>]*>"
    r"|<footer\b.*?</footer>"
    r"|url\([^)]*https?://[^)]*\)",
    re.DOTALL,
)
"""What is loaded from elsewhere, runs, or asks the reader to subscribe."""


@dataclass(frozen=True, slots=True)
class _Page:
    """One rig-day of the site."""

    rig_id: str
    day: date
    found: ExpectationReport

    @property
    def name(self) -> str:
        """Of its suite, its run and its folder."""
        return f"{self.rig_id}_{self.day}"


def build_data_docs(folder: Path, rig_days: Iterable[tuple[str, date, pl.DataFrame]]) -> Path:
    """Write the pages about rig-days, in place of those that stood there.

    Args:
        folder: Where the pages go; what lies there is removed.
        rig_days: Rig, UTC day and frame of each; those without rows are left out.

    Returns:
        The page to open.
    """
    with TemporaryDirectory(prefix="idrill-") as work:
        context = _context(Path(work))
        pages = [_validate(context, *rig_day) for rig_day in rig_days if rig_day[2].height]
        context.build_data_docs()
        site = Path(work) / "uncommitted" / "data_docs" / SITE
        for path in site.rglob("*.html"):
            path.write_text(_standing_alone(path.read_text(encoding="utf-8")), encoding="utf-8")
        (site / "index.html").write_text(_index(site, pages), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(site, folder)
    return folder / "index.html"


def _context(work: Path) -> "AbstractDataContext":
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        FilesystemStoreBackendDefaults,
        ProgressBarsConfig,
    )

    config = DataContextConfig(
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False),
        store_backend_defaults=FilesystemStoreBackendDefaults(root_directory=work),
    )
    return gx.get_context(mode="ephemeral", project_config=config)


def _validate(context: "AbstractDataContext", rig_id: str, day: date, frame: pl.DataFrame) -> _Page:
    """Validate a rig-day, so that the context keeps what was found."""
    from great_expectations import ExpectationSuite, ValidationDefinition
    from great_expectations.core.run_identifier import RunIdentifier

    name = f"{rig_id}_{day}"
    expected = frame_suite(frame.columns).expectations
    suite = context.suites.add(
        ExpectationSuite(name=name, expectations=[each.configuration for each in expected])
    )
    asset = context.data_sources.add_pandas(name).add_dataframe_asset(rig_id)
    batch = asset.add_batch_definition_whole_dataframe(f"{day}")
    definition = ValidationDefinition(name=name, data=batch, suite=suite)
    found = context.validation_definitions.add(definition).run(
        batch_parameters={"dataframe": as_pandas(frame)},
        expectation_parameters=parameters(rig_id, day),
        result_format="SUMMARY",
        run_id=RunIdentifier(run_name=name),
    )
    return _Page(rig_id, day, told(found.results))


def _standing_alone(page: str) -> str:
    """A page of Great Expectations without what it would load from elsewhere, with our style."""
    return _FOREIGN.sub("", page).replace("</head>", f"<style>{_STYLE}</style></head>", 1)


def _index(site: Path, pages: Iterable[_Page]) -> str:
    rows = "".join(_rows(site, sorted(pages, key=lambda page: (page.day, page.rig_id))))
    table = (
        f"<table><tr><th>day</th><th>rig</th><th>verdict</th><th>met</th><th>not met</th></tr>"
        f"{rows}</table>"
        if rows
        else "<p>No rig-day was published in these days.</p>"
    )
    return _INDEX.replace("STYLE", _STYLE).replace("BODY", table)


def _rows(site: Path, pages: Iterable[_Page]) -> Iterator[str]:
    for page in pages:
        [written] = (site / "validations" / page.name).rglob("*.html")
        link = escape(written.relative_to(site).as_posix())
        unmet = "<br>".join(map(escape, (*page.found.faults, *page.found.warnings)))
        verdict = "sound" if page.found.success else "faulty"
        yield (
            f"<tr><td>{page.day}</td><td><a href='{link}'>{escape(page.rig_id)}</a></td>"
            f"<td class='{verdict}'>{verdict}</td><td>{page.found.statistics['met']}</td>"
            f"<td>{unmet}</td></tr>"
        )


_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1b3a4b; margin: 1.5rem; }
h1 { font-weight: 600; } a { color: #1d6fa5; }
table { border-collapse: collapse; font-size: 0.9rem; width: auto; }
th, td { padding: 0.3rem 0.8rem; border-bottom: 1px solid #dee5e9; text-align: left;
vertical-align: top; }
.sound { color: #2a9d8f; } .faulty { color: #c1121f; }
.row { display: flex; flex-wrap: wrap; } .col-12 { width: 100%; }
.col-md-2 { flex: 0 0 17rem; font-size: 0.85rem; } .col-md-10 { flex: 1; min-width: 30rem; }
.alert { background: #f1f5f7; border-radius: 6px; padding: 0.4rem 0.8rem; margin-top: 1rem; }
.alert h5 { margin: 0; font-size: 1.05rem; } h6 { margin: 0.5rem 0; font-size: 0.95rem; }
.badge { background: #e8eef1; border-radius: 4px; padding: 0 0.35rem; }
.nav { list-style: none; padding: 0; max-height: 75vh; overflow-y: auto; }
.sticky { position: sticky; top: 1rem; } .breadcrumb { list-style: none; padding: 0; }
.card:has(.btn-group), [data-toggle="collapse"] { display: none; }
.fa-check-circle::before { content: "\\2713"; color: #2a9d8f; }
.fa-times::before, .fa-times-circle::before, .fa-exclamation-triangle::before { content: "\\2717";
color: #c1121f; }
"""

_INDEX = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>i-Drill: Data Docs</title>
<style>STYLE</style></head><body><h1>What is expected of rig-days, and what was found</h1>
<p>A rig-day that is not sound is not published. What is not met of a sound one is a warning.</p>
BODY
</body></html>
"""
