/**
 * The tree of tasks of one `run`: every task belongs to the run of its creator. Runs overlap on the one loop of a
 * thread, and each cancels, when it ends, only what is its own. Counterpart: none; in CPython a run owns its loop.
 */
import { LinkedList } from "../collections/linked-list.js";
import type { Lowered } from "./frame.js";
import type { Loop } from "./loop.js";
import type { Operation } from "./operation.js";
import type { Task } from "./task.js";
import type { Failure } from "./unretrieved.js";

/**
 * The call of a lowered function made last, while nobody has started it: most are awaited at once and enter no set. Noting
 * it is a tenth of what a call costs (an old object comes to refer to a young one); a holder made anew now and then, which
 * stays young, gains 5 % fifty calls deep and loses as much in a plain call.
 */
export const unstarted: { last: Lowered | undefined } = { last: undefined };

/** Puts that call among those of its run. */
export function settleUnstarted(): void {
  const frame = unstarted.last;
  unstarted.last = undefined;
  frame?.home?.unstarted.add(frame);
}

export class Scope {
  /** @internal The tasks that are not done, oldest first. */
  readonly tasks = new LinkedList<Task<unknown>>();
  /** Failures nobody has looked at. */
  readonly failures = new Set<Failure>();
  /** Timers set by `callLater` and `callAt`, and signal handlers: dropped when the run ends, as closing a loop does. */
  readonly timers = new Set<{ cancel(): void }>();
  /** Calls of lowered functions that nobody has started, oldest first. */
  readonly unstarted = new Set<Lowered>();
  /** Async generators that were begun and are not closed. */
  readonly generators = new Set<{ return(): Operation<unknown> }>();
  /** Made by a call outside any run; a `run` may adopt it. */
  detached = false;
  closed = false;
  readonly loop: Loop;
  /** Called when something raised `KeyboardInterrupt` inside this run. */
  onEscape: ((error: unknown) => void) | undefined = undefined;

  constructor(loop: Loop) {
    this.loop = loop;
  }

  /** Drops the timers. Tasks are ended by whoever owns the run. */
  close(): void {
    this.closed = true;
    for (const timer of this.timers) timer.cancel();
    this.timers.clear();
  }
}
