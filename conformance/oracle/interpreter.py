"""Runs programs (see program/program.ts) on CPython's asyncio and returns their traces.

A program is run as `asyncio.run` would run it: main, then what it left behind is cancelled and
awaited. A watchdog cancels every task at virtual time 1000 and every 100 seconds from then on, so that
programs end that wait for what never comes. A program that needs more turns, lines or time than allowed
is an overrun and has no trace.
"""

import asyncio
import gc
import json
import sys
import warnings
from asyncio import events

from conformance_oracle import trace, virtual_loop
from conformance_oracle.steps import Frame, Missing, Steps

TURNS = 3000
LINES = 1500
WATCHDOG = 1000
WATCHDOG_AGAIN = 100
LATEST = 3000


class Returned:
    """A `return` on its way out of nested blocks."""

    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value


class Interpreter(Steps):
    async def main(self):
        self.trace.first_name = int(asyncio.current_task().get_name().removeprefix("Task-"))
        self.slots["main"] = asyncio.current_task()
        self.trace.label(asyncio.current_task(), "main")
        self.loop.set_exception_handler(self.trace.handler)
        self.loop.call_later(WATCHDOG, self.watchdog)
        return await self.run_body("main")

    def watchdog(self):
        if self.loop.now > LATEST:
            self.loop.give_up()
        self.trace.add("watchdog")
        self.loop.call_later(WATCHDOG_AGAIN, self.watchdog)
        for task in virtual_loop.all_tasks_in_order(self.loop):
            task.cancel()

    async def run_body(self, name):
        self.trace.label(asyncio.current_task(), name)
        self.trace.add("enter " + name)
        try:
            returned = await self.block(self.bodies.get(name, ()), Frame())
        except GeneratorExit:
            raise
        except BaseException as e:
            self.trace.add(f"leave {name} ! {trace.error(e)}")
            raise
        value = None if returned is None else returned.value
        self.trace.add(f"leave {name} = {self.trace.value(value)}")
        return value

    async def block(self, ops, frame):
        if self.trace.closed:
            raise virtual_loop.Overrun  # The garbage collector closes what was left suspended.
        for op in ops:
            operation = OPERATIONS.get(op["op"])
            if operation is None:
                self.step(op, frame)
            else:
                returned = await operation(self, op, frame)
                if returned is not None:
                    return returned
        return None

    async def await_(self, op, _frame):
        e = op["e"]
        text = self.describe(e)
        try:
            value = await self.build(e)
        except GeneratorExit:
            raise
        except Missing:
            self.trace.add(text + " missing")
        except BaseException as exc:
            self.trace.add(f"{text} ! {trace.error(exc)}")
            raise
        else:
            self.trace.add(f"{text} = {self.trace.value(value)}")

    async def return_(self, op, _frame):
        return Returned(op["v"])

    async def reraise(self, _op, frame):
        if frame.error is not None:
            raise frame.error

    async def try_(self, op, frame):
        returned = failure = None
        try:
            returned = await self.guarded(op, frame)
        except GeneratorExit:
            raise
        except BaseException as e:
            failure = e
        if "finally" in op:
            self.trace.add("finally")
            overriding = await self.block(op["finally"], frame)
            if overriding is not None:
                return overriding
        if failure is not None:
            raise failure
        return returned

    async def guarded(self, op, frame):
        if "except" not in op:
            return await self.block(op["body"], frame)
        try:
            return await self.block(op["body"], frame)
        except GeneratorExit:
            raise
        except trace.CAUGHT[op["except"]] as e:
            return await self.handle(op, frame, e)

    async def handle(self, op, frame, exc):
        self.trace.add("except " + trace.error(exc))
        outer, frame.error = frame.error, exc
        try:
            return await self.block(op.get("handler", ()), frame)
        finally:
            frame.error = outer

    async def repeat(self, op, frame):
        for _ in range(op["times"]):
            returned = await self.block(op["body"], frame)
            if returned is not None:
                return returned

    async def if_done(self, op, frame):
        thing = self.slots.get(op["on"])
        if thing is not None and thing.done():
            return await self.block(op["body"], frame)
        return await self.block(op.get("else", ()), frame)

    async def with_(self, op, frame):
        manager = self.slots.get(op["on"])
        if manager is None:
            self.trace.add(f"with {op['on']} missing")
            return None
        return await self.inside(manager, op["on"], op["body"], frame)

    async def timeout(self, op, frame):
        make = asyncio.timeout_at if op.get("absolute") else asyncio.timeout
        return await self.fresh(make(op["delay"]), op, frame)

    async def group(self, op, frame):
        return await self.fresh(asyncio.TaskGroup(), op, frame)

    async def fresh(self, manager, op, frame):
        self.slots[op["to"]] = manager
        return await self.inside(manager, op["to"], op["body"], frame)

    async def inside(self, manager, name, body, frame):
        try:
            async with manager as entered:
                entered = None if entered is manager else entered
                self.trace.add(f"with {name} = {self.trace.value(entered)}")
                returned = await self.block(body, frame)
        except GeneratorExit:
            raise
        except BaseException as e:
            self.trace.add(f"without {name} ! {trace.error(e)}")
            raise
        self.trace.add("without " + name)
        return returned

    async def as_completed(self, op, frame):
        try:
            of = [self.build(e) for e in op["of"]]
        except Missing:
            self.trace.add("asCompleted missing")
            return None
        if sum([asyncio.isfuture(f) and f.done() for f in of]) > 1:
            self.unordered = True  # CPython visits the finished ones in hash order.
        it = asyncio.as_completed(of, timeout=op.get("timeout"))
        form = self.as_completed_async if "to" in op else self.as_completed_plain
        try:
            returned = await form(it, op, frame)
        except GeneratorExit:
            raise
        except BaseException as e:
            self.trace.add("asCompleted ! " + trace.error(e))
            raise
        self.trace.add("asCompleted end")
        return returned

    async def as_completed_plain(self, it, op, frame):
        left = op.get("limit")
        for following in it:
            try:
                self.trace.add("completed = " + self.trace.value(await following))
            except Exception as e:
                self.trace.add("completed ! " + trace.error(e))
                if not op.get("keep"):
                    raise
            returned = await self.block(op["body"], frame)
            if returned is not None:
                return returned
            if left is not None and (left := left - 1) == 0:
                return None

    async def as_completed_async(self, it, op, frame):
        left = op.get("limit")
        async for future in it:
            self.slots[op["to"]] = future
            self.trace.add(f"completed {self.trace.value(future)} {future.done()}")
            returned = await self.block(op["body"], frame)
            if returned is not None:
                return returned
            if left is not None and (left := left - 1) == 0:
                return None


