"""What happens to a file: it is read, archived, entered in the ledger, its rig-days are named.

A file is read before anything of it is kept; one whose structure is broken leaves no trace. The
order is archive, parsed table, ledger: a process killed in between leaves at most an archived
content that nothing refers to, and taking the file in again completes it.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from idrill.errors import BrokenSource, SourceError, UnknownFormat
from idrill.frame import Origin
from idrill.readers import Kind, Reading, ReadOptions, read, unpack
from idrill.readers.bounds import days_of, within
from idrill.readers.columns import ColumnMap, load_map
from idrill.rigs import Rig, rig_id
from idrill.store import live_readings, rig_days, rigs, sources, system_log, well_logs, wells
from idrill.store.archive import Archive
from idrill.store.database import Database
from idrill.store.reader_version import READER_VERSION
from idrill.store.source_versions import SourceVersion
from idrill.store.sources import Arrival
from idrill.store.system_log import Event
from idrill.wells import DrillingSession, Well, well_id

RANKS = {"live": 5, "parquet": 10, "witsml": 20, "wits0": 30, "las": 40, "csv": 50}
"""Which format is believed first where two sources disagree, unless a map says otherwise."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to take in, and what is known about it beforehand."""

    path: Path
    rig: str
    name: str | None = None
    """What the source is called; a file of the same name replaces it. Default: its full path."""
    well: str | None = None
    """Name of the well, for logs that do not say it."""
    column_map: Path | None = None
    """TOML file with the user's map of columns."""
    synthetic: bool | None = None
    """Whether a rig seen for the first time is a simulated one."""
    origin: Origin | None = None
    """Of the readings of a live day that is closed; None for a file from elsewhere."""

    def source_name(self, member: str) -> str:
        """What a member of the file, or of the folder, is called."""
        base = self.name or self.path.resolve().as_posix()
        whole = self.path.is_file() and member in (self.path.name, self.path.stem)
        return base if whole else f"{base}/{member}"


@dataclass(frozen=True, slots=True)
class _Terms:
    """How one order is to be carried out."""

    rig: str
    well: str | None
    columns: ColumnMap | None
    map_hash: str
    synthetic: bool | None = None
    origin: Origin | None = None

    def well_of(self, reading: Reading) -> str | None:
        """The well that a log belongs to: as ordered, as mapped, or as the file says."""
        if self.well:
            return self.well
        if self.columns and self.columns.well:
            return well_id(self.columns.well)
        return reading.wells[0].id if reading.wells else None

    def rank_of(self, reading: Reading) -> int:
        """Which sources the log stands before."""
        if self.origin:
            return RANKS["live"]
        if self.columns and self.columns.rank is not None:
            return self.columns.rank
        return RANKS[reading.report.format.split()[0]]


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that was taken in."""

    name: str
    arrival: Arrival
    reading: Reading


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not taken in, and why."""

    name: str
    error: SourceError

    @property
    def is_foreign(self) -> bool:
        """Whether it is no rig file at all, rather than a broken one."""
        return isinstance(self.error, UnknownFormat)


