"""Gather the results of coroutines, each of which gives way once."""

import asyncio
from time import perf_counter_ns


async def child(index):
    await asyncio.sleep(0)
    return index


async def measure(size):
    start = perf_counter_ns()
    results = await asyncio.gather(*(child(index) for index in range(size)))
    elapsed = perf_counter_ns() - start
    assert results == list(range(size))
    return elapsed / size
