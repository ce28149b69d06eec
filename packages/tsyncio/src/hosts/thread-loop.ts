/** The one event-driven loop of this thread, made when it is first needed. */
import { createHost } from "#host";
import { current } from "../kernel/current.js";
import { Loop } from "../kernel/loop.js";
import { type Operation, operationStarter } from "../kernel/operation.js";
import { registry } from "../kernel/running-loop.js";
import type { Waitable } from "../kernel/waitable.js";

let loop: Loop | undefined;

/** The loop that the runs of this thread share. */
export function threadLoop(): Loop {
  if (loop === undefined || loop.isClosed()) {
    loop = new Loop(createHost());
    registry.threadLoop = loop;
  }
  return loop;
}

/** The loop that is running, else the thread's. */
export function currentOrThreadLoop(): Loop {
  return (current.loop as Loop | undefined) ?? threadLoop();
}

const startedOperations = new WeakMap<object, Waitable<unknown>>();

// Plain `async` code that awaits an operation starts it as a task, once.
operationStarter.start = <T>(operation: Operation<T>): Waitable<T> => {
  const known = startedOperations.get(operation) as Waitable<T> | undefined;
  if (known !== undefined) return known;
  const task = currentOrThreadLoop().createTask<T>(operation as never);
  startedOperations.set(operation, task as Waitable<unknown>);
  return task;
};
