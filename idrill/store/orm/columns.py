"""What tables are made of: column types that mean the same on both databases, keys, names."""

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Annotated, Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Integer,
    MetaData,
    String,
)
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

from idrill.errors import StoreError


class NaiveInstant(StoreError, DontWrapMixin):
    """Raised when an instant without a time zone is to be stored."""


def storable(words: str) -> str:
    r"""`words` without what PostgreSQL or UTF-8 cannot hold: NUL and lone surrogates.

    Example:
        >>> storable("12\x00.5")
        '12␀.5'
    """
    return words.replace("\x00", "␀").encode("utf-8", "backslashreplace").decode()


def plain(value: object) -> object:
    """`value` as JSON can hold it: instants in ISO 8601, numbers that are none as null.

    Example:
        >>> plain({"first": datetime(2007, 7, 1, tzinfo=UTC), "interval": float("nan")})
        {'first': '2007-07-01T00:00:00+00:00', 'interval': None}
    """
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {storable(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


class Instant(TypeDecorator[datetime]):
    """An instant: aware on the way in, UTC on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Dialect) -> datetime | None:
        """The instant in UTC.

        Raises:
            NaiveInstant: If it has no time zone.
        """
        if value is not None and value.tzinfo is None:
            raise NaiveInstant(f"{value} has no time zone: store instants with one")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _: Dialect) -> datetime | None:
        """The instant in UTC; SQLite keeps no zone, PostgreSQL answers in the session's."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text, ordered by its bytes, with what no database can hold made visible."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The C collation on PostgreSQL, which is how SQLite orders."""
        collation = "C" if dialect.name == "postgresql" else None
        return dialect.type_descriptor(String(collation=collation))

    def process_bind_param(self, value: str | None, _: Dialect) -> str | None:
        """The text as it can be stored."""
        return None if value is None else storable(value)


class Record(TypeDecorator[dict[str, object]]):
    """Nested plain data, as JSON."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: object, _: Dialect) -> object:
        """The data as JSON can hold it."""
        return plain(value)


NAMES = MappingProxyType(
    {
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)
"""How constraints are named, so that a migration can name them too."""


class Row(DeclarativeBase):
    """One row of some table."""

    metadata = MetaData(naming_convention=dict(NAMES))
    type_annotation_map: ClassVar = {
        datetime: Instant(),
        float: Double(),
        str: Words(),
        dict[str, object]: Record(),
    }


# SQLite numbers rows by itself only where the key is a plain integer.
_LARGE = BigInteger().with_variant(Integer, "sqlite")

Large = Annotated[int, mapped_column(_LARGE)]
"""A number that may pass 2³¹."""

Key = Annotated[int, mapped_column(_LARGE, primary_key=True)]
Position = Annotated[int, mapped_column(primary_key=True, autoincrement=False)]
"""Where a part stands among its siblings, from 0."""

RigId = Annotated[str, mapped_column(ForeignKey("rigs.id"))]
RigKey = Annotated[str, mapped_column(ForeignKey("rigs.id"), primary_key=True)]
WellId = Annotated[str, mapped_column(ForeignKey("wells.id"))]
WellKey = Annotated[str, mapped_column(ForeignKey("wells.id"), primary_key=True)]


def one_of(column: str, *words: str) -> CheckConstraint:
    """The constraint that `column` holds one of `words`."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)
