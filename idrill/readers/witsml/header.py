"""The header of a WITSML log: whose it is, how it is indexed, what its fields are."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import timedelta

from lxml import etree

from idrill.errors import BrokenSource, UnitError
from idrill.readers.reading import Kind
from idrill.readers.witsml.rows import METRES, Curve, Layout
from idrill.readers.witsml.stream import local_name, text_of
from idrill.units import Conversion, conversion

_KINDS = {"date time": Kind.TIME, "measured depth": Kind.DEPTH}
_NO_UNIT = {"unitless", "none", "----", "---", "--", "-", "time"}
"""What servers write where a curve has no unit."""


@dataclass(slots=True)
class LogHeader:
    """What the elements of a log before its rows say; gathered as they end."""

    source: str
    texts: dict[str, str] = field(default_factory=dict)
    """Of its simple elements, by name; the attribute `uidWell` among them."""
    index_column: int | None = None
    """Column of the index curve as version 1.3.1 states it, from 1."""
    depth_unit: str | None = None
    curves: list[tuple[int | None, Curve]] = field(default_factory=list)
    """With the column that version 1.3.1 states, from 1."""
    mnemonics: list[str] = field(default_factory=list)
    """Of the fields, in version 1.4.1."""
    units: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The log in messages."""
        return f"log {self.texts.get('name', 'without a name')!r}"

    @property
    def well(self) -> str | None:
        """Name of its well."""
        return self.texts.get("nameWell") or self.texts.get("uidWell")

    def accept(self, element: etree._Element) -> None:
        """Learn from an element that ended below the log or its `logData`."""
        name, text = local_name(element), (element.text or "").strip()
        if name == "logCurveInfo":
            self.curves.append(_curve(element))
        elif name == "mnemonicList":
            self.mnemonics = _list(text, self._delimiter)
        elif name == "unitList":
            self.units = _list(text, self._delimiter)
        elif text and len(element) == 0:
            self._keep(name, text, element)

    def _keep(self, name: str, text: str, element: etree._Element) -> None:
        self.texts.setdefault(name, text)
        if name == "indexCurve":
            self.index_column = _whole(element.get("columnIndex"))
        elif name in ("startIndex", "endIndex"):
            self.depth_unit = self.depth_unit or element.get("uom")

    @property
    def kind(self) -> Kind:
        """What the log is indexed by.

        Raises:
            BrokenSource: If that is neither time nor measured depth.
        """
        stated = self.texts.get("indexType", "").casefold()
        if not stated and "startDateTimeIndex" in self.texts:
            return Kind.TIME
        if not stated and "startIndex" in self.texts:
            return Kind.DEPTH
        if stated not in _KINDS:
            raise BrokenSource(
                self.source,
                f"{self.name} has the index type {stated or 'none at all'!r}.",
                remedy=f"Only logs by {' or '.join(_KINDS)} are read.",
            )
        return _KINDS[stated]

    @property
    def _delimiter(self) -> str:
        return self.texts.get("dataDelimiter", ",")

    def layout(self, clock: timedelta) -> Layout:
        """What the fields of its rows are.

        Args:
            clock: What times without an offset are ahead of UTC.

        Raises:
            BrokenSource: If the header does not say.
        """
        curves = self._fields()
        if not curves:
            raise BrokenSource(self.source, f"{self.name} has rows before it names its curves.")
        if len(self._delimiter.encode()) != 1:
            raise BrokenSource(
                self.source, f"{self.name} separates fields by {self._delimiter!r}.",
                remedy="Only single characters are read.",
            )  # fmt: skip
        index = self._index(curves)
        depth = self._depth(curves[index]) if self.kind is Kind.DEPTH else METRES
        return Layout(self.kind, index, curves, depth, self._delimiter, clock)

    def _fields(self) -> tuple[Curve, ...]:
        """The curve in each field."""
        default = number(self.texts.get("nullValue"))
        listed = self._listed() if self.mnemonics else self._ordered()
        return tuple(
            replace(curve, null=default if curve.null is None else curve.null) for curve in listed
        )

    def _listed(self) -> list[Curve]:
        """Version 1.4.1: the fields stand in a list; of two equal names each is described once."""
        described = defaultdict(list)
        for _, curve in self.curves:
            described[curve.mnemonic].append(curve)
        units = self.units if len(self.units) == len(self.mnemonics) else [""] * len(self.mnemonics)
        fields = []
        for mnemonic, unit in zip(self.mnemonics, units, strict=True):
            known = described[mnemonic].pop(0) if described[mnemonic] else Curve(mnemonic)
            fields.append(replace(known, unit=known.unit or real_unit(unit)))
        return fields

    def _ordered(self) -> list[Curve]:
        """Version 1.3.1: each curve states its column, or they stand in order."""
        placed = {column: curve for column, curve in self.curves if column is not None}
        if sorted(placed) != list(range(1, len(self.curves) + 1)):
            return [curve for _, curve in self.curves]
        return [placed[column] for column in sorted(placed)]

    def _index(self, curves: tuple[Curve, ...]) -> int:
        """Field of the index."""
        name = self.texts.get("indexCurve", "").casefold()
        named = [place for place, curve in enumerate(curves) if curve.mnemonic.casefold() == name]
        if named:
            return named[0]
        return min((self.index_column or 1) - 1, len(curves) - 1)

    def _depth(self, curve: Curve) -> Conversion:
        unit = curve.unit or self.depth_unit
        try:
            if unit is not None:
                return conversion(unit, "m")
            problem = f"{self.name} states no unit for its depth index."
        except UnitError as error:
            problem = f"{self.name} has the depth index in {unit!r}: {error}."
        raise BrokenSource(
            self.source, problem, remedy="Put a unit of length into the <unit> of its index curve."
        )


def real_unit(text: str | None) -> str | None:
    """The unit a curve states; None where it says that it has none."""
    stated = (text or "").strip()
    return None if stated.casefold() in _NO_UNIT else stated or None


def number(text: str | None) -> float | None:
    """A number that stands in a header; None where there is none."""
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.strip().isdecimal() and int(text) > 0 else None


def _list(text: str, delimiter: str) -> list[str]:
    return [item.strip() for item in text.split(delimiter)]


def _curve(element: etree._Element) -> tuple[int | None, Curve]:
    """One `logCurveInfo`."""
    curve = Curve(
        mnemonic=text_of(element, "mnemonic") or element.get("uid") or "",
        unit=real_unit(text_of(element, "unit")),
        description=text_of(element, "curveDescription") or text_of(element, "classWitsml") or "",
        data_type=text_of(element, "typeLogData"),
        null=number(text_of(element, "nullValue")),
    )
    return _whole(text_of(element, "columnIndex")), curve
