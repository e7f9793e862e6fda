"""What a model is, said to whoever may use it, and the folder that holds both.

The headings follow Mitchell et al., *Model cards for model reporting* (2019).
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from idrill.errors import InvalidModel
from idrill.rul.problem import Problem

MODEL_FILE = "model.onnx"
CARD_FILE = "card.json"


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """What a model was trained on."""

    name: str
    digest: str
    """Of its content."""
    lake_version: int | None
    """Of the table that holds it; None if it came from elsewhere."""
    seeds: tuple[int, ...]
    """Of the fleets that it was simulated with; none if it was measured."""
    groups: int
    """Rigs, or engines."""
    lives: int


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of how good a model is."""

    name: str
    """Such as `rmse`."""
    value: float
    where: str
    """What it was measured on."""


@dataclass(frozen=True, slots=True)
class Covered:
    """What an interval claims, and what was found."""

    claimed: float
    """Share of lives that it is to hold [-]."""
    found: float
    """Share that it held [-]."""
    units: int
    """How many were asked about."""


@dataclass(frozen=True, slots=True)
class Card:
    """Everything that a user of a model should know before using it."""

    model: str
    """Its name, such as `rul-liner`."""
    purpose: str
    """What it is for."""
    network: str
    """What kind of network it is, and of how many members."""
    trained_on: TrainingSet
    figures: tuple[Figure, ...]
    intervals: tuple[Covered, ...]
    not_for: tuple[str, ...]
    """Where it should not be used, and why."""
    problem: Problem
    code_version: str
    created: datetime

    def __post_init__(self) -> None:
        missing = [
            name
            for name in ("model", "purpose", "network", "not_for", "code_version")
            if not getattr(self, name)
        ]
        if missing:
            raise InvalidModel(f"the card of {self.model or 'a model'} lacks {', '.join(missing)}")
        if self.created.tzinfo is None:
            raise InvalidModel(f"the card of {self.model}: created has no time zone")

    def as_json(self) -> str:
        """The card as JSON, with every digit."""
        return _adapter().dump_json(self, indent=1).decode() + "\n"

    @staticmethod
    def from_json(text: str | bytes) -> "Card":
        """The card that JSON says.

        Raises:
            InvalidModel: If it is no JSON, or says too little or too much.
        """
        try:
            return _adapter().validate_json(text)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"])) or "the whole"
            raise InvalidModel(f"a card cannot be read: {place}: {first['msg']}") from error


@cache
def _adapter() -> TypeAdapter[Card]:
    return TypeAdapter(Card)


def read_card(folder: Path) -> Card:
    """The card of a model folder.

    Raises:
        InvalidModel: If there is none, or it cannot be read.
    """
    return Card.from_json(_bytes(folder, CARD_FILE))


def digest_of_folder(folder: Path) -> str:
    """SHA-256 over the model and the card of a folder.

    Raises:
        InvalidModel: If one of them is missing.
    """
    return digest(*read_folder(folder))


def read_folder(folder: Path) -> tuple[bytes, bytes]:
    """The model and the card of a folder, each read once.

    Raises:
        InvalidModel: If one of them is missing.
    """
    return _bytes(folder, MODEL_FILE), _bytes(folder, CARD_FILE)


def digest(model: bytes, card: bytes) -> str:
    """SHA-256 over the digests of a model and its card."""
    parts = (hashlib.sha256(part).digest() for part in (model, card))
    return hashlib.sha256(b"".join(parts)).hexdigest()


def _bytes(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise InvalidModel(
            f"{folder} is no model folder: {name}: {error.strerror}; export the model again"
        ) from error
