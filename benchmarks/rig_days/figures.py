"""The tables of many rigs as the lines of a page."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from benchmarks.rig_days.accuracy import FILTERED, Array
from benchmarks.rig_days.jobs import Tables
from benchmarks.rig_days.scoring import Said, upper_bound, wilson
from idrill.simulator.event_kinds import EventKind

WORTH = 0.05
"""Adjustability from which reconciliation must gain."""
SOON = 8.0
"""What each bias has left of the day on which it begins, at least [h]."""
NOT_WORSE = 1.01
"""Ratio of errors up to which nothing was made worse [-]."""
LOST = 0.5
"""Share of a detectability that must go for a removed sensor to be worth a line."""
SEED = 4


def figures(tables: Tables, headline: float) -> dict[str, float | str]:
    """Everything measured, by what it is.

    Args:
        tables: Of all rigs.
        headline: The mismatch of which details are given.
    """
    usual = pl.col("mismatch") == headline
    return {
        **dict(_powers(tables)),
        **dict(_by_channel(tables.trials.filter(usual & (pl.col("what") == "bias")))),
        **dict(_alarms(tables, headline)),
        **dict(_drifts(tables.trials.filter(pl.col("what") == "drift"))),
        **dict(_events(tables.trials, "event", "drawn events", headline)),
        **dict(_events(tables.trials, "pressure", "an equal 3 % of pressure", headline)),
        **dict(_transfers(tables.trials)),
        **dict(_bookings(tables.trials)),
        **dict(_errors(tables.squares, headline)),
        **dict(_removals(tables.removed)),
        "values changed without a bit that says so": int(
            tables.rigs.group_by("mismatch", "seed").agg(pl.col("touched").first())["touched"].sum()
        ),
    }


def _share(rows: pl.DataFrame, *said: Said) -> str:
    """A share of the trials with its interval."""
    hits = rows["best"].is_in([each.value for each in said]).sum()
    if rows.is_empty():
        return "no trial"
    low, high = wilson(int(hits), rows.height)
    return f"{hits / rows.height:.2f} ({low:.2f} to {high:.2f}, {rows.height} trials)"


def _noticed(rows: pl.DataFrame) -> float:
    return float((rows["best"] != Said.NOTHING.value).mean() or 0.0)  # type: ignore[arg-type]  # of booleans


def _powers(tables: Tables) -> Iterator[tuple[str, str]]:
    """Power over biases by mismatch."""
    biases = tables.trials.filter(pl.col("what") == "bias")
    for (mismatch,), rows in biases.group_by("mismatch", maintain_order=True):
        yield f"mismatch {mismatch:g}: biases of 5 sd/d found and named", _power(rows)


def _power(rows: pl.DataFrame) -> str:
    named = rows.filter(pl.col("best") == Said.NAMED.value)
    soon = named.filter(pl.col("delay") <= SOON)
    return (
        f"{_share(rows, Said.NAMED)}, with its class {_part(rows, Said.NAMED, Said.CLASS):.2f}; "
        f"named within {SOON:g} h {soon.height / rows.height:.2f}; noticed {_noticed(rows):.2f}; "
        f"delay {_hours(named)}"
    )


def _by_channel(rows: pl.DataFrame) -> Iterator[tuple[str, str]]:
    for (was,), trials in sorted(rows.group_by("was"), key=lambda pair: str(pair[0][0])):
        size = _median(trials["size"].abs())
        yield f"biases of {was} (median {size:.3g}) found and named", _power(trials)


def _alarms(tables: Tables, headline: float) -> Iterator[tuple[str, str]]:
    """Episodes on days with nothing wrong, per rig-day and channel."""
    for (mismatch,), rigs in tables.rigs.group_by("mismatch", maintain_order=True):
        whole = tables.told.filter(pl.col("mismatch") == mismatch)
        told = whole.filter(~pl.col("true"))
        channel_days = int(rigs["days"].sum())
        rig_days = int(rigs.group_by("seed").agg(pl.col("days").max())["days"].sum())
        by_kind = {kind: told.filter(pl.col("kind") == kind).height for kind in
                   ("sensor", "unclear", "process")}  # fmt: skip
        yield (
            f"mismatch {mismatch:g}: false episodes of sensors per rig-day and channel",
            f"{by_kind['sensor'] / max(channel_days, 1):.3f} ({by_kind['sensor']} in "
            f"{channel_days} channel-days); per rig-day {by_kind['unclear'] / rig_days:.2f} that "
            f"cannot tell, {by_kind['process'] / rig_days:.2f} events; "
            f"{whole.height - told.height} more told of mud that the crew did mix",
        )
        for (name,), rows in sorted(told.group_by("name"), key=lambda pair: -pair[1].height):
            if rows.height > 2 and mismatch == headline:
                yield f"false episodes of {name}", f"{rows.height} in {rig_days} rig-days"


def _drifts(rows: pl.DataFrame) -> Iterator[tuple[str, str]]:
    for (was,), trials in sorted(rows.group_by("was"), key=lambda pair: str(pair[0][0])):
        named = trials.filter(pl.col("best") == Said.NAMED.value)
        days = (named["delay"] / 24.0).to_list()
        yield (
            f"drift of one sd a day of {was}",
            f"named in {named.height} of {trials.height}"
            + (f", after {', '.join(f'{day:.1f}' for day in days)} days" if days else "")
            + f"; noticed in {int((trials['best'] != Said.NOTHING.value).sum())}",
        )


def _events(
    trials: pl.DataFrame, what: str, words: str, headline: float
) -> Iterator[tuple[str, str]]:
    known = trials.filter(
        (pl.col("what") == what) & (pl.col("was") != EventKind.PIT_TRANSFER.value)
    )
    for (mismatch,), rows in known.group_by("mismatch", maintain_order=True):
        yield (
            f"mismatch {mismatch:g}: {words}, named",
            f"{_share(rows, Said.NAMED)}; {_parts(rows)}",
        )
        if mismatch != headline:
            continue
        for (was,), each in sorted(rows.group_by("was"), key=lambda pair: str(pair[0][0])):
            named = each.filter(pl.col("best") == Said.NAMED.value)
            yield (
                f"{words}, {was} named",
                f"{_share(each, Said.NAMED)}; {_parts(each)}; delay {_hours(named)}",
            )


def _transfers(trials: pl.DataFrame) -> Iterator[tuple[str, str]]:
    """Mud led from one tank to another changes no total: nothing is to be told."""
    rows = trials.filter(pl.col("was") == EventKind.PIT_TRANSFER.value)
    yield (
        "transfers between tanks of which nothing was told, as nothing is out of balance",
        f"{int((rows['best'] == Said.NOTHING.value).sum())} of {rows.height}",
    )


def _parts(rows: pl.DataFrame) -> str:
    """The shares of all else that was said."""
    shares = {said: _part(rows, said) for said in Said if said != Said.NAMED}
    return ", ".join(f"{said.value} {share:.2f}" for said, share in shares.items() if share)


def _bookings(trials: pl.DataFrame) -> Iterator[tuple[str, str]]:
    """Events booked as faults of sensors, and the reverse, by the first episode told."""
    for (mismatch,), rows in trials.group_by("mismatch", maintain_order=True):
        events = rows.filter(pl.col("what") == "event")
        faults = rows.filter(pl.col("what").is_in(["bias", "drift"]))
        for words, part, kind in (
            ("events booked as a sensor's fault", events, "sensor"),
            ("biases and drifts booked as an event", faults, "process"),
        ):
            booked = int((part["first_kind"] == kind).sum())
            if not part.is_empty():
                yield f"mismatch {mismatch:g}: {words}", f"{booked} of {part.height}"


def _errors(squares: pl.DataFrame, headline: float) -> Iterator[tuple[str, str]]:
    """Ratios of root mean square errors, with the bound of 95 %."""
    random = np.random.default_rng(SEED)
    for (mismatch,), all_rows in squares.group_by("mismatch", maintain_order=True):
        lines, met = [], []
        for (name, worth), rows in sorted(
            all_rows.group_by("channel", pl.col("adjustability") >= WORTH),
            key=lambda pair: (str(pair[0][0]), bool(pair[0][1])),
        ):
            known = _known(rows, random)
            bound = 1.0 if worth else NOT_WORSE
            met.append(known["raw"][1] < bound and known[FILTERED][1] < bound)
            sign = "≥" if worth else "<"
            lines.append((f"RMSE of {name}, a {sign} {WORTH}", _ratios(rows, known, random)))
        yield (
            f"mismatch {mismatch:g}: channels whose RMSE is below raw and filtered (a ≥ {WORTH}), "
            f"or not worse (a < {WORTH})",
            f"{sum(met)} of {len(met)}",
        )
        if mismatch == headline:
            yield from lines


def _known(rows: pl.DataFrame, random: np.random.Generator) -> dict[str, tuple[float, float]]:
    """Reconciled by raw and by filtered: ratio and bound."""
    return {
        other: _ratio(rows, ("reconciled", other), "squares", random) for other in ("raw", FILTERED)
    }


def _ratios(
    rows: pl.DataFrame, known: dict[str, tuple[float, float]], random: np.random.Generator
) -> str:
    """Reconciled values by raw ones and by the filter alone; other methods by raw values."""
    parts = []
    for other, (whole, bound) in known.items():
        centred, top = _ratio(rows, ("reconciled", other), "centred", random)
        parts.append(
            f"reconciled by {other} {whole:.3f} (< {bound:.3f}), "
            f"about the mean error {centred:.3f} (< {top:.3f})"
        )
    others = [
        f"{method} {_ratio(rows, (method, 'raw'), 'squares', random)[0]:.3f}"
        for method in rows["method"].unique(maintain_order=True)
        if method not in ("raw", "reconciled")
    ]
    return f"{rows['seed'].n_unique()} rigs; {'; '.join(parts)}; by raw: {', '.join(others)}"


def _ratio(
    rows: pl.DataFrame, sides: tuple[str, str], column: str, random: np.random.Generator
) -> tuple[float, float]:
    """Root of the mean over rigs of the ratio of squares, and its bound."""
    pairs = [
        (_blocks(each, sides[0], column), _blocks(each, sides[1], column))
        for _, each in rows.group_by("seed", maintain_order=True)
    ]
    mean = np.sqrt(np.mean([ours.sum() / theirs.sum() for ours, theirs in pairs]))
    return float(mean), upper_bound(pairs, random)


def _blocks(rows: pl.DataFrame, method: str, column: str) -> Array:
    return rows.filter(pl.col("method") == method).sort("block")[column].to_numpy()


def _removals(removed: pl.DataFrame) -> Iterator[tuple[str, str]]:
    """What is checked by half as much, or no more, without a sensor, and in how many rigs."""
    lost = removed.filter(pl.col("after") < LOST * pl.col("before"))
    for (name,), rows in sorted(removed.group_by("removed"), key=lambda pair: str(pair[0][0])):
        gone = lost.filter(pl.col("removed") == name)
        names = [
            f"{channel} ({each.height} of {rows['seed'].n_unique()} rigs, d "
            f"{_mean(each['before']):.2f} to {_mean(each['after']):.2f})"
            for (channel,), each in sorted(
                gone.group_by("channel"), key=lambda pair: str(pair[0][0])
            )
        ]
        yield f"without {name} no longer checked", ", ".join(names) or "nothing more"


def _part(rows: pl.DataFrame, *said: Said) -> float:
    hits = rows["best"].is_in([each.value for each in said]).sum()
    return float(hits) / max(rows.height, 1)


def _hours(rows: pl.DataFrame) -> str:
    if rows.is_empty():
        return "none"
    delays = rows["delay"].to_numpy()
    return f"{np.median(delays):.2f} h, nine of ten within {np.quantile(delays, 0.9):.2f} h"


def _mean(values: pl.Series) -> float:
    return float(np.mean(values.to_numpy())) if len(values) else 0.0


def _median(values: pl.Series) -> float:
    return float(np.median(values.to_numpy())) if len(values) else 0.0
