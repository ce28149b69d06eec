/**
 * The machine of a loop: a queue of what is ready, a heap of what has a deadline, and the turns that drain them.
 *
 * L1. One turn runs exactly the entries that were ready when it began; what they add runs in a later turn.
 * L2. Timers that are due enter the queue at the beginning of a turn, behind what is there, in order of deadline, equal
 * deadlines in order of creation.
 * L3. Entries run one at a time, and never while another loop of this thread runs one.
 * L4. At rest (nothing ready) the loop has at most one alarm set on its host and uses no CPU.
 *
 * Event-driven hosts call `slice`, which runs turns for a bounded time and then lets the host breathe; on a blocking host
 * turns run in the caller's own call. Counterpart: `BaseEventLoop._run_once` and `run_forever`.
 */
import { RingBuffer } from "../collections/ring-buffer.js";
import { type HeapItem, TimerHeap } from "../collections/timer-heap.js";
import { current, type Runnable } from "./current.js";
import { describeValue, KeyboardInterrupt, typeError } from "./errors.js";
import type { Host } from "./host.js";
import type { Loop } from "./loop.js";
import type { Observer } from "./observer.js";
import { registry } from "./running-loop.js";
import type { Scope } from "./scope.js";
import { Task } from "./task.js";
import { placeOfTask } from "./task-place.js";
import { watchFailures } from "./unretrieved.js";
import type { Waitable } from "./waitable.js";

/** Seconds after which a busy event-driven loop lets its host do its own work. */
const SLICE = 0.005;
/** At most so many entries may run between two readings of the clock; fewer when they are slow. */
const MAX_UNTIMED = 64;
/** How much time may pass, by the entries' usual cost, between two readings of the clock. */
const CLOCK_PERIOD = 0.0005;

/** A thing with a deadline. */
export type Timer = Runnable & HeapItem;

/** The part of a loop that decides what runs when. Programs see it as `Loop`. */
export abstract class Scheduler {
  /** What it stands on. */
  readonly host: Host;
  /** Debug mode: where tasks and handles were made is remembered, and slow callbacks are reported. */
  debug = false;
  /** In debug mode a callback or step that takes at least so many seconds is reported. */
  slowCallbackDuration = 0.1;
  /** Told what the tasks do; see `Observer`. */
  observer: Observer | undefined = undefined;
  /** @internal How many promises are being waited for: virtual time does not pass them by. */
  promisesPending = 0;

  readonly #ready = new RingBuffer<Runnable>();
  readonly #timers = new TimerHeap<Timer>();
  readonly #slice = (): void => this.#runSlice();
  /** A slice is running or asked for; always true on a blocking host, which is never woken. */
  #awake: boolean;
  #untimed = MAX_UNTIMED;
  #stopping = false;
  #closed = false;
  #foreverRuns: (() => void)[] = [];
  #turnEnd: (() => void)[] = [];
  #freshFailures: Waitable<unknown>[] = [];
  #escapedFrom: Scope | undefined = undefined;

  /** @throws {TypeError} when `host` is none (`ERR_INVALID_ARG`). */
  constructor(host: Host) {
    if (typeof host?.now !== "function") {
      throw typeError(
        "ERR_INVALID_ARG",
        `Cannot create a loop: host must be a Host, got ${describeValue(host)}; pass new NodeHost(), new VirtualHost(), …`,
      );
    }
    this.host = host;
    this.#awake = host.waitUntil !== undefined;
  }

  /** The loop's clock: monotonic seconds from an arbitrary origin, read at every call. */
  time(): number {
    return this.host.now();
  }

