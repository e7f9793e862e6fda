"""Simulated rigs beside real ones, statistic by statistic: writes `docs/realism.md`."""

from benchmarks.realism.report import run

__all__ = ["run"]
