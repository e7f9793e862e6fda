"""Where the real data lie."""

import os
from pathlib import Path

BESIDE = Path(__file__).parents[2] / "shared" / "data"
"""The folder beside the repository."""


def real_data() -> Path:
    """The folder that IDRILL_REAL_DATA names, or else the one beside the repository.

    Raises:
        SystemExit: If there is none.
    """
    folder = Path(os.environ.get("IDRILL_REAL_DATA", BESIDE))  # noqa: TID251  no setting
    if not folder.is_dir():
        raise SystemExit(f"no real data in {folder}: set IDRILL_REAL_DATA")
    return folder
