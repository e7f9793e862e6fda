"""One bit run on the slow clock, from running in to what comes after pulling out.

The order of things is that of the fast clock (`driller`, `tripping`); how long they take is drawn
from the same distributions.
"""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from idrill.frame import Activity
from idrill.simulator.crew import Crew
from idrill.simulator.driller import LEAST_EASED, OFF_BOTTOM, REAMED, SLOW_TURNING
from idrill.simulator.excerpts import (
    HOOK,
    MINUTE,
    RATE,
    SPEED,
    STICK_SLIP,
    TORQUE,
    WEIGHT,
)
from idrill.simulator.operation import BIT_CHANGE, CASING, MOVING
from idrill.simulator.programme import SLOWEST, BitRun
from idrill.simulator.tripping import RUN_IN_STOP
from idrill.simulator.work import AT, Levels, Work, interleaved, pumping, rows, turning

Array = NDArray[np.float64]

SLOWING = 4.0
"""Time that a block loses by slowing down before it stops [s]."""
AT_SPEED = 0.9
"""Share of the full speed from which a crew goes down to bottom [-]; as in `driller`."""
CONNECTING = 5
"""Rows of a stand from the slips on."""


def worked(run: BitRun, crew: Crew, number: int, random: Generator) -> Array:
    """Rows of `work.COLUMNS`.

    Args:
        run: String, bit and what drilling with them is like.
        crew: Who works.
        number: Of bit runs on the rig so far; the spare pump changes with it.
        random: For how long things take.
    """
    work = Work(run, crew, run.stroke_rates[number % len(run.stroke_rates)], random)
    parts = (
        _tripping(work, Activity.TRIPPING_IN),
        _to_bottom(work),
        _stands(work),
        _bottoms_up(work),
        _tripping(work, Activity.TRIPPING_OUT),
        _out_of_hole(work),
    )
    joined = np.vstack(parts)
    return np.asarray(joined[joined[:, AT["seconds"]] > 0.0])


def _tripping(work: Work, activity: Activity) -> Array:
    """Stand by stand, the block moving and then in slips."""
    run, lowering = work.run, activity is Activity.TRIPPING_IN
    trip, stand = run.lowering if lowering else run.pulling, run.job.machinery.stand
    hole = run.start if lowering else run.start + work.lengths.sum()
    depths = np.arange(stand / 2, hole, stand)
    depths = depths if lowering else depths[::-1]
    seconds = np.interp(depths, trip.depth, trip.seconds)
    power = np.interp(depths, trip.depth, trip.power)
    where: Levels = {"hole_depth": hole, "bit_depth": depths}
    moving: Levels = {
        "seconds": seconds,
        "hook_load": power * seconds / stand,
        "braking_power" if lowering else "hoisting_power": power,
    }
    back = stand / (2.0 * work.crew.trip_speed) + SLOWING
    slips = np.maximum(work.lasting(work.crew.pipe_time, depths.size), back)
    standing: Levels = {"seconds": slips, "hook_load": run.job.machinery.block_load}
    return interleaved(
        [
            rows(depths.size, activity, {**where, **moving}),
            rows(depths.size, Activity.CONNECTION, {**where, **standing}),
        ]
    )


def _to_bottom(work: Work) -> Array:
    """Start the pumps after running in, and wash down."""
    level, start = work.run.stands[0].touched.off_bottom[None], np.array([work.run.start])
    washing = RUN_IN_STOP / work.crew.reaming_speed
    return np.vstack([*_starting(work, level, start), *_approaching(work, level, start, washing)])


def _stands(work: Work) -> Array:
    """Drill, pause, ream, circulate, connect; over and over."""
    off = np.stack([stand.touched.off_bottom for stand in work.run.stands])
    depth = work.run.start + np.cumsum(work.lengths)
    drilling = _drilling(work, depth)
    seconds = np.sum([part[:, AT["seconds"]] for part in drilling], axis=0)
    parts = [
        *drilling,
        *_pausing(work, off, depth, seconds),
        *_reaming(work, off, depth),
        *_circulating(work, off, depth, _circulation(work, depth.size)),
        _connection(work, depth),
        *_starting(work, off, depth),
        *_approaching(work, off, depth, 0.0),
    ]
    # From the last stand the string is pulled: there is nothing more to connect.
    return interleaved(parts)[:-CONNECTING]


