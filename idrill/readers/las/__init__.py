"""LAS 1.2 and 2.0: header, index and rows."""

from idrill.readers.las.reader import read_las

__all__ = ["read_las"]
