"""One child at a time: start it, wait for its result."""

import asyncio
from time import perf_counter_ns


async def child():
    return 1


async def measure(size):
    total = 0
    start = perf_counter_ns()
    for _ in range(size):
        total += await asyncio.create_task(child())
    elapsed = perf_counter_ns() - start
    assert total == size
    return elapsed / size
