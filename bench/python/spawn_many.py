"""Start 50,000 children that give way once, then wait for all of them."""

import asyncio
from time import perf_counter_ns


async def child():
    await asyncio.sleep(0)
    return 1


async def measure(size):
    start = perf_counter_ns()
    tasks = [asyncio.create_task(child()) for _ in range(size)]
    for task in tasks:
        await task
    return (perf_counter_ns() - start) / size
