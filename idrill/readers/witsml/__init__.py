"""WITSML 1.3.1.1 and 1.4.1.1: logs, and the objects around them."""

from idrill.readers.witsml.reader import read_witsml

__all__ = ["read_witsml"]
