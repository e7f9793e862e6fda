"""The tree of errors: one root, one sentence each, and a message that says where."""

import inspect
import re

import pytest

from idrill import errors
from idrill.errors import BrokenSource, IDrillError, OversizedSource, SourceError, UnknownFormat

TREE = [
    one
    for _, one in inspect.getmembers(errors, inspect.isclass)
    if one.__module__ == "idrill.errors"
]


@pytest.mark.parametrize("error", TREE)
def test_every_error_hangs_on_one_root(error: type[Exception]) -> None:
    assert issubclass(error, IDrillError)


@pytest.mark.parametrize("error", TREE)
def test_every_error_says_when_it_is_raised(error: type[Exception]) -> None:
    assert (error.__doc__ or "").startswith("Raised when ")


def test_the_drawing_shows_every_error_under_its_parent() -> None:
    drawn: dict[str, str] = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").split("```")[1].strip().splitlines():
        name = re.search(r"[A-Z]\w+", line)
        assert name
        depth = name.start() // 4
        path = [*path[:depth], name.group()]
        drawn[name.group()] = path[depth - 1] if depth else "Exception"

    assert drawn == {error.__name__: error.__bases__[0].__name__ for error in TREE}


def test_a_file_is_named_with_its_line_and_what_to_do() -> None:
    error = BrokenSource("day.csv", "the quote is never closed.", line=7, remedy="Close it.")

    assert str(error) == "day.csv, line 7: the quote is never closed. Close it."


def test_a_file_without_a_line_is_named_alone() -> None:
    assert str(UnknownFormat("day.bin", "no reader knows it.")) == "day.bin: no reader knows it."


@pytest.mark.parametrize("error", [BrokenSource, OversizedSource, UnknownFormat])
def test_every_fault_of_a_file_can_be_caught_as_one(error: type[SourceError]) -> None:
    with pytest.raises(SourceError) as caught:
        raise error("day.csv", "no.")

    assert (caught.value.source, caught.value.line) == ("day.csv", None)
