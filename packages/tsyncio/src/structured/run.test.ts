import { afterEach, describe, expect, test, vi } from "vitest";
import { errorOf, raisedBy, withCode } from "../../test/errors.js";
import { steps } from "../../test/steps.js";
import { BrowserHost } from "../hosts/browser/browser-host.js";
import {
  allTasks,
  asyncGenerator,
  CancelledError,
  Context,
  ContextVar,
  type Coroutine,
  createTask,
  currentTask,
  type ExceptionContext,
  Future,
  getRunningLoop,
  type Host,
  KeyboardInterrupt,
  type Loop,
  run,
  sleep,
  type Task,
  VirtualHost,
} from "../index.js";
import { runVirtual } from "../testing.js";

afterEach(() => {
  vi.restoreAllMocks();
});

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

  test("gives what main returns", async () => {
    const main = function* (): Coroutine<number> {
      yield* sleep("1ms");
      return 42;
    };
    expect(await start(main)).toBe(42);
    expect(await run(main(), { host: makeHost() })).toBe(42);
    expect(await run(sleep("1ms", "an operation"), { host: makeHost() })).toBe("an operation");
  });

  test("rejects with what main raises", async () => {
    const error = new Error("failed");
    const outcome = start(function* main() {
      yield* sleep("1ms");
      throw error;
    });
    await expect(outcome).rejects.toBe(error);
  });

  test("names main, and runs it in the context that is given", async () => {
    const color = new ContextVar<string>("color");
    const context = new Context();
    const name = await start(
      function* main() {
        color.set("red");
        return currentTask()?.name;
      },
      { name: "the main task", context },
    );
    expect(name).toBe("the main task");
    expect(context.get(color)).toBe("red");
  });

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

  test("drops the timers and callbacks of the run when it has ended", async () => {
    const log: string[] = [];
    await start(function* main() {
      getRunningLoop().callLater("1ms", () => log.push("timer"));
      yield* sleep(0);
    });
    await start(function* main() {
      yield* sleep("5ms");
    });
    expect(log).toEqual([]);
  });

  test("closes the loop of a host that it was given", async () => {
    const loop = await start(function* main() {
      return getRunningLoop();
    });
    await Promise.resolve();
    expect(loop.isClosed()).toBe(true);
  });

  test("is refused inside a task and inside a callback; both go on (B2 229)", async () => {
    const running = withCode("ERR_LOOP_RUNNING");
    const seen: unknown[] = [];
    const nested = function* (): Coroutine<void> {};
    await start(function* main() {
      const loop = getRunningLoop();
      seen.push(
        errorOf(() => run(nested)),
        errorOf(() => run(nested, { host: makeHost() })),
      );
      seen.push(errorOf(() => runVirtual(nested)));
      loop.callSoon(() => seen.push(errorOf(() => run(nested()))));
      yield* sleep("1ms");
      expect(getRunningLoop() === loop).toBe(true);
    });
    expect(seen).toEqual([running, running, running, running]);
  });

  test.each([
    ["a number", 42],
    ["nothing", undefined],
    ["a promise", Promise.resolve(1)],
    ["an async function", async () => 1],
  ])("refuses %s as main, and works afterwards", async (_what, main) => {
    expect(errorOf(() => start(main as never))).toEqual(withCode("ERR_NOT_A_COROUTINE"));
    expect(await start(() => sleep("1ms", "works"))).toBe("works");
  });

  test("ends with KeyboardInterrupt when any task raises it; all are cleaned up", async () => {
    const log: string[] = [];
    const interrupt = new KeyboardInterrupt();
    const cleaning = function* (name: string): Coroutine<void> {
      try {
        yield* sleep(1000);
      } finally {
        yield* sleep("1ms");
        log.push(`${name} cleaned up`);
      }
    };
    const outcome = start(function* main() {
      createTask(cleaning("other"));
      createTask(function* interrupted() {
        yield* sleep("1ms");
        throw interrupt;
      });
      yield* cleaning("main");
    });
    await expect(outcome).rejects.toBe(interrupt);
    expect(log.toSorted()).toEqual(["main cleaned up", "other cleaned up"]);
  });

  test("ends with KeyboardInterrupt when a callback raises it", async () => {
    const interrupt = new KeyboardInterrupt();
    const log: string[] = [];
    const outcome = start(function* main() {
      getRunningLoop().callSoon(() => {
        throw interrupt;
      });
      try {
        yield* sleep(1000);
      } finally {
        log.push("cleaned up");
      }
    });
    await expect(outcome).rejects.toBe(interrupt);
    expect(log).toEqual(["cleaned up"]);
  });

  test("ends with KeyboardInterrupt when main raises it itself", async () => {
    const interrupt = new KeyboardInterrupt();
    const outcome = start(function* main() {
      yield* sleep("1ms");
      throw interrupt;
    });
    await expect(outcome).rejects.toBe(interrupt);
    expect(await start(() => sleep("1ms", "works"))).toBe("works");
  });

  describe("with a signal", () => {
    test("that is aborted cancels main and rejects with the reason, after the cleanup", async () => {
      const controller = new AbortController();
      const reason = new Error("no longer wanted");
      const log: unknown[] = [];
      const outcome = start(
        function* main() {
          getRunningLoop().callLater("1ms", () => controller.abort(reason));
          try {
            yield* sleep(1000);
          } catch (error) {
            log.push((error as CancelledError).reason);
            yield* sleep("1ms");
            log.push("cleaned up");
            throw error;
          }
        },
        { signal: controller.signal },
      );
      await expect(outcome).rejects.toBe(reason);
      expect(log).toEqual([reason, "cleaned up"]);
    });

    test("that is aborted already never begins main", async () => {
      const log: string[] = [];
      const outcome = start(
        function* main() {
          log.push("began");
        },
        { signal: AbortSignal.abort("at once") },
      );
      await expect(outcome).rejects.toBe("at once");
      expect(log).toEqual([]);
    });

    test("that is aborted, and swallowed by main, gives main's value", async () => {
      const controller = new AbortController();
      const outcome = start(
        function* main() {
          getRunningLoop().callLater("1ms", () => controller.abort());
          return yield* raisedBy(sleep(1000));
        },
        { signal: controller.signal },
      );
      expect(await outcome).toBeInstanceOf(CancelledError);
    });

    test("that is aborted after the end does nothing", async () => {
      const controller = new AbortController();
      const outcome = start(() => sleep("1ms", "value"), { signal: controller.signal });
      expect(await outcome).toBe("value");
      controller.abort();
      expect(await outcome).toBe("value");
    });

    test("that is not aborted leaves a cancellation what it is", async () => {
      const outcome = start(
        function* main() {
          (currentTask() as Task<unknown>).cancel("own");
          yield* sleep(0);
        },
        { signal: new AbortController().signal },
      );
      await expect(outcome).rejects.toMatchObject({ code: "ERR_CANCELLED", reason: "own" });
    });
  });

  test("turns debug mode on for its time", async () => {
    const seen: boolean[] = [];
    const main = function* (): Coroutine<Loop> {
      seen.push(getRunningLoop().debug);
      yield* sleep("1ms");
      return getRunningLoop();
    };
    await start(main, { debug: true });
    await start(main, { debug: false });
    await start(main);
    expect(seen).toEqual([true, false, false]);
  });
});

