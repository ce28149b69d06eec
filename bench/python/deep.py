"""Fifty calls deep, one suspension at the bottom."""

import asyncio
from time import perf_counter_ns

DEPTH = 50


async def descend(depth):
    if depth > 1:
        return 1 + await descend(depth - 1)
    await asyncio.sleep(0)
    return 1


async def measure(size):
    start = perf_counter_ns()
    for _ in range(size):
        assert await descend(DEPTH) == DEPTH
    return (perf_counter_ns() - start) / size
