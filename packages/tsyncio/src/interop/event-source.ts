/**
 * Event emitters (Node's, and what looks like them) and event targets (the DOM's), listened to alike. Leaves out what a
 * listener can do beyond listening: capturing, passive listeners, `preventDefault` in time.
 */
import { AsyncioError, describeValue, typeError } from "../kernel/errors.js";

/** What has `on` and `off`, as Node's `EventEmitter`. */
export interface EmitterLike {
  /** Listens. */
  // biome-ignore lint/suspicious/noExplicitAny: typed emitters narrow both
  on(name: any, listener: (...args: any[]) => void): unknown;
  /** Listens no more. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  off(name: any, listener: (...args: any[]) => void): unknown;
}

/** What has `addEventListener` and `removeEventListener`, as the DOM's `EventTarget`. */
export interface EventTargetLike {
  /** Listens. */
  // biome-ignore lint/suspicious/noExplicitAny: typed targets narrow both
  addEventListener(name: any, listener: (event: any) => void): void;
  /** Listens no more. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  removeEventListener(name: any, listener: (event: any) => void): void;
}

// biome-ignore lint/suspicious/noExplicitAny: what an event carries is for the caller to say
type Heard = (value: any) => void;

/** What `waitForEvent` and `events` take besides the event. */
export interface EventOptions {
  /** The events that are raised as an error; `["error"]` unless said otherwise. */
  readonly rejectOn?: readonly (string | symbol)[] | undefined;
  /** Ends the wait with its reason when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Listens until the returned function is called: `event` gets what an emitter passes, as an array, or what a target
 * dispatches; `end` the error that an event of `rejectOn` or the signal is, or nothing for one of `endOn`.
 */
export function subscribe(
  source: EmitterLike | EventTargetLike,
  name: string | symbol,
  { rejectOn = ["error"], endOn = [], signal }: EventOptions & { endOn?: EventOptions["rejectOn"] },
  event: Heard,
  end: (failure?: { error: unknown }) => void,
): () => void {
  const removals: (() => void)[] = [];
  const listen = (name: string | symbol, heard: Heard): void => {
    if (isEmitter(source)) {
      const listener = (...args: unknown[]): void => heard(args);
      source.on(name, listener);
      removals.push(() => source.off(name, listener));
    } else {
      source.addEventListener(name, heard);
      removals.push(() => source.removeEventListener(name, heard));
    }
  };
  const abort = (): void => end({ error: signal?.reason });
  listen(name, event);
  for (const other of rejectOn) {
    if (other !== name) listen(other, (value) => end({ error: errorOf(name, other, value) }));
  }
  for (const other of endOn) listen(other, () => end());
  signal?.addEventListener("abort", abort);
  removals.push(() => signal?.removeEventListener("abort", abort));
  if (signal?.aborted === true) abort();
  return () => {
    for (const remove of removals) remove();
  };
}

/** @throws {TypeError} when `source` is neither an emitter nor a target (`ERR_INVALID_ARG`). */
export function checkSource(source: EmitterLike | EventTargetLike, action: string): void {
  if (isEmitter(source) || typeof source?.addEventListener === "function") return;
  throw typeError(
    "ERR_INVALID_ARG",
    `Cannot ${action}: expected an EventEmitter or EventTarget, got ${describeValue(source)}`,
  );
}

function isEmitter(source: EmitterLike | EventTargetLike): source is EmitterLike {
  return typeof (source as Partial<EmitterLike> | null)?.on === "function";
}

/** The error that came with an event, or one of our own. */
function errorOf(name: string | symbol, other: string | symbol, value: unknown): unknown {
  const cause: unknown = Array.isArray(value) ? value[0] : (value as { error?: unknown }).error;
  if (cause instanceof Error) return cause;
  return new AsyncioError(
    "ERR_EVENT",
    `Cannot wait for event ${String(name)}: ${String(other)} came; see its cause`,
    { cause: cause ?? value },
  );
}
