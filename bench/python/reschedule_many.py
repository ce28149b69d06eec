"""A thousand tasks that give way in turn."""

import asyncio
from time import perf_counter_ns

TASKS = 1_000


async def worker(turns):
    for _ in range(turns):
        await asyncio.sleep(0)


async def measure(size):
    turns = size // TASKS
    start = perf_counter_ns()
    await asyncio.gather(*(worker(turns) for _ in range(TASKS)))
    return (perf_counter_ns() - start) / size
