import { describe, expect, test } from "vitest";
import { raisedBy } from "../../test/errors.js";
import { BrowserHost } from "../hosts/browser/browser-host.js";
import {
  CancelledError,
  type Coroutine,
  createTask,
  currentTask,
  getRunningLoop,
  type Host,
  KeyboardInterrupt,
  run,
  sleep,
  type Task,
  VirtualHost,
} from "../index.js";

/** A program ends in the same way on a host that blocks and on one that is event-driven. */
const hosts: [string, () => Host][] = [
  ["a blocking host", () => new VirtualHost()],
  ["an event-driven host", () => new BrowserHost()],
];

describe.each(hosts)("run() on %s", (_name, makeHost) => {
  const start = <T>(main: () => Coroutine<T>, options = {}): Promise<T> =>
    run(main, { host: makeHost(), ...options });

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
});
