"""Measures one benchmark on one event loop and prints the samples as a line of JSON.

run_case.py PROGRAM LOOP SIZE WARMUPS SAMPLES [ARGUMENT]; LOOP is asyncio or uvloop. A program is a
module beside this one with `async def measure(size)`, or `measure(size, argument)`, that gives the
figure of one operation.
"""

import asyncio
import importlib
import json
import os
import sys


def loop_factory(name):
    if name == "uvloop":
        import uvloop

        return uvloop.new_event_loop
    return asyncio.new_event_loop


def main():
    program, loop, size, warmups, samples, *rest = sys.argv[1:]
    measure = importlib.import_module(program).measure
    arguments = [int(size), *map(int, rest)]
    figures = []
    for number in range(int(warmups) + int(samples)):
        with asyncio.Runner(loop_factory=loop_factory(loop)) as runner:
            figure = runner.run(measure_or_leave(measure, arguments))
        if number >= int(warmups):
            figures.append(figure)
    report(figures)


async def measure_or_leave(measure, arguments):
    figure = await measure(*arguments)
    if len(asyncio.all_tasks()) > 1:
        report([figure])
        os._exit(0)
    return figure


def report(figures):
    print(json.dumps({"samples": figures}), flush=True)


if __name__ == "__main__":
    main()
