"""One producer hands numbers to one consumer; a capacity of 0 is none."""

import asyncio
from time import perf_counter_ns


async def produce(queue, size):
    for number in range(size):
        await queue.put(number)


async def measure(size, capacity):
    queue = asyncio.Queue(capacity)
    total = 0
    start = perf_counter_ns()
    producer = asyncio.create_task(produce(queue, size))
    for _ in range(size):
        total += await queue.get()
    await producer
    elapsed = perf_counter_ns() - start
    assert total == size * (size - 1) // 2
    return elapsed / size
