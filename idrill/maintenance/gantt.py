"""A plan as a picture: a row per piece of equipment, time to the right, the risk in colour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

LEFT, WIDTH, ROW, TOP = 210.0, 900.0, 24.0, 52.0
"""Margin for names, width of the time, height of a row, and of what stands above [px]."""
MOST_ROWS = 120
"""Rows that are drawn; a picture of more shows nothing."""
DAY = timedelta(days=1)
COLOURS = {
    "proposed": "#8ecae6",
    "approved": "#457b9d",
    "scheduled": "#457b9d",
    "in_progress": "#1b3a4b",
    "done": "#adb5bd",
}
"""Of a bar by how its task stands."""
AT_RISK = "#c8553d"
"""Of the mark whose height is the chance of failure before the work."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Work in a row."""

    row: str
    """Such as `RIG_01 mud_pump_2`."""
    label: str
    start: datetime
    end: datetime
    state: str
    """Of the task; a key of `COLOURS`."""
    risk: float | None = None
    """Chance of failure before [-]; None: nothing is renewed."""
    crew: str = ""


def gantt(bars: Sequence[Bar], start: datetime, end: datetime, title: str) -> str:
    """An SVG of the work between two instants.

    Args:
        bars: The work.
        start: Left edge.
        end: Right edge.
        title: What stands above it.
    """
    shown = [one for one in bars if one.end > start and one.start < end]
    rows = sorted({one.row for one in shown})
    left_out = len(rows) - MOST_ROWS
    rows = rows[:MOST_ROWS]
    height = TOP + ROW * max(len(rows), 1) + 34.0
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 20:g} {height:g}" '
        f'width="{LEFT + WIDTH + 20:g}" height="{height:g}" font-family="sans-serif">',
        f"<title>{escape(title)}</title>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        _words(10, 20, title, size=14),
    ]
    parts += _days(start, end, height - 34.0)
    parts += [_words(10, _y(rows, row) + 16, row) for row in rows]
    for bar in shown:
        if bar.row in rows:
            parts += _bar(bar, _y(rows, bar.row), start, end)
    foot = "red: chance of failure before the work" + (
        f"; {left_out} rows more are not drawn" if left_out > 0 else ""
    )
    parts.append(_words(LEFT, height - 10.0, foot if rows else "nothing is planned"))
    return "\n".join([*parts, "</svg>"])


def _y(rows: Sequence[str], row: str) -> float:
    return TOP + ROW * rows.index(row)


def _x(at: datetime, start: datetime, end: datetime) -> float:
    share = (at - start) / (end - start)
    return LEFT + WIDTH * min(max(share, 0.0), 1.0)


def _days(start: datetime, end: datetime, bottom: float) -> list[str]:
    """Lines at midnights, as many as can be named."""
    every = max(-((start - end) // (14 * DAY)), 1)
    day = start.replace(hour=0, minute=0, second=0, microsecond=0)
    parts = []
    while day < end:
        if day >= start:
            x = _x(day, start, end)
            parts.append(
                f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 8:g}" y2="{bottom:g}" '
                'stroke="#e9ecef"/>'
            )
            parts.append(_words(x, TOP - 12.0, f"{day:%b %d}", size=10))
        day += every * DAY
    return parts


def _bar(bar: Bar, y: float, start: datetime, end: datetime) -> list[str]:
    left, right = _x(bar.start, start, end), _x(bar.end, start, end)
    colour, width = COLOURS.get(bar.state, "#8ecae6"), max(right - left, 3.0)
    risk = "" if bar.risk is None else f", {bar.risk:.1%} fails before"
    told = f"{bar.label}: {bar.start:%Y-%m-%d %H:%M} to {bar.end:%m-%d %H:%M}, {bar.state}"
    told += (f", {bar.crew}" if bar.crew else "") + risk
    parts = [
        f'<rect x="{left:.1f}" y="{y + 3:g}" width="{width:.1f}" height="{ROW - 6:g}" rx="2" '
        f'fill="{colour}"><title>{escape(told)}</title></rect>'
    ]
    if bar.risk is not None:
        high = (ROW - 6.0) * min(max(bar.risk, 0.0), 1.0)
        parts.append(
            f'<rect x="{left:.1f}" y="{y + ROW - 3 - high:.1f}" width="3" height="{high:.1f}" '
            f'fill="{AT_RISK}"/>'
        )
    parts.append(_words(left + width + 3.0, y + 16.0, bar.label, size=9))
    return parts


def _words(x: float, y: float, words: str, size: int = 11) -> str:
    clean = "".join(one for one in words if one >= " ")
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="#1b3a4b">{escape(clean)}</text>'
