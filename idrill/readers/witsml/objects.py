"""WITSML objects around the logs: wells, rigs, trajectories, tubulars, hole geometry, markers.

They carry no rows: they fill `Reading.wells` and `Reading.rigs`. A well is known by its name in
every object, so what several documents say about it can be put together. Servers write -9999 or 0
for sizes they do not know; both count as unknown.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl
from lxml import etree

from idrill.errors import BrokenSource, InvalidName, UnitError
from idrill.readers.assembly import ReadOptions
from idrill.readers.reading import Kind, Reading, ReadReport
from idrill.readers.witsml.stream import Root, Stream, children, line_of, local_name, text_of
from idrill.rigs import Rig
from idrill.units import conversion
from idrill.wells import DrillString, Formation, Section, Station, StringComponent, Well, well_id

_ABSENT = {-9999.0, -999.25, -999.0}
"""Numbers that stand for "unknown"."""

_VERSIONS = {
    "http://www.witsml.org/schemas/131": "1.3.1",
    "http://www.witsml.org/schemas/1series": "1.4.1",
}

_RIG_LETTERS = re.compile(r"[^A-Z0-9]+")


@dataclass(slots=True)
class _Found:
    """What the objects of a document say."""

    wells: dict[str, Well] = field(default_factory=dict)
    rigs: dict[str, Rig] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def well(self, name: str) -> Well:
        """The well called `name`, as far as it is known."""
        return self.wells.setdefault(well_id(name), well_called(name))

    def learn(self, well: Well) -> None:
        """Replace what is known about a well."""
        self.wells[well.id] = well


def well_called(name: str) -> Well:
    """A well of which only the name is known."""
    return Well(well_id(name), name)


def version_of(root: Root, source: str) -> str:
    """The version of a WITSML document, such as `witsml 1.4.1.1`.

    Raises:
        BrokenSource: If it is no WITSML document of versions 1.3.1 and 1.4.1.
    """
    known = root.namespace in _VERSIONS
    if not known and (root.namespace or root.name not in ("logs", *_READERS)):
        stated = f"<{root.name}>" + (f" of {root.namespace}" if root.namespace else "")
        raise BrokenSource(
            source, f"its root is {stated}, which is no WITSML 1.3.1 or 1.4.1 document.", line=1
        )
    return f"witsml {(root.version or _VERSIONS.get(root.namespace, ''))[:16]}".strip()


def nothing_used(version: str, options: ReadOptions, note: str) -> Reading:
    """The reading of a document from which nothing is taken.

    Args:
        version: As `version_of` states it.
        options: Of the reader.
        note: Why.
    """
    report = ReadReport(options.source, version, rows_read=0, rows_kept=0, notes=(note,))
    return Reading(Kind.OBJECTS, _NO_ROWS, report)


_NO_ROWS = pl.DataFrame(schema={"line": pl.Int64})


def read_objects(path: Path, root: Root, options: ReadOptions) -> Reading:
    """The wells and rigs that a document of objects describes.

    Raises:
        BrokenSource: If its XML is broken, or a name in it can name neither well nor rig.
    """
    version, reader = version_of(root, options.source), _READERS.get(root.name)
    found, stream, objects = _Found(), Stream(path, options.source), 0
    for element in stream:
        parent = element.getparent()
        if parent is None or parent.getparent() is not None:
            continue
        if reader is not None and local_name(element) != "documentInfo":
            _take(reader, element, found, options.source)
        objects += local_name(element) != "documentInfo"
        stream.forget(element)
    if reader is None:
        note = f"{root.name} are not used: {objects} in this document"
        return nothing_used(version, options, note)
    report = ReadReport(options.source, version, 0, 0, notes=tuple(found.notes))
    return Reading(
        Kind.OBJECTS, _NO_ROWS, report, tuple(found.wells.values()), tuple(found.rigs.values())
    )


_Reader = Callable[[etree._Element, _Found], None]


def _take(reader: _Reader, element: etree._Element, found: _Found, source: str) -> None:
    try:
        reader(element, found)
    except (InvalidName, UnitError) as error:
        raise BrokenSource(
            source, f"{local_name(element)}: {error}.", line=line_of(element)
        ) from error


def _well_name(element: etree._Element) -> str:
    return text_of(element, "nameWell") or element.get("uidWell") or ""


def _read_well(element: etree._Element, found: _Found) -> None:
    name = text_of(element, "name") or element.get("uid") or ""
    found.learn(
        replace(
            found.well(name),
            field=text_of(element, "field"),
            operator=text_of(element, "operator"),
            water_depth=_size(element, "waterDepth"),
            air_gap=_rotary_table(element),
        )
    )


def _rotary_table(element: etree._Element) -> float | None:
    """Height of the rotary table above sea level [m]; the kelly bushing stands for it."""
    heights = {
        (text_of(datum, "code") or datum.get("uid") or "").upper(): _size(datum, "elevation")
        for datum in children(element, "wellDatum")
    }
    return next((heights[code] for code in ("RT", "DF", "KB", "RKB") if heights.get(code)), None)


def _read_wellbore(element: etree._Element, found: _Found) -> None:
    found.well(_well_name(element))


def _read_rig(element: etree._Element, found: _Found) -> None:
    name = text_of(element, "name") or element.get("uid") or ""
    rig = Rig(
        id=rig_called(name),
        name=name,
        owner=text_of(element, "owner"),
        kind=text_of(element, "typeRig"),
        block_weight=_size(element, "wtBlock", "kN"),
    )
    found.rigs[rig.id] = rig
    if text_of(element, "nameWell"):
        found.well(_well_name(element))


def rig_called(name: str) -> str:
    """The identifier of the rig called `name`.

    Raises:
        InvalidName: If the name holds no letter and no digit.

    Example:
        >>> rig_called("Maersk Inspirer")
        'MAERSK_INSPIRER'
    """
    identifier = _RIG_LETTERS.sub("_", name.upper()).strip("_")[:32]
    if not identifier:
        raise InvalidName(f"{name!r} cannot name a rig: it holds no letter and no digit")
    return identifier


def _read_trajectory(element: etree._Element, found: _Found) -> None:
    well = found.well(_well_name(element))
    stations = [_station(part) for part in children(element, "trajectoryStation")]
    surveyed = sorted(
        (station for station in stations if station), key=lambda station: station.measured_depth
    )
    if len(surveyed) < len(stations):
        found.notes.append(
            f"{len(stations) - len(surveyed)} of {len(stations)} trajectory stations "
            "lack depth, inclination or azimuth"
        )
    if well.trajectory:
        found.notes.append(f"several trajectories of {well.name}: the longest counts")
    longest = max(well.trajectory, tuple(surveyed), key=len)
    found.learn(replace(well, trajectory=longest))


def _station(part: etree._Element) -> Station | None:
    depth = _quantity(part, "md", "m")
    inclination, azimuth = _quantity(part, "incl", "rad"), _quantity(part, "azi", "rad")
    if depth is None or inclination is None or azimuth is None:
        return None
    return Station(depth, inclination, azimuth, _quantity(part, "tvd", "m"))


def _read_tubular(element: etree._Element, found: _Found) -> None:
    well = found.well(_well_name(element))
    listed = enumerate(children(element, "tubularComponent"), start=1)
    parts = [_component(part, place) for place, part in listed]
    name = text_of(element, "name") or element.get("uid") or "unnamed"
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        found.notes.append(f"{len(parts) - len(known)} components of {name} have no length")
    ordered = tuple(sorted(known, key=lambda part: part.sequence))
    found.learn(replace(well, strings=(*well.strings, DrillString(name, ordered))))


def _component(part: etree._Element, place: int) -> StringComponent | None:
    sequence, length = text_of(part, "sequence"), _size(part, "len")
    if length is None:
        return None
    return StringComponent(
        sequence=int(sequence) if sequence and sequence.isdecimal() else place,
        kind=text_of(part, "typeTubularComp") or "unknown",
        length=length,
        outer_diameter=_size(part, "od"),
        inner_diameter=_size(part, "id"),
        linear_mass=_size(part, "wtPerLen", "kg/m"),
    )


def _read_geometry(element: etree._Element, found: _Found) -> None:
    well = found.well(_well_name(element))
    parts = list(children(element, "wbGeometrySection"))
    sections = [section for section in map(_section, parts) if section is not None]
    if len(sections) < len(parts):
        found.notes.append(f"{len(parts) - len(sections)} hole sections have no depths")
    found.learn(
        replace(
            well,
            sections=tuple(sorted((*well.sections, *sections), key=lambda part: part.top)),
            water_depth=well.water_depth or _size(element, "depthWaterMean"),
            air_gap=well.air_gap or _size(element, "gapAir"),
        )
    )


def _section(part: etree._Element) -> Section | None:
    top, bottom = _quantity(part, "mdTop", "m"), _quantity(part, "mdBottom", "m")
    if top is None or bottom is None:
        return None
    kind = text_of(part, "typeHoleCasing") or "unknown"
    return Section(kind, top, bottom, _size(part, "idSection"), _size(part, "odSection"))


def _read_marker(element: etree._Element, found: _Found) -> None:
    well = found.well(_well_name(element))
    name = text_of(element, "name") or element.get("uid") or "unnamed"
    depths = (_quantity(element, of, "m") for of in ("mdLogSample", "mdTopSample", "mdPrognosed"))
    top = next((depth for depth in depths if depth is not None), None)
    if top is None:
        found.notes.append(f"formation {name} has no depth")
        return
    formations = (*well.formations, Formation(name, top, text_of(element, "description")))
    found.learn(replace(well, formations=tuple(sorted(formations, key=lambda part: part.top))))


def _quantity(element: etree._Element, name: str, unit: str) -> float | None:
    """A number with its `uom`, in `unit`; None where it is absent or stands for "unknown"."""
    child = next(children(element, name), None)
    try:
        value = float(child.text or "") if child is not None else None
    except ValueError:
        return None
    if child is None or value is None or value in _ABSENT:
        return None
    change = conversion(child.get("uom") or unit, unit)
    return value * change.factor + change.shift


def _size(element: etree._Element, name: str, unit: str = "m") -> float | None:
    """A quantity that cannot be 0 or less, in `unit`."""
    value = _quantity(element, name, unit)
    return value if value is not None and value > 0 else None


_READERS: Mapping[str, _Reader] = {
    "wells": _read_well,
    "wellbores": _read_wellbore,
    "rigs": _read_rig,
    "trajectorys": _read_trajectory,
    "tubulars": _read_tubular,
    "wbGeometrys": _read_geometry,
    "formationMarkers": _read_marker,
}
"""By the root of the document."""
