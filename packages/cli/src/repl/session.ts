/**
 * A run that goes on while inputs come and go. Its main task takes one input after the other and
 * gives each a task of its own; tasks that an input makes belong to the run, and go on until the
 * session is closed, when they are cancelled as at the end of every program.
 */

import type { Coroutine, Task } from "tsyncio";
import type { Compiled } from "./compile-input.js";
import { interruptible, wasInterrupted } from "./interruptible.js";

type Tsyncio = typeof import("tsyncio");

/** What came of an input: a value, if it ended with an expression, or what it raised. */
export type Outcome =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "nothing" }
  | { readonly kind: "cancelled" }
  | { readonly kind: "error"; readonly error: unknown };

interface Job {
  readonly input: Compiled;
  readonly resolve: (outcome: Outcome) => void;
}

export class Session {
  readonly #tsyncio: Tsyncio;
  readonly #jobs: Job[] = [];
  readonly #ended: Promise<void>;
  #wake: (() => void) | undefined;
  #task: Task<unknown> | undefined;
  #abandon: (() => void) | undefined;
  #closed = false;

  constructor(tsyncio: Tsyncio, options: { readonly debug: boolean }) {
    this.#tsyncio = tsyncio;
    this.#ended = tsyncio.run(this.#main(), { debug: options.debug, name: "repl" });
  }

  /** Runs an input to its end. Inputs run one after the other. */
  evaluate(input: Compiled): Promise<Outcome> {
    return new Promise((resolve) => {
      this.#jobs.push({ input, resolve });
      this.#wake?.();
    });
  }

  /** Cancels the input that runs; asked once more, no longer waits for it. */
  interrupt(): void {
    if (this.#task === undefined) return;
    if (this.#task.cancelling() > 0) this.#abandon?.();
    this.#task.cancel();
  }

  /** Cancels what is still going on, and resolves when all of it has ended. */
  close(): Promise<void> {
    this.#closed = true;
    this.#task?.cancel();
    this.#wake?.();
    return this.#ended;
  }

  *#main(): Coroutine<void> {
    const { createTask, getRunningLoop, wait, FIRST_COMPLETED } = this.#tsyncio;
    const loop = getRunningLoop();
    for (let number = 1; !this.#closed; ) {
      const job = this.#jobs.shift();
      if (job === undefined) {
        const woken = loop.createFuture<void>();
        this.#wake = () => {
          if (!woken.done()) woken.setResult(undefined);
        };
        yield* woken;
        continue;
      }
      const task = createTask(this.#evaluate(job.input), { name: `input-${number++}` });
      const abandoned = loop.createFuture<void>();
      this.#task = task;
      this.#abandon = () => {
        if (!abandoned.done()) abandoned.setResult(undefined);
      };
      yield* wait([task, abandoned], { returnWhen: FIRST_COMPLETED });
      this.#task = undefined;
      job.resolve(task.done() ? outcomeOf(task) : { kind: "cancelled" });
    }
  }

  *#evaluate({ call, style }: Compiled): Coroutine<unknown> {
    if (style === "plain") return interruptible(call);
    return yield* call() as Coroutine<unknown>;
  }
}

function outcomeOf(task: Task<unknown>): Outcome {
  if (task.cancelled()) return { kind: "cancelled" };
  const error = task.exception();
  if (wasInterrupted(error)) return { kind: "cancelled" };
  if (error !== undefined && error !== null) return { kind: "error", error };
  const result = task.result() as { readonly value: unknown } | undefined;
  return result === undefined ? { kind: "nothing" } : { kind: "value", value: result.value };
}
