"""WITS level 0: frames in a file or on a socket, and what their items mean."""

from idrill.readers.wits0.reader import read_wits0

__all__ = ["read_wits0"]
