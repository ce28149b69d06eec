"""Wait for a call that does not suspend."""

from time import perf_counter_ns


async def child(value):
    return value + 1


async def measure(size):
    total = 0
    start = perf_counter_ns()
    for _ in range(size):
        total = await child(total)
    elapsed = perf_counter_ns() - start
    assert total == size
    return elapsed / size
