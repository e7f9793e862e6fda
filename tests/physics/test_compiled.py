"""Compiled functions: the same values, the doctests kept, and no stale machine code."""

import doctest
import importlib
import importlib.util
import subprocess
import sys
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

import pytest

from idrill import physics
from idrill.physics.compiled import compiled

LAWS = sorted({module.name for module in iter_modules(physics.__path__)} - {"compiled"})

LAW = "from idrill.physics.compiled import compiled\n\n\n@compiled\ndef law(x: float) -> float:\n"
KERNEL = """
from law import law

from idrill.physics.compiled import compiled


@compiled
def kernel(x: float) -> float:
    return law(x)


print(kernel(1.0), sum(kernel.stats.cache_hits.values()))
"""

TUPLE = """from typing import NamedTuple


class Body(NamedTuple):
    {first}: float
    {second}: float
"""
TUPLE_KERNEL = """
from law import Body

from idrill.physics.compiled import compiled


@compiled
def mass_of(body: Body) -> float:
    return body.mass


print(mass_of(Body(mass=3.0, speed=2.0)))
"""


def _run(folder: Path) -> str:
    return subprocess.run(
        [sys.executable, "kernel.py"], cwd=folder, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_a_changed_law_compiles_the_kernel_that_calls_it_anew(tmp_path: Path) -> None:
    (tmp_path / "kernel.py").write_text(KERNEL)
    (tmp_path / "law.py").write_text(LAW + "    return x + 1\n")
    first, second = _run(tmp_path), _run(tmp_path)
    (tmp_path / "law.py").write_text(LAW + "    return x + 2\n")
    changed = _run(tmp_path)

    assert (first, second, changed) == ("2.0 0", "2.0 1", "3.0 0")


def test_fields_of_a_named_tuple_that_change_places_compile_the_kernel_anew(tmp_path: Path) -> None:
    (tmp_path / "kernel.py").write_text(TUPLE_KERNEL)
    (tmp_path / "law.py").write_text(TUPLE.format(first="mass", second="speed"))
    before = _run(tmp_path)
    (tmp_path / "law.py").write_text(TUPLE.format(first="speed", second="mass"))
    after = _run(tmp_path)

    assert (before, after) == ("3.0", "3.0")


def test_a_type_that_is_gone_compiles_the_kernel_anew(tmp_path: Path) -> None:
    law, kernel = TUPLE.format(first="mass", second="speed"), TUPLE_KERNEL
    (tmp_path / "law.py").write_text(law + "\n\nShape = Body\n")
    (tmp_path / "kernel.py").write_text(kernel.replace("import Body", "import Shape as Body"))
    before = _run(tmp_path)
    (tmp_path / "law.py").write_text(law.replace("Body", "Shape"))
    after = _run(tmp_path)

    assert (before, after) == ("3.0", "3.0")


def test_a_doctest_of_a_compiled_function_is_found_and_can_fail(tmp_path: Path) -> None:
    wrong = LAW + '    """Twice.\n\n    >>> law(1.0)\n    3.0\n    """\n    return 2 * x\n'
    module = _module(tmp_path / "law.py", wrong)

    results = [doctest.DocTestRunner().run(test) for test in doctest.DocTestFinder().find(module)]

    assert sum(one.attempted for one in results) == 1
    assert sum(one.failed for one in results) == 1


@pytest.mark.parametrize("name", LAWS)
def test_every_law_has_a_doctest_that_is_found(name: str) -> None:
    module = importlib.import_module(f"idrill.physics.{name}")

    found = {test.name for test in doctest.DocTestFinder().find(module) if test.examples}

    laws = [law for law in vars(module).values() if hasattr(law, "py_func")]
    own = {law.__name__ for law in laws if law.__module__ == module.__name__}
    public = {f"{module.__name__}.{law}" for law in own if not law.startswith("_")}
    assert public
    assert public <= found


def test_dividing_by_zero_gives_infinity_in_compiled_code() -> None:
    @compiled
    def inverse(x: float) -> float:
        return 1 / x

    assert inverse(0.0) == float("inf")


def _module(path: Path, source: str) -> ModuleType:
    path.write_text(source)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        pytest.fail(f"{path} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
