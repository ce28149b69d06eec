/**
 * Signals of the process, for loops. Counterpart: `add_signal_handler` of a Unix event loop, and `signal.set_wakeup_fd`
 * below it; here libuv catches the signal, and Node calls back.
 *
 * G1. The process has one listener of ours for a signal exactly while somebody listens for it.
 * G2. A run has at most one handler for a signal, and none when it has ended. What is added outside any run is the loop's.
 * G3. While somebody listens for SIGINT, Ctrl-C does not cancel runs.
 */
import { constants } from "node:os";
import { isMainThread } from "node:worker_threads";
import { describeValue, rangeError, typeError, UsageError } from "../../kernel/errors.js";
import type { Handle } from "../../kernel/handle.js";
import type { Loop } from "../../kernel/loop.js";
import type { Scope } from "../../kernel/scope.js";
import { reclaimInterrupts, yieldInterrupts } from "./supervise.js";

type Listener = () => void;

const listeners = new Map<NodeJS.Signals, Set<Listener>>();

/** What each run, or loop, has added, by signal. */
const handlers = new WeakMap<Scope, Map<string, { cancel(): void }>>();

function dispatch(signal: NodeJS.Signals): void {
  for (const listener of [...(listeners.get(signal) ?? [])]) listener();
}

/**
 * Calls `listener` whenever the process gets `signal`, until the returned function is called.
 * @throws {TypeError} when `signal` is no string (`ERR_INVALID_ARG`).
 * @throws {RangeError} when it is no signal's name (`ERR_INVALID_SIGNAL`).
 * @throws {UsageError} in a worker thread (`ERR_NOT_MAIN_THREAD`), and for a signal that cannot be caught
 * (`ERR_SIGNAL_UNCATCHABLE`).
 */
export function listenForSignal(signal: string, listener: Listener): () => void {
  checkSignal(signal);
  const known = listeners.get(signal);
  if (known === undefined) catchSignal(signal);
  const all = known ?? new Set();
  listeners.set(signal, all.add(listener));
  return () => {
    if (!all.delete(listener) || all.size > 0) return;
    listeners.delete(signal);
    if (signal === "SIGINT") reclaimInterrupts();
    process.removeListener(signal, dispatch);
  };
}

function catchSignal(signal: NodeJS.Signals): void {
  try {
    process.on(signal, dispatch);
  } catch (cause) {
    throw new UsageError(
      "ERR_SIGNAL_UNCATCHABLE",
      `Cannot add signal handler: ${signal} cannot be caught; listen for SIGTERM or SIGINT`,
      { cause },
    );
  }
  if (signal === "SIGINT") yieldInterrupts();
}

function checkSignal(signal: string): asserts signal is NodeJS.Signals {
  if (typeof signal !== "string") {
    throw typeError(
      "ERR_INVALID_ARG",
      `Cannot add signal handler: signal must be a name, got ${describeValue(signal)}; write "SIGTERM"`,
    );
  }
  if (!Object.hasOwn(constants.signals, signal)) {
    throw rangeError(
      "ERR_INVALID_SIGNAL",
      `Cannot add signal handler: ${describeValue(signal)} is no signal here; os.constants.signals lists them`,
    );
  }
  if (isMainThread) return;
  throw new UsageError(
    "ERR_NOT_MAIN_THREAD",
    `Cannot add signal handler for ${signal}: signals reach the main thread only; listen there and post a message`,
  );
}

/** See `Host.addSignalHandler`. */
export function addSignalHandler(signal: string, handle: Handle): void {
  const { loop, scope } = handle;
  const stop = listenForSignal(signal, () => loop.push(handle));
  // Somebody in the run waits for the signal. Outside a run it is for `runForever` to keep the process alive.
  const inRun = scope !== loop.rootScope && !scope.detached;
  const release = inRun ? loop.host.keepAlive?.() : undefined;
  const own = handlers.get(scope) ?? new Map<string, { cancel(): void }>();
  handlers.set(scope, own);
  const registration = {
    cancel(): void {
      own.delete(signal);
      scope.timers.delete(registration);
      stop();
      release?.();
    },
  };
  own.get(signal)?.cancel();
  own.set(signal, registration);
  scope.timers.add(registration);
}

/** See `Host.removeSignalHandler`. */
export function removeSignalHandler(signal: string, loop: Loop): boolean {
  const registration = handlers.get(loop.currentScope())?.get(signal);
  registration?.cancel();
  return registration !== undefined;
}
