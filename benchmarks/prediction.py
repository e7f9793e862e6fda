"""P12, the model part: a frozen model asked by onnxruntime, against torch in the same process.

Networks are untrained: what they answer costs what a trained one's answer does. The graph also
gives the quantiles, which torch is not asked for.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch

from benchmarks.harness import Comparison, Result, Sample, interleaved
from benchmarks.untrained import CHANNELS, card, interval, lives, untrained
from idrill.rul.cmapss import LENGTH
from idrill.rul.export import export, parity
from idrill.rul.networks import NETWORKS
from idrill.rul.prediction import FrozenModel
from idrill.rul.training import TrainedNetwork
from idrill.windows import Windows, windows

CALLS = {1: 200, 256: 3}
"""How many times windows are asked about in one measurement, by the size of the batch."""
FLOORS = {1: 2.0, 256: 0.85}
ROUNDS = 15
STARTS = 7

ANSWER = (
    "import sys, time; start = time.perf_counter(); from pathlib import Path; import numpy as np\n"
    "from idrill.rul.prediction import FrozenModel\n"
    "model = FrozenModel.open(Path(sys.argv[1]))\n"
    f"model.ask(np.zeros((1, {LENGTH}, {CHANNELS}), np.float32), np.ones((1, {LENGTH}), bool))\n"
)
EAGER = (
    "import sys, time; start = time.perf_counter(); import numpy as np, torch\n"
    "from idrill.rul.networks import network_named\n"
    f"model = network_named('cnn_lstm').build({CHANNELS}, {LENGTH}).eval()\n"
    "with torch.inference_mode():\n"
    f"    model(torch.zeros(1, {LENGTH}, {CHANNELS}), torch.ones(1, {LENGTH}, dtype=torch.bool))\n"
)
REPORT = (
    "took = time.perf_counter() - start\n"
    "lines = Path('/proc/self/smaps_rollup').read_text().splitlines()\n"
    "pss = next(int(line.split()[1]) for line in lines if line.startswith('Pss:'))\n"
    "print(f'[{took}, {pss}]')"
)


def run() -> Result:
    """Each network at both sizes of a batch; start and memory of either path."""
    torch.set_num_threads(1)
    known = lives()
    sample = windows(known, LENGTH)[np.arange(256)]
    comparisons: list[Comparison] = []
    figures: dict[str, float | str] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for name in NETWORKS:
            folder = Path(scratch) / name
            trained = untrained(name, known)
            export(
                [trained],
                interval(),
                card(f"rul-{name.replace('_', '-')}", name, trained.problem),
                folder,
            )
            frozen = FrozenModel.open(folder)
            comparisons += [_asked(name, size, frozen, trained, sample) for size in CALLS]
            size = sum(path.stat().st_size for path in folder.iterdir())
            figures[f"{name}: size of the artefact"] = f"{size / 1024:.0f} KiB"
            figures[f"{name}: apart from torch, of the cap"] = (
                f"{parity(frozen, [trained], sample):.1g}"
            )
        comparisons += _started(Path(scratch) / next(iter(NETWORKS)))
    return Result(
        promise="P12",
        title="Prediction of remaining life, the model part",
        against="the same network and scaler asked by torch in eager mode, one thread each",
        comparisons=tuple(comparisons),
        notes=(
            f"Windows of {LENGTH} rows of {CHANNELS} channels with gaps, as a lake gives them; "
            "scaling is part of both sides, quantiles of ours alone.",
            "Start: a fresh process until its first answer, without the start of the interpreter; "
            "memory is the proportional set size after that answer.",
        ),
        figures=figures,
    )


def _asked(
    name: str, size: int, frozen: FrozenModel, trained: TrainedNetwork, sample: Windows
) -> Comparison:
    some = sample[np.arange(size)]

    def ours(_: int) -> None:
        for _call in range(CALLS[size]):
            frozen.ask(some.values, some.mask)

    def peer(_: int) -> None:
        for _call in range(CALLS[size]):
            trained.predict(some)

    times = interleaved(ours, peer, rounds=ROUNDS)
    each = [Sample(tuple(value / CALLS[size] for value in side.values)) for side in times]
    return Comparison(f"{name}, batch {size}", each[0], each[1], floor=FLOORS[size])


def _started(folder: Path) -> tuple[Comparison, Comparison]:
    """Time to the first answer, and memory after it."""
    pairs = [(_process(ANSWER, folder), _process(EAGER, folder)) for _ in range(STARTS)]
    seconds, memory = (
        [Sample(tuple(pair[side][what] for pair in pairs), unit) for side in (0, 1)]
        for what, unit in ((0, "s"), (1, "MiB"))
    )
    return (
        Comparison("imports, open and first answer; peer: torch", seconds[0], seconds[1]),
        Comparison("memory (PSS); peer: torch", memory[0], memory[1]),
    )


def _process(code: str, folder: Path) -> tuple[float, float]:
    """Seconds and MiB that a fresh interpreter takes."""
    needed = "from pathlib import Path\n"
    done = subprocess.run(  # noqa: S603  our own code
        [sys.executable, "-c", code + needed + REPORT, str(folder)],
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, kilobytes = json.loads(done.stdout)
    return seconds, kilobytes / 1024.0
