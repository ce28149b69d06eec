"""Tasks that sleep 1 to 500 milliseconds each; wall clock over the longest sleep."""

import asyncio
from time import perf_counter_ns

LONGEST = 500


async def nap(index):
    await asyncio.sleep((1 + index * 7919 % LONGEST) / 1_000)


async def measure(size):
    start = perf_counter_ns()
    await asyncio.gather(*(nap(index) for index in range(size)))
    return (perf_counter_ns() - start) / (LONGEST * 1_000_000)
