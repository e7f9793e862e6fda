"""Reconciled rig-days of simulated rigs against the truth: what is found, named and gained."""

from benchmarks.rig_days.summary import run

__all__ = ["run"]
