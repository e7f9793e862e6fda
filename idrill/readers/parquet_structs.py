"""What a Parquet file may say in its footer and in the heads of its pages: fields and types.

https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift, as of 2.13,
all of it that can stand there: what is not known here is refused, since others may know it.
"""

from idrill.readers.thrift import ListOf, Plain, Struct

_BOOL, _BYTE, _I16, _I32, _I64 = Plain.BOOL, Plain.BYTE, Plain.I16, Plain.I32, Plain.I64
_DOUBLE, _BINARY = Plain.DOUBLE, Plain.BINARY
_EMPTY = Struct({})

_STATISTICS = Struct(
    {
        1: _BINARY, 2: _BINARY, 3: _I64, 4: _I64, 5: _BINARY, 6: _BINARY, 7: _BOOL, 8: _BOOL,
        9: _I64,
    }
)  # fmt: skip
_KEY_VALUE = Struct({1: _BINARY, 2: _BINARY})

DATA_PAGE = Struct({1: _I32, 2: _I32, 3: _I32, 4: _I32, 5: _STATISTICS})

DICTIONARY_PAGE = Struct({1: _I32, 2: _I32, 3: _BOOL})

DATA_PAGE_V2 = Struct(
    {1: _I32, 2: _I32, 3: _I32, 4: _I32, 5: _I32, 6: _I32, 7: _BOOL, 8: _STATISTICS}
)

PAGE = Struct(
    {
        1: _I32, 2: _I32, 3: _I32, 4: _I32, 5: DATA_PAGE, 6: _EMPTY, 7: DICTIONARY_PAGE,
        8: DATA_PAGE_V2,
    }
)  # fmt: skip

_UNIT = Struct({1: _EMPTY, 2: _EMPTY, 3: _EMPTY})
_TIME = Struct({1: _BOOL, 2: _UNIT})
_LOGICAL_TYPE = Struct(
    dict.fromkeys((1, 2, 3, 4, 6, 11, 12, 13, 14, 15, 19), _EMPTY)
    | {
        5: Struct({1: _I32, 2: _I32}),
        7: _TIME,
        8: _TIME,
        10: Struct({1: _BYTE, 2: _BOOL}),
        16: Struct({1: _BYTE}),
        17: Struct({1: _BINARY}),
        18: Struct({1: _BINARY, 2: _I32}),
    }
)

SCHEMA_ELEMENT = Struct(
    {
        1: _I32, 2: _I32, 3: _I32, 4: _BINARY, 5: _I32, 6: _I32, 7: _I32, 8: _I32, 9: _I32,
        10: _LOGICAL_TYPE, 11: _I32,
    }
)  # fmt: skip

_SIZES = Struct({1: _I64, 2: ListOf(_I64), 3: ListOf(_I64)})
_GEOGRAPHY = Struct({1: Struct(dict.fromkeys(range(1, 9), _DOUBLE)), 2: ListOf(_I32)})

COLUMN = Struct(
    {
        1: _I32, 2: ListOf(_I32), 3: ListOf(_BINARY), 4: _I32, 5: _I64, 6: _I64, 7: _I64,
        8: ListOf(_KEY_VALUE), 9: _I64, 10: _I64, 11: _I64, 12: _STATISTICS,
        13: ListOf(Struct({1: _I32, 2: _I32, 3: _I32})), 14: _I64, 15: _I32, 16: _SIZES,
        17: _GEOGRAPHY,
    }
)  # fmt: skip

_KEYS = Struct({1: _EMPTY, 2: Struct({1: ListOf(_BINARY), 2: _BINARY})})
COLUMN_CHUNK = Struct(
    {1: _BINARY, 2: _I64, 3: COLUMN, 4: _I64, 5: _I32, 6: _I64, 7: _I32, 8: _KEYS, 9: _BINARY}
)

ROW_GROUP = Struct(
    {
        1: ListOf(COLUMN_CHUNK), 2: _I64, 3: _I64, 4: ListOf(Struct({1: _I32, 2: _BOOL, 3: _BOOL})),
        5: _I64, 6: _I64, 7: _I16,
    }
)  # fmt: skip

_CIPHER = Struct({1: _BINARY, 2: _BINARY, 3: _BOOL})
FILE = Struct(
    {
        1: _I32, 2: ListOf(SCHEMA_ELEMENT), 3: _I64, 4: ListOf(ROW_GROUP), 5: ListOf(_KEY_VALUE),
        6: _BINARY, 7: ListOf(Struct({1: _EMPTY, 2: _EMPTY, 3: _EMPTY})),
        8: Struct({1: _CIPHER, 2: _CIPHER}), 9: _BINARY,
    }
)  # fmt: skip
