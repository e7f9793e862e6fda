"""From texts that stand for instants to instants, in one form for the whole column.

Rigs write dates in many ways. The order of day, month and year is decided once, by all values of a
column together: a single 23 settles what 03/04 means. Where the values leave it open, the order
taken is said in a note.
"""

from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from idrill.frame import TIME

FIRST_YEAR, LAST_YEAR = 1970, 2100
"""Instants outside are no readings of a rig."""

_NUMBER = r"^[+-]?\d+(?:\.\d+)?$"
_DATE = r"(\d{1,4}|[A-Za-z]{3,9})[-/. ](\d{1,2}|[A-Za-z]{3,9})[-/. ,]{1,2}(\d{1,4})"
_CLOCK = r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,:](\d{1,9}))?)?\s*([AaPp])?\.?(?:[Mm]\.?)?"
_OFFSET = r"(Z|z|UTC|GMT|[+-]\d{2}:?\d{2})?"
_TEXT = rf"^{_DATE}(?:(?:[T ]|, ?)\s*{_CLOCK}\s*{_OFFSET})?$"
_COMPACT = r"^(\d{4})(\d{2})(\d{2})(?:[T ]?(\d{2})(\d{2})(\d{2}))?$"
_MIDNIGHT = r"[T ]0{1,2}:00(?::00)?(?:\.0+)?$|[T ]12:00(?::00)? ?[Aa][Mm]$"
_PARTS = ("first", "second", "third", "hour", "minute", "second_of", "fraction", "half", "offset")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_ISO = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f")
"""Forms that polars parses ten times faster than the general expression."""

_ORDERS = {
    "year, month, day": ("first", "second", "third"),
    "day, month, year": ("third", "second", "first"),
    "month, day, year": ("third", "first", "second"),
}
"""Which part of a date holds year, month and day."""

_EPOCHS = (
    (2e8, 5e9, 1_000_000.0, "seconds since 1970"),
    (2e11, 5e12, 1_000.0, "milliseconds since 1970"),
    (2e14, 5e15, 1.0, "microseconds since 1970"),
    (2e17, 5e18, 1e-3, "nanoseconds since 1970"),
)
"""Least and largest value, and what it takes to get microseconds."""

_SERIAL = (20_000.0, 80_000.0)
"""Days since 1899-12-30 as spreadsheets count them: the years 1954 to 2119."""
_SERIAL_EPOCH = -25569.0 * 86_400e6


@dataclass(frozen=True, slots=True)
class Instants:
    """The instants of a column, and how they were written."""

    times: pl.Series
    """`frame.TIME`; null where the text is no instant in the form of the column."""
    form: str
    notes: tuple[str, ...] = ()


def instants(
    texts: pl.Series, *, time_format: str | None = None, utc_offset: timedelta | None = None
) -> Instants:
    """The instants that a column of texts stands for.

    Args:
        texts: As they stand in the file.
        time_format: In the letters of strftime, where it is known.
        utc_offset: What the clock is ahead of UTC, for texts that do not say themselves.

    Raises:
        polars.exceptions.ComputeError: If `time_format` is none.

    Example:
        >>> found = instants(pl.Series(["10/23/2007 8:07:08 PM", "10/24/2007 1:00:00 AM"]))
        >>> found.form, found.times[0].isoformat()
        ('month, day, year', '2007-10-23T20:07:08+00:00')
    """
    stripped = texts.str.strip_chars().str.strip_chars('"')
    offset = utc_offset or timedelta(0)
    if time_format is not None:
        return Instants(_formatted(stripped, time_format, offset), time_format)
    quick = _quick(stripped)
    if quick is not None and quick.null_count() == stripped.null_count():
        return Instants(_bounded((quick - offset).dt.replace_time_zone("UTC")), "ISO 8601")
    numeric = stripped.str.contains(_NUMBER)
    if (numeric & ~stripped.str.contains(_COMPACT)).sum() > len(texts) / 2:
        return _counted(stripped, offset)
    return _written(stripped, offset)


def is_mostly_instants(texts: pl.Series) -> bool:
    """Whether the texts that are there read as dates, most of them with a time of day."""
    given = _given(texts)
    found = given.str.contains(_TEXT) & given.str.contains(r"\d:\d\d|\d{8}")
    return len(given) > 0 and found.sum() >= 0.6 * len(given)