class Intake:
    """The door through which files come in.

    Args:
        database: The store.
        archive: Where contents are kept.
        first_day: First day that has a partition (UTC).
        max_bytes: Largest content, unpacked, that is taken in.
    """

    def __init__(
        self, database: Database, archive: Archive, *, first_day: date, max_bytes: int
    ) -> None:
        self.database = database
        self.archive = archive
        self.first_day = first_day
        self.max_bytes = max_bytes

    def register(self, rig: str, *, synthetic: bool | None = None) -> Rig:
        """The rig called `rig`, entered in the store if it was not there.

        Args:
            rig: Its name.
            synthetic: Whether a simulator makes its telemetry; None leaves it as it is.

        Raises:
            InvalidName: If a rig cannot be called that.
            StoreError: If it is known to be of the other kind.
        """
        with self.database.session() as session:
            return _registered(session, rig, synthetic=synthetic)

    def take_in(self, order: Order) -> Iterator[Taken | Refused]:
        """Take in a file, or every file of a folder or an archive, one after the other.

        Raises:
            InvalidName: If the rig or the well cannot be called that.
            StoreError: If the rig is known to be of the other kind (simulated or not).
            OriginRefused: If another rig is replayed on it.
            SourceError: If the map of columns makes no sense.
        """
        terms = self._terms(order)
        try:
            with unpack(order.path, max_bytes=self.max_bytes) as unpacked:
                for member in unpacked.members:
                    yield self._take_or_refuse(member.path, order.source_name(member.name), terms)
                for name, error in unpacked.refused.items():
                    yield Refused(order.source_name(name), error)
                for name, reason in unpacked.skipped.items():
                    yield Refused(name, UnknownFormat(name, f"is left out: {reason}."))
        except SourceError as fault:
            yield Refused(order.source_name(order.path.name), fault)

    def reread(self, rig: str) -> Iterator[Taken | Refused]:
        """Read again, from the archive, the sources of a rig that an older reader read."""
        with self.database.session() as session:
            known = sources.all_of(session, rig)
        for source in known:
            if source.reader_version != READER_VERSION:
                yield self._reread(source)

    def _terms(self, order: Order) -> _Terms:
        rig, well = rig_id(order.rig), well_id(order.well) if order.well else None
        with self.database.session() as session:
            if order.synthetic is not None:
                rigs.require_kind(session, rig, synthetic=order.synthetic)
            if order.origin is None:
                live_readings.require_no_replay(session, rig)
        if order.column_map is None:
            return _Terms(rig, well, None, "", order.synthetic, order.origin)
        columns = load_map(order.column_map)
        map_hash = self.archive.keep(order.column_map)
        return _Terms(rig, well, columns, map_hash, order.synthetic)

    def _take_or_refuse(self, path: Path, name: str, terms: _Terms) -> Taken | Refused:
        try:
            return self._take(path, name, terms)
        except SourceError as error:
            refused = Refused(name, error)
            if not refused.is_foreign:
                self._note(refused, terms.rig)
            return refused

    def _note(self, refused: Refused, rig: str) -> None:
        kind = system_log.Kind.SOURCE_REFUSED
        event = Event(kind, f"source {refused.name}", str(refused.error), rig)
        with self.database.session() as session:
            system_log.record_once(session, event)

    def _take(self, path: Path, name: str, terms: _Terms) -> Taken:
        options = ReadOptions(source=name, columns=terms.columns, max_bytes=self.max_bytes)
        reading = within(read(path, options), self.first_day, datetime.now(UTC))
        well = terms.well_of(reading)
        if reading.kind is Kind.DEPTH and well is None:
            raise BrokenSource(
                name, "is indexed by depth and names no well.", remedy="Say which: --well NAME."
            )
        content = self.archive.keep(path)
        self.archive.keep_table(content, how_read(terms.map_hash), reading.table)
        with self.database.session() as session:
            _registered(session, terms.rig, synthetic=terms.synthetic)
            _enter_objects(session, reading, terms.rig, well)
            arrival = sources.record(
                session,
                rig_id=terms.rig,
                name=name,
                content=content,
                size=path.stat().st_size,
                rank=terms.rank_of(reading),
                reader_version=READER_VERSION,
                map_hash=terms.map_hash,
                well_id=well,
                reading=reading,
                days=days_of(reading),
                arrived_at=datetime.now(UTC),
            )
            rig_days.want(session, terms.rig, _with_days_after(arrival.touched))
            for log in _logged_wells(arrival):
                well_logs.want(session, log)
        return Taken(name, arrival, reading)

    def _reread(self, source: SourceVersion) -> Taken | Refused:
        with self._mapped(source) as columns:
            origin = Origin.LIVE if source.rank == RANKS["live"] else None
            of = source.rig_id, source.well_id
            terms = _Terms(*of, columns, source.map_hash, origin=origin)
            with self.archive.restored(source.content, source.name) as path:
                return self._take_or_refuse(path, source.name, terms)

    def read_again(self, source: SourceVersion) -> Reading:
        """The reading of an archived source, made anew.

        Raises:
            SourceError: If it cannot be read any more.
            NotFound: If it is not in the archive.
        """
        with self._mapped(source) as columns:
            options = ReadOptions(source=source.name, columns=columns, max_bytes=self.max_bytes)
            with self.archive.restored(source.content, source.name) as path:
                return within(read(path, options), self.first_day, datetime.now(UTC))

    @contextmanager
    def _mapped(self, source: SourceVersion) -> Iterator[ColumnMap | None]:
        if not source.map_hash:
            yield None
            return
        with self.archive.restored(source.map_hash, "map.toml") as path:
            yield load_map(path)


def _registered(session: Session, rig: str, *, synthetic: bool | None) -> Rig:
    """The rig, entered if it was not there; None leaves open what kind it is."""
    if synthetic is None:
        synthetic = any(known.synthetic for known in rigs.all_rigs(session) if known.id == rig)
    return rigs.register(session, Rig(rig_id(rig), rig, synthetic=synthetic))


def _logged_wells(arrival: Arrival) -> set[str]:
    """Wells whose depth data an arrival changes: the log's, and that of the one it replaced."""
    versions = (arrival.version, arrival.replaced)
    return {v.well_id for v in versions if v and v.well_id and v.kind is Kind.DEPTH}


def _with_days_after(days: Iterable[date]) -> set[date]:
    """The days, and those whose filters warm up on their end."""
    return {day + timedelta(days=ahead) for day in days for ahead in (0, 1)}


def how_read(map_hash: str, reader_version: str = READER_VERSION) -> str:
    """Hash of the way a content was read."""
    return hashlib.sha256(f"{reader_version} {map_hash}".encode()).hexdigest()


def _enter_objects(session: Session, reading: Reading, rig: str, well: str | None) -> None:
    """Fill in what a file says about wells and rigs, and which well the rig was on."""
    for found in reading.wells:
        wells.merge_well(session, found)
    if well and well not in {found.id for found in reading.wells}:
        wells.merge_well(session, Well(well, well))
    for described in reading.rigs:
        synthetic = rigs.get(session, rig).synthetic
        rigs.register(session, replace(described, id=rig, synthetic=synthetic))
    start, end = reading.report.first, reading.report.last
    if well and isinstance(start, datetime) and isinstance(end, datetime):
        wells.record_session(session, DrillingSession(rig, well, start, end))
