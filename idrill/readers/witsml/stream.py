"""The elements of an XML file one by one, without network, entities or a tree in memory."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from lxml import etree

from idrill.errors import BrokenSource

MAX_ELEMENTS = 1_000_000
"""Elements that one object of a document may hold; they stand in memory together."""

_PLACE = re.compile(r"[.,]?\s*(line \d+, column \d+)?\s*$")
"""Where lxml repeats the place at the end of its message."""


@dataclass(frozen=True, slots=True)
class Root:
    """The outermost element of a document."""

    name: str
    namespace: str
    version: str | None
    """Its attribute `version`."""


def root_of(path: Path, source: str) -> Root:
    """The outermost element of an XML file.

    Raises:
        BrokenSource: If the file is no XML, or declares a document type.
    """
    with path.open("rb") as file, _events(file, source, "start") as events:
        _, element = next(events)
        if element.getroottree().docinfo.internalDTD is not None:
            raise BrokenSource(
                source,
                "it declares a document type, where entities can be hidden.",
                line=element.sourceline,
                remedy="Remove the <!DOCTYPE …>; no WITSML document has one.",
            )
        name = etree.QName(element)
        return Root(name.localname, name.namespace or "", element.get("version"))


class Stream:
    """The elements of an XML file as they end; whoever reads them frees what it has used.

    Raises (while it is read):
        BrokenSource: If the XML is broken or cut short, with the line.
    """

    def __init__(self, path: Path, source: str) -> None:
        self._path, self._source = path, source
        self._held = 0

    def __iter__(self) -> Iterator[etree._Element]:
        with self._path.open("rb") as file, _events(file, self._source, "end") as events:
            for _, element in events:
                self._held += 1
                if self._held > MAX_ELEMENTS:
                    raise BrokenSource(
                        self._source,
                        f"one object holds more than {MAX_ELEMENTS:,} elements.",
                        line=element.sourceline,
                    )
                yield element

    def forget(self, element: etree._Element) -> None:
        """Free an element that ended, and the elements of the same parent before it."""
        element.clear()
        parent = element.getparent()
        if parent is not None:
            del parent[: parent.index(element)]
        self._held = 0


def local_name(element: etree._Element) -> str:
    """Name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """The children of an element that are called `name`, in any namespace."""
    return element.iterfind(f"{{*}}{name}")


def line_of(element: etree._Element) -> int | None:
    """Line of the file where an element begins, as far as the parser counts."""
    line: object = element.sourceline
    return line if isinstance(line, int) else None


def text_of(element: etree._Element, name: str) -> str | None:
    """Text of the first child called `name`, stripped; None where it is absent or empty."""
    return (element.findtext(f"{{*}}{name}") or "").strip() or None


@contextmanager
def _events(file: BinaryIO, source: str, event: str) -> "Iterator[etree.iterparse]":
    parser = etree.iterparse(
        file,
        events=(event,),
        load_dtd=False,
        no_network=True,
        resolve_entities=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    try:
        yield parser
    except (etree.XMLSyntaxError, StopIteration) as error:
        problem, line = _first_problem(parser)
        raise BrokenSource(
            source,
            f"its XML is broken: {_PLACE.sub('', problem)}.",
            line=line,
            remedy="Fetch the file again; nothing of it was taken.",
        ) from error


def _first_problem(parser: etree.iterparse) -> tuple[str, int]:
    """What is wrong and in which line: the later problems follow from the first."""
    for entry in parser.error_log:
        return str(entry.message), int(entry.line) or 1
    return "it holds no element", 1