def is_mostly_dates(texts: pl.Series) -> bool:
    """Whether the texts that are there read as dates, with a time of day or without."""
    given = _given(texts)
    found = given.str.contains(_TEXT) | given.str.contains(_COMPACT)
    return len(given) > 0 and found.sum() >= 0.6 * len(given)


def is_mostly_clocks(texts: pl.Series) -> bool:
    """Whether the texts that are there read as times of day."""
    given = _given(texts)
    found = given.str.contains(rf"^{_CLOCK}$") | given.str.contains(r"^\d{6}$")
    return len(given) > 0 and found.sum() >= 0.6 * len(given)


def is_mostly_counted(texts: pl.Series) -> bool:
    """Whether the texts that are there count seconds since 1970, or days as spreadsheets do."""
    numbers = _given(texts).cast(pl.Float64, strict=False)
    middle = numbers.drop_nans().median()
    return isinstance(middle, float) and _unit_of(middle) is not None


def plain_dates(texts: pl.Series) -> pl.Series:
    """The texts without the midnight that spreadsheets add to a date."""
    return texts.str.strip_chars().str.replace(_MIDNIGHT, "")


def joined(dates: pl.Series, clocks: pl.Series) -> pl.Series:
    """Date and time of day as one text; null where either is missing."""
    return plain_dates(dates) + " " + clocks.str.strip_chars()


def _given(texts: pl.Series) -> pl.Series:
    stripped = texts.drop_nulls().str.strip_chars().str.strip_chars('"')
    return stripped.filter(stripped != "")


def _formatted(texts: pl.Series, time_format: str, offset: timedelta) -> pl.Series:
    parsed = texts.str.to_datetime(time_format, strict=False, time_unit="us", ambiguous="null")
    if isinstance(parsed.dtype, pl.Datetime) and parsed.dtype.time_zone is not None:
        return _bounded(parsed.dt.convert_time_zone("UTC"))
    return _bounded((parsed - offset).dt.replace_time_zone("UTC"))


def _unit_of(middle: float) -> tuple[float, float, str] | None:
    """Microseconds per count, those of its zero, and its name, for counts around `middle`."""
    if _SERIAL[0] <= middle <= _SERIAL[1]:
        return 86_400e6, _SERIAL_EPOCH, "days since 1899-12-30"
    for least, largest, factor, form in _EPOCHS:
        if least <= middle <= largest:
            return factor, 0.0, form
    return None


def _counted(texts: pl.Series, offset: timedelta) -> Instants:
    numbers = texts.cast(pl.Float64, strict=False)
    numbers = numbers.set(~numbers.is_finite(), None)
    middle = numbers.median()
    unit = _unit_of(middle) if isinstance(middle, float) else None
    if unit is None:
        return Instants(pl.Series([None] * len(texts), dtype=TIME), "numbers that count no time")
    factor, zero, form = unit
    # Spreadsheet days carry about a microsecond of rounding: whole milliseconds are what was meant.
    grain = 1000.0 if zero else 1.0
    micros = (numbers * (factor / grain)).round() * grain + zero
    within = micros.is_between(0, 4.2e15)
    instant = micros.set(~within, None).cast(pl.Int64).cast(pl.Datetime("us"))
    shift = offset if zero else timedelta(0)
    return Instants(_bounded((instant - shift).dt.replace_time_zone("UTC")), form)


def _written(texts: pl.Series, offset: timedelta) -> Instants:
    parts = _parts(texts)
    order, notes = _order(parts)
    return Instants(_bounded(_composed(parts, order, offset)), order, notes)


def _quick(texts: pl.Series) -> pl.Series | None:
    first = texts.drop_nulls().head(1)
    for form in _ISO:
        if first.len() and first.str.to_datetime(form, strict=False).null_count() == 0:
            return texts.str.to_datetime(form, strict=False, time_unit="us")
    return None


def _parts(texts: pl.Series) -> pl.DataFrame:
    """The fields of each text, months in figures."""
    loose = texts.str.extract_groups(_TEXT).struct.rename_fields(list(_PARTS)).struct.unnest()
    compact = texts.str.extract_groups(_COMPACT).struct.rename_fields(list(_PARTS[:6]))
    tight = compact.struct.unnest()
    both = loose.with_columns(pl.coalesce(loose[name], tight[name]) for name in _PARTS[:6])
    months = {name: str(number) for number, name in enumerate(_MONTHS, 1)}
    return both.with_columns(
        pl.when(pl.col(name).str.contains("[A-Za-z]"))
        .then(pl.col(name).str.slice(0, 3).str.to_lowercase().replace_strict(months, default=None))
        .otherwise(pl.col(name))
        for name in ("first", "second")
    ).with_columns(
        pl.col("first").str.len_chars().eq(4).alias("year_first"),
        loose["first"].str.contains("[A-Za-z]").alias("month_named_first"),
        loose["second"].str.contains("[A-Za-z]").alias("month_named"),
    )


