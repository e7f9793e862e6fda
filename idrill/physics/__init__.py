"""Drilling physics in SI units: pure functions, shared by simulator, reconciliation and control."""
