import { describe, expect, it } from "vitest";
import { asyncWith, type Coroutine, createTask, gather, sleep } from "../index.js";
import { runVirtual } from "../testing.js";
import { BoundedSemaphore } from "./bounded-semaphore.js";
import { cancelAtEveryTurn } from "./cancel-injection.contract.js";
import { HOSTS } from "./hosts.contract.js";
import { Semaphore } from "./semaphore.js";

for (const kind of [Semaphore, BoundedSemaphore]) {
  for (const [host, start] of HOSTS) {
    describe(`${kind.name} on ${host}`, () => {
      it("lets as many tasks in as it has permits", async () => {
        const most = await start(function* main() {
          const semaphore = new kind(3);
          let inside = 0;
          let most = 0;
          function* worker(): Coroutine<void> {
            yield* asyncWith(semaphore, function* block() {
              most = Math.max(most, ++inside);
              yield* sleep(0);
              inside--;
            });
          }
          yield* gather(Array.from({ length: 10 }, worker));
          return most;
        });
        expect(most).toBe(3);
      });

      it("acquire() gives permits in FIFO order", async () => {
        const order = await start(function* main() {
          const semaphore = new kind(1);
          const order: number[] = [];
          function* worker(index: number): Coroutine<void> {
            yield* semaphore.acquire();
            order.push(index);
            yield* sleep(0);
            semaphore.release();
          }
          yield* gather([0, 1, 2, 3].map(worker));
          return order;
        });
        expect(order).toEqual([0, 1, 2, 3]);
      });
    });
  }

  describe(kind.name, () => {
    it("locked() is true while no permit can be had at once", () => {
      const seen = runVirtual(function* main() {
        const semaphore = new kind(2);
        const seen = [semaphore.locked()];
        yield* semaphore.acquire();
        seen.push(semaphore.locked());
        yield* semaphore.acquire();
        seen.push(semaphore.locked());
        semaphore.release();
        seen.push(semaphore.locked());
        return seen;
      });
      expect(seen).toEqual([false, false, true, false]);
    });

    it("acquire() gives true, and asyncWith() gives the block nothing", () => {
      const given = runVirtual(function* main() {
        const semaphore = new kind();
        const acquired = yield* semaphore.acquire();
        const waiter = createTask(semaphore.acquire());
        yield* sleep(0);
        semaphore.release();
        const waited = yield* waiter;
        semaphore.release();
        return [acquired, waited, yield* asyncWith(semaphore, same)];
      });
      expect(given).toEqual([true, true, undefined]);
    });

    it("release() hands the permit to the waiter, so that nobody passes", () => {
      const log = runVirtual(function* main() {
        const semaphore = new kind(1);
        const log: string[] = [];
        yield* semaphore.acquire();
        const waiter = createTask(acquireAnd(semaphore, log, "waiter"));
        yield* sleep(0);
        semaphore.release();
        log.push(`locked ${semaphore.locked()}`);
        const late = createTask(acquireAnd(semaphore, log, "late"), { eagerStart: true });
        yield* gather([waiter, late]);
        return log;
      });
      expect(log).toEqual(["locked true", "waiter", "late"]);
    });

    it("a waiter that goes on passes further permits to those who came after it", () => {
      const log = runVirtual(function* main() {
        const semaphore = new kind(2);
        const log: string[] = [];
        yield* semaphore.acquire();
        yield* semaphore.acquire();
        const first = createTask(acquireAnd(semaphore, log, "first", false));
        yield* sleep(0);
        semaphore.release();
        semaphore.release();
        const second = createTask(acquireAnd(semaphore, log, "second", false), {
          eagerStart: true,
        });
        log.push("main");
        yield* gather([first, second]);
        return log;
      });
      expect(log).toEqual(["main", "first", "second"]);
    });

    it("acquire() cancelled after being woken gives the permit to the next", () => {
      const log = runVirtual(function* main() {
        const semaphore = new kind(1);
        const log: string[] = [];
        yield* semaphore.acquire();
        const first = createTask(acquireAnd(semaphore, log, "first"));
        const second = createTask(acquireAnd(semaphore, log, "second"));
        yield* sleep(0);
        semaphore.release();
        first.cancel();
        yield* gather([first, second], { returnExceptions: true });
        log.push(`locked ${semaphore.locked()}`);
        return log;
      });
      expect(log).toEqual(["second", "locked false"]);
    });

    it("acquire() cancelled while waiting leaves the line at once", () => {
      const seen = runVirtual(function* main() {
        const semaphore = new kind(1);
        yield* semaphore.acquire();
        const waiters = [0, 1].map(() => createTask(semaphore.acquire()));
        yield* sleep(0);
        const before = String(semaphore);
        for (const waiter of waiters) waiter.cancel();
        const after = String(semaphore);
        yield* sleep(0);
        semaphore.release();
        return [before, after, String(semaphore)];
      });
      expect(seen).toEqual([
        `<${kind.name} [locked, waiters:2]>`,
        `<${kind.name} [locked]>`,
        `<${kind.name} [unlocked, value:1]>`,
      ]);
    });

    it("cancelled waiters and later releases do not add permits", () => {
      const value = runVirtual(function* main() {
        const semaphore = new kind(2);
        yield* semaphore.acquire();
        yield* semaphore.acquire();
        const waiters = [0, 1, 2].map(() => createTask(semaphore.acquire()));
        yield* sleep(0);
        waiters[0]?.cancel();
        waiters[2]?.cancel();
        semaphore.release();
        semaphore.release();
        yield* gather(waiters, { returnExceptions: true });
        semaphore.release();
        return String(semaphore);
      });
      expect(value).toBe(`<${kind.name} [unlocked, value:2]>`);
    });

    it("has its permits back, whoever is cancelled in whichever turn", () => {
      const runs = cancelAtEveryTurn(() => {
        const semaphore = new kind(2);
        let inside = 0;
        function* worker(): Coroutine<void> {
          for (let round = 0; round < 2; round++) {
            yield* asyncWith(semaphore, function* block() {
              expect(++inside).toBeLessThanOrEqual(2);
              try {
                yield* sleep(0);
              } finally {
                inside--;
              }
            });
          }
        }
        return {
          workers: [worker, worker, worker, worker, worker],
          *check() {
            expect(String(semaphore)).toBe(`<${kind.name} [unlocked, value:2]>`);
          },
        };
      });
      expect(runs).toBeGreaterThan(100);
    });

    it("value must be a whole number of at least 0, or Infinity", () => {
      for (const value of [-1, 1.5, Number.NaN, "2" as unknown as number]) {
        expect(() => new kind(value)).toThrow(
          expect.objectContaining({ name: "RangeError", code: "ERR_INVALID_ARG" }),
        );
      }
      expect(new kind(0).locked()).toBe(true);
      expect(new kind(Infinity).locked()).toBe(false);
    });

    it("a deadlock report names the wait", () => {
      expect(() => runVirtual(() => new kind(0).acquire())).toThrow(
        `waits for ${kind.name}.acquire()`,
      );
    });
  });
}

describe("Semaphore", () => {
  it("Semaphore.release() without acquire() adds a permit", () => {
    const semaphore = new Semaphore(0);
    semaphore.release();
    expect(String(semaphore)).toBe("<Semaphore [unlocked, value:1]>");
  });
});

describe("BoundedSemaphore", () => {
  it("BoundedSemaphore.release() more often than acquire() is an error and changes nothing", () => {
    const semaphore = new BoundedSemaphore(1);
    expect(() => semaphore.release()).toThrow(
      expect.objectContaining({ name: "RangeError", code: "ERR_SEMAPHORE_OVER_RELEASED" }),
    );
    expect(String(semaphore)).toBe("<BoundedSemaphore [unlocked, value:1]>");
  });
});

function* same<T>(value: T): Coroutine<T> {
  return value;
}

function* acquireAnd(
  semaphore: Semaphore,
  log: string[],
  what: string,
  release = true,
): Coroutine<void> {
  yield* semaphore.acquire();
  log.push(what);
  if (release) semaphore.release();
}
