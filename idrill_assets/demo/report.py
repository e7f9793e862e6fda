"""The report of the demo: one page with its pictures in it, to be read without a network.

What is known because the rigs are simulated comes from the truth that lies apart from the lake, and
is marked as such wherever it is shown.
"""

import base64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from html import escape
from pathlib import Path

import polars as pl

from idrill.simulator.event_kinds import EventKind
from idrill.store.intake import Taken
from idrill.store.merges import SourceLedger
from idrill.store.tables import KPIS, MINUTE, RECONCILED
from idrill.units import conversion
from idrill_assets.demo import pictures
from idrill_assets.demo.rigs import RIGS, DemoRig
from idrill_assets.partitions import RigDay
from idrill_assets.plots import Band, activity_ribbon, strip_chart
from idrill_assets.resources import Platform

PAIR = (EventKind.INFLUX, EventKind.PIT_TRANSFER)
"""What raises the active pits: a harm, and what only looks like it."""

AROUND = timedelta(hours=1)
"""Shown of the mud before the pair; twice as much after it, until the gas is up [e]."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What is known of a rig on the days of the demo."""

    rig: DemoRig
    days: Sequence[date]
    platform: Platform

    @property
    def rig_days(self) -> list[RigDay]:
        return [RigDay(self.rig.name, day) for day in self.days]

    def truth(self, table: str) -> pl.DataFrame:
        """A table of what really happened."""
        folder = self.platform.settings.home / "simulations" / self.rig.name
        return pl.concat([pl.read_parquet(folder / f"{day}.{table}.parquet") for day in self.days])

    def events(self) -> pl.DataFrame:
        """The labels, each once."""
        return self.truth("events").unique(maintain_order=True)

    def seconds(self, start: datetime, end: datetime) -> pl.DataFrame:
        """Reconciled seconds from one instant to another."""
        lake = self.platform.lake
        frames = [
            lake.read(RECONCILED, rig_day.lake)
            for rig_day in self.rig_days
            if start.date() <= rig_day.day <= end.date()
        ]
        return pl.concat(frames, how="diagonal").filter(pl.col("time").is_between(start, end))


def compose(
    path: Path,
    platform: Platform,
    days: Sequence[date],
    taken: Iterable[Taken],
    ledger: Iterable[SourceLedger],
) -> None:
    """Write the report.

    Args:
        path: Where.
        platform: Whose lake and truth it shows.
        days: Those of the demo.
        taken: The files, for what their readers rejected.
        ledger: What became of their rows.
    """
    parts = ["<h2>What came in</h2>", _ledger_table(ledger), _rejections(taken)]
    for rig in RIGS:
        parts += _of_rig(_Told(rig, days, platform))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_PAGE.replace("BODY", "\n".join(parts)), encoding="utf-8")


def _of_rig(told: _Told) -> Iterator[str]:
    events = told.events()
    lake = told.platform.lake
    yield f"<h2>{told.rig.name}</h2><h3>What was done to it: the simulated truth</h3>"
    yield _events_table(events)
    minutes = pl.concat([lake.read(MINUTE, rig_day.lake) for rig_day in told.rig_days])
    yield "<h3>Depth against time</h3>"
    yield _picture(pictures.depth_against_time(minutes, _bands(events)), "Depth against time")
    yield f"<h3>{_words(told.rig.look_closer)}: the truth beside what was measured</h3>"
    yield f"<p>{pictures.LOOKS[told.rig.look_closer].says}</p>"
    yield _picture(_look_closer(told, events), "The truth beside what was measured")
    yield (
        "<h3>An influx, and a transfer that looks like one</h3><p>Both raise the active pits. The "
        "transfer leaves the total as it was; the influx raises it and the flow out, and its gas "
        "comes up later.</p>"
    )
    yield _picture(_mud(told, events), "Pit gains, flows and gas")
    yield "<h3>Day by day</h3><p>Rates in m/h.</p>" + _kpi_table(told)
    for rig_day in told.rig_days:
        midnight = datetime.combine(rig_day.day, time(), UTC)
        bands = _cut(_bands(events), midnight, midnight + timedelta(days=1))
        states = lake.read(RECONCILED, rig_day.lake, columns=["time", "activity"])
        title = f"{rig_day.rig_id} on {rig_day.day}"
        yield _picture(strip_chart(lake.read(MINUTE, rig_day.lake), title, bands), title)
        title += ": activity"
        yield _picture(activity_ribbon(states, title, bands), title)


def _look_closer(told: _Told, events: pl.DataFrame) -> bytes:
    look = pictures.LOOKS[told.rig.look_closer]
    truth = told.truth("truth")
    [event] = _bands(events.filter(pl.col("kind") == told.rig.look_closer))
    start, end = look.window(truth, event)
    return pictures.truth_beside_measured(
        truth.filter(pl.col("time").is_between(start, end)),
        told.seconds(start, end),
        look.pairs,
        _cut(_bands(events), start, end),
    )


