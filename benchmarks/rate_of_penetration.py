"""Laws of the rate of penetration on real drilling: laboratory, Volve sections, USROP wells.

Two laws whose form is that of `idrill.physics`: cutting and friction (Detournay and Defourny) and
Bourgoyne and Young; their constants are fitted on what may be seen. Gradient boosting is the peer
that knows no law.
"""

import gzip
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.harness import Comparison, Result, Sample
from benchmarks.rate_laws import (
    MODES,
    SEEN,
    Array,
    Law,
    absolute_boosting,
    boosting,
    laboratory_boosting,
    laboratory_cutting,
    laboratory_regression,
    last_rate,
    log_terms,
    mean_rate,
    moded_terms,
    recent_regression,
    regression,
    torque_law,
)
from benchmarks.real_data import real_data
from idrill.readers import ReadOptions, read
from idrill.units import conversion

PROTOCOL_ROWS = 577
"""Rows that the published protocol predicts at a time (Tunkiel, Sui and Wiktorski 2021)."""
PUBLISHED = {"USROP_A 0 N-NA_F-9_Ad": 7.63, "USROP_A 1 N-S_F-7d": 9.00}
"""Mean absolute error of their gradient boosting [m/h]."""
SECTIONS = ("TSPP2", "TSPP3", "TSPP4")
RECENT_MINUTES, RECENT_ROWS = 10, 200
"""What a law is held to at most on Volve, and on the USROP wells."""
INPUTS = ("weight_on_bit", "torque", "rotary_speed", "flow_in")
PEERS = frozenset(
    {"mean", "mean so far", "last value", "published", "boosting", "boosting of absolute errors"}
)
"""What knows no law of drilling."""
AHEAD = (1, 30)
"""How many minutes are predicted at a time on Volve."""


@dataclass(frozen=True)
class Found:
    """Errors of each law on one data set."""

    name: str
    errors: Mapping[str, float]
    """Mean absolute error [m/h]."""

    @property
    def lost(self) -> str | None:
        """By how much the best of our laws loses to the best peer, where it does."""
        peer = min((name for name in self.errors if name in PEERS), key=self.errors.__getitem__)
        ours = min((name for name in self.errors if name not in PEERS), key=self.errors.__getitem__)
        if self.errors[ours] <= self.errors[peer]:
            return None
        return f"{self.name} ({ours} {self.errors[ours]:.2f}, {peer} {self.errors[peer]:.2f} m/h)"

    def against(self, peer: str, *ours: str) -> Iterator[Comparison]:
        """Each of ours against a peer."""
        for law in ours:
            yield Comparison(
                f"{self.name}: {law}, against {peer}",
                Sample((self.errors[law],), "m/h"),
                Sample((self.errors[peer],), "m/h"),
                bound="at most",
            )


def run() -> Result:
    """The laws on the laboratory table, forward in time on Volve, and by the USROP protocol."""
    table, sections = laboratory(), [volve(name, ahead) for name in SECTIONS for ahead in AHEAD]
    wells = [usrop(name) for name in PUBLISHED]
    return Result(
        promise="",
        title="Rate of penetration",
        against="the mean, the last value and gradient boosting; all errors mean absolute",
        comparisons=(
            *table.against("mean", "cutting and friction", "Bourgoyne-Young", "boosting"),
            *(
                each
                for found in sections
                for peer in ("last value", "mean so far")
                for each in found.against(peer, "Bourgoyne-Young by mode, held to recent")
            ),
            *(
                each
                for found in wells
                for each in found.against(
                    "published", "cutting and friction", "Bourgoyne-Young, held to recent",
                    "boosting", "boosting of absolute errors",
                )
            ),
        ),
        notes=(
            "Laboratory: 83 rows of one sandstone, 10 series (bit design and speed), each left out "
            "once. Volve: minutes on bottom; the laws see the inputs of the minutes asked for, and "
            "rates only before them. USROP: all rows so far, then the next 577.",
            "Held to recent: scaled by the median ratio of measured to predicted in as many of the "
            "last minutes as are asked for, at most ten (Volve), or in the last 200 rows (USROP); "
            "these lengths were chosen with the same wells in view.",
        ),
        figures=_figures((table, *sections, *wells)),
    )  # fmt: skip


def _figures(found: Sequence[Found]) -> dict[str, str]:
    lost = [each.lost for each in found if each.lost]
    return {
        **{each.name: _described(each) for each in found},
        f"the best law loses to the best peer in {len(lost)} of {len(found)}": "; ".join(lost),
    }


def _described(found: Found) -> str:
    return ", ".join(f"{law} {error:.2f}" for law, error in found.errors.items()) + " m/h"


def _rows(table: Mapping[str, Array], which: Array | slice) -> dict[str, Array]:
    return {name: column[which] for name, column in table.items()}


# Laboratory


def laboratory() -> Found:
    """Each series predicted from the others."""
    table = _laboratory_table()
    laws: dict[str, Law] = {
        "mean": mean_rate,
        "cutting and friction": laboratory_cutting,
        "Bourgoyne-Young": laboratory_regression,
        "boosting": laboratory_boosting,
    }
    errors: dict[str, list[Array]] = {law: [] for law in laws}
    for series in np.unique(table["series"]):
        out = table["series"] == series
        known, asked = _rows(table, ~out), _rows(table, out)
        for name, law in laws.items():
            errors[name].append(np.abs(law(known, asked) - asked["rate"]))
    means = {name: float(np.concatenate(parts).mean()) for name, parts in errors.items()}
    return Found("laboratory", means)


