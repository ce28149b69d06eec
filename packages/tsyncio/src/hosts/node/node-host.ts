/**
 * The host for Node, and for engines that speak its API. Counterpart of a selector event loop: here libuv polls, and
 * the loop is called when there is something to do.
 */
import { AsyncResource } from "node:async_hooks";
import type { Handle } from "../../kernel/handle.js";
import type {
  AsyncScope,
  CoroutineLocation,
  Host,
  SupervisedRun,
  Supervision,
} from "../../kernel/host.js";
import type { Loop } from "../../kernel/loop.js";
import { Alarm } from "../alarm.js";
import { locateGenerator } from "./locate.js";
import { addSignalHandler, removeSignalHandler } from "./signals.js";
import { supervise } from "./supervise.js";

const resolved = Promise.resolve();

/** The asynchronous context of no request. Made before any store can exist; nothing ever runs in it. */
const root = new AsyncResource("tsyncio");
/** What the loop's own turns run in: without stores, until a task's `enterWith` leaves one there. */
let neutral = neutralResource();

function neutralResource(): AsyncResource {
  return root.runInAsyncScope(() => new AsyncResource("tsyncio"));
}

/**
 * A loop's footing on Node: microtasks to wake, `setImmediate` to breathe, one timeout for the earliest deadline.
 */
export class NodeHost implements Host {
  readonly name = "node";
  readonly resolution = 1e-9;
  storesInUse = false;
  readonly #alarm = new Alarm();

  now(): number {
    return performance.now() / 1000;
  }

  soon(run: () => void): void {
    // Not queueMicrotask: Node makes an async resource for each call of it.
    void resolved.then(() => neutral.runInAsyncScope(run));
  }

  later(run: () => void): void {
    setImmediate(() => neutral.runInAsyncScope(run));
  }

  alarm(when: number | undefined, run: () => void): void {
    this.#alarm.set(when, this.now(), () => neutral.runInAsyncScope(run));
  }

  keepAlive(): () => void {
    const timer = setInterval(() => {}, 0x7fffffff);
    return () => clearInterval(timer);
  }

  asyncScope(): AsyncScope | undefined {
    const resource = new AsyncResource("tsyncio.Task");
    if (holdsStore(neutral)) {
      neutral = neutralResource();
      this.storesInUse = true;
    }
    if (holdsStore(resource)) this.storesInUse = true;
    // Once stores are in use each task has a context of its own, so that `enterWith` in one stays there.
    return this.storesInUse ? resource : undefined;
  }

  supervise(run: SupervisedRun): Supervision {
    return supervise(run);
  }

  addSignalHandler(signal: string, handle: Handle): void {
    addSignalHandler(signal, handle);
  }

  removeSignalHandler(signal: string, loop: Loop): boolean {
    return removeSignalHandler(signal, loop);
  }

  locate(coroutine: object): CoroutineLocation | undefined {
    return locateGenerator(coroutine);
  }
}

/**
 * True when some `AsyncLocalStorage` has a store in the context in which `resource` was made. Node keeps stores on the
 * resource under symbols: one for each storage before Node 24, one for all of them since.
 */
function holdsStore(resource: AsyncResource): boolean {
  for (const key of Object.getOwnPropertySymbols(resource)) {
    const name = key.description ?? "";
    if (name !== "kResourceStore" && name !== "async_context_frame") continue;
    if ((resource as unknown as Record<symbol, unknown>)[key] !== undefined) return true;
  }
  return false;
}
