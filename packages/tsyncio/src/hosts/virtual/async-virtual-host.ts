/**
 * Virtual time for programs that await promises: the loop is driven by the engine's own turns, and the clock jumps only
 * when nothing is ready, every promise that can settle has settled, and no real I/O is under way.
 */
import type {
  AsyncScope,
  CoroutineLocation,
  Host,
  SupervisedRun,
  Supervision,
} from "../../kernel/host.js";

/** Macrotasks without news after which promises count as settled: a promise chain may pass through some of the host's. */
const QUIET_ROUNDS = 3;
/** Milliseconds between two looks at real I/O that is under way. */
const IO_POLL_MS = 2;

/** What the host of a virtual loop asks of it. */
export interface VirtualDriver {
  /** How many promises tasks wait for. */
  promisesPending(): number;
  /** Nothing can ever run again. Without it the end of the process shows that. */
  stalled?(): void;
}

/** Virtual time on the engine's own turns. */
export class AsyncVirtualHost implements Host {
  readonly name = "virtual";
  readonly resolution = 1e-9;
  /** Set before the loop runs. */
  driver: VirtualDriver | undefined;
  #now: number;
  /** Each alarm replaces the one before; a look at an older one finds it gone. */
  #generation = 0;
  readonly #baseline = activeResources();
  readonly #macrotask = macrotask();
  readonly #real: Host | undefined;

  /**
   * @param start - the clock's first reading, in seconds.
   * @param real - the host that does all but the time: it looks after runs and knows the asynchronous context.
   */
  constructor(start = 0, real?: Host) {
    this.#now = start;
    this.#real = real;
  }

  now(): number {
    return this.#now;
  }

  soon(run: () => void): void {
    this.#generation++;
    if (this.#real === undefined) queueMicrotask(run);
    else this.#real.soon(run);
  }

  later(run: () => void): void {
    this.#generation++;
    if (this.#real === undefined) this.#macrotask(run);
    else this.#real.later(run);
  }

  keepAlive(): () => void {
    return this.#real?.keepAlive?.() ?? (() => {});
  }

  asyncScope(): AsyncScope | undefined {
    return this.#real?.asyncScope?.();
  }

  get storesInUse(): boolean {
    return this.#real?.storesInUse === true;
  }

  supervise(run: SupervisedRun): Supervision {
    return this.#real?.supervise?.(run) ?? { outcome: (error) => error, release: () => {} };
  }

  locate(coroutine: object): CoroutineLocation | undefined {
    return this.#real?.locate?.(coroutine);
  }

  /** The loop is at rest: when it is still so after a few macrotasks, the clock jumps. */
  alarm(when: number | undefined, run: () => void): void {
    this.#look(++this.#generation, QUIET_ROUNDS, when, run);
  }

  #look(generation: number, rounds: number, when: number | undefined, run: () => void): void {
    this.#macrotask(() => {
      if (generation !== this.#generation) return;
      if (rounds > 1) this.#look(generation, rounds - 1, when, run);
      else if (this.#waitsForIo()) {
        setTimeout(() => this.#look(generation, 1, when, run), IO_POLL_MS);
      } else this.#jump(when, run);
    });
  }

  #jump(when: number | undefined, run: () => void): void {
    if (when === undefined || when === Infinity) {
      this.driver?.stalled?.();
      return;
    }
    if (when > this.#now) this.#now = when;
    run();
  }

  /** Somebody waits for a promise, and the process does something that could settle it. */
  #waitsForIo(): boolean {
    if ((this.driver?.promisesPending() ?? 0) === 0) return false;
    const now = activeResources();
    if (now === undefined || this.#baseline === undefined) return false;
    for (const [kind, count] of now) {
      if (count > (this.#baseline.get(kind) ?? 0)) return true;
    }
    return false;
  }
}

/** What keeps the process busy, by kind; undefined where the engine does not tell. A listening server waits for nobody. */
function activeResources(): Map<string, number> | undefined {
  const { process } = globalThis as {
    process?: { getActiveResourcesInfo?: () => string[] };
  };
  if (typeof process?.getActiveResourcesInfo !== "function") return undefined;
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (kind === "Immediate" || kind === "TCPServerWrap" || kind === "MessagePort") continue;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

/** A macrotask after the engine's I/O. */
function macrotask(): (run: () => void) => void {
  const { setImmediate } = globalThis as { setImmediate?: (run: () => void) => unknown };
  if (setImmediate !== undefined) return (run) => void setImmediate(run);
  return (run) => void setTimeout(run, 0);
}
