"""Compilation of scalar physics to machine code, so that a kernel calls the very same functions.

Numba keeps compiled code on disk and looks at a function's own file alone when it judges whether
that is still valid: https://numba.readthedocs.io/en/stable/developer/caching.html. A kernel would
go on with the old physics after a law changed in another file; here it is compiled anew.
"""

import hashlib
import inspect
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit
from numba.core.caching import FunctionCache
from numba.core.dispatcher import Dispatcher

Compiled = TypeVar("Compiled", bound=Callable[..., Any])


def compiled(function: Compiled) -> Compiled:
    """The function as machine code, with its signature, its docstring and its doctests.

    Division by zero gives infinity, as in numpy. What it calls must be imported by name and be
    compiled too. With `NUMBA_DISABLE_JIT=1` the function stays plain Python.

    Example:
        >>> @compiled
        ... def kinetic_energy(mass: float, speed: float) -> float:
        ...     return mass * speed**2 / 2
        >>> kinetic_energy(3.0, 2.0), kinetic_energy.py_func(3.0, 2.0)
        (6.0, 6.0)
    """
    dispatcher = njit(error_model="numpy")(function)
    has_a_file = not function.__code__.co_filename.startswith("<")
    if has_a_file and isinstance(dispatcher, Dispatcher):
        dispatcher._cache = _Cache(function)  # type: ignore[attr-defined, no-untyped-call]
    return cast("Compiled", dispatcher)


class _Cache(FunctionCache):
    """Compiled code on disk, valid for one text of the function and of all that it calls."""

    def load_overload(self, sig: object, target_context: object) -> object:
        """Compiled code for a signature, or None."""
        try:
            return super().load_overload(sig, target_context)  # type: ignore[no-untyped-call]
        except (AttributeError, ImportError):
            # The index names a type that is gone from another module, so nothing in it is valid.
            self.flush()  # type: ignore[no-untyped-call]
            return None

    def _index_key(self, sig: object, codegen: object) -> tuple[object, ...]:
        key = super()._index_key(sig, codegen)  # type: ignore[no-untyped-call]
        return (*key, fingerprint(self._py_func))


def fingerprint(function: FunctionType) -> str:
    """Hash of a function's source, the sources of what it calls and the constants they use."""
    return hashlib.sha256("\n".join(_sources(function, set())).encode()).hexdigest()


def _sources(function: FunctionType, seen: set[FunctionType]) -> Iterator[str]:
    seen.add(function)
    yield inspect.getsource(function)
    # Numba knows a named tuple by its name alone, and its fields by their place.
    yield from (str(getattr(kind, "_fields", "")) for kind in function.__annotations__.values())
    for name in sorted(_names(function.__code__)):
        value = function.__globals__.get(name)
        if isinstance(value, Dispatcher):
            if value.py_func not in seen:
                yield from _sources(value.py_func, seen)
        elif isinstance(value, int | float | str | tuple | np.ndarray):
            yield f"{name} = {value.tolist() if isinstance(value, np.ndarray) else value!r}"


def _names(code: CodeType) -> set[str]:
    """Global names that a piece of code, or one nested in it, may look up."""
    nested = (one for one in code.co_consts if isinstance(one, CodeType))
    return set(code.co_names).union(*(_names(one) for one in nested))
