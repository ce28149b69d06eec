"""The synchronous half of the program language: steps, and the building of awaitables."""

import asyncio
import contextvars

from conformance_oracle import trace, virtual_loop

METHODS = {
    "isSet": "is_set",
    "notifyAll": "notify_all",
    "nWaiting": "n_waiting",
    "putNowait": "put_nowait",
    "getNowait": "get_nowait",
    "taskDone": "task_done",
}
ATTRIBUTES = ("parties", "n_waiting", "broken", "maxsize")
WHEN = {"first": asyncio.FIRST_COMPLETED, "error": asyncio.FIRST_EXCEPTION}


class Missing(Exception):
    """An empty slot was named."""


class Frame:
    """One execution of a body, or of a callback: the error being handled is its own."""

    __slots__ = ("error",)

    def __init__(self):
        self.error = None


class Steps:
    def __init__(self, program, loop, limit):
        self.bodies = program["bodies"]
        self.loop = loop
        self.slots = {}
        self.counters = {}
        self.trace = trace.Trace(loop, limit)
        self.unordered = False

    def slot(self, name):
        try:
            return self.slots[name]
        except KeyError:
            raise Missing from None

    # Awaitables

    def describe(self, e):
        kind = e["aw"]
        if kind == "call":
            return e["body"] + "()"
        if kind == "ref":
            return e["on"]
        if kind == "sleep":
            return f"sleep({trace.number(e['delay'])})"
        if kind == "method":
            return f"{e['on']}.{e['m']}"
        return kind

    def build(self, e):
        kind = e["aw"]
        if kind == "call":
            return self.run_body(e["body"])
        if kind == "ref":
            return self.slot(e["on"])
        if kind == "sleep":
            return asyncio.sleep(e["delay"], e.get("value"))
        if kind == "method":
            return self.waiting_method(e)
        if kind == "shield":
            return asyncio.shield(self.build(e["of"]))
        if kind == "waitFor":
            return asyncio.wait_for(self.build(e["of"]), e["timeout"])
        of = [self.build(x) for x in e["of"]]
        if kind == "gather":
            return asyncio.gather(*of, return_exceptions=e.get("collect", False))
        return self.wait(of, e)

    def waiting_method(self, e):
        thing = self.slot(e["on"])
        if e["m"] == "waitFor":
            name, least = e["until"]
            return thing.wait_for(lambda: self.counters.get(name, 0) >= least)
        method = getattr(thing, e["m"])
        return method(e["arg"]) if "arg" in e else method()

    async def wait(self, of, e):
        when = WHEN.get(e.get("when"), asyncio.ALL_COMPLETED)
        done, pending = await asyncio.wait(of, timeout=e.get("timeout"), return_when=when)
        return [self.members(done), self.members(pending)]

    def members(self, futures):
        return sorted([self.trace.value(f) for f in futures])

    # Callbacks

    def callback(self, op):
        if "fn" in op:
            return self.slot(op["fn"])
        steps = op["steps"]

        def fn(*args):
            self.trace.add("callback" + "".join([" " + self.trace.value(a) for a in args]))
            self.run_steps(steps, Frame())

        return fn

    def options(self, op):
        """The C implementation tells `context=None` from no context at all."""
        return {"context": self.slot(op["context"])} if "context" in op else {}

    def keep_handle(self, op, handle):
        if "to" in op:
            self.slots[op["to"]] = handle

    # Steps

    def run_steps(self, steps, frame):
        for op in steps:
            self.step(op, frame)

    def step(self, op, frame):
        kind = op["op"]
        if kind == "raise":
            raise self.raised(op)
        if kind == "inContext":
            return self.in_context(op, frame)
        target = op.get("on") or op.get("to") or ""
        text = f"{kind} {target}.{op['m']}" if "m" in op else f"{kind} {target}"
        try:
            value = self.TABLE[kind](self, op, frame)
        except Missing:
            self.trace.add(text + " missing")
        except Exception as e:
            self.trace.add(f"{text} ! {trace.error(e)}")
        except asyncio.CancelledError as e:
            self.trace.add(f"{text} ! {trace.error(e)}")
        else:
            self.trace.add(f"{text} = {self.trace.value(value)}")

    def raised(self, op):
        exc = trace.RAISED[op["kind"]](op["msg"])
        self.trace.add(f"raise {trace.error(exc)}")
        return exc

    def in_context(self, op, frame):
        context = self.slots.get(op["on"])
        if context is None:
            self.trace.add("inContext missing")
            return
        context.run(self.run_steps, op["steps"], frame)

    def make(self, op, _frame):
        self.slots[op["to"]] = self.made(op["to"], op["spec"])

    def made(self, name, spec):
        kind = spec["is"]
        if kind == "future":
            future = self.loop.create_future()
            self.trace.label(future, name)
            return future
        if kind == "condition":
            return asyncio.Condition(self.slot(spec["lock"]) if "lock" in spec else None)
        if kind == "variable":
            if "default" in spec:
                return contextvars.ContextVar(name, default=spec["default"])
            return contextvars.ContextVar(name)
        if kind == "timeout":
            return asyncio.timeout(spec["delay"])
        return MAKERS[kind](spec)

    def let(self, op, _frame):
        thing = self.slots[op["to"]] = self.build(op["e"])
        if asyncio.isfuture(thing):
            return self.trace.label(thing, op["to"])
        return None

    def spawn(self, op, _frame):
        group = self.slot(op["group"]) if "group" in op else None
        options = self.options(op)
        if "name" in op:
            options["name"] = op["name"]
        if "eager" in op:
            options["eager_start"] = op["eager"]
        create = asyncio.create_task if group is None else group.create_task
        task = self.slots[op["to"]] = create(self.build(op["e"]), **options)
        return self.trace.label(task, op["to"])

    def cancel(self, op, _frame):
        thing = self.slot(op["on"])
        return thing.cancel(op["msg"]) if "msg" in op else thing.cancel()

    def task(self, op):
        return self.slot(op["on"]) if "on" in op else asyncio.current_task()

    def uncancel(self, op, _frame):
        task = self.task(op)
        return None if task is None else task.uncancel()

    def cancelling(self, op, _frame):
        task = self.task(op)
        return None if task is None else task.cancelling()

    def name(self, op, _frame):
        task = self.task(op)
        return None if task is None else self.trace.task_name(task)

    def rename(self, op, _frame):
        self.slot(op["on"]).set_name(op["v"])

    def done(self, op, _frame):
        return self.slot(op["on"]).done()

    def cancelled(self, op, _frame):
        return self.slot(op["on"]).cancelled()

    def result(self, op, _frame):
        return self.slot(op["on"]).result()

    def exception(self, op, _frame):
        return self.slot(op["on"]).exception()

    def set_result(self, op, _frame):
        self.slot(op["on"]).set_result(op["v"])

    def set_exception(self, op, _frame):
        self.slot(op["on"]).set_exception(trace.RAISED[op["kind"]](op["msg"]))

    def add_callback(self, op, _frame):
        future, fn = self.slot(op["on"]), self.callback(op)
        future.add_done_callback(fn, **self.options(op))
        self.keep_handle(op, fn)

    def remove_callback(self, op, _frame):
        return self.slot(op["on"]).remove_done_callback(self.slot(op["fn"]))

    def call_soon(self, op, _frame):
        self.keep_handle(op, self.loop.call_soon(self.callback(op), **self.options(op)))

    def call_later(self, op, _frame):
        fn = self.callback(op)
        self.keep_handle(op, self.loop.call_later(op["delay"], fn, **self.options(op)))

    def call_at(self, op, _frame):
        fn = self.callback(op)
        self.keep_handle(op, self.loop.call_at(op["at"], fn, **self.options(op)))

    def cancel_handle(self, op, _frame):
        self.slot(op["on"]).cancel()

    def handle_cancelled(self, op, _frame):
        return self.slot(op["on"]).cancelled()

    def when(self, op, _frame):
        return self.slot(op["on"]).when()

    def expired(self, op, _frame):
        return self.slot(op["on"]).expired()

    def reschedule(self, op, _frame):
        delay = op["delay"]
        self.slot(op["on"]).reschedule(None if delay is None else self.loop.time() + delay)

    def do(self, op, _frame):
        method = METHODS.get(op["m"], op["m"])
        member = getattr(self.slot(op["on"]), method)
        if method in ATTRIBUTES:
            return member
        return member(op["arg"]) if "arg" in op else member()

    def get_variable(self, op, _frame):
        variable = self.slot(op["on"])
        return variable.get(op["default"]) if "default" in op else variable.get()

    def set_variable(self, op, _frame):
        token = self.slot(op["on"]).set(op["v"])
        if "to" in op:
            self.slots[op["to"]] = token

    def reset_variable(self, op, _frame):
        self.slot(op["on"]).reset(self.slot(op["token"]))

    def copy_context(self, op, _frame):
        self.slots[op["to"]] = contextvars.copy_context()

    def count(self, op, _frame):
        value = self.counters[op["on"]] = self.counters.get(op["on"], 0) + op["by"]
        return value

    def current_task(self, _op, _frame):
        return asyncio.current_task()

    def all_tasks(self, _op, _frame):
        tasks = asyncio.all_tasks(self.loop)
        return sum([task.get_name() != virtual_loop.RUNNERS_OWN for task in tasks])

    def split(self, op, frame):
        if not isinstance(frame.error, BaseExceptionGroup):
            return None
        return list(frame.error.split(trace.CAUGHT[op["kind"]]))

    def same_error(self, op, _frame):
        future = self.slot(op["on"])
        return future.exception() is future.exception()

    def report(self, op, _frame):
        self.loop.call_exception_handler({"message": op["msg"]})

    TABLE = {
        "make": make,
        "let": let,
        "spawn": spawn,
        "cancel": cancel,
        "uncancel": uncancel,
        "cancelling": cancelling,
        "name": name,
        "rename": rename,
        "done": done,
        "cancelled": cancelled,
        "result": result,
        "exception": exception,
        "setResult": set_result,
        "setException": set_exception,
        "addCallback": add_callback,
        "removeCallback": remove_callback,
        "callSoon": call_soon,
        "callLater": call_later,
        "callAt": call_at,
        "cancelHandle": cancel_handle,
        "handleCancelled": handle_cancelled,
        "when": when,
        "expired": expired,
        "reschedule": reschedule,
        "do": do,
        "get": get_variable,
        "set": set_variable,
        "reset": reset_variable,
        "copyContext": copy_context,
        "count": count,
        "currentTask": current_task,
        "allTasks": all_tasks,
        "split": split,
        "sameError": same_error,
        "report": report,
    }


MAKERS = {
    "lock": lambda spec: asyncio.Lock(),
    "event": lambda spec: asyncio.Event(),
    "taskgroup": lambda spec: asyncio.TaskGroup(),
    "semaphore": lambda spec: asyncio.Semaphore(spec["value"]),
    "bounded": lambda spec: asyncio.BoundedSemaphore(spec["value"]),
    "barrier": lambda spec: asyncio.Barrier(spec["parties"]),
    "queue": lambda spec: asyncio.Queue(spec["maxsize"]),
    "lifo": lambda spec: asyncio.LifoQueue(spec["maxsize"]),
    "priority": lambda spec: asyncio.PriorityQueue(spec["maxsize"]),
}
