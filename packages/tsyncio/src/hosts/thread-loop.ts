/** The one event-driven loop of this thread, made when it is first needed. */
import { createHost } from "#host";
import { current } from "../kernel/current.js";
import type { ExceptionHandler } from "../kernel/exception-handler.js";
import type { Host } from "../kernel/host.js";
import { Loop } from "../kernel/loop.js";
import type { Observer } from "../kernel/observer.js";
import { type Operation, operationStarter } from "../kernel/operation.js";
import { foreignCopy, registry } from "../kernel/running-loop.js";
import type { Waitable } from "../kernel/waitable.js";

/** What a command that runs programs sets for their loops. */
export interface RunDefaults {
  /** Debug mode. */
  readonly debug?: boolean | undefined;
  /** Told what the tasks do. */
  readonly observer?: Observer | undefined;
  /** Gets the errors that nobody else gets, unless the program sets its own; they are printed by default. */
  readonly exceptionHandler?: ExceptionHandler | undefined;
  /** Makes what the loop stands on. */
  readonly host?: (() => Host) | undefined;
}

let defaults: RunDefaults = {};
let loop: Loop | undefined;

/** Settings for every loop of this thread that is made from now on. */
export function configureRuns(settings: RunDefaults): void {
  defaults = settings;
}

/** True when the loop that the runs of this thread share was made, and not closed since. */
export function hasThreadLoop(): boolean {
  return loop !== undefined && !loop.isClosed();
}

/** The loop that the runs of this thread share. */
export function threadLoop(): Loop {
  if (loop === undefined || loop.isClosed()) {
    loop = new Loop(defaults.host?.() ?? createHost());
    loop.debug = defaults.debug === true;
    loop.observer = defaults.observer;
    loop.setExceptionHandler(defaults.exceptionHandler ?? null);
    registry.threadLoop = loop;
  }
  return loop;
}

/**
 * The loop that is running, else the thread's.
 * @throws {UsageError} while a loop of another copy of the package runs (`ERR_TWO_COPIES`); `action` begins the message.
 */
export function currentOrThreadLoop(action: string): Loop {
  if (current.loop === undefined && registry.running !== undefined) throw foreignCopy(action);
  return (current.loop as Loop | undefined) ?? threadLoop();
}

const startedOperations = new WeakMap<object, Waitable<unknown>>();

// Plain `async` code that awaits an operation starts it as a task, once.
operationStarter.start = <T>(operation: Operation<T>): Waitable<T> => {
  const known = startedOperations.get(operation) as Waitable<T> | undefined;
  if (known !== undefined) return known;
  const loop = currentOrThreadLoop(`await ${operation.describe()}`);
  const task = loop.createTask<T>(operation as never);
  startedOperations.set(operation, task as Waitable<unknown>);
  return task;
};