def _mud(told: _Told, events: pl.DataFrame) -> bytes:
    pair = _bands(events.filter(pl.col("kind").is_in(PAIR)))
    start = min(band.start for band in pair) - AROUND
    end = max(band.end for band in pair) + 2 * AROUND
    return pictures.mud_volumes(told.seconds(start, end), _cut(_bands(events), start, end))


def _bands(events: pl.DataFrame) -> list[Band]:
    rows = events.select("kind", "start", "end").iter_rows()
    return [Band(kind.replace("_", " "), start, end) for kind, start, end in rows]


def _cut(bands: Iterable[Band], start: datetime, end: datetime) -> list[Band]:
    """What of the bands lies between two instants."""
    return [
        Band(band.name, max(band.start, start), min(band.end, end))
        for band in bands
        if band.start < end and band.end > start
    ]


def _events_table(events: pl.DataFrame) -> str:
    rows = [
        (
            _words(row["kind"]),
            f"{row['start']:%Y-%m-%d %H:%M} to {row['end']:%H:%M}",
            _severity(row["severity"], row["unit"]),
            f"looks like {row['look_alike_of'].replace('_', ' ')}" if row["look_alike_of"] else "",
        )
        for row in events.iter_rows(named=True)
    ]
    return _table(("event", "when (UTC)", "how strong", ""), rows, "words")


def _severity(value: float, unit: str) -> str:
    if unit == "m³/s":
        return f"{value * conversion(unit, 'L/min').factor:,.0f} L/min"
    return f"{value:.0%} {unit}" if unit.startswith("of ") else f"{value:,.4g} {unit}"


def _ledger_table(ledger: Iterable[SourceLedger]) -> str:
    rows = [
        (row.name, *(f"{n:,}" for n in (row.read, row.contributing, row.duplicate, row.rejected)))
        for row in ledger
    ]
    heads = ("source", "read", "contributing", "duplicate", "rejected")
    return (
        "<p>Every row is accounted for: read = contributing + duplicate + rejected. One file was "
        "damaged on purpose: a broken row, and a row that comes twice.</p>" + _table(heads, rows)
    )


def _rejections(taken: Iterable[Taken]) -> str:
    rows = [
        (file.name, f"{one.first_line:,}", one.detail, one.sample)
        for file in taken
        for one in file.reading.report.rejections
    ]
    return _table(("source", "line", "rejected because", "what stands there"), rows, "words")


def _kpi_table(told: _Told) -> str:
    """A column per day."""
    lake = told.platform.lake
    days = [lake.read(KPIS, rig_day.lake).row(0, named=True) for rig_day in told.rig_days]
    figures = [name for name in days[0] if any(isinstance(day[name], float) for day in days)]
    rows = [
        (_words(name), *("" if day[name] is None else f"{day[name]:,.1f}" for day in days))
        for name in figures
    ]
    return _table(("", *(str(day) for day in told.days)), rows)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "figures") -> str:
    def line(cell: str, texts: Sequence[str]) -> str:
        return "<tr>" + "".join(f"<{cell}>{escape(text)}</{cell}>" for text in texts) + "</tr>"

    body = line("th", heads) + "".join(line("td", row) for row in rows)
    return f'<table class="{kind}">{body}</table>'


def _picture(png: bytes, shown: str) -> str:
    return (
        f'<img alt="{escape(shown)}" src="data:image/png;base64,{base64.b64encode(png).decode()}">'
    )


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>i-Drill: two simulated rigs</title><style>
body { font: 16px/1.5 system-ui, sans-serif; color: #1b3a4b; max-width: 68rem; margin: 2rem auto;
padding: 0 1rem; }
h1, h2, h3 { font-weight: 600; line-height: 1.2; }
h2 { margin-top: 3.5rem; padding-top: 1rem; border-top: 2px solid #1b3a4b; }
h3 { margin-top: 2rem; }
img { max-width: 100%; margin: 0.5rem 0; }
table { border-collapse: collapse; font-size: 0.9rem; margin: 1rem 0; }
th, td { padding: 0.25rem 0.75rem; border-bottom: 1px solid #dee2e6; text-align: left; }
.figures :is(th, td):not(:first-child) { text-align: right; }
.truth { background: #efe7f5; color: #5a189a; padding: 0 0.3rem; }
</style></head><body><h1>i-Drill: three days of two simulated rigs</h1>
<p>The rigs are simulated, and what was done to them is known. It is shown as
<span class="truth">simulated truth</span>: violet bands and curves, read from files that lie apart
from the lake. Everything else is what the sensors measured, on its way through the same reader,
checks and lineage graph as the files of a real rig.</p>
BODY
</body></html>
"""
"""The frame of the page."""
