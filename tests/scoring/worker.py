"""A process that scores a store until it is killed. Called with its URL and its folder."""

import sys
from pathlib import Path
from threading import Event

from idrill.settings import Settings
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.live_wake import LiveWake
from idrill_serving.live import scoring
from idrill_serving.live.duties import bench_of
from idrill_serving.live.scoring import Scorer

if __name__ == "__main__":
    scoring.PACE = scoring.STAND_BY = 0.05
    scoring.SEEN = 0.2
    url, folder = sys.argv[1], Path(sys.argv[2])
    database = Database(url)
    bench, champions = bench_of(
        Settings(_env_file=None, home=folder), database, Lake(str(folder / "lake"), database)
    )
    Scorer(bench, LiveWake(database), champions.refresh, 1.0).start()
    Event().wait()