def _drilling(work: Work, depth: Array) -> list[Array]:
    """The minutes in which the auto-driller settles, then spot by spot what is left."""
    stands = work.run.stands
    settling = np.stack([stand.touched.settling for stand in stands], axis=1)
    left, parts = work.lengths.copy(), []
    for level in settling:
        seconds = np.minimum(left / np.maximum(level[:, RATE], SLOWEST), float(MINUTE))
        left = np.maximum(left - level[:, RATE] * seconds, 0.0)
        parts.append(_on_bottom(work, depth - left, level, seconds))
    shares = np.stack([stand.lengths for stand in stands], axis=1) / work.lengths
    below = left
    for spot, share in enumerate(shares):
        level = np.stack([stand.drilled[spot] for stand in stands])
        below = below - share * left
        seconds = share * left / np.maximum(level[:, RATE], SLOWEST)
        parts.append(_on_bottom(work, depth - below, level, seconds))
    return parts


def _on_bottom(work: Work, depth: Array, level: Array, seconds: Array) -> Array:
    levels = {
        "seconds": seconds,
        "hole_depth": depth,
        "bit_depth": depth,
        "rate_of_penetration": level[:, RATE],
        "rotary_speed": level[:, SPEED],
        "torque": level[:, TORQUE],
        "weight_on_bit": level[:, WEIGHT],
        "hook_load": level[:, HOOK],
        "stick_slip": level[:, STICK_SLIP],
    }
    return rows(depth.size, Activity.DRILLING_ROTATING, levels | pumping(work, level, 1.0))


def _off_bottom(depth: Array, level: Array, lifted: Array | float = OFF_BOTTOM) -> dict[str, Array]:
    return {"hole_depth": depth, "bit_depth": depth - lifted, "hook_load": level[:, HOOK]}


def _pausing(work: Work, level: Array, depth: Array, seconds: Array) -> list[Array]:
    """Pauses of all kinds while a stand is drilled [s] (stand), and the way back to bottom."""
    crew, random, size = work.crew, work.random, depth.size
    number = random.poisson(crew.pauses * seconds)
    of_stand, kind = np.repeat(np.arange(size), number), random.random(number.sum())
    lasting = work.lasting(crew.pause_time, kind.size)
    stopped, reamed = kind < crew.stopping_share, kind > 1.0 - crew.reaming_share
    eased = ~stopped & (kind < crew.stopping_share + crew.easing_share)
    # The string can be lifted by what is drilled of the stand: half of it on average.
    leg = REAMED * work.lengths / 2.0 / crew.reaming_speed + SLOWING
    stops, stopping, easing, waiting, passes = (
        np.bincount(of_stand, weights=weights, minlength=size)
        for weights in (stopped, lasting * stopped, lasting * eased,
                        lasting * ~(stopped | eased | reamed), reamed)
    )  # fmt: skip
    where = _off_bottom(depth, level)
    full, half = where | pumping(work, level, 1.0), where | pumping(work, level, 0.5)
    share = random.uniform(LEAST_EASED, 1.0, size)
    slowly = where | pumping(work, level, share) | turning(level, SLOW_TURNING)
    turned = full | turning(level, 1.0)
    back = number * (_down_to_bottom(work) + AT_SPEED * crew.rotation_ramp)
    return [
        rows(size, Activity.STATIC, where | {"seconds": stopping}),
        rows(size, Activity.CIRCULATING, slowly | {"seconds": easing}),
        rows(size, Activity.CIRCULATING, full | {"seconds": waiting}),
        rows(size, Activity.BACK_REAMING, turned | {"seconds": passes * leg}),
        rows(size, Activity.REAMING, half | {"seconds": stops * crew.pump_ramp}),
        rows(size, Activity.REAMING, turned | {"seconds": back + passes * leg}),
    ]


def _down_to_bottom(work: Work) -> float:
    """From where the crew circulates or waits to bottom [s]."""
    crew = work.crew
    return crew.pick_up / crew.reaming_speed + OFF_BOTTOM / crew.approach_speed


