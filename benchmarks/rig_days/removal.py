"""What is left of a rig's redundancy when one of its sensors is taken away."""

from collections.abc import Iterator

from benchmarks.rig_days.publishing import Left, published
from benchmarks.rig_days.trials import Sound
from idrill.frame import quality_of


def removals(one: Sound) -> Iterator[dict[str, object]]:
    """For each checked channel taken away from the first day on, what of the others still holds."""
    before = _detectabilities(one.days[1].reconciled.report.channels.to_dicts())
    for name in one.noises:
        left: Left | None = None
        for day in range(2):
            raw = one.rig.measured(day).drop(name, quality_of(name))
            done = published(raw, left)
            left = done.left
        rows = done.reconciled.report.channels.to_dicts()
        after = _detectabilities(rows)
        for other, was in before.items():
            if other != name:
                yield {
                    "mismatch": one.mismatch, "seed": one.seed, "removed": name,
                    "channel": other, "before": was, "after": after.get(other, 0.0),
                }  # fmt: skip


def _detectabilities(rows: list[dict[str, object]]) -> dict[str, float]:
    return {
        str(row["channel"]): float(str(row["detectability"]))
        for row in rows
        if row["role"] == "measured" and row["detectability"]
    }
