import { describe, expect, test } from "vitest";
import { steps } from "../../test/steps.js";
import { BrowserHost } from "../hosts/browser/browser-host.js";
import {
  asyncGenerator,
  CancelledError,
  type Coroutine,
  createTask,
  type ExceptionContext,
  getRunningLoop,
  type Host,
  KeyboardInterrupt,
  type Loop,
  run,
  sleep,
  VirtualHost,
} from "../index.js";

/** A program ends in the same way on a host that blocks and on one that is event-driven. */
const hosts: [string, () => Host][] = [
  ["a blocking host", () => new VirtualHost()],
  ["an event-driven host", () => new BrowserHost()],
];

function report(reports: string[]): (loop: Loop, context: ExceptionContext) => void {
  return (_loop, { message, exception, task }) => {
    reports.push(`${task?.name}: ${message}: ${exception}`);
  };
}

describe.each(hosts)("run() on %s", (_name, makeHost) => {
  const start = <T>(main: () => Coroutine<T>, options = {}): Promise<T> =>
    run(main, { host: makeHost(), ...options });

  test("cancels what main left behind and waits for its cleanup (B2 230)", async () => {
    const { at, end } = steps();
    await start(function* main() {
      createTask(function* leftover() {
        try {
          yield* sleep(1000);
        } finally {
          at(2);
          yield* sleep("2ms");
          at(3);
        }
      });
      yield* sleep(0);
      at(1);
    });
    end(4);
  });

  test("does so too when main raises (B2 232)", async () => {
    const log: string[] = [];
    const outcome = start(function* main() {
      createTask(function* leftover() {
        try {
          yield* sleep(1000);
        } finally {
          yield* sleep("1ms");
          log.push("cleaned up");
        }
      });
      yield* sleep(0);
      throw new Error("main failed");
    });
    await expect(outcome).rejects.toThrow("main failed");
    expect(log).toEqual(["cleaned up"]);
  });

  test("cancels the leftovers together, with one turn to run after main's end", async () => {
    const log: string[] = [];
    await start(function* main() {
      for (const name of ["a", "b"]) {
        createTask(function* leftover() {
          try {
            for (;;) {
              yield* sleep(0);
              log.push(`${name} turns`);
            }
          } catch (error) {
            log.push(`${name} cancelled`);
            throw error;
          }
        });
      }
      yield* sleep(0);
      log.length = 0;
    });
    // As CPython: the turn in which its loop stops still runs.
    expect(log).toEqual(["a turns", "b turns", "a cancelled", "b cancelled"]);
  });

  test("reports a leftover that ends with an error (B2 230)", async () => {
    const reports: string[] = [];
    await start(function* main() {
      getRunningLoop().setExceptionHandler(report(reports));
      createTask(
        function* leftover() {
          try {
            yield* sleep(1000);
          } finally {
            // biome-ignore lint/correctness/noUnsafeFinally: replacing the cancellation is the point
            throw new Error("cleanup failed");
          }
        },
        { name: "left" },
      );
      yield* sleep(0);
    });
    expect(reports).toEqual([
      "left: unhandled exception during asyncio.run() shutdown: Error: cleanup failed",
    ]);
  });

  test("settles also when the report of a lost error raises KeyboardInterrupt", async () => {
    const outcome = start(function* main() {
      const loop = getRunningLoop();
      let reported = false;
      loop.setExceptionHandler(() => {
        if (reported) return;
        reported = true;
        throw new KeyboardInterrupt();
      });
      createTask(function* fails() {
        throw new Error("lost");
      });
      yield* sleep(0);
    });
    await outcome.catch((error: unknown) => expect(error).toBeInstanceOf(KeyboardInterrupt));
  });

  test("waits for a leftover that swallows the cancellation", async () => {
    const log: string[] = [];
    await start(function* main() {
      createTask(function* stubborn() {
        for (let i = 0; i < 3; i++) {
          try {
            yield* sleep("2ms");
            log.push(`nap ${i}`);
          } catch {
            log.push("swallowed");
          }
        }
      });
      yield* sleep(0);
    });
    expect(log).toEqual(["swallowed", "nap 1", "nap 2"]);
  });

  test("cancels tasks that a leftover makes while it ends, until none is left (B2 230)", async () => {
    const log: string[] = [];
    await start(function* main() {
      const spawning = function* (depth: number): Coroutine<void> {
        try {
          yield* sleep(1000);
        } finally {
          log.push(`depth ${depth}`);
          if (depth < 3) createTask(spawning(depth + 1));
          yield* sleep(0);
        }
      };
      createTask(spawning(0));
      yield* sleep(0);
    });
    expect(log).toEqual(["depth 0", "depth 1", "depth 2", "depth 3"]);
  });

  test("keeps main's outcome whatever the leftovers do", async () => {
    const result = await start(function* main() {
      const result = { changed: false };
      createTask(function* leftover() {
        try {
          yield* sleep(1000);
        } catch {
          result.changed = true;
          throw new CancelledError("own");
        }
      });
      yield* sleep(0);
      return result;
    });
    expect(result).toEqual({ changed: true });
  });

  test("closes async generators that nobody finished", async () => {
    const log: string[] = [];
    await start(function* main() {
      const generator = asyncGenerator<number>(function* numbers(emit) {
        try {
          yield* emit(1);
          yield* emit(2);
        } finally {
          yield* sleep("1ms");
          log.push("closed");
        }
      });
      log.push(`${(yield* generator.next()).value}`);
    });
    expect(log).toEqual(["1", "closed"]);
  });
});

describe("a run that does not come to its end", () => {
  /** A clock that jumps, and is not known as virtual: what a run does in two seconds takes none here. */
  class JumpingHost implements Host {
    readonly name = "jumping";
    readonly resolution = 1e-9;
    #now = 0;

    now(): number {
      return this.#now;
    }

    waitUntil(when: number): void {
      this.#now = Math.max(when, this.#now);
    }

    soon(): void {}
    later(): void {}
    alarm(): void {}
  }

  function programThatTakes(seconds: number, reports: string[]): Promise<void> {
    return run(
      function* main() {
        getRunningLoop().setExceptionHandler((_loop, { message }) => reports.push(message));
        createTask(
          function* stubborn() {
            try {
              yield* sleep(1000);
            } finally {
              yield* sleep(seconds);
            }
          },
          { name: "stubborn" },
        );
        yield* sleep(0);
      },
      { host: new JumpingHost() },
    );
  }

  test("tells the exception handler after two seconds which tasks go on, once (B2 231)", async () => {
    const reports: string[] = [];
    await programThatTakes(100, reports);
    expect(reports).toHaveLength(1);
    expect(reports[0]).toMatch(/has been ending for 2 s/);
    expect(reports[0]).toContain('Task "stubborn" waits for sleep(100)');
  });

  test("says nothing when the cleanup takes less", async () => {
    const reports: string[] = [];
    await programThatTakes(1.9, reports);
    expect(reports).toEqual([]);
  });
});
