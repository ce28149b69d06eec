import { type Suspension, suspend } from "../kernel/current.js";
import type { Loop } from "../kernel/loop.js";
import { Operation } from "../kernel/operation.js";
import { DONE, FAILED, PENDING, type State } from "../kernel/waitable.js";
import {
  checkSource,
  type EmitterLike,
  type EventOptions,
  type EventTargetLike,
  subscribe,
} from "./event-source.js";

class EventWait<T> extends Operation<T> {
  readonly #source: EmitterLike | EventTargetLike;
  readonly #name: string | symbol;
  readonly #options: EventOptions;
  #unsubscribe: (() => void) | undefined;

  constructor(source: EmitterLike | EventTargetLike, name: string | symbol, options: EventOptions) {
    super();
    this.#source = source;
    this.#name = name;
    this.#options = options;
  }

  begin(_loop: Loop): IteratorResult<Suspension, T> {
    this.#unsubscribe = subscribe(
      this.#source,
      this.#name,
      this.#options,
      (value) => this.#end(DONE, value),
      (failure) => this.#end(FAILED, failure?.error),
    );
    return suspend(this);
  }

  #end(state: State, value: unknown): void {
    if (this.state === PENDING) this.finish(state, value);
  }

  /** Nothing listens any more from the moment it is over, however it ended. */
  override finish(state: State, value: unknown): void {
    this.leave();
    super.finish(state, value);
  }

  override leave(): void {
    this.#unsubscribe?.();
  }

  describe(): string {
    return `event ${String(this.#name)}`;
  }
}

/**
 * Waits for the next event `name` of an `EventEmitter`, and gives what it was emitted with, as an array, or of an
 * `EventTarget`, and gives the event. It listens from the moment it is awaited. An `error` event that comes first is
 * raised; other events that mean that the wanted one will not come are named by `rejectOn`. On `window`, where every
 * uncaught error is an `error` event, it takes `rejectOn: []`.
 *
 * Always yields to the loop.
 *
 * **Cancellation:** removes its listeners at once; an event that had come for this task already is lost.
 *
 * asyncio: none; a future whose result a callback sets.
 * @throws what an event of `rejectOn` carries, an `AsyncioError` around it when that is no error (`ERR_EVENT`), and the
 * reason of `signal`.
 * @throws {TypeError} when `source` is neither (`ERR_INVALID_ARG`).
 * @example
 * const door = new EventTarget();
 * createTask(function* opens() {
 *   yield* sleep(1);
 *   door.dispatchEvent(new CustomEvent("open", { detail: "by Ann" }));
 * });
 * (yield* waitForEvent<CustomEvent>(door, "open")).detail; // => "by Ann"
 */
export function waitForEvent<A extends readonly unknown[] = unknown[]>(
  source: EmitterLike,
  name: string | symbol,
  options?: EventOptions,
): Operation<A>;
export function waitForEvent<E = Event>(
  source: EventTargetLike,
  name: string,
  options?: EventOptions,
): Operation<E>;
export function waitForEvent<T>(
  source: EmitterLike | EventTargetLike,
  name: string | symbol,
  options: EventOptions = {},
): Operation<T> {
  checkSource(source, "wait for event");
  return new EventWait<T>(source, name, options);
}
