/** What every event-driven host owes its loop. Real time: the host is the thing under test. */
import { describe, expect, test } from "vitest";
import { createTask, type Host, KeyboardInterrupt, Loop, run, sleep } from "../index.js";

/** Resolves in a macrotask of the engine's. */
function macrotask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Tests the host that `makeHost` makes. */
export function hostContract(name: string, makeHost: () => Host): void {
  describe(`${name}.soon()`, () => {
    test("calls in the current microtask checkpoint, and not at once", async () => {
      const log: string[] = [];
      const host = makeHost();
      const timer = macrotask().then(() => log.push("macrotask"));
      host.soon(() => log.push("soon"));
      log.push("sync");
      await timer;
      expect(log).toEqual(["sync", "soon", "macrotask"]);
    });

    test("lets a task that a promise wakes go on before any macrotask", async () => {
      const log: string[] = [];
      const loop = new Loop(makeHost());
      const future = loop.createFuture<string>();
      const task = loop.createTask(function* waits() {
        log.push(yield* future);
        yield* sleep(0);
        log.push("a turn later");
      });
      await macrotask();
      const timer = macrotask().then(() => log.push("macrotask"));
      await Promise.resolve().then(() => future.setResult("woken"));
      await timer;
      await task;
      expect(log).toEqual(["woken", "a turn later", "macrotask"]);
      loop.close();
    });
  });

  describe(`${name}.later()`, () => {
    test("calls in a macrotask, once", async () => {
      const log: string[] = [];
      const host = makeHost();
      const called = new Promise<void>((resolve) => {
        host.later(() => {
          log.push("later");
          resolve();
        });
      });
      for (let i = 0; i < 100; i++) await Promise.resolve();
      log.push("microtasks");
      await called;
      await macrotask();
      expect(log).toEqual(["microtasks", "later"]);
    });

    test("gives the engine's timers their turn while tasks reschedule for ever", async () => {
      let over = false;
      const timer = new Promise<void>((resolve) => {
        setTimeout(() => {
          over = true;
          resolve();
        }, 20);
      });
      const turns = await run(
        function* main() {
          const spins = function* (): Generator<never, number, unknown> {
            let n = 0;
            while (!over) {
              yield* sleep(0) as Iterable<never>;
              n++;
            }
            return n;
          };
          const tasks = [createTask(spins), createTask(spins), createTask(spins)];
          let sum = 0;
          for (const task of tasks) sum += yield* task;
          return sum;
        },
        { host: makeHost() },
      );
      await timer;
      expect(turns).toBeGreaterThan(3);
    });

    test("gives promises of plain code their turn while callbacks reschedule for ever", async () => {
      let over = false;
      const loop = new Loop(makeHost());
      let turns = 0;
      const spin = (): void => {
        turns++;
        if (!over) loop.callSoon(spin);
      };
      loop.callSoon(spin);
      for (let i = 0; i < 5; i++) await macrotask();
      over = true;
      await macrotask();
      const before = turns;
      await macrotask();
      expect(before).toBeGreaterThan(1);
      expect(turns).toBe(before);
      loop.close();
    });
  });

  describe(`${name}.alarm()`, () => {
    const wait = (host: Host, seconds: number): Promise<number> =>
      new Promise((resolve) => {
        host.alarm(host.now() + seconds, () => resolve(host.now()));
      });

    test("calls at its time, or a millisecond early, which the loop puts right", async () => {
      const host = makeHost();
      const start = host.now();
      expect((await wait(host, 0.01)) - start).toBeGreaterThan(0.0085);
    });

    test("replaces the one before", async () => {
      const log: string[] = [];
      const host = makeHost();
      const now = host.now();
      host.alarm(now + 0.001, () => log.push("first"));
      host.alarm(undefined, () => log.push("removed"));
      host.alarm(now + 10, () => log.push("late"));
      await wait(host, 0.005);
      await macrotask();
      expect(log).toEqual([]);
    });
  });

  describe(`a loop on ${name}`, () => {
    test("has a clock that goes on, and never back", async () => {
      const host = makeHost();
      const loop = new Loop(host);
      const readings: number[] = [];
      for (let i = 0; i < 3; i++) {
        readings.push(loop.time());
        await new Promise((resolve) => setTimeout(resolve, 3));
      }
      expect(readings).toEqual(readings.toSorted((a, b) => a - b));
      expect((readings[2] as number) - (readings[0] as number)).toBeGreaterThan(0.002);
      expect((readings[2] as number) - (readings[0] as number)).toBeLessThan(5);
    });

    test("fires timers in the order of their deadlines, and none too early", async () => {
      const fired: number[] = [];
      const early: number[] = [];
      const loop = new Loop(makeHost());
      const start = loop.time();
      await new Promise<void>((resolve) => {
        for (const ms of [7, 1, 12, 3, 2, 9, 0, 5, 4, -3]) {
          const when = start + ms / 1000;
          loop.callAt(when, () => {
            fired.push(ms);
            if (loop.time() + loop.host.resolution < when) early.push(ms);
            if (ms === 12) resolve();
          });
        }
      });
      expect(fired).toEqual([-3, 0, 1, 2, 3, 4, 5, 7, 9, 12]);
      expect(early).toEqual([]);
      loop.close();
    });

    test("fires timers of one deadline in the order of their creation", async () => {
      const log: number[] = [];
      const loop = new Loop(makeHost());
      const when = loop.time() + 0.003;
      const fired = new Promise<void>((resolve) => {
        for (let i = 0; i < 20; i++) loop.callAt(when, () => log.push(i));
        loop.callAt(when, resolve);
      });
      await fired;
      expect(log).toEqual(Array.from({ length: 20 }, (_, i) => i));
      loop.close();
    });

    test("is woken earlier by a timer that is set later and due before", async () => {
      const loop = new Loop(makeHost());
      const log: string[] = [];
      const fired = new Promise<void>((resolve) => {
        const late = loop.callLater(10, () => log.push("late"));
        setTimeout(() => {
          loop.callLater("2ms", () => {
            log.push("early");
            late.cancel();
            resolve();
          });
        }, 2);
      });
      await fired;
      expect(log).toEqual(["early"]);
      loop.close();
    });

    test("runs forever until stop(), also when it is idle by then", async () => {
      const loop = new Loop(makeHost());
      const log: string[] = [];
      loop.callSoon(() => log.push("soon"));
      const forever = loop.runForever().then(() => log.push("stopped"));
      await macrotask();
      expect([log, loop.isRunning()]).toEqual([["soon"], true]);
      setTimeout(() => loop.stop(), 1);
      await forever;
      expect([log, loop.isRunning()]).toEqual([["soon", "stopped"], false]);
      loop.close();
    });

    test("runs forever until a stop() from a callback", async () => {
      const loop = new Loop(makeHost());
      loop.callLater("1ms", () => loop.stop());
      await loop.runForever();
      loop.callSoon(() => loop.stop());
      await loop.runForever();
      loop.close();
      expect(loop.isClosed()).toBe(true);
    });

    test("that was stopped before runForever() ends that at once", async () => {
      const loop = new Loop(makeHost());
      loop.stop();
      await loop.runForever();
      loop.stop();
      await macrotask();
      await loop.runForever();
      loop.close();
      expect(loop.isClosed()).toBe(true);
    });

    test("is woken by whatever plain code asks of it", async () => {
      const loop = new Loop(makeHost());
      const asks: [string, (done: () => void) => unknown][] = [
        ["callSoon()", (done) => loop.callSoon(done)],
        ["callSoonThreadsafe()", (done) => loop.callSoonThreadsafe(done)],
        ["callLater()", (done) => loop.callLater("1ms", done)],
        ["createTask()", (done) => loop.createTask(sleep(0)).addDoneCallback(done)],
      ];
      for (const [, ask] of asks) {
        await new Promise<void>((resolve) => setTimeout(() => ask(resolve), 1));
      }
      loop.close();
    });

    test("reports a KeyboardInterrupt that no run can end with, and goes on", async () => {
      const loop = new Loop(makeHost());
      const reports: unknown[] = [];
      const interrupt = new KeyboardInterrupt();
      loop.setExceptionHandler((_loop, { exception }) => reports.push(exception));
      loop.callSoon(() => {
        throw interrupt;
      });
      const log: string[] = [];
      loop.callSoon(() => log.push("next"));
      expect(await loop.createTask(sleep("1ms", "works"))).toBe("works");
      expect([reports, log]).toEqual([[interrupt], ["next"]]);
      loop.close();
    });

    test("refuses to run until complete: the engine owns the thread", () => {
      const loop = new Loop(makeHost());
      expect(() => loop.runUntilComplete(sleep(0))).toThrow(
        expect.objectContaining({ code: "ERR_CANNOT_BLOCK" }),
      );
      loop.close();
    });

    test("asks nothing of its host while it is idle, and sets one alarm for any number of timers", async () => {
      const calls: string[] = [];
      const host = makeHost();
      for (const name of ["soon", "later", "alarm", "now"] as const) {
        const method = (host[name] as (...args: unknown[]) => unknown).bind(host);
        Object.assign(host, {
          [name]: (...args: unknown[]) => {
            calls.push(name);
            return method(...args);
          },
        });
      }
      const loop = new Loop(host);
      const future = loop.createFuture<string>();
      const task = loop.createTask(function* waits() {
        for (let i = 0; i < 100; i++) createTask(sleep(1000));
        return yield* future;
      });
      await macrotask();
      expect(calls.filter((name) => name === "alarm")).toHaveLength(1);
      calls.length = 0;
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(calls).toEqual([]);
      future.setResult("woken");
      expect(await task).toBe("woken");
      loop.setExceptionHandler(() => {});
      loop.close();
    });

    test("works beside another one", async () => {
      const program = function* (name: string): Generator<never, string, unknown> {
        for (let i = 0; i < 5; i++) yield* sleep("1ms") as Iterable<never>;
        return name;
      };
      const runs = ["a", "b", "c"].map((name) => run(program(name), { host: makeHost() }));
      expect(await Promise.all(runs)).toEqual(["a", "b", "c"]);
    });

    test("that is closed calls nothing any more", async () => {
      const log: string[] = [];
      const loop = new Loop(makeHost());
      loop.callSoon(() => log.push("soon"));
      loop.callLater("1ms", () => log.push("later"));
      loop.close();
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(log).toEqual([]);
    });
  });
}
