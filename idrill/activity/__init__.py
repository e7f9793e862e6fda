"""What the rig is doing, read from its channels.

A row is classified from itself and the minutes before it, never from what follows, so a day that is
classified at once equals the same day classified as it streams in.
"""

from idrill.activity.advance import metres_gained
from idrill.activity.learning import learn_thresholds
from idrill.activity.recognition import classify, rotating
from idrill.activity.stands import connections
from idrill.activity.thresholds import ActivityThresholds

__all__ = [
    "ActivityThresholds",
    "classify",
    "connections",
    "learn_thresholds",
    "metres_gained",
    "rotating",
]
