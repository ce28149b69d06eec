"""Take a lock, do next to nothing, give it back: alone (tasks is 1) or as one of several tasks."""

import asyncio
from time import perf_counter_ns


class Sections:
    def __init__(self):
        self.lock = asyncio.Lock()
        self.total = 0

    async def worker(self, times, contended):
        for _ in range(times):
            await self.lock.acquire()
            try:
                if contended:
                    await asyncio.sleep(0)
                self.total += 1
            finally:
                self.lock.release()


async def measure(size, tasks):
    sections = Sections()
    start = perf_counter_ns()
    await asyncio.gather(*(sections.worker(size // tasks, tasks > 1) for _ in range(tasks)))
    elapsed = perf_counter_ns() - start
    assert sections.total == size
    return elapsed / size
