"""Whether values make sense in the unit they claim, and in which unit they would."""

from idrill.readers.plausibility.doubts import Doubt, doubts

__all__ = ["Doubt", "doubts"]
