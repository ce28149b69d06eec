import { describe, expect, test } from "vitest";
import { errorOf, withCode } from "../../test/errors.js";
import { BrowserHost } from "../hosts/browser/browser-host.js";
import {
  Context,
  ContextVar,
  type Coroutine,
  currentTask,
  Future,
  getRunningLoop,
  type Host,
  type Loop,
  Runner,
  run,
  sleep,
  VirtualHost,
} from "../index.js";
import { runVirtual } from "../testing.js";

/** A program ends in the same way on a host that blocks and on one that is event-driven. */
const hosts: [string, () => Host][] = [
  ["a blocking host", () => new VirtualHost()],
  ["an event-driven host", () => new BrowserHost()],
];

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

test("a run that has ended leaves no timer and no callback on its loop", async () => {
  const log: string[] = [];
  const runner = new Runner({ host: new VirtualHost() });
  await runner.run(function* main() {
    const loop = getRunningLoop();
    loop.callLater(1, () => log.push("timer"));
    yield* sleep(0);
    const soon = (): void => {
      loop.callSoon(soon);
      log.push("soon");
    };
    soon();
  });
  log.length = 0;
  await runner.run(sleep(5));
  expect(log).toEqual([]);
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
