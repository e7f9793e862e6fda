"""From seconds to minutes, hours and days, and what the rig did with them."""

from idrill.aggregation.buckets import BUCKET_SCHEMA, Every
from idrill.aggregation.downsampling import downsample
from idrill.aggregation.kpis import KPI_SCHEMA, drilling_kpis
from idrill.aggregation.rolling_up import roll_up

__all__ = ["BUCKET_SCHEMA", "KPI_SCHEMA", "Every", "downsample", "drilling_kpis", "roll_up"]
