"""An asyncio event loop on virtual time, with every order that CPython leaves open made definite.

Three things of CPython depend on addresses or on the shape of a heap. They are pinned here, because
tsyncio defines them (docs/differences.md) and equal traces need one answer:

* timers with equal deadlines fire in the order of their creation (CPython: heap order);
* sets of tasks that asyncio iterates (a TaskGroup's children, the arguments of as_completed, the
  leftovers a Runner cancels) are iterated in the order of creation (CPython: hash order);
* tasks are held until the program ends (CPython: weakly).

Everything else is CPython's own code: the C `_asyncio` Task and Future on a BaseEventLoop.
"""

import itertools
from asyncio import base_events, events, taskgroups, tasks

CLOCK_RESOLUTION = 1e-9

# The coroutines a Runner closes its loop with; tsyncio has no tasks for that.
RUNNERS_OWN = "BaseEventLoop.shutdown_"


class Overrun(BaseException):
    """The program took more turns than allowed, or nothing could ever wake it."""


class OrderedTimerHandle(events.TimerHandle):
    __slots__ = ("_serial",)
    serials = itertools.count()

    def __init__(self, when, callback, args, loop, context=None):
        super().__init__(when, callback, args, loop, context)
        self._serial = next(self.serials)

    def __lt__(self, other):
        return (self._when, self._serial) < (other._when, other._serial)


class OrderedSet(dict):
    """The part of `set` that asyncio uses, iterated in order of insertion."""

    def __init__(self, items=()):
        super().__init__((item, None) for item in items)

    def add(self, item):
        self[item] = None

    def discard(self, item):
        self.pop(item, None)


class VirtualSelector:
    """Never waits: it moves the clock to the next deadline."""

    def __init__(self, loop, turns):
        self.loop = loop
        self.turns = turns

    def select(self, timeout):
        self.turns -= 1
        if self.turns < 0 or timeout is None:
            raise Overrun
        if timeout > 0:
            self.loop.now = self.loop._scheduled[0]._when
        return ()

    def close(self):
        pass


class VirtualLoop(base_events.BaseEventLoop):
    def __init__(self, turns):
        super().__init__()
        self.now = 0.0
        self.created = {}
        self._serials = itertools.count()
        self._clock_resolution = CLOCK_RESOLUTION
        self._selector = VirtualSelector(self, turns)

    def time(self):
        return self.now

    def create_task(self, coro, **kwargs):
        serial = next(self._serials)
        if getattr(coro, "__qualname__", "").startswith(RUNNERS_OWN):
            kwargs["name"] = RUNNERS_OWN  # Takes no number, and is not counted.
        task = super().create_task(coro, **kwargs)
        self.created[task] = serial
        return task

    def give_up(self):
        """Ends the run at the next turn."""
        self._selector.turns = 0

    def _process_events(self, event_list):
        pass

    def _write_to_self(self):
        pass


_all_tasks = tasks.all_tasks


def all_tasks_in_order(loop=None):
    loop = loop or events.get_running_loop()
    return sorted(_all_tasks(loop), key=loop.created.__getitem__)


def install():
    events.TimerHandle = OrderedTimerHandle
    taskgroups.set = OrderedSet
    tasks.set = OrderedSet
    tasks.all_tasks = all_tasks_in_order
