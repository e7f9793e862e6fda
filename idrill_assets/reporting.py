"""What a person reads after files went in."""

from collections.abc import Iterable

from rich.table import Table

from idrill.readers.reading import Reading, ReadReport, Rejection

LISTED = 8
"""Most items of a kind that are named one by one."""


def reading_table(name: str, reading: Reading) -> Table:
    """What a reader found in one source, a line per topic."""
    report = reading.report
    table = Table("", "", title=name, title_justify="left", show_header=False, box=None)
    table.add_row("format", f"{report.format}, by {reading.kind}")
    table.add_row("rows", f"{report.rows_read:,} read, {report.rows_kept:,} kept")
    if report.first is not None:
        step = f", every {report.interval:g} {_unit(reading)}" if report.interval else ""
        table.add_row("from … to", f"{report.first} … {report.last}{step}")
    for topic, items in _topics(report):
        found = list(items)
        if found:
            more = f"; … and {len(found) - LISTED} more" if len(found) > LISTED else ""
            table.add_row(topic, "; ".join(found[:LISTED]) + more)
    return table


def _unit(reading: Reading) -> str:
    return "s" if reading.kind == "time" else "m"


def _topics(report: ReadReport) -> Iterable[tuple[str, Iterable[str]]]:
    yield "rejected", map(_rejection, report.rejections)
    yield "repeated rows", [f"{report.repeated:,}"] if report.repeated else []
    yield "reordered rows", [f"{report.reordered:,}"] if report.reordered else []
    yield "gaps", (f"{start:%d %b %H:%M} to {end:%d %b %H:%M}" for start, end in report.gaps)
    converted = (column for column in report.columns if (column.factor, column.shift) != (1, 0))
    yield "units converted", (f"{column.channel} from {column.unit}" for column in converted)
    yield (
        "unit suspect",
        (
            f"{found.channel} is in {found.likely} rather than {found.claimed}, multiply by "
            f"{found.factor:.6g}: {found.evidence}"
            for found in report.suspicions
        ),
    )
    yield "constant", (f"{name} = {value:g}" for name, value in report.constants.items())
    yield (
        "stands for no value",
        (
            f"{value:g} in {name}, {count:,} times"
            for name, (value, count) in report.sentinels.items()
        ),
    )
    yield "not mapped", (f"{column} ({reason})" for column, reason in report.unmapped.items())
    yield "notes", report.notes


def _rejection(rejection: Rejection) -> str:
    lines = (
        f"line {rejection.first_line}"
        if rejection.rows == 1
        else f"lines {rejection.first_line}-{rejection.last_line} ({rejection.rows:,} rows)"
    )
    return f"{lines}: {rejection.detail or rejection.reason}"
