"""Memory of a task parked in a sleep: growth of the resident set per task."""

import asyncio
import gc
import os

LONG = 3_600


async def parked():
    await asyncio.sleep(LONG)


def resident():
    gc.collect()
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def measure(size):
    before = resident()
    for _ in range(size):
        asyncio.create_task(parked())
    await asyncio.sleep(0)
    return (resident() - before) / size