def _reaming(work: Work, level: Array, depth: Array) -> list[Array]:
    """Up and down over the stand that was drilled; at least off bottom."""
    crew, size = work.crew, depth.size
    passes = np.floor(crew.reaming_passes + work.random.random(size))
    leg = REAMED * work.lengths / crew.reaming_speed + SLOWING
    up = np.where(passes > 0, passes * leg, crew.pick_up / crew.reaming_speed + SLOWING)
    where = _off_bottom(depth, level, REAMED * work.lengths / 2)
    moving = where | pumping(work, level, 1.0) | turning(level, 1.0)
    return [
        rows(size, Activity.BACK_REAMING, moving | {"seconds": up}),
        rows(size, Activity.REAMING, moving | {"seconds": passes * leg}),
    ]


def _circulation(work: Work, number: int) -> Array:
    """How long the crew circulates after each of so many stands [s] (stand)."""
    circulates = work.random.random(number) < work.crew.circulating_share
    return work.lasting(work.crew.circulating_time, number) * circulates


def _circulating(work: Work, level: Array, depth: Array, seconds: Array) -> list[Array]:
    """Circulate off bottom, then stop the pumps."""
    where = _off_bottom(depth, level)
    slowly = where | pumping(work, level, 1.0) | turning(level, SLOW_TURNING)
    stopping = where | pumping(work, level, 0.5) | turning(level, SLOW_TURNING / 2)
    ramp = work.crew.pump_ramp / 2.0
    return [
        rows(depth.size, Activity.CIRCULATING, slowly | {"seconds": seconds}),
        rows(depth.size, Activity.CIRCULATING, stopping | {"seconds": ramp}),
    ]


def _connection(work: Work, depth: Array) -> Array:
    """In slips; nothing runs."""
    levels = {
        "seconds": work.lasting(work.crew.slips_time, depth.size),
        "hole_depth": depth,
        "bit_depth": depth - OFF_BOTTOM,
        "hook_load": work.run.job.machinery.block_load,
    }
    return rows(depth.size, Activity.CONNECTION, levels)


def _starting(work: Work, level: Array, depth: Array) -> list[Array]:
    """Pumps on while the string stands: lines fill without pressure, then full flow."""
    drained, flow = work.run.job.machinery.drain_back, work.run.job.orders.flow
    filling = work.crew.pump_ramp / 2.0 + drained / flow
    survey = np.maximum(work.lasting(work.crew.survey_time, depth.size), filling)
    where = _off_bottom(depth, level)
    empty = where | pumping(work, level, drained / (flow * filling))
    full = where | pumping(work, level, 1.0)
    return [
        rows(depth.size, Activity.CIRCULATING, empty | {"seconds": filling, "pressure": 0.0}),
        rows(depth.size, Activity.CIRCULATING, full | {"seconds": survey - filling}),
    ]


def _approaching(work: Work, level: Array, depth: Array, washing: float) -> list[Array]:
    """Bring the string to speed, wash down for so long [s] and go to bottom."""
    pumped = _off_bottom(depth, level) | pumping(work, level, 1.0)
    faster = pumped | turning(level, AT_SPEED / 2.0)
    seconds = OFF_BOTTOM / work.crew.approach_speed + washing
    return [
        rows(
            depth.size, Activity.REAMING, faster | {"seconds": AT_SPEED * work.crew.rotation_ramp}
        ),
        rows(depth.size, Activity.REAMING, pumped | turning(level, 1.0) | {"seconds": seconds}),
    ]


def _bottoms_up(work: Work) -> Array:
    """Circulate until the annulus is clean, before the string is pulled."""
    level = work.run.stands[-1].touched.off_bottom[None]
    depth = np.array([work.run.start + work.lengths.sum()])
    return np.vstack(_circulating(work, level, depth, np.array([work.run.bottoms_up])))


def _out_of_hole(work: Work) -> Array:
    """For a new bit, casing or another well."""
    random, run = work.random, work.run
    away = BIT_CHANGE.draw(random) + CASING.draw(random) * run.cased
    away = MOVING.draw(random) if run.last else away
    hole = run.start + work.lengths.sum()
    levels = {"seconds": away, "hole_depth": hole, "hook_load": run.job.machinery.block_load}
    return rows(1, Activity.OUT_OF_HOLE, levels)
