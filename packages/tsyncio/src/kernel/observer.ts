import type { Loop } from "./loop.js";
import type { Task } from "./task.js";
import type { Waitable } from "./waitable.js";

/**
 * What an inspector is told while a loop runs. Set it as `loop.observer`; without one nothing is called and nothing is
 * paid but one comparison. The calls are made synchronously inside the loop's turn: keep them short, raise nothing, and
 * do not call back into the loop.
 *
 * asyncio: none.
 */
export interface Observer {
  /** A turn of `loop` begins; `now` is the clock's reading that it shares, in seconds. */
  turnBegins?(now: number, loop: Loop): void;
  /** A task was made, by `by` when a task made it. */
  created?(task: Task<unknown>, by: Task<unknown> | undefined): void;
  /** A step of `task` begins: its coroutine runs until its next wait. */
  stepBegins?(task: Task<unknown>): void;
  /** The step has ended. */
  stepEnds?(task: Task<unknown>): void;
  /** `task` waits for `on`; undefined when it only gave up its turn. */
  waits?(task: Task<unknown>, on: Waitable<unknown> | undefined): void;
  /** `task` was put into the ready queue because `source` is done, in a step of `by` when it was a task's. */
  woken?(task: Task<unknown>, source: Waitable<unknown>, by: Task<unknown> | undefined): void;
  /** Somebody asked `task` to end. */
  cancelRequested?(task: Task<unknown>, by: Task<unknown> | undefined): void;
  /** `task` is done. */
  done?(task: Task<unknown>): void;
}
