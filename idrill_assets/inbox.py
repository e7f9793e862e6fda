"""The inbox: a folder per rig, watched for files that are new, have grown or have changed.

`<inbox>/<RIG>/…` holds the files of a rig; `<inbox>/<RIG>/source.toml`, if there is one, is the map
of columns for all of them. A file that is refused gets a note beside it, `<file>.refused.txt`, that
says why; the note goes when a mended file is accepted. A folder that cannot name a rig is passed
over.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from idrill.errors import InvalidName, SourceError
from idrill.rigs import rig_id
from idrill.store.intake import Intake, Order, Refused, Taken

MAP = "source.toml"
NOTE = ".refused.txt"


@dataclass(frozen=True, slots=True)
class InboxFile:
    """One file in the inbox as it stands now."""

    path: Path
    name: str
    """Its place below the inbox, which is the name of the source."""
    rig: str
    signature: str
    """Changes when the file, or the map of its rig, does."""
    size: int

    def order(self) -> Order:
        """The order to take it in."""
        column_map = self.path.parents[len(Path(self.name).parts) - 2] / MAP
        return Order(
            path=self.path,
            rig=self.rig,
            name=self.name,
            column_map=column_map if column_map.exists() else None,
        )


def scan(inbox: Path) -> Iterator[InboxFile]:
    """Every file of every rig in the inbox, in order of its name."""
    passed_over = {folder for folder, _ in misnamed(inbox)}
    for folder in _folders(inbox):
        if folder in passed_over:
            continue
        column_map = folder / MAP
        mapped = _signature(column_map) if column_map.exists() else ""
        for path in sorted(folder.rglob("*")):
            if path.is_file() and _is_source(path.relative_to(folder)):
                yield InboxFile(
                    path=path,
                    name=path.relative_to(inbox).as_posix(),
                    rig=folder.name,
                    signature=f"{_signature(path)} {mapped}".strip(),
                    size=path.stat().st_size,
                )


def misnamed(inbox: Path) -> Iterator[tuple[Path, InvalidName]]:
    """The folders of the inbox that cannot name a rig, and why: nothing in them is taken in."""
    for folder in _folders(inbox):
        try:
            rig_id(folder.name)
        except InvalidName as error:
            yield folder, error


def changed(files: Iterator[InboxFile], seen: Mapping[str, str]) -> list[InboxFile]:
    """The files that do not look as they did when they were last taken in."""
    return [file for file in files if seen.get(file.name) != file.signature]


def take_in(intake: Intake, file: InboxFile) -> list[Taken | Refused]:
    """Take in one file of the inbox, and leave a note beside it if it is refused."""
    outcomes = _outcomes(intake, file.order())
    note = file.path.with_name(file.path.name + NOTE)
    refusals = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    # The sensor logs each refusal too: an inbox that may only be read goes without notes.
    with suppress(OSError):
        if refusals:
            note.write_text("\n".join(str(refusal.error) for refusal in refusals) + "\n")
        else:
            note.unlink(missing_ok=True)
    return outcomes


def _folders(inbox: Path) -> list[Path]:
    folders = (path for path in inbox.iterdir() if path.is_dir())
    return sorted(folder for folder in folders if not folder.name.startswith("."))


def _outcomes(intake: Intake, order: Order) -> list[Taken | Refused]:
    """What became of a file; a map of columns that makes no sense refuses it too."""
    try:
        return list(intake.take_in(order))
    except SourceError as error:
        return [Refused(order.source_name(order.path.name), error)]


def _is_source(place: Path) -> bool:
    hidden = any(part.startswith(".") for part in place.parts)
    return not hidden and place.name != MAP and not place.name.endswith(NOTE)


def _signature(path: Path) -> str:
    stat = path.stat()
    return f"{stat.st_size}:{stat.st_mtime_ns}"
