"""Frames of WITS level 0 out of a stream of text, whatever pieces it arrives in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from idrill.readers.instants import FIRST_YEAR, LAST_YEAR

LONGEST_FRAME = 1 << 16
"""Longest text of a frame [characters]; a peer that never ends one is cut there."""

NO_END = "the frame has no end (`!!`)"
NO_START = "the frame has no beginning (`&&`)"
CUT = "the text ends inside the frame"
TOO_LONG = f"the frame is longer than {LONGEST_FRAME} characters"
CONTRADICTION = "an item stands twice in the frame, with two values"

_ITEM = re.compile(r"(\d{2}\d{2})(.*)", re.ASCII)
_ISO_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_BLANK = " \t\v\f\r\x00\x02\x03\x1a"


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame as it arrived, sound or not."""

    line: int
    """Where it begins, counted from 1 since the parser was made."""
    items: Mapping[str, str]
    """Value by record and item, four digits."""
    text: str
    """The lines as they came, without the marks."""
    time: datetime | None = None
    """What its items 05 and 06 say; None where they say nothing."""
    fault: str | None = None
    """Why it cannot be used."""
    strays: int = 0
    """Lines in it that are no items."""

    @property
    def record(self) -> str:
        """Number of its first item's record; empty in an empty frame (a heartbeat)."""
        return next(iter(self.items), "")[:2]


@dataclass(slots=True)
class _Lines:
    """The lines since the last mark."""

    first: int
    opened: bool = False
    """Whether `&&` stood before them."""
    lines: list[str] = field(default_factory=list)
    size: int = 0

    def add(self, line: str) -> None:
        self.lines.append(line)
        self.size += len(line) + 1


class FrameParser:
    r"""Turns text that arrives in any pieces into frames.

    Lines outside of frames that hold no item (a greeting, noise) are counted in `loose`, and the
    text taken in so far in `size` [characters].

    Args:
        utc_offset: What the sender's clock is ahead of UTC.

    Example:
        >>> parser = FrameParser()
        >>> parser.feed("&&\n01052309")
        []
        >>> [frame] = parser.feed("25\n0106083724\n0108 6707.1\n!!\n")
        >>> frame.record, frame.items["0108"], frame.time.isoformat()
        ('01', '6707.1', '2023-09-25T08:37:24+00:00')
    """

    def __init__(self, utc_offset: timedelta = timedelta(0)) -> None:
        self.loose = 0
        self.size = 0
        self._utc_offset = utc_offset
        self._line = 0
        self._rest = ""
        self._after_return = False
        self._open = _Lines(1)

    def feed(self, text: str) -> list[Frame]:
        """The frames that `text` completes."""
        self.size += len(text)
        text = self._rest + self._unified(text)
        *lines, self._rest = text.split("\n")
        frames = [frame for line in lines if (frame := self._take(line)) is not None]
        if self._rest == "!!":  # some senders wait for the next frame with the end of the line
            self._rest = ""
            self._line -= 1
            frames += filter(None, [self._take("!!")])
        if len(self._rest) > LONGEST_FRAME:
            rest, self._rest, self._line = self._rest, "", self._line - 1
            frames += filter(None, [self._take(rest)])
        return frames

    def close(self) -> list[Frame]:
        """What the end of the text leaves unfinished."""
        frames = self.feed("\n") if self._rest else []
        return frames + list(filter(None, [self._flush(CUT if self._open.opened else NO_START)]))

    def _unified(self, text: str) -> str:
        if self._after_return and text.startswith("\n"):
            text = text[1:]
        if text:
            self._after_return = text.endswith("\r")
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def _take(self, line: str) -> Frame | None:
        self._line += 1
        mark = line.strip(_BLANK)
        if mark == "&&":
            frame = self._flush(NO_END if self._open.opened else NO_START)
            self._open.opened = True
            self._open.first = self._line
            return frame
        if mark == "!!":
            return self._flush(None if self._open.opened else NO_START)
        if mark:
            self._open.add(mark)
        return self._flush(TOO_LONG) if self._open.size > LONGEST_FRAME else None

    def _flush(self, fault: str | None) -> Frame | None:
        """The frame made of the lines since the last mark, if they are one."""
        held, self._open = self._open, _Lines(self._line + 1)
        items = [found for line in held.lines if (found := _ITEM.fullmatch(line))]
        if not held.opened and not items:
            self.loose += len(held.lines)
            return None
        return self._frame(held, items, fault)

    def _frame(self, held: _Lines, found: list[re.Match[str]], fault: str | None) -> Frame:
        items: dict[str, str] = {}
        for item in found:
            code, value = item[1], item[2].strip()
            if items.setdefault(code, value) != value:
                fault = fault or CONTRADICTION
        return Frame(
            held.first,
            items,
            "\n".join(held.lines),
            None if fault else _instant(items, self._utc_offset),
            fault,
            len(held.lines) - len(found),
        )


def _instant(items: Mapping[str, str], utc_offset: timedelta) -> datetime | None:
    """The instant that items 05 and 06 of the first record state."""
    record = next(iter(items), "")[:2]
    day, clock = _day(items.get(f"{record}05", "")), _clock(items.get(f"{record}06", ""))
    if day is None or clock is None or not FIRST_YEAR <= day[0] <= LAST_YEAR:
        return None
    try:
        return datetime(*day, *clock, tzinfo=UTC) - utc_offset
    except ValueError:
        return None


def _day(text: str) -> tuple[int, int, int] | None:
    """Year, month, day of `YYMMDD`, `YYYYMMDD` or an ISO date.

    Example:
        >>> _day("230925"), _day("20230925"), _day("70105"), _day("2023-09-25"), _day("25/09/23")
        ((2023, 9, 25), (2023, 9, 25), (2007, 1, 5), (2023, 9, 25), None)
    """
    if iso := _ISO_DATE.fullmatch(text):
        text = "".join(iso.groups())
    if not (text.isascii() and text.isdigit() and len(text) in (5, 6, 8)):
        return None
    if len(text) < 8:
        text = text.zfill(6)  # the item is a number: 2007 comes as 7
        text = ("20" if text < "69" else "19") + text  # the pivot of POSIX
    return int(text[:4]), int(text[4:6]), int(text[6:])


def _clock(text: str) -> tuple[int, int, int, int] | None:
    """Hour, minute, second, microsecond of `HHMMSS`, with or without a fraction.

    Example:
        >>> _clock("083724"), _clock("724.5"), _clock("08:37:24"), _clock("noon")
        ((8, 37, 24, 0), (0, 7, 24, 500000), (8, 37, 24, 0), None)
    """
    whole, _, fraction = text.replace(":", "").partition(".")
    if not (f"{whole}{fraction}".isascii() and f"{whole}{fraction or 0}".isdigit() and whole):
        return None
    whole = whole.zfill(6)
    if len(whole) != 6:
        return None
    micro = int(fraction.ljust(6, "0")[:6])
    return int(whole[:2]), int(whole[2:4]), int(whole[4:]), micro
