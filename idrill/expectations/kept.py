"""Expectations that keep their configuration, which Great Expectations asks them for at every step.

It works the configuration out of the fields about seventy times for each expectation and table,
which takes half of the time of a validation [e]. What is expected stays what it is.
"""

from copy import copy
from functools import cache
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration


@cache
def kept(what: str) -> str:
    """The type under which Great Expectations knows an expectation that keeps its configuration.

    Args:
        what: Its name among those of Great Expectations, without `expect_`; of a column.
    """
    from great_expectations.compatibility.pydantic import PrivateAttr
    from great_expectations.expectations.registry import get_expectation_impl

    usual: Any = get_expectation_impl(f"expect_{what}")

    def configuration(self: Any) -> "ExpectationConfiguration":
        """As the fields say; a copy, since values of parameters are written into it."""
        if self._configuration is None:
            self._configuration = usual.configuration.fget(self)
        return cast("ExpectationConfiguration", copy(self._configuration))

    def changed(self: Any, name: str, value: object) -> None:
        """Set a field, after which the configuration is another."""
        usual.__setattr__(self, name, value)
        if name != "_configuration":
            self._configuration = None

    made = {
        "_configuration": PrivateAttr(default=None),
        "configuration": property(configuration),
        "__setattr__": changed,
        "__module__": __name__,
        "__doc__": usual.__doc__,
    }
    keeping: Any = type(usual)(usual.__name__.replace("Expect", "ExpectKept", 1), (usual,), made)
    return str(keeping.expectation_type)
