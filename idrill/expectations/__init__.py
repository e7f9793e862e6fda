"""What a rig-day must be before it may be published: Great Expectations suites from the channels.

A fault keeps the partition from being written; a warning goes with it. Great Expectations and its
pandas are loaded by the first check, not by importing this package.
"""

from idrill.expectations.checking import (
    ExpectationReport,
    check_aggregate,
    check_frame,
    require,
)
from idrill.expectations.suites import KNOWN_BITS, USUAL_SHARE

__all__ = [
    "KNOWN_BITS",
    "USUAL_SHARE",
    "ExpectationReport",
    "check_aggregate",
    "check_frame",
    "require",
]