def _laboratory_table() -> dict[str, Array]:
    path = real_data() / "rop_tables" / "akhtarmanesh2021_pdc_lab_rop.csv"
    raw = pl.read_csv(path).rename(str.strip)
    design = raw.select(pl.struct("BR", "NOB").rank("dense")).to_series().to_numpy()
    speed = raw["RPM"].to_numpy().astype(np.float64)
    return {
        "rate": raw["ROP data"].to_numpy() * conversion("ft/h", "m/h").factor,
        "weight_on_bit": raw["WOB"].to_numpy() * conversion("lbf", "N").factor,
        "rotary_speed": speed,
        "diameter": raw["Db"].to_numpy() * conversion("in", "m").factor,
        "strength": raw["UCS"].to_numpy() * conversion("psi", "Pa").factor,
        "design": design.astype(np.float64),
        "series": design * 1000.0 + np.round(speed / 20.0),
    }


# Volve, forward in time


def volve(name: str, ahead: int) -> Found:
    """So many minutes on bottom at a time, from all before them; the first third is only seen."""
    table = _minutes(_read(f"volve_drilling/{name}.csv.gz"))
    laws: dict[str, Law] = {
        "last value": last_rate,
        "mean so far": mean_rate,
        "cutting and friction": torque_law,
        "Bourgoyne-Young": partial(regression, log_terms),
        "Bourgoyne-Young by mode": partial(regression, moded_terms),
        "Bourgoyne-Young by mode, held to recent": partial(
            recent_regression, moded_terms, min(ahead, RECENT_MINUTES)
        ),
    }
    size = table["rate"].size
    return Found(f"{name}, {ahead} min ahead", _marched(table, laws, size // 3, ahead))


def _marched(
    table: Mapping[str, Array], laws: Mapping[str, Law], first: int, ahead: int
) -> dict[str, float]:
    """Mean absolute error of each law that predicts so many rows from all before them.

    The controller mode is that of the first row, told by the rows before it.
    """
    errors: dict[str, list[Array]] = {law: [] for law in laws}
    for start in range(first, table["rate"].size, ahead):
        known = _rows(table, slice(0, start))
        asked = _rows(table, slice(start, start + ahead))
        if "mode" in asked:
            asked["mode"] = np.full_like(asked["mode"], asked["mode"][0])
        for label, law in laws.items():
            errors[label].append(np.abs(law(known, asked) - asked["rate"]))
    return {law: float(np.concatenate(parts).mean()) for law, parts in errors.items()}


def _minutes(frame: pl.DataFrame) -> dict[str, Array]:
    """Means of minutes on bottom, with the controller mode told by the minutes before."""
    on_bottom = (
        (pl.col("hole_depth") - pl.col("bit_depth") < 0.15)
        & (pl.col("rotary_speed") > 20)
        & (pl.col("flow_in") > 1000)
        & (pl.col("rate_of_penetration") > 1)
    )
    minutes = (
        frame.filter(on_bottom)
        .group_by(pl.col("time").dt.truncate("1m"), maintain_order=True)
        .agg(pl.col(pl.Float64).mean(), pl.len())
        .filter(pl.col("len") >= 10)
    )
    spread = [
        (pl.col(name).rolling_std(RECENT_MINUTES) / pl.col(name).rolling_mean(RECENT_MINUTES).abs())
        .shift(1).fill_nan(None).fill_null(float("inf"))
        for name in MODES
    ]  # fmt: skip
    held = np.argmin(minutes.select(*spread).to_numpy(), axis=1)
    return {
        "rate": minutes["rate_of_penetration"].to_numpy(),
        "vertical_depth": minutes["hole_depth"].to_numpy(),
        "mode": held.astype(np.float64),
        **{
            name: minutes[name].to_numpy()
            for name in ("weight_on_bit", "torque", "rotary_speed", "flow_in")
        },
    }


# USROP, by the protocol of its authors


def usrop(name: str) -> Found:
    """577 rows after 577 rows, from all before them."""
    frame = _read(f"usrop/{name}.csv.gz")
    table = {each: frame[each].to_numpy() for each in SEEN}
    table["rate"] = frame["rate_of_penetration"].to_numpy()
    laws: dict[str, Law] = {
        "mean so far": mean_rate,
        "last value": last_rate,
        "cutting and friction": torque_law,
        "Bourgoyne-Young": partial(regression, log_terms),
        "Bourgoyne-Young, held to recent": partial(recent_regression, log_terms, RECENT_ROWS),
        "boosting": boosting,
        "boosting of absolute errors": absolute_boosting,
    }
    errors = _marched(table, laws, PROTOCOL_ROWS, PROTOCOL_ROWS)
    return Found(name, {"published": PUBLISHED[name], **errors})


def _read(name: str) -> pl.DataFrame:
    """A packed file in channels and their units."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.csv"
        path.write_bytes(gzip.decompress((real_data() / name).read_bytes()))
        return read(path, ReadOptions(source=name)).table
