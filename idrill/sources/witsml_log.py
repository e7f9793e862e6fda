"""A log of a WITSML store that grows, asked again and again for the rows after the last one.

The header is asked for once, and again when a page brings curves that it does not describe. Each
page is read by the reader of WITSML files, so that curves become channels as they do there.
"""

import tempfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import polars as pl
from lxml import etree

from idrill.errors import FeedRefused
from idrill.readers.assembly import ReadOptions
from idrill.readers.columns import ColumnMap
from idrill.readers.reading import Kind
from idrill.readers.witsml.reader import read_witsml
from idrill.readers.witsml.stream import children, local_name, text_of
from idrill.sources.witsml_server import DATA, VERSION, WitsmlServer, stated

PAGE = 2_000
"""Rows that are asked for at once, unless the store gives fewer."""


@dataclass(frozen=True, slots=True)
class LogName:
    """Which log of a store."""

    well: str
    """Its `uidWell`."""
    wellbore: str
    """Its `uidWellbore`."""
    log: str
    """Its `uid`."""

    def __str__(self) -> str:
        return f"{self.well}/{self.wellbore}/{self.log}"


@dataclass(frozen=True, slots=True)
class Page:
    """What a log gave at once."""

    table: pl.DataFrame
    """New rows: `time` and channels."""
    last: datetime | None
    """The newest index that was given, of rows without a channel too."""
    is_last: bool
    """Whether there is nothing after it for now."""
    rejected: int
    """Rows that could not be used."""


@dataclass(slots=True)
class GrowingLog:
    """A log that is followed from an index on.

    Args:
        server: The store.
        name: Which log.
        columns: What the user says about curves.
        last: The index up to which rows are known.
    """

    server: WitsmlServer
    name: LogName
    columns: ColumnMap | None = None
    last: datetime | None = None
    unmapped: dict[str, str] = field(default_factory=dict)
    """Curves that are no channel, with the reason."""
    _header: etree._Element = field(default_factory=lambda: _empty())
    _page: int = PAGE

    def open(self) -> None:
        """See that the store has the log, and that it can be followed.

        Raises:
            FeedAway: If the store does not answer.
            FeedRefused: If it has no such log, another version, or the log is indexed by depth.
        """
        found = self.server.capabilities()
        if found.versions and VERSION not in found.versions:
            raise FeedRefused(
                f"{found.name} holds WITSML {', '.join(found.versions)}, not {VERSION}"
            )
        self._page = min(PAGE, found.largest_page or PAGE)
        self._header = self._described()

    @property
    def is_growing(self) -> bool:
        """Whether more rows are to come, as far as the header was asked for."""
        stated = text_of(self._header, "objectGrowing") or ""
        return stated.casefold() not in ("false", "0")

    def refresh(self) -> None:
        """Ask for the header again.

        Raises:
            FeedAway: If the store does not answer.
            FeedRefused: If it has the log no longer.
        """
        self._header = self._described()

    def next_page(self) -> Page:
        """The rows after the last ones.

        Raises:
            FeedAway: If the store does not answer.
            FeedRefused: If it refuses, or what it gives is no log.
        """
        options = {"returnElements": "data-only", "maxReturnNodes": str(self._page)}
        answer = self.server.get("log", self._query(self.last), options)
        data = _data_of(answer.document)
        if data is None:
            return Page(_NOTHING, None, is_last=True, rejected=0)
        table, rejected = self._read(data)
        newest = table["time"].max()
        last = newest if isinstance(newest, datetime) else None
        fresh = table if self.last is None else table.filter(pl.col("time") > self.last)
        if answer.is_partial and fresh.is_empty():
            raise FeedRefused(f"log {self.name}: more rows are told of than come after {self.last}")
        return Page(fresh, last, is_last=not answer.is_partial, rejected=rejected)

    def advance(self, page: Page) -> None:
        """Note that the rows of a page are kept."""
        if page.last is not None:
            self.last = page.last if self.last is None else max(self.last, page.last)

    def _described(self) -> etree._Element:
        options = {"returnElements": "header-only"}
        answer = self.server.get("log", self._query(None), options)
        log = _log_of(answer.document)
        if log is None:
            raise FeedRefused(f"the WITSML store has no log {self.name}")
        index = text_of(log, "indexType") or ""
        if "time" not in index.casefold():
            raise FeedRefused(
                f"log {self.name} is indexed by {index or 'nothing'}: only logs by time are "
                "followed; take it as a file, with `idrill ingest`"
            )
        return log

    def _query(self, after: datetime | None) -> bytes:
        root = _empty()
        uids = {"uidWell": self.name.well, "uidWellbore": self.name.wellbore, "uid": self.name.log}
        log = etree.SubElement(root, f"{{{DATA}}}log", uids)
        if after is not None:
            start = etree.SubElement(log, f"{{{DATA}}}startDateTimeIndex")
            start.text = after.isoformat().replace("+00:00", "Z")
        return etree.tostring(root)

    def _read(self, data: list[etree._Element]) -> tuple[pl.DataFrame, int]:
        """The rows of a page as channels, and how many could not be used."""
        if not self._describes(data):
            self._header = self._described()
        with tempfile.TemporaryDirectory(prefix="idrill-witsml-") as folder:
            path = Path(folder) / "page.xml"
            path.write_bytes(etree.tostring(self._document(data), encoding="UTF-8"))
            reading = read_witsml(path, ReadOptions(str(self.name), self.columns))
        if reading.kind is not Kind.TIME:
            return _NOTHING, reading.report.rows_rejected
        self.unmapped = dict(reading.report.unmapped)
        table = reading.table.select("time", *reading.channels)
        return table.sort("time"), reading.report.rows_rejected

    def _document(self, data: list[etree._Element]) -> etree._Element:
        """A page with its header, as a file holds them."""
        root, log = _empty(), deepcopy(self._header)
        for part in children(log, "logData"):
            log.remove(part)
        log.extend(data)
        root.append(log)
        return root

    def _describes(self, data: list[etree._Element]) -> bool:
        """Whether the header tells of every curve of a page."""
        known = {text_of(one, "mnemonic") for one in children(self._header, "logCurveInfo")}
        listed = {
            name.strip() for one in data for name in (text_of(one, "mnemonicList") or "").split(",")
        }
        return listed <= known


_NOTHING = pl.DataFrame(schema={"time": pl.Datetime("us", "UTC")})


def _empty() -> etree._Element:
    return etree.fromstring(f'<logs xmlns="{DATA}" version="{VERSION}"/>')


def _log_of(document: bytes) -> etree._Element | None:
    if not document.strip():
        return None
    return next((one for one in stated(document) if local_name(one) == "log"), None)


def _data_of(document: bytes) -> list[etree._Element] | None:
    """The `logData` of a document, if it has any row."""
    log = _log_of(document)
    data = [] if log is None else list(children(log, "logData"))
    return data if any(next(children(one, "data"), None) is not None for one in data) else None


def followed(
    log: GrowingLog, keep: Callable[[Page], bool], wait: Callable[[], bool]
) -> Iterator[Page]:
    """The pages of a log until it grows no longer.

    Args:
        log: Which is open.
        keep: Keeps a page; False: it was told to end before.
        wait: Waits until the next look; False: it was told to end.

    Raises:
        FeedAway: If the store does not answer; to be called again.
        FeedRefused: If it refuses.
    """
    while True:
        page = log.next_page()
        if page.table.height and not keep(page):
            return
        log.advance(page)
        yield page
        if not page.is_last:
            continue
        log.refresh()
        if not log.is_growing and page.table.is_empty():
            return
        if log.is_growing and not wait():
            return
