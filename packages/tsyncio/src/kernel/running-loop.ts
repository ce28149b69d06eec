/**
 * The running loop, and how two copies of this package find out about each other: each loop that runs is published
 * under one registered symbol, so that a copy that is asked while another copy's loop runs can say so instead of
 * "no running loop".
 */
import { current } from "./current.js";
import { UsageError } from "./errors.js";
import type { Loop } from "./loop.js";

interface Registry {
  /** The loop whose turn is running, of whichever copy of this package. */
  running: object | undefined;
  /** The loop that plain JavaScript's runs share on this thread, and the copy it belongs to. */
  threadLoop: object | undefined;
}

const KEY: unique symbol = Symbol.for("tsyncio");

/** What all copies of this package on this thread share. */
export const registry: Registry = shared();

function shared(): Registry {
  const globals = globalThis as { [KEY]?: Registry };
  globals[KEY] ??= { running: undefined, threadLoop: undefined };
  return globals[KEY];
}

/** Calls `fn` as if no loop were running; a loop of its own may run inside it. */
export function outsideLoop<R>(fn: () => R): R {
  const outer = { ...current };
  const { running } = registry;
  current.loop = undefined;
  current.task = undefined;
  current.scope = undefined;
  current.asyncScope = undefined;
  registry.running = undefined;
  try {
    return fn();
  } finally {
    Object.assign(current, outer);
    registry.running = running;
  }
}

/** The error for code that meets a loop of another copy of this package. */
export function foreignCopy(action: string): UsageError {
  return new UsageError(
    "ERR_TWO_COPIES",
    `Cannot ${action}: two copies of tsyncio are loaded and the loop belongs to the other one; install one version only (npm ls tsyncio)`,
  );
}

/** The running loop, or an error that says what could not be done. */
export function runningLoop(action: string): Loop {
  const loop = current.loop;
  if (loop !== undefined) return loop as Loop;
  if (registry.running !== undefined) throw foreignCopy(action);
  throw new UsageError(
    "ERR_NO_RUNNING_LOOP",
    `Cannot ${action}: no running event loop; do it inside a coroutine started by run()`,
  );
}

/**
 * The loop that is running.
 *
 * asyncio: `get_running_loop`.
 * @throws {UsageError} outside a coroutine or callback of a loop (`ERR_NO_RUNNING_LOOP`).
 */
export function getRunningLoop(): Loop {
  return runningLoop("get the running loop");
}