  /** Ends `runForever` and `runUntilComplete` when the current turn is over; entries for later turns stay queued. */
  stop(): void {
    this.#stopping = true;
    if (!this.#awake) this.#wakeUp();
  }

  /** True after `close()`. */
  isClosed(): boolean {
    return this.#closed;
  }

  /** @internal Puts an entry into the ready queue. */
  push(entry: Runnable): void {
    this.#ready.push(entry);
    if (!this.#awake) this.#wakeUp();
  }

  /** @internal Schedules the waiters of `source`, which is done. */
  wake(waiters: Runnable | Runnable[], source: Waitable<unknown>): void {
    if (Array.isArray(waiters)) {
      for (const waiter of waiters) this.#wakeOne(waiter, source);
    } else this.#wakeOne(waiters, source);
  }

  #wakeOne(waiter: Runnable, source: Waitable<unknown>): void {
    if (this.observer !== undefined && waiter instanceof Task) {
      this.observer.woken?.(waiter, source, current.task as Task<unknown> | undefined);
    }
    this.push(waiter);
  }

  /** @internal */
  addTimer(when: number, timer: Timer): void {
    this.#timers.push(when, timer);
    if (!this.#awake) this.#wakeUp();
  }

  /** @internal */
  removeTimer(timer: Timer): void {
    this.#timers.remove(timer);
  }

  /** @internal Calls `fn` for `scope` as a step of this loop would, from outside any step. */
  asStep(scope: Scope, fn: () => void): void {
    const outer = { ...current };
    const outerRunning = registry.running;
    this.#enter();
    current.task = undefined;
    current.scope = scope;
    try {
      fn();
    } finally {
      Object.assign(current, outer);
      registry.running = outerRunning;
    }
  }

  /** @internal Calls `fn` between this turn and the next. */
  atTurnEnd(fn: () => void): void {
    this.#turnEnd.push(fn);
  }

  /** @internal Remembers a future that failed, until somebody looks at its error. */
  noteFailure(future: Waitable<unknown>): void {
    this.#freshFailures.push(future);
    if (!this.#awake) this.#wakeUp();
  }

  /** @internal Where a `KeyboardInterrupt` that leaves the loop came from. */
  noteEscape(scope: Scope): void {
    this.#escapedFrom = scope;
  }

  /** @internal Puts the failures of the last turns under watch. */
  watchFailures(): void {
    const fresh = this.#freshFailures;
    if (fresh.length === 0) return;
    this.#freshFailures = [];
    watchFailures(fresh, this as unknown as Loop);
  }

  /** @internal Resolves at `stop()`. */
  untilStopped(): Promise<void> {
    // Stopped before it began: one turn, as on a blocking host.
    if (this.#stopping && !this.#awake) this.#wakeUp();
    return new Promise((resolve) => this.#foreverRuns.push(resolve));
  }

  /** @internal True while somebody waits for `stop()`. */
  get runsForever(): boolean {
    return this.#foreverRuns.length > 0;
  }

  /** @internal Drops everything that is queued, for good. */
  shutDown(): void {
    this.#closed = true;
    this.#ready.clear();
    this.#timers.clear();
    this.host.alarm(undefined, this.#slice);
  }

  #wakeUp(): void {
    if (this.#closed) return;
    this.#awake = true;
    this.host.soon(this.#slice);
  }

  /** L2. */
  #fireTimers(now: number): void {
    const due = now + this.host.resolution;
    // Not `<`: far from the origin the clock's own grain is coarser than its resolution, and `due` is `now`.
    while (this.#timers.earliest <= due) this.#ready.push(this.#timers.pop());
  }

  /** L1. */
  #turn(now: number): void {
    const ready = this.#ready;
    if (this.observer !== undefined) this.observer.turnBegins?.(now, this as unknown as Loop);
    if (this.debug) this.#slowTurn();
    else for (let left = ready.length; left > 0; left--) ready.shift().run();
    if (this.#turnEnd.length > 0) {
      const actions = this.#turnEnd;
      this.#turnEnd = [];
      this.#endTurn(actions);
    }
  }

  /** Calls `actions`; when one raises, the others come at the end of the next turn. */
  #endTurn(actions: (() => void)[]): void {
    let done = 0;
    try {
      for (; done < actions.length; done++) (actions[done] as () => void)();
    } finally {
      this.#turnEnd.push(...actions.slice(done + 1));
    }
  }

  #slowTurn(): void {
    for (let left = this.#ready.length; left > 0; left--) {
      const entry = this.#ready.shift();
      const start = this.time();
      entry.run();
      const took = this.time() - start;
      if (took >= this.slowCallbackDuration) {
        const place = entry instanceof Task ? placeOfTask(entry) : "";
        console.warn(`Executing ${String(entry)} took ${took.toFixed(3)} seconds${place}`);
      }
    }
  }

  #enter(): void {
    current.loop = this;
    registry.running = this;
  }

  #leave(context: object): void {
    current.loop = undefined;
    current.task = undefined;
    current.scope = undefined;
    current.context = context;
    registry.running = undefined;
  }

  /** Turns until nothing is ready or the slice is used up. */
  #runSlice(): void {
    if (this.#closed) return;
    const { context } = current;
    this.#enter();
    try {
      this.#runTurns();
    } catch (error) {
      this.#escape(error);
    } finally {
      this.#leave(context);
      this.#rest();
    }
  }

  #runTurns(): void {
    const { host } = this;
    let now = host.now();
    const end = now + SLICE;
    let ran = 0;
    for (;;) {
      this.#fireTimers(now);
      if (this.#ready.length === 0) {
        if (this.#stopping) this.#endForeverRuns();
        if (this.#timers.length === 0) return;
        now = host.now();
        if (this.#timers.earliest > now + host.resolution) return;
        continue;
      }
      ran += this.#ready.length;
      this.#turn(now);
      if (this.#stopping) this.#endForeverRuns();
      if (ran < this.#untimed) continue;
      const before = now;
      now = host.now();
      const cost = (now - before) / ran;
      this.#untimed = Math.min(MAX_UNTIMED, Math.max(1, CLOCK_PERIOD / cost));
      ran = 0;
      if (now >= end) return;
    }
  }

  /** L4. */
  #rest(): void {
    this.watchFailures();
    if (this.#closed) return;
    if (this.#ready.length > 0) {
      this.host.later(this.#slice);
      return;
    }
    this.#awake = false;
    this.host.alarm(this.#timers.length === 0 ? undefined : this.#timers.earliest, this.#slice);
  }

  #endForeverRuns(): void {
    const runs = this.#foreverRuns;
    if (runs.length === 0) return;
    this.#stopping = false;
    this.#foreverRuns = [];
    for (const end of runs) end();
  }

  #escape(error: unknown): void {
    const self = this as unknown as Loop;
    const scope = this.#escapedFrom;
    this.#escapedFrom = undefined;
    if (!(error instanceof KeyboardInterrupt)) {
      self.callExceptionHandler({ message: "Unhandled exception in event loop", exception: error });
    } else if (scope?.onEscape !== undefined) scope.onEscape(error);
    else
      self.callExceptionHandler({
        message: "KeyboardInterrupt left the event loop",
        exception: error,
      });
  }

  /** @internal Turns until `stop()`, waiting for timers inside the call. */
  runBlocking(): void {
    const { host } = this;
    const { context } = current;
    this.#enter();
    try {
      do {
        if (this.#ready.length === 0 && !this.#stopping) this.#waitForTimer();
        const now = host.now();
        this.#fireTimers(now);
        this.#turn(now);
      } while (!this.#stopping);
    } finally {
      this.#stopping = false;
      this.#leave(context);
      this.watchFailures();
    }
  }

  #waitForTimer(): void {
    const when = this.#timers.earliest;
    const { host } = this;
    if (when === Infinity) throw host.deadlock?.(this as unknown as Loop);
    if (when > host.now() + host.resolution) host.waitUntil?.(when);
  }
}
