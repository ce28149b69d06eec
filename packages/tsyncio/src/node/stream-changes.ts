/** The moments at which a stream of Node may have something new to say, as something to wait for. */
import type { EventEmitter } from "node:events";
import type { CancelRequest } from "../kernel/cancelled-error.js";
import { type Suspension, suspend } from "../kernel/current.js";
import { Operation } from "../kernel/operation.js";
import { DONE } from "../kernel/waitable.js";

export class StreamChanges {
  readonly #stream: EventEmitter;
  readonly #names: readonly string[];
  readonly #waiting = new Set<NextChange>();
  #listens = false;
  /** The error the stream has emitted. */
  failure: { readonly error: unknown } | undefined;

  /** @param names - the events besides `error` and `close`. */
  constructor(stream: EventEmitter, names: readonly string[]) {
    this.#stream = stream;
    this.#names = names;
  }

  /** Listens from now on, until `close`. */
  listen(): void {
    if (this.#listens) return;
    this.#listens = true;
    for (const name of this.#names) this.#stream.on(name, this.wake);
    this.#stream.on("error", this.#failed);
    this.#stream.on("close", this.#closed);
  }

  /** Listens no more. */
  ignore(): void {
    if (!this.#listens) return;
    this.#listens = false;
    for (const name of this.#names) this.#stream.off(name, this.wake);
    this.#stream.off("error", this.#failed);
    this.#stream.off("close", this.#closed);
  }

  /** Waits for the next event, whichever it is. */
  next(what: string): Operation<void> {
    return new NextChange(this.#waiting, what);
  }

  readonly wake = (): void => {
    for (const waiting of this.#waiting) waiting.finish(DONE, undefined);
    this.#waiting.clear();
  };

  readonly #failed = (error: unknown): void => {
    this.failure ??= { error };
    this.wake();
  };

  readonly #closed = (): void => {
    this.ignore();
    this.wake();
  };
}

class NextChange extends Operation<void> {
  readonly #waiting: Set<NextChange>;
  readonly #what: string;

  constructor(waiting: Set<NextChange>, what: string) {
    super();
    this.#waiting = waiting;
    this.#what = what;
  }

  begin(): IteratorResult<Suspension, void> {
    this.#waiting.add(this);
    return suspend(this);
  }

  override cancelWith(request: CancelRequest): boolean {
    this.leave();
    return super.cancelWith(request);
  }

  override leave(): void {
    this.#waiting.delete(this);
  }

  describe(): string {
    return this.#what;
  }
}
