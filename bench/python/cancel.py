"""Cancel tasks that are parked in a long sleep, each with cleanup."""

import asyncio
from time import perf_counter_ns

LONG = 3_600


class Cleanups:
    def __init__(self):
        self.cleaned = 0

    async def parked(self):
        try:
            await asyncio.sleep(LONG)
        finally:
            self.cleaned += 1


async def measure(size):
    cleanups = Cleanups()
    tasks = [asyncio.create_task(cleanups.parked()) for _ in range(size)]
    await asyncio.sleep(0)
    start = perf_counter_ns()
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    elapsed = perf_counter_ns() - start
    assert cleanups.cleaned == size
    return elapsed / size
