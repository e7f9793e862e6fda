"""i-Drill: from rig telemetry to trusted data, honest predictions and a maintenance plan.

This package computes. It knows no orchestrator and no web framework: `idrill_assets` arranges its
functions in a Dagster graph and `idrill_serving` answers requests from its results.
"""