describe("a program that can never go on", () => {
  test("rejects with DeadlockError on a blocking host, after its cleanup", async () => {
    const log: string[] = [];
    const outcome = run(
      function* main() {
        try {
          yield* new Future();
        } finally {
          yield* sleep(1);
          log.push("cleaned up");
        }
      },
      { host: new VirtualHost() },
    );
    await expect(outcome).rejects.toEqual(withCode("ERR_DEADLOCK"));
    expect(log).toEqual(["cleaned up"]);
  });

  test("is given up when its cleanup cannot go on either", async () => {
    const outcome = run(
      function* main() {
        try {
          yield* new Future();
        } finally {
          yield* new Future();
        }
      },
      { host: new VirtualHost() },
    );
    await expect(outcome).rejects.toEqual(withCode("ERR_DEADLOCK"));
  });
});

describe("runs that overlap on the engine's own loop", () => {
  test("share the loop, and each ends only its own tasks", async () => {
    const log: string[] = [];
    const background = function* (name: string): Coroutine<void> {
      try {
        for (;;) yield* sleep("1ms");
      } finally {
        log.push(`${name} ended`);
      }
    };
    const program = function* (name: string, ms: number): Coroutine<Loop> {
      createTask(background(name));
      yield* sleep(`${ms}ms`);
      log.push(`${name} main ends`);
      return getRunningLoop();
    };
    const loops = await Promise.all([
      run(program("a", 20)),
      run(program("b", 5)),
      run(program("c", 40)),
    ]);
    expect(loops[0] === loops[1] && loops[1] === loops[2]).toBe(true);
    expect(log).toEqual([
      "b main ends",
      "b ended",
      "a main ends",
      "a ended",
      "c main ends",
      "c ended",
    ]);
  });

  test("own what callbacks and tasks of theirs make, at any depth", async () => {
    const left: string[] = [];
    const noting = function* (name: string): Coroutine<void> {
      try {
        yield* sleep(1000);
      } finally {
        left.push(name);
      }
    };
    const other = run(function* other() {
      yield* sleep("20ms");
      return [...left];
    });
    await run(function* main() {
      const loop = getRunningLoop();
      loop.callSoon(() => loop.createTask(noting("of a callback")));
      loop.callLater("1ms", () => loop.createTask(noting("of a timer")));
      createTask(function* child() {
        createTask(noting("of a child"));
      });
      const future = new Future<void>();
      future.addDoneCallback(() => {
        loop.createTask(noting("of a done callback"));
      });
      future.setResult(undefined);
      yield* sleep("5ms");
    });
    const expected = ["of a callback", "of a child", "of a done callback", "of a timer"];
    expect(left.toSorted()).toEqual(expected);
    expect((await other).toSorted()).toEqual(expected);
  });

  test("see each other's tasks, and may await them", async () => {
    let shared: Task<string> | undefined;
    const first = run(function* first() {
      shared = createTask(sleep("5ms", "shared"));
      return yield* shared;
    });
    const second = run(function* second() {
      while (shared === undefined) yield* sleep(0);
      expect(allTasks().has(shared)).toBe(true);
      return yield* shared;
    });
    expect(await Promise.all([first, second])).toEqual(["shared", "shared"]);
  });

  test("an error or KeyboardInterrupt in one leaves the others alone", async () => {
    const good = run(sleep("10ms", "good"));
    const bad = run(function* bad() {
      yield* sleep("1ms");
      throw new Error("bad");
    });
    await expect(bad).rejects.toThrow("bad");
    expect(await good).toBe("good");
  });

  test("each turn debug mode on for themselves: off again when the last of them has ended", async () => {
    const loop = await run(function* main() {
      return getRunningLoop();
    });
    const seen: boolean[] = [];
    const program = function* (ms: number): Coroutine<void> {
      yield* sleep(`${ms}ms`);
      seen.push(getRunningLoop().debug);
    };
    const runs = [run(program(5), { debug: true }), run(program(15), { debug: true })];
    await Promise.all(runs);
    expect(seen).toEqual([true, true]);
    expect(loop.debug).toBe(false);
  });

  test("a task made by plain code is owned by no run, and outlives them", async () => {
    const loop = await run(function* main() {
      return getRunningLoop();
    });
    const task = loop.createTask(sleep("10ms", "outside"));
    await run(sleep("1ms"));
    expect(task.done()).toBe(false);
    expect(await task).toBe("outside");
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
