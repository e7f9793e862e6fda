"""A plan's work as an iCalendar (RFC 5545), which any calendar shows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

LINE = 75
"""Octets of a line, after which it is folded."""
PRODUCT = "-//i-Drill//maintenance//EN"


@dataclass(frozen=True, slots=True)
class Event:
    """Work with a time."""

    uid: str
    """The same whenever the same work is told."""
    title: str
    start: datetime
    end: datetime
    told_at: datetime
    place: str = ""
    description: str = ""
    tentative: bool = False
    """Whether nobody has approved it yet."""
    sequence: int = 0
    """Counts how often it was changed."""


def calendar(events: Iterable[Event], name: str) -> str:
    """The calendar, with lines as RFC 5545 wants them.

    Args:
        events: What it shows.
        name: What it is called.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{_text(name)}",
    ]
    for event in events:
        lines += _event(event)
    lines.append("END:VCALENDAR")
    return "".join(part for line in lines for part in _folded(line))


def _event(event: Event) -> list[str]:
    lines = [
        "BEGIN:VEVENT",
        f"UID:{_text(event.uid)}",
        f"DTSTAMP:{_instant(event.told_at)}",
        f"DTSTART:{_instant(event.start)}",
        f"DTEND:{_instant(event.end)}",
        f"SEQUENCE:{event.sequence}",
        f"SUMMARY:{_text(event.title)}",
        f"STATUS:{'TENTATIVE' if event.tentative else 'CONFIRMED'}",
    ]
    if event.place:
        lines.append(f"LOCATION:{_text(event.place)}")
    if event.description:
        lines.append(f"DESCRIPTION:{_text(event.description)}")
    return [*lines, "END:VEVENT"]


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    r"""Words as a value of type TEXT; control characters cannot be told.

    Example:
        >>> _text("liner 1, pump 2;\nnow")
        'liner 1\\, pump 2\\;\\nnow'
    """
    words = words.replace("\r\n", "\n").replace("\r", "\n")
    words = "".join(one for one in words if one == "\n" or one >= " ")
    for special in ("\\", ";", ","):
        words = words.replace(special, f"\\{special}")
    return words.replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """A line in pieces of at most `LINE` octets; a character is never torn."""
    piece, size = "", 0
    for one in line:
        octets = len(one.encode())
        if size + octets > LINE:
            yield piece + "\r\n"
            piece, size = " ", 1
        piece, size = piece + one, size + octets
    yield piece + "\r\n"
