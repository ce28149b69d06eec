import { RingBuffer } from "../collections/ring-buffer.js";
import type { CancelRequest } from "../kernel/cancelled-error.js";
import { finished, type Suspension, suspend } from "../kernel/current.js";
import { AsyncioError, UsageError } from "../kernel/errors.js";
import { Immediate } from "../kernel/immediate.js";
import { Operation } from "../kernel/operation.js";
import { DONE, PENDING } from "../kernel/waitable.js";
import {
  checkSource,
  type EmitterLike,
  type EventOptions,
  type EventTargetLike,
  subscribe,
} from "./event-source.js";

/** What `events` takes besides the event. */
export interface EventsOptions extends EventOptions {
  /** The events that end the iteration. */
  readonly endOn?: readonly (string | symbol)[] | undefined;
  /** How many events may wait to be taken; 1000 unless said otherwise. */
  readonly limit?: number | undefined;
  /** What happens to one more: the iteration ends with an error, which is the default, or the oldest is dropped. */
  readonly overflow?: "raise" | "dropOldest" | undefined;
}

type Step<T> = IteratorResult<T, undefined>;

const END: IteratorReturnResult<undefined> = { value: undefined, done: true };

/**
 * The events of one name as they come, by `events`. It listens while it is iterated, from the first moment on; events
 * that come while nobody waits are kept, up to the limit. What ends it comes after the events before it.
 *
 * asyncio: none.
 */
export class EventStream<T> {
  readonly #source: EmitterLike | EventTargetLike;
  readonly #name: string | symbol;
  readonly #options: EventsOptions;
  readonly #kept = new RingBuffer<T>();
  #unsubscribe: (() => void) | undefined;
  #failure: { error: unknown } | undefined;
  #state: "created" | "open" | "ended" = "created";
  #dropped = 0;
  /** @internal */
  waiting: NextEvent<T> | undefined;

  /** @internal */
  constructor(
    source: EmitterLike | EventTargetLike,
    name: string | symbol,
    options: EventsOptions,
  ) {
    this.#source = source;
    this.#name = name;
    this.#options = options;
  }

  /** How many events were dropped because too many waited. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Itself, listening from now on: `asyncFor` and `for await` iterate it. */
  [Symbol.asyncIterator](): this {
    if (this.#state !== "created") return this;
    this.#state = "open";
    this.#unsubscribe = subscribe(
      this.#source,
      this.#name,
      this.#options,
      (value) => this.#keep(value),
      (failure) => this.#end(failure),
    );
    // It may have ended while it began.
    if (this.#state !== ("open" as string)) this.#unsubscribe();
    return this;
  }

  /**
   * Waits for the next event. Yields to the loop only when none is there.
   *
   * **Cancellation:** removes the listeners at once; the iteration is over, and events that were kept are lost.
   * @throws what ended it, see `events`.
   * @throws {UsageError} while another task waits here (`ERR_GENERATOR_RUNNING`).
   */
  next(): Operation<Step<T>> {
    return new NextEvent(this);
  }

  /**
   * Stops listening, at once.
   *
   * **Cancellation:** does not wait.
   */
  return(): Operation<Step<T>> {
    this.close();
    return new Immediate(() => END);
  }

  /** @internal */
  close(): void {
    this.#end(undefined);
    this.#failure = undefined;
    this.#kept.clear();
  }

  /** @internal What can be given at once. */
  take(): Step<T> | undefined {
    if (this.#kept.length > 0) return { value: this.#kept.shift(), done: false };
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
    return this.#state === "ended" ? END : undefined;
  }

  #keep(value: T): void {
    const { limit = 1000, overflow } = this.#options;
    const kept = this.#kept;
    if (kept.length >= limit) {
      if (overflow !== "dropOldest") {
        this.#end({ error: tooMany(this.#name, limit) });
        return;
      }
      kept.shift();
      this.#dropped++;
    }
    kept.push(value);
    this.#wake();
  }

  #end(failure: { error: unknown } | undefined): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#failure = failure;
    this.#unsubscribe?.();
    this.#wake();
  }

  #wake(): void {
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.finish(DONE, undefined);
  }

  /** @internal */
  describe(): string {
    return `the next event ${String(this.#name)}`;
  }
}

class NextEvent<T> extends Operation<Step<T>> {
  readonly #stream: EventStream<T>;

  constructor(stream: EventStream<T>) {
    super();
    this.#stream = stream;
  }

  begin(): IteratorResult<Suspension, Step<T>> {
    const stream = this.#stream[Symbol.asyncIterator]();
    const step = stream.take();
    if (step !== undefined) return finished(step);
    if (stream.waiting !== undefined) {
      throw new UsageError(
        "ERR_GENERATOR_RUNNING",
        `Cannot wait for ${this.describe()}: another task waits for it; give each task its own`,
      );
    }
    stream.waiting = this;
    this.state = PENDING;
    return suspend(this);
  }

  override resume(): IteratorResult<Suspension, Step<T>> {
    if (this.state !== DONE) throw this.takeCancelledError();
    return this.begin();
  }

  override cancelWith(request: CancelRequest): boolean {
    if (this.state !== PENDING) return false;
    this.#stream.waiting = undefined;
    this.#stream.close();
    return super.cancelWith(request);
  }

  /** Cancelled after it was woken. */
  override leave(): void {
    this.#stream.close();
  }

  describe(): string {
    return this.#stream.describe();
  }
}

function tooMany(name: string | symbol, limit: number): AsyncioError {
  return new AsyncioError(
    "ERR_EVENT_OVERFLOW",
    `Cannot keep event ${String(name)}: ${limit} wait to be taken; take them faster, or raise limit`,
  );
}

/**
 * The events `name` of an `EventEmitter` (what each was emitted with, as an array) or of an `EventTarget` (the events),
 * for `asyncFor` and `for await`. It ends at an event of `endOn`, and by an error at one of `rejectOn`, which is `error`
 * unless said otherwise, when `signal` is aborted, and when more events wait than `limit`: nobody can slow an emitter
 * down.
 *
 * **Cancellation:** of the task that iterates, and leaving the block, remove the listeners at once; events that were
 * kept are lost.
 *
 * asyncio: none.
 * @throws what an event of `rejectOn` carries, an `AsyncioError` around it when that is no error (`ERR_EVENT`), and the
 * reason of `signal`; when it is iterated.
 * @throws {AsyncioError} when more than `limit` events wait (`ERR_EVENT_OVERFLOW`), when it is iterated.
 * @throws {TypeError} when `source` is neither (`ERR_INVALID_ARG`).
 * @example
 * const clock = new EventTarget();
 * createTask(function* ticks() {
 *   for (const name of ["tick", "tick", "stop"]) {
 *     yield* sleep(1);
 *     clock.dispatchEvent(new CustomEvent(name));
 *   }
 * });
 * let count = 0;
 * yield* asyncFor(events(clock, "tick", { endOn: ["stop"] }), function* () {
 *   count++;
 * });
 * count; // => 2
 */
export function events<A extends readonly unknown[] = unknown[]>(
  source: EmitterLike,
  name: string | symbol,
  options?: EventsOptions,
): EventStream<A>;
export function events<E = Event>(
  source: EventTargetLike,
  name: string,
  options?: EventsOptions,
): EventStream<E>;
export function events<T>(
  source: EmitterLike | EventTargetLike,
  name: string | symbol,
  options: EventsOptions = {},
): EventStream<T> {
  checkSource(source, "iterate events");
  return new EventStream<T>(source, name, options);
}
