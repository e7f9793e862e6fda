"""i-Drill arranged as one Dagster lineage graph; it calls the library and computes nothing."""

import warnings

from dagster import BetaWarning

# Dagster calls backfill policies and the owners of its own sensors beta; the version is pinned.
warnings.filterwarnings("ignore", category=BetaWarning)
