/**
 * The errors of the library. Each has a stable `code`; ours extend `AsyncioError`, what is a ValueError or a TypeError
 * in CPython is a `RangeError` or a `TypeError` here, with a code as well. Names are getters and not assigned to the
 * prototypes, so that a bundler drops the classes a page does not use. Counterpart of `asyncio.exceptions`.
 */

/** The base of this library's own errors; `code` is stable across versions, `message` is not. */
export class AsyncioError extends Error {
  override get name(): string {
    return "AsyncioError";
  }

  /** A stable name of what went wrong, for programs to compare with. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * The library was used in a way that cannot work: no running loop, a second entry, a foreign loop.
 *
 * asyncio: where CPython raises RuntimeError.
 */
export class UsageError extends AsyncioError {
  override get name(): string {
    return "UsageError";
  }
}

/**
 * A future was asked for a result it does not have yet, or given a second one.
 *
 * asyncio: `InvalidStateError`.
 */
export class InvalidStateError extends AsyncioError {
  override get name(): string {
    return "InvalidStateError";
  }

  constructor(message: string) {
    super("ERR_INVALID_STATE", message);
  }
}

/**
 * A `timeout()` block or a `waitFor()` ran past its deadline.
 *
 * asyncio: `TimeoutError`.
 */
export class TimeoutError extends AsyncioError {
  override get name(): string {
    return "TimeoutError";
  }

  constructor(message = "", options?: ErrorOptions) {
    super("ERR_TIMEOUT", message, options);
  }
}

/**
 * The user pressed Ctrl-C. Leaving a task, it ends the whole run and not that task alone.
 *
 * asyncio: the builtin `KeyboardInterrupt`.
 */
export class KeyboardInterrupt extends AsyncioError {
  override get name(): string {
    return "KeyboardInterrupt";
  }

  constructor(message = "") {
    super("ERR_KEYBOARD_INTERRUPT", message);
  }
}

/**
 * Nothing can ever run again: the message says who waits on what, and who holds it.
 *
 * asyncio: none; a Python program hangs.
 */
export class DeadlockError extends AsyncioError {
  override get name(): string {
    return "DeadlockError";
  }

  constructor(message: string) {
    super("ERR_DEADLOCK", message);
  }
}

/**
 * `Queue.getNowait()` found nothing.
 *
 * asyncio: `QueueEmpty`.
 */
export class QueueEmpty extends AsyncioError {
  override get name(): string {
    return "QueueEmpty";
  }

  constructor(message = "") {
    super("ERR_QUEUE_EMPTY", message);
  }
}

/**
 * `Queue.putNowait()` found no room.
 *
 * asyncio: `QueueFull`.
 */
export class QueueFull extends AsyncioError {
  override get name(): string {
    return "QueueFull";
  }

  constructor(message = "") {
    super("ERR_QUEUE_FULL", message);
  }
}

/**
 * The queue was shut down: nothing can be put, or nothing is left to get.
 *
 * asyncio: `QueueShutDown`.
 */
export class QueueShutDown extends AsyncioError {
  override get name(): string {
    return "QueueShutDown";
  }

  constructor(message = "") {
    super("ERR_QUEUE_SHUT_DOWN", message);
  }
}

/**
 * The barrier was reset or aborted while somebody waited at it.
 *
 * asyncio: `BrokenBarrierError`.
 */
export class BrokenBarrierError extends AsyncioError {
  override get name(): string {
    return "BrokenBarrierError";
  }

  constructor(message: string) {
    super("ERR_BROKEN_BARRIER", message);
  }
}

/**
 * The stream ended before the wanted bytes came; `partial` holds those that did.
 *
 * asyncio: `IncompleteReadError`.
 */
export class IncompleteReadError extends AsyncioError {
  override get name(): string {
    return "IncompleteReadError";
  }

  /** The bytes read before the end. */
  readonly partial: Uint8Array;
  /** How many bytes were wanted, null when a separator was. */
  readonly expected: number | null;

  constructor(partial: Uint8Array, expected: number | null) {
    const wanted = expected === null ? "undefined" : String(expected);
    super(
      "ERR_INCOMPLETE_READ",
      `${partial.length} bytes read on a total of ${wanted} expected bytes`,
    );
    this.partial = partial;
    this.expected = expected;
  }
}

/**
 * The separator was not found within the stream's limit; the data stays in the buffer.
 *
 * asyncio: `LimitOverrunError`.
 */
export class LimitOverrunError extends AsyncioError {
  override get name(): string {
    return "LimitOverrunError";
  }

  /** How many bytes may be consumed without losing a separator. */
  readonly consumed: number;

  constructor(message: string, consumed: number) {
    super("ERR_LIMIT_OVERRUN", message);
    this.consumed = consumed;
  }
}

/** A `RangeError` with a `code`: where CPython raises ValueError. */
export function rangeError(code: string, message: string): RangeError {
  return Object.assign(new RangeError(message), { code });
}

/** A `TypeError` with a `code`. */
export function typeError(code: string, message: string): TypeError {
  return Object.assign(new TypeError(message), { code });
}

/** What a bad argument was, for an error message: `number 42`, `Promise`, `string "x"`. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  switch (typeof value) {
    case "string":
      return `string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 37)}...` : value)}`;
    case "function":
      return `function ${value.name || "(anonymous)"}`;
    case "object": {
      const { constructor: made } = value as { constructor?: { name?: unknown } };
      // A generator's constructor has no name, its tag has.
      const name = made?.name || (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
      return typeof name === "string" && name !== "" ? name : "object";
    }
    default:
      return `${typeof value} ${String(value)}`;
  }
}