OPERATIONS = {
    "await": Interpreter.await_,
    "return": Interpreter.return_,
    "reraise": Interpreter.reraise,
    "try": Interpreter.try_,
    "repeat": Interpreter.repeat,
    "ifDone": Interpreter.if_done,
    "with": Interpreter.with_,
    "timeout": Interpreter.timeout,
    "group": Interpreter.group,
    "asCompleted": Interpreter.as_completed,
}


def run(program):
    """The trace of a program, or the reason why it has none."""
    loop = virtual_loop.VirtualLoop(TURNS)
    interpreter = Interpreter(program, loop, LINES)
    trc = interpreter.trace
    runner = asyncio.Runner(debug=False, loop_factory=lambda: loop)
    try:
        with runner:
            end = "end = " + trc.value(runner.run(interpreter.main()))
    except virtual_loop.Overrun:
        return {"skip": "overrun"}
    except BaseException as e:
        end = "end ! " + trace.error(e)
    finally:
        trc.closed = True
        loop.close()
    if interpreter.unordered:
        return {"skip": "unordered"}
    if any([not task.done() for task in loop.created]):
        # A task made while the leftovers ended: CPython drops it, tsyncio ends it first.
        return {"trace": [*trc.lines, "..."]}
    trc.lines.append(end)
    del runner, loop, interpreter
    trc.forget()
    gc.collect()
    if trc.unretrieved:
        trc.lines.append("unretrieved " + " ".join(sorted(trc.unretrieved)))
    return {"trace": trc.lines}


def run_batch(text):
    """JSON array of programs in, JSON array of outcomes out."""
    outer = events._get_running_loop()
    events._set_running_loop(None)
    gc.disable()
    try:
        programs = json.loads(text)
        gc.freeze()  # Only what a program makes is looked at when it has ended.
        return json.dumps([run(program) for program in programs])
    finally:
        gc.unfreeze()
        gc.enable()
        events._set_running_loop(outer)


warnings.simplefilter("ignore")
sys.unraisablehook = lambda _: None
virtual_loop.install()
