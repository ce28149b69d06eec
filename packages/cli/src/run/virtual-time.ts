/**
 * What `--virtual` puts under the program's runs. Everything is the real host's, Ctrl-C and the
 * report of a deadlock included, but for the clock: it stands still while anything can run and jumps
 * to the next deadline when nothing can. Real I/O that a task waits for is waited for, and takes no
 * time.
 */

import type { AsyncScope, CoroutineLocation, Host } from "tsyncio";

type Supervise = NonNullable<Host["supervise"]>;

/** Macrotasks without news after which every promise that can settle counts as settled. */
const QUIET_ROUNDS = 3;
/** Milliseconds between two looks at real I/O that is under way. */
const IO_POLL_MS = 2;
/** What keeps a process busy and settles no promise. */
const IDLE_RESOURCES = new Set(["Immediate", "TCPServerWrap", "MessagePort"]);

/**
 * Puts the runs of this thread on virtual time: `setHost` is given what makes their host. The
 * thread's loop, made here and now, tells the host what its tasks wait for.
 */
export function useVirtualTime(
  { Runner }: typeof import("tsyncio"),
  setHost: (host: () => Host) => void,
): void {
  const realLoop = new Runner().loop;
  realLoop.close();
  const host = new VirtualTime(realLoop.host);
  setHost(() => host);
  const loop = new Runner().loop as unknown as { readonly promisesPending: number };
  host.promisesPending = () => loop.promisesPending;
}

/** A host whose time is virtual and whose everything else is `real`'s. */
class VirtualTime implements Host {
  readonly name = "virtual";
  readonly resolution = 1e-9;
  /** How many promises tasks wait for; set before the loop runs. */
  promisesPending: () => number = () => 0;
  readonly #real: Host;
  readonly #idle = activeResources();
  #now = 0;
  /** Each alarm replaces the one before; a look at an older one finds it gone. */
  #generation = 0;

  constructor(real: Host) {
    this.#real = real;
  }

  now(): number {
    return this.#now;
  }

  soon(run: () => void): void {
    this.#generation++;
    this.#real.soon(run);
  }

  later(run: () => void): void {
    this.#generation++;
    this.#real.later(run);
  }

  alarm(when: number | undefined, run: () => void): void {
    const generation = ++this.#generation;
    if (when !== undefined) this.#look(generation, QUIET_ROUNDS, when, run);
  }

  keepAlive(): () => void {
    return this.#real.keepAlive?.() ?? (() => {});
  }

  asyncScope(): AsyncScope | undefined {
    return this.#real.asyncScope?.();
  }

  get storesInUse(): boolean {
    return this.#real.storesInUse === true;
  }

  supervise(run: Parameters<Supervise>[0]): ReturnType<Supervise> {
    return this.#real.supervise?.(run) ?? { outcome: (error) => error, release: () => {} };
  }

  locate(coroutine: object): CoroutineLocation | undefined {
    return this.#real.locate?.(coroutine);
  }

  #look(generation: number, rounds: number, when: number, run: () => void): void {
    setImmediate(() => {
      if (generation !== this.#generation) return;
      if (rounds > 1) this.#look(generation, rounds - 1, when, run);
      else if (this.#waitsForIo()) {
        setTimeout(() => this.#look(generation, 1, when, run), IO_POLL_MS);
      } else {
        if (when > this.#now && when !== Infinity) this.#now = when;
        run();
      }
    });
  }

  /** A task waits for a promise, and the process does something that could settle it. */
  #waitsForIo(): boolean {
    if (this.promisesPending() === 0) return false;
    for (const [kind, count] of activeResources()) {
      if (count > (this.#idle.get(kind) ?? 0)) return true;
    }
    return false;
  }
}

/** What keeps the process busy, by kind. */
function activeResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (!IDLE_RESOURCES.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}
