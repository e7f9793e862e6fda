"""The promises, measured against the bare thing on the same machine in the same run.

`make bench` runs all of them, `make bench ONLY=lake_write` one. Each module here has a `run()` that
returns a `harness.Result`.
"""
