"""From rig files to readings.

`unpack` gives the plain files in whatever arrived, `read` recognises one and hands it to its
reader. Every reader returns a `Reading`: the rows in channels and their units, and a report that
accounts for each row of the file.
"""

from idrill.readers.assembly import ReadOptions
from idrill.readers.reading import Kind, Reading, ReadReport
from idrill.readers.recognition import Format, read, recognise
from idrill.readers.unpacking import Member, Unpacked, unpack

__all__ = [
    "Format",
    "Kind",
    "Member",
    "ReadOptions",
    "ReadReport",
    "Reading",
    "Unpacked",
    "read",
    "recognise",
    "unpack",
]
