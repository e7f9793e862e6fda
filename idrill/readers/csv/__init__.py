"""Delimited text of any layout: its lines, its rows, and the column they are indexed by."""

from idrill.readers.csv.reader import raw_table, read_csv

__all__ = ["raw_table", "read_csv"]
