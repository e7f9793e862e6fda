"""The memory of a worker: what stays is not collected again, what is freed is given back."""

import ctypes
import gc

THRESHOLDS = (50_000, 20, 100)
"""When it goes through what is young, older and old; by default it stops everybody too often."""

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # of mallopt(3), glibc's malloc.h
_ALLOCATION = {_ARENA_MAX: 2, _MMAP_THRESHOLD: 4 << 20, _TRIM_THRESHOLD: 1 << 20}
"""By default each thread keeps a heap of its own, and a heap what one large piece once took."""


def settle() -> None:
    """Keep the collector from all that is there now; a worker calls it once it is made."""
    _share_heaps()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)


def _share_heaps() -> None:
    """Let threads share heaps, where the allocator is glibc's."""
    allocator = ctypes.CDLL(None)
    if hasattr(allocator, "mallopt"):
        for option, value in _ALLOCATION.items():
            allocator.mallopt(option, value)
        allocator.malloc_trim(0)
