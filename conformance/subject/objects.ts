import * as asyncio from "tsyncio";
import type { Spec } from "../program/program.js";

const byNumber = (a: number, b: number): number => a - b;

/** What `make` puts into a slot. */
export function makeObject(
  name: string,
  spec: Spec,
  loop: asyncio.Loop,
  slot: (name: string) => asyncio.Lock,
): unknown {
  switch (spec.is) {
    case "lock":
      return new asyncio.Lock();
    case "event":
      return new asyncio.Event();
    case "future":
      return loop.createFuture();
    case "taskgroup":
      return new asyncio.TaskGroup();
    case "condition":
      return spec.lock === undefined
        ? new asyncio.Condition()
        : new asyncio.Condition(slot(spec.lock));
    case "semaphore":
      return new asyncio.Semaphore(spec.value);
    case "bounded":
      return new asyncio.BoundedSemaphore(spec.value);
    case "barrier":
      return new asyncio.Barrier(spec.parties);
    case "queue":
      return new asyncio.Queue(spec.maxsize);
    case "lifo":
      return new asyncio.LifoQueue(spec.maxsize);
    case "priority":
      return new asyncio.PriorityQueue(spec.maxsize, byNumber);
    case "variable":
      return new asyncio.ContextVar(name, "default" in spec ? { default: spec.default } : {});
    case "timeout":
      return asyncio.timeout(spec.delay);
  }
}
