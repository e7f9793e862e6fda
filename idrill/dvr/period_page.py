"""The report of a period as one page with its pictures in it, to be read without a network."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from html import escape
from itertools import pairwise
from string import Template

import polars as pl

from idrill.channels import channel
from idrill.dvr.period import PeriodReport
from idrill.frame import channels_in

HOURS_SHOWN = 4
"""Days up to which the picture of quality has a cell per hour; above, one per day."""

KINDS = {"sensor": "#c1121f", "process": "#1d6fa5", "unclear": "#c77d0a"}
"""Colour of each kind of fault."""

LABELS = 230
"""Width of the names beside a picture [px]."""

WIDTH = 1080
"""Of a picture [px]."""

STOPS = (
    (0.0, (193, 18, 31)),
    (0.6, (244, 162, 97)),
    (0.95, (253, 243, 220)),
    (1.0, (216, 234, 217)),
)
"""Colours of scores (red, green, blue), those between them mixed."""


def compose(report: PeriodReport) -> str:
    """The page, as HTML."""
    days = f"{report.first}" if report.first == report.last else f"{report.first} to {report.last}"
    title = f"{report.rig_id}, {days}"
    parts = [
        f"<h1>Data quality of {escape(report.rig_id)}</h1><p class='when'>{days} (UTC)</p>",
        _tiles(report),
        "<h2>What can be used</h2>"
        "<p>Share of each hour for which a usable value stood. Pale is good; the redder, the less "
        "of the hour can be used. A dot marks hours in which the channel is suspected.</p>",
        _quality_map(report),
        "<h2>Faults found</h2>",
        _faults(report),
        "<h2>Imbalance before and after</h2>",
        _imbalance(report),
        "<h2>What to calibrate</h2>",
        _table(
            report.to_calibrate.select(
                "calibration", "channel", "start", "end", "gain", "offset", "sd", "unit", "reason"
            ),
            "Nothing waits for a decision.",
        ),
        "<h2>What was moved</h2><p>A value is moved where balances check it. Adjustability is the "
        "share by which its standard deviation shrinks, detectability how well an error of it "
        "shows.</p>",
        _table(report.moved, "No balance checks a channel of this rig in this period."),
        "<h2>What was flagged</h2>",
        _table(report.flagged, "There is no value in this period."),
        "<h2>What was dropped</h2>",
        _table(report.dropped, "Every row of every source could be used."),
        "<h2>Audit trail</h2><h3>What was said of calibrations</h3>",
        _table(report.said, "Nobody said anything of a calibration of this rig."),
        "<h3>What each rig-day was made from</h3>",
        _table(report.made.with_columns(pl.col("sources", "started_from").str.head(12)), ""),
    ]
    return _PAGE.substitute(title=escape(title), body="\n".join(parts))


def _tiles(report: PeriodReport) -> str:
    tiles = (
        f"<div><b>{escape(figure)}</b><span>{escape(name)}</span></div>"
        for name, figure in report.figures().items()
    )
    return f"<section class='tiles'>{''.join(tiles)}</section>"


def _quality_map(report: PeriodReport) -> str:
    """A cell per channel and hour, or per channel and day where there are many."""
    hourly = (report.last - report.first).days < HOURS_SHOWN
    step = timedelta(hours=1) if hourly else timedelta(days=1)
    start, end = _span(report)
    cells = (
        report.hours.group_by("channel", pl.col("time").dt.truncate("1h" if hourly else "1d"))
        .agg(pl.col("score").mean(), pl.col("faults").max())
        .sort("time")
    )
    names = channels_in(cells["channel"].unique())
    width = (WIDTH - LABELS) / ((end - start) / step)
    row = {name: 14 + 15 * place for place, name in enumerate(names)}
    drawn = [_label(channel(name).title, y + 10) for name, y in row.items()]
    for name, at, score, faults in cells.iter_rows():
        x = LABELS + (at - start) / step * width
        told = f"{channel(name).title}, {at:%Y-%m-%d %H:%M}: {score:.0%}"
        drawn.append(
            f"<rect x='{x:.1f}' y='{row[name]}' width='{max(width - 0.8, 0.6):.1f}' height='14' "
            f"fill='{_colour(score)}'><title>{escape(told)}</title></rect>"
        )
        if faults:
            drawn.append(f"<circle cx='{x + width / 2:.1f}' cy='{row[name] + 7}' r='2.2'/>")
    return _svg([*drawn, *_axis(report, 8)], 24 + 15 * len(names))


def _faults(report: PeriodReport) -> str:
    found = report.found
    if found.is_empty():
        return "<p>None.</p>"
    start, end = _span(report)
    scale = (WIDTH - LABELS) / (end - start).total_seconds()
    drawn = []
    for place, fault in enumerate(found.iter_rows(named=True)):
        first, last = max(fault["start"], start), min(fault["end"] or end, end)
        x = LABELS + (first - start).total_seconds() * scale
        width = max((last - first).total_seconds() * scale, 2.0)
        y = 14 + 18 * place
        drawn.append(_label(_shortened(fault["name"]), y + 11))
        drawn.append(
            f"<rect x='{x:.1f}' y='{y}' width='{width:.1f}' height='13' rx='3' "
            f"fill='{KINDS.get(fault['kind'], '#555')}'><title>{escape(fault['reason'])}</title>"
            "</rect>"
        )
        seen = LABELS + (min(max(fault["detected"], start), end) - start).total_seconds() * scale
        drawn.append(f"<path d='M{seen:.1f} {y - 2}v17' stroke='#1b3a4b' stroke-width='1.5'/>")
    key = " ".join(f"<i style='background:{colour}'></i>{kind}" for kind, colour in KINDS.items())
    told = found.select(
        "kind", "name", "start", "detected", "end", "size", "sd", "unit", "detector", "reason"
    )
    return (
        f"<p class='key'>{key} &nbsp;| the stroke marks when it was seen</p>"
        + _svg([*drawn, *_axis(report, 8)], 24 + 18 * found.height)
        + _table(told, "")
    )


def _imbalance(report: PeriodReport) -> str:
    """Bars of the root mean square before and after, each balance on its own scale."""
    if report.imbalance.is_empty():
        return "<p>No balance held for long enough to be judged.</p>"
    rows = []
    for name, hours, before, after, unit in report.imbalance.iter_rows():
        largest = max(before or 0.0, after or 0.0) or 1.0
        bars = "".join(
            f"<span class='bar {kind}' style='width:{max(200 * size / largest, 1):.0f}px'></span>"
            f"<small>{_beside(size, largest)} {escape(unit)} {kind}</small><br>"
            for kind, size in (("before", before), ("after", after))
            if size is not None
        )
        rows.append(f"<tr><td>{_words(name)}</td><td>{hours:,.1f} h</td><td>{bars}</td></tr>")
    heads = "<tr><th>balance</th><th>held for</th><th>out by (root mean square)</th></tr>"
    return f"<table>{heads}{''.join(rows)}</table>"


def _table(table: pl.DataFrame, empty: str) -> str:
    if table.is_empty():
        return f"<p>{escape(empty)}</p>"
    numeric = [dtype.is_numeric() for dtype in table.dtypes]
    heads = _row("th", [_words(name) for name in table.columns], numeric)
    rows = (_row("td", [_text(value) for value in row], numeric) for row in table.iter_rows())
    return f"<div class='wide'><table>{heads}{''.join(rows)}</table></div>"


def _row(cell: str, texts: Iterable[str], numeric: Sequence[bool]) -> str:
    cells = (
        f"<{cell}{' class=n' if right else ''}>{text}</{cell}>"
        for text, right in zip(texts, numeric, strict=True)
    )
    return f"<tr>{''.join(cells)}</tr>"


def _text(value: object) -> str:
    """A value as a cell shows it.

    Example:
        >>> _text(12345), _text(0.123456), _text(None), _text(float("nan"))
        ('12,345', '0.1235', '', '')
    """
    if value is None or value != value:
        return ""
    if isinstance(value, datetime):
        return "ever" if value.year == 1970 else f"<time>{value:%Y-%m-%d %H:%M}</time>"
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else escape(str(value))


def _beside(size: float, largest: float) -> str:
    """A size, without the digits that rounding leaves of nothing.

    Example:
        >>> _beside(5.7e-13, 35.0), _beside(8.1234, 35.0)
        ('0', '8.123')
    """
    return "0" if size < 1e-9 * largest else f"{size:.4g}"


def _words(name: str) -> str:
    return escape(name.replace("_", " "))


def _shortened(name: str, most: int = 34) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


def _label(text: str, y: float) -> str:
    return f"<text x='{LABELS - 8}' y='{y}' text-anchor='end'>{escape(text)}</text>"


def _axis(report: PeriodReport, y: float) -> list[str]:
    """Where the days begin."""
    start, end = _span(report)
    days = (end - start).days
    every = max(1, days // 10)
    width = (WIDTH - LABELS) / days
    return [
        f"<text x='{LABELS + place * width:.1f}' y='{y}'>"
        f"{start + timedelta(days=place):%Y-%m-%d}</text>"
        for place in range(0, days, every)
    ]


def _span(report: PeriodReport) -> tuple[datetime, datetime]:
    start = datetime.combine(report.first, time(), UTC)
    return start, datetime.combine(report.last, time(), UTC) + timedelta(days=1)


def _colour(score: float) -> str:
    """From red over sand to a pale green.

    Example:
        >>> _colour(0.0), _colour(1.0)
        ('#c1121f', '#d8ead9')
    """
    for (low, one), (high, other) in pairwise(STOPS):
        if score <= high:
            share = (score - low) / (high - low)
            return "#" + "".join(
                f"{round(a + share * (b - a)):02x}" for a, b in zip(one, other, strict=True)
            )
    return "#d8ead9"


def _svg(drawn: Iterable[str], height: float) -> str:
    return f"<svg viewBox='0 0 {WIDTH} {height}' width='100%'>{''.join(drawn)}</svg>"


_PAGE = Template(
    """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>i-Drill: $title</title><style>
