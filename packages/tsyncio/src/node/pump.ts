/**
 * An async iterable that somebody outside the loop consumes: a task iterates it and hands each item to a sink, as fast as
 * the sink asks. What makes Node's and the web's readable streams of generators.
 *
 * | state | leaves to |
 * | --- | --- |
 * | idle: nobody has asked for anything; nothing runs | running, ended |
 * | running | stopping, ended |
 * | stopping: nobody wants more; the iterable's cleanup runs | ended |
 * | ended | |
 *
 * P1. Nothing of the iterable runs before the first item is wanted, nor while the sink is full.
 * P2. The task belongs to the run in which the pump was made, and runs in the context of that moment; it ends with the run.
 * P3. The sink hears of one end: `end`, `fail`, or, when it has stopped the pump itself, the answer to that.
 */
import { currentOrThreadLoop } from "../hosts/thread-loop.js";
import { isCancelled } from "../kernel/cancelled-error.js";
import { copyContext } from "../kernel/context.js";
import type { Coroutine } from "../kernel/coroutine.js";
import { UsageError } from "../kernel/errors.js";
import type { Loop } from "../kernel/loop.js";
import type { Scope } from "../kernel/scope.js";
import type { Task } from "../kernel/task.js";
import { type AnyIterable, asyncFor } from "../structured/async-for.js";
import { Event } from "../sync/event.js";

/** Where the items go. */
export interface Sink<T> {
  /** Takes an item; false when it wants no more until it asks. */
  push(item: T): boolean;
  end(): void;
  fail(error: unknown): void;
}

export class Pump<T> {
  readonly #source: AnyIterable<T>;
  readonly #sink: Sink<T>;
  readonly #label: string;
  readonly #loop: Loop;
  readonly #scope: Scope;
  readonly #context = copyContext();
  readonly #wanted = new Event();
  #state: "idle" | "running" | "stopping" | "ended" = "idle";
  #task: Task<void> | undefined;
  #cleanupError: unknown;

  constructor(source: AnyIterable<T>, sink: Sink<T>, label: string) {
    this.#source = source;
    this.#sink = sink;
    this.#label = label;
    this.#loop = currentOrThreadLoop(`call ${label}`);
    this.#scope = this.#loop.currentScope();
  }

  /** More is wanted. */
  want(): void {
    this.#wanted.set();
    if (this.#state !== "idle") return;
    if (this.#scope.closed) {
      this.#state = "ended";
      this.#sink.fail(this.#runOver());
      return;
    }
    this.#state = "running";
    // P2.
    this.#loop.asStep(this.#scope, () => {
      this.#task = this.#loop.createTask(this.#iterate(), {
        name: this.#label,
        context: this.#context,
      });
    });
    this.#task?.addDoneCallback(() => this.#taskEnded());
  }

  /** Nothing is wanted any more: `stopped` is called when the cleanup has run, with the error it raised. */
  stop(stopped: (error: unknown) => void): void {
    const task = this.#task;
    if (this.#state !== "running" || task === undefined) {
      this.#state = "ended";
      stopped(undefined);
      return;
    }
    this.#state = "stopping";
    task.addDoneCallback(() => stopped(this.#cleanupError));
    task.cancel("nobody reads it any more");
  }

  *#iterate(): Coroutine<void> {
    const { push, wait } = { push: this.#push.bind(this), wait: this.#wanted };
    try {
      yield* asyncFor(this.#source, function* hand(item: T) {
        if (!push(item)) yield* wait.wait();
      });
      this.#finish(() => this.#sink.end());
    } catch (error) {
      if (this.#state === "stopping") {
        if (!isCancelled(error)) this.#cleanupError = error;
      } else this.#finish(() => this.#sink.fail(error));
    }
  }

  #push(item: T): boolean {
    if (this.#sink.push(item)) return true;
    this.#wanted.clear();
    return false;
  }

  /** P3. */
  #finish(tell: () => void): void {
    if (this.#state !== "running") return;
    this.#state = "ended";
    tell();
  }

  /** Cancelled before its first step, it has told nobody. */
  #taskEnded(): void {
    this.#finish(() => this.#sink.fail(this.#runOver()));
    this.#state = "ended";
  }

  #runOver(): UsageError {
    return new UsageError(
      "ERR_RUN_ENDED",
      `Cannot read from ${this.#label}: the run in which it was called has ended; read it there, or call it outside`,
    );
  }
}
