"""What is written down of a program's run; subject/trace.ts writes the same."""

import asyncio
import re

DEFAULT_NAME = re.compile(r"^Task-(\d+)$")

CATEGORIES = (
    ("Exception in callback", "callback"),
    ("unhandled exception during asyncio.run() shutdown", "shutdown"),
    ("exception in shielded future", "shielded"),
    ("has errored out but its parent task", "orphan"),
)


class ErrA(Exception):
    pass


class ErrB(Exception):
    pass


RAISED = {
    "A": ErrA,
    "B": ErrB,
    "Cancelled": asyncio.CancelledError,
    "Timeout": TimeoutError,
    "Interrupt": KeyboardInterrupt,
}

CAUGHT = {
    "Any": BaseException,
    "Error": Exception,
    "Cancelled": asyncio.CancelledError,
    "Timeout": TimeoutError,
    "Group": BaseExceptionGroup,
    "A": ErrA,
    "B": ErrB,
}

# The errors whose text is the program's own; of all others only the kind is compared.
WITH_TEXT = (ErrA, ErrB, asyncio.CancelledError)


def number(value):
    return str(int(value)) if value == int(value) else repr(value)


def error(exc):
    if isinstance(exc, BaseExceptionGroup):
        return "Group[" + ", ".join(error(e) for e in exc.exceptions) + "]"
    name = type(exc).__name__
    if name == "CancelledError":
        name = "Cancelled"
    if isinstance(exc, WITH_TEXT) and exc.args and exc.args[0]:
        return f"{name}({exc.args[0]})"
    return name


class Trace:
    def __init__(self, loop, limit):
        self.loop = loop
        self.limit = limit
        self.lines = []
        self.time = None
        self.labels = {}
        self.uses = {}
        self.closed = False
        self.unretrieved = []
        self.first_name = 0

    def add(self, text, who=None):
        if self.closed:
            return
        now = self.loop.now
        if now != self.time:
            self.time = now
            self.lines.append("@" + number(now))
        if who is None:
            task = asyncio.current_task(self.loop)
            who = "-" if task is None else self.labels.get(task, "?")
        self.lines.append(f"{who} {text}")
        if len(self.lines) > self.limit:
            self.loop.give_up()

    def forget(self):
        """Lets go of the program's objects, so that unread errors are reported."""
        self.loop = None
        self.labels.clear()

    def label(self, thing, base):
        label = self.labels.get(thing)
        if label is None:
            uses = self.uses[base] = self.uses.get(base, 0) + 1
            label = self.labels[thing] = base if uses == 1 else f"{base}.{uses}"
        return label

    def value(self, v):
        if v is None or isinstance(v, bool):
            return str(v)
        if isinstance(v, (int, float)):
            return number(v)
        if isinstance(v, str):
            return f"'{v}'"
        if isinstance(v, (list, tuple)):
            return "[" + ", ".join([self.value(x) for x in v]) + "]"
        if isinstance(v, BaseException):
            return error(v)
        if asyncio.isfuture(v):
            return self.label(v, "task" if isinstance(v, asyncio.Task) else "future")
        return "object"

    def task_name(self, task):
        """Default names are counted per process: relative to that of the main task."""
        name = task.get_name()
        found = DEFAULT_NAME.match(name)
        return f"Task+{int(found[1]) - self.first_name}" if found else name

    def handler(self, _loop, context):
        """The loop's exception handler. What the garbage collector reports is kept for the end."""
        message = context["message"]
        if "was destroyed but" in message:
            return
        if "never retrieved" in message:
            if not isinstance(context["exception"], KeyboardInterrupt):
                self.unretrieved.append(error(context["exception"]))
            return
        for part, category in CATEGORIES:
            if part in message:
                message = category
                break
        about = context.get("task") or context.get("future")
        label = self.labels.get(about, "?") if about is not None else "-"
        exc = context.get("exception")
        self.add(f"handler {message} {label} {error(exc) if exc else '-'}")