body { font: 15px/1.5 system-ui, sans-serif; color: #1b3a4b; max-width: 72rem; margin: 2rem auto;
padding: 0 1.5rem; }
h1, h2, h3 { font-weight: 600; line-height: 1.2; }
h1 { margin-bottom: 0; } .when { margin-top: 0.2rem; color: #5c6f7b; }
h2 { margin-top: 2.5rem; padding-top: 0.8rem; border-top: 2px solid #1b3a4b; }
.tiles { display: flex; flex-wrap: wrap; gap: 0.8rem; margin: 1.2rem 0; }
.tiles div { background: #f1f5f7; border-radius: 8px; padding: 0.7rem 1rem; min-width: 7rem;
flex: 1; }
.tiles b { display: block; font-size: 1.35rem; } .tiles span { color: #5c6f7b; font-size: 0.85rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.85rem; margin: 0.8rem 0; }
th, td { padding: 0.25rem 0.55rem; border-bottom: 1px solid #dee5e9; text-align: left;
vertical-align: top; }
th, time { white-space: nowrap; } .n { text-align: right; white-space: nowrap; }
svg { font: 11px system-ui, sans-serif; fill: #1b3a4b; }
.bar { display: inline-block; height: 10px; border-radius: 2px; margin-right: 6px; }
.before { background: #9aa5b1; } .after { background: #2a9d8f; }
.key i { display: inline-block; width: 12px; height: 12px; border-radius: 3px;
margin: 0 5px 0 12px; vertical-align: -1px; }
</style></head><body>
$body
</body></html>
"""
)