def _order(parts: pl.DataFrame) -> tuple[str, tuple[str, ...]]:
    """The order of year, month and day that most values allow, and what was left open."""
    if parts["year_first"].sum() >= parts["year_first"].count() / 2:
        return "year, month, day", ()
    if parts["month_named"].any():
        return "day, month, year", ()
    if parts["month_named_first"].any():
        return "month, day, year", ()
    first, second = (parts[name].cast(pl.Int32, strict=False) for name in ("first", "second"))
    day_first, month_first = (second <= 12).sum(), (first <= 12).sum()
    if day_first != month_first:
        return ("day, month, year" if day_first > month_first else "month, day, year"), ()
    return _nearest(parts)


def _nearest(parts: pl.DataFrame) -> tuple[str, tuple[str, ...]]:
    """The order in which the days lie closer together; the American one with a 12-hour clock."""
    spans = {
        order: _span(_composed(parts, order, timedelta(0)))
        for order in ("day, month, year", "month, day, year")
    }
    low, high = sorted(spans, key=lambda order: spans[order])
    taken = low
    if spans[low] == spans[high]:
        taken = "month, day, year" if parts["half"].count() else "day, month, year"
    if _same(parts):
        return taken, ()
    return taken, (
        f"dates can be read two ways; taken as {taken} (set time_format if that is wrong)",
    )


def _same(parts: pl.DataFrame) -> bool:
    """Whether day and month are equal wherever a date stands."""
    return bool((parts["first"] == parts["second"]).all())


def _span(times: pl.Series) -> float:
    low, high = times.dt.timestamp("us").min(), times.dt.timestamp("us").max()
    return float(high - low) if isinstance(low, int) and isinstance(high, int) else 0.0


def _composed(parts: pl.DataFrame, order: str, offset: timedelta) -> pl.Series:
    """The instants of the fields, null where they make no date in this order."""
    year, month, day = (pl.col(name).cast(pl.Int64, strict=False) for name in _ORDERS[order])
    year = pl.when(year < 70).then(year + 2000).when(year < 100).then(year + 1900).otherwise(year)
    hour = pl.col("hour").cast(pl.Int64).fill_null(0)
    late = pl.col("half").str.to_lowercase().eq("p").fill_null(value=False)
    half = pl.col("half").is_not_null()
    hour = (
        pl.when(half & (hour > 12))
        .then(None)
        .when(half)
        .then(hour % 12 + 12 * late)
        .otherwise(hour)
    )
    stamp = pl.format(
        "{}-{}-{} {}:{}:{}.{}",
        year, *(part.cast(pl.String).str.zfill(2) for part in (month, day, hour)),
        pl.col("minute").fill_null("00"), pl.col("second_of").fill_null("00"),
        pl.col("fraction").fill_null("0"),
    )  # fmt: skip
    local = stamp.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False, time_unit="us")
    composed = parts.select((local - _ahead(offset)).dt.replace_time_zone("UTC").alias("time"))
    return composed["time"]


def _ahead(offset: timedelta) -> pl.Expr:
    """What the clock of each row is ahead of UTC."""
    digits = pl.col("offset").str.extract_groups(r"^([+-])(\d{2}):?(\d{2})$")
    minutes = digits.struct.field("2").cast(pl.Int64) * 60 + digits.struct.field("3").cast(pl.Int64)
    signed = pl.when(digits.struct.field("1") == "-").then(-minutes).otherwise(minutes)
    named = pl.when(pl.col("offset").is_not_null()).then(0)
    own = pl.coalesce(signed, named)
    return pl.coalesce(pl.duration(minutes=own), pl.lit(offset, dtype=pl.Duration("us")))


def _bounded(times: pl.Series) -> pl.Series:
    year = times.dt.year()
    return times.cast(TIME).set(~year.is_between(FIRST_YEAR, LAST_YEAR), None)
