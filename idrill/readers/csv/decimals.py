"""What a point or a comma inside a number means: the decimal mark, or one between thousands.

`1.176,8` and `12.5` leave no choice, `21.057` does. What leaves none decides for its column, then
for the file; a column that does not settle it itself is named in the report.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

MARKS = (".", ",")

_CERTAIN = (
    (".", re.compile(r"[+-]?(\d*|[1-9]\d{0,2}(,\d{3})+)\.\d+|[+-]?[1-9]\d{0,2}(,\d{3}){2,}")),
    (",", re.compile(r"[+-]?(\d*|[1-9]\d{0,2}(\.\d{3})+),\d+|[+-]?[1-9]\d{0,2}(\.\d{3}){2,}")),
)
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2}([.,])\d{3}")
"""`3,046` and `3.046`: the mark may be the decimal one, or set off the thousands."""


@dataclass(frozen=True, slots=True)
class Decimals:
    """The decimal mark of a file and of each of its columns."""

    mark: str
    columns: tuple[str, ...]
    guessed: tuple[int, ...] = ()
    """Columns whose numbers could all be read the other way too."""

    def of(self, column: int) -> str:
        """The decimal mark of one column."""
        return self.columns[column]


def decimals_of(
    columns: Sequence[Sequence[str]], delimiter: str, told: str | None = None
) -> Decimals:
    """The decimal marks that a sample shows.

    Where commas stand between the columns, one inside a number sets off its thousands.

    Args:
        columns: The texts of each column.
        delimiter: What stands between them.
        told: The mark that the user's map names, which then holds for all columns.

    Example:
        >>> decimals_of([["1.176,8", "980,5"], ["12.5"], ["3.046"]], ";").columns
        (',', '.', ',')
    """
    if told is not None:
        return Decimals(told, (told,) * len(columns))
    found = [_counted(texts) for texts in columns]
    certain, open_ = _total(each[0] for each in found), _total(each[1] for each in found)
    settled = bool(certain) or delimiter == ","
    mark = _leading(certain if settled else open_, ".")
    marks = tuple(_leading(own, mark) for own, _ in found)
    guessed = [
        at for at, (own, unsure) in enumerate(found)
        if delimiter != "," and not own and (unsure - Counter({mark: unsure[mark] * settled}))
    ]  # fmt: skip
    return Decimals(mark, marks, tuple(guessed))


def remarks(decimals: Decimals, names: Sequence[str]) -> Iterator[str]:
    """What a reader of the report should know about the numbers.

    Args:
        decimals: The marks of the file.
        names: Its headings.
    """
    if decimals.mark == ",":
        yield "numbers have a decimal comma"
    for at, own in enumerate(decimals.columns):
        if own != decimals.mark:
            word = "comma" if own == "," else "point"
            yield f"column {names[at]!r}: numbers have a decimal {word}, unlike the others"
    for at in decimals.guessed:
        yield (
            f"column {names[at]!r}: {_meaning(decimals.of(at))}, which nothing in the column "
            "settles; `decimal` in a map of columns says otherwise"
        )


def _meaning(mark: str) -> str:
    other = MARKS[1 - MARKS.index(mark)]
    return f"12{mark}345 is taken as 12 and decimals, 12{other}345 as twelve thousand"


def _counted(texts: Iterable[str]) -> tuple[Counter[str], Counter[str]]:
    """How often each decimal mark is certain, and how often one may be it."""
    certain: Counter[str] = Counter()
    unsure: Counter[str] = Counter()
    for text in texts:
        if either := _EITHER.fullmatch(text):
            unsure[either[1]] += 1
        else:
            certain.update(mark for mark, form in _CERTAIN if form.fullmatch(text))
    return certain, unsure


def _total(counts: Iterable[Counter[str]]) -> Counter[str]:
    return sum(counts, start=Counter())


def _leading(counts: Counter[str], otherwise: str) -> str:
    """The mark that is counted more often."""
    point, comma = counts["."], counts[","]
    return otherwise if point == comma else max(MARKS, key=counts.__getitem__)
