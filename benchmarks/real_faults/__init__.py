"""Faults put into real logs, and the alarms of the logs as they are."""

from benchmarks.real_faults.measuring import run

__all__ = ["run"]
