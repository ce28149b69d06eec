import { describe, expect, it } from "vitest";
import { asyncWith, type Coroutine, createTask, gather, isCancelled, sleep } from "../index.js";
import { runVirtual } from "../testing.js";
import { cancelAtEveryTurn } from "./cancel-injection.contract.js";
import { Condition } from "./condition.js";
import { HOSTS } from "./hosts.contract.js";
import { Lock } from "./lock.js";

for (const [host, start] of HOSTS) {
  describe(`Condition on ${host}`, () => {
    it("Condition.wait() gives the lock away, waits for notify() and holds the lock again", async () => {
      const log = await start(function* main() {
        const condition = new Condition();
        const log: unknown[] = [];
        const waiter = createTask(function* wait() {
          yield* condition.acquire();
          log.push("waits");
          log.push(yield* condition.wait(), condition.locked());
          condition.release();
        });
        yield* sleep(0);
        log.push(`locked ${condition.locked()}`);
        yield* condition.acquire();
        condition.notify();
        yield* sleep(0);
        log.push("still held by the notifier");
        condition.release();
        yield* waiter;
        log.push(condition.locked());
        return log;
      });
      expect(log).toEqual([
        "waits",
        "locked false",
        "still held by the notifier",
        true,
        true,
        false,
      ]);
    });

    it("Condition.notify(n) wakes the first n in FIFO order, notifyAll() the rest", async () => {
      const log = await start(function* main() {
        const condition = new Condition();
        const log: unknown[] = [];
        const waiters = [0, 1, 2, 3].map((n) => createTask(noteAfter(condition, log, n)));
        yield* sleep(0);
        yield* notifyAndPause(condition, 2);
        log.push("all");
        yield* notifyAndPause(condition, Infinity);
        yield* gather(waiters);
        return log;
      });
      expect(log).toEqual([0, 1, "all", 2, 3]);
    });

    it("Condition.waitFor() waits until the predicate gives something true, and gives that", async () => {
      const seen = await start(function* main() {
        const condition = new Condition();
        let asked = 0;
        let value = "";
        const waiter = createTask(() =>
          asyncWith(condition, function* block() {
            return yield* condition.waitFor(() => {
              asked++;
              return value;
            });
          }),
        );
        yield* sleep(0);
        yield* notifyAndPause(condition, 1);
        value = "there";
        yield* notifyAndPause(condition, 1);
        return [yield* waiter, asked, condition.locked()];
      });
      expect(seen).toEqual(["there", 3, false]);
    });
  });
}

describe("Condition", () => {
  it("Condition.waitFor() does not yield to the loop when the predicate holds", () => {
    const log = runVirtual(function* main() {
      const condition = new Condition();
      const log: string[] = [];
      const other = createTask(function* note() {
        log.push("other");
      });
      yield* condition.acquire();
      log.push(yield* condition.waitFor(() => "main"));
      yield* other;
      return log;
    });
    expect(log).toEqual(["main", "other"]);
  });

  it("Condition.wait() without the lock is an error, once it is awaited", () => {
    const condition = new Condition();
    condition.wait();
    for (const wait of [() => condition.wait(), () => condition.waitFor(() => false)]) {
      expect(() => runVirtual(wait)).toThrow(
        expect.objectContaining({ name: "UsageError", code: "ERR_LOCK_NOT_HELD" }),
      );
    }
  });

  it("Condition.notify() and notifyAll() without the lock are errors", () => {
    const condition = new Condition();
    for (const notify of [() => condition.notify(), () => condition.notifyAll()]) {
      expect(notify).toThrow(expect.objectContaining({ code: "ERR_LOCK_NOT_HELD" }));
    }
  });

  it("Condition.notify() before anybody waits is not remembered", () => {
    const waits = runVirtual(function* main() {
      const condition = new Condition();
      yield* notifyAndPause(condition, 1);
      const waiter = createTask(noteAfter(condition, [], 0));
      yield* sleep(1);
      const done = waiter.done();
      waiter.cancel();
      return !done;
    });
    expect(waits).toBe(true);
  });

  it("several conditions may share a lock", () => {
    const log = runVirtual(function* main() {
      const lock = new Lock();
      const [full, free] = [new Condition(lock), new Condition(lock)];
      const log: unknown[] = [];
      const a = createTask(noteAfter(full, log, "full"));
      const b = createTask(noteAfter(free, log, "free"));
      yield* sleep(0);
      yield* lock.acquire();
      free.notify();
      lock.release();
      yield* b;
      yield* notifyAndPause(full, 1);
      yield* a;
      return log;
    });
    expect(log).toEqual(["free", "full"]);
  });

  it("Condition.wait() cancelled while waiting raises with the lock held", () => {
    const seen = runVirtual(function* main() {
      const condition = new Condition();
      const seen: unknown[] = [];
      const waiter = createTask(waitAndLog(condition, seen));
      yield* sleep(0);
      waiter.cancel("enough");
      yield* gather([waiter], { returnExceptions: true });
      return [...seen, waiter.cancelled(), condition.locked(), String(condition)];
    });
    expect(seen).toEqual(["enough", "held", true, false, "<Condition [unlocked]>"]);
  });

  it("Condition.wait() cancelled while waiting does not take the notification of another", () => {
    const seen = runVirtual(function* main() {
      const condition = new Condition();
      const seen: unknown[] = [];
      const first = createTask(waitAndLog(condition, seen));
      const second = createTask(noteAfter(condition, seen, "second"));
      const third = createTask(noteAfter(condition, seen, "third"));
      yield* sleep(0);
      yield* condition.acquire();
      first.cancel("gone");
      condition.notify(2);
      seen.push(String(condition));
      condition.release();
      yield* gather([first, second, third], { returnExceptions: true });
      return seen;
    });
    expect(seen).toEqual(["<Condition [locked]>", "gone", "held", "second", "third"]);
  });

  it("Condition.wait() waits for the lock through cancellations and raises the last one", () => {
    const seen = runVirtual(function* main() {
      const condition = new Condition();
      const seen: unknown[] = [];
      const waiter = createTask(waitAndLog(condition, seen));
      yield* sleep(0);
      yield* condition.acquire();
      for (const message of ["1", "2", "3"]) {
        waiter.cancel(message);
        yield* sleep(1);
      }
      const before = [...seen];
      const time = waiter.getLoop().time();
      condition.release();
      yield* gather([waiter], { returnExceptions: true });
      return [before, time, ...seen, waiter.cancelling()];
    });
    expect(seen).toEqual([[], 3, "3", "held", 3]);
  });

  it("Condition.wait() cancelled after being notified hands the notification on", () => {
    const seen = runVirtual(function* main() {
      const condition = new Condition();
      const seen: unknown[] = [];
      const first = createTask(waitAndLog(condition, seen));
      const second = createTask(noteAfter(condition, seen, "second"));
      yield* sleep(0);
      yield* condition.acquire();
      condition.notify();
      condition.release();
      first.cancel("late");
      yield* gather([first, second], { returnExceptions: true });
      return seen;
    });
    expect(seen).toEqual(["late", "held", "second"]);
  });

  it("Condition.wait() cancelled while it takes the lock again hands the notification on", () => {
    const seen = runVirtual(function* main() {
      const condition = new Condition();
      const seen: unknown[] = [];
      const first = createTask(waitAndLog(condition, seen));
      const second = createTask(noteAfter(condition, seen, "second"));
      yield* sleep(0);
      yield* condition.acquire();
      condition.notify();
      yield* sleep(0);
      first.cancel("waiting for the lock");
      yield* sleep(0);
      condition.release();
      yield* gather([first, second], { returnExceptions: true });
      return seen;
    });
    expect(seen).toEqual(["waiting for the lock", "held", "second"]);
  });

  it("Condition.waitFor() passes an error of its predicate on, with the lock held", () => {
    const seen = runVirtual(function* main() {
      const condition = new Condition();
      let broken = false;
      const waiter = createTask(function* wait() {
        yield* condition.acquire();
        try {
          yield* condition.waitFor(() => {
            if (broken) throw new RangeError("from the predicate");
            return false;
          });
        } catch (error) {
          return [String(error), condition.locked()];
        } finally {
          condition.release();
        }
        return [];
      });
      yield* sleep(0);
      broken = true;
      yield* notifyAndPause(condition, 1);
      return [...(yield* waiter), condition.locked()];
    });
    expect(seen).toEqual(["RangeError: from the predicate", true, false]);
  });

  it("a coroutine closed in wait() finds the lock held in its finally block", () => {
    const seen = runVirtual(function* main() {
      const condition = new Condition();
      function* waitAndRelease(): Coroutine<void> {
        yield* condition.acquire();
        try {
          yield* condition.wait();
        } finally {
          condition.release();
        }
      }
      const closed = waitAndRelease();
      closed.next();
      const before = condition.locked();
      const other = createTask(noteAfter(condition, [], 0));
      yield* sleep(0);
      closed.return();
      const after = condition.locked();
      yield* notifyAndPause(condition, 1);
      yield* other;
      return [before, after];
    });
    expect(seen).toEqual([false, false]);
  });

  it("Condition.wait() on a second loop is an error and keeps the lock", () => {
    const condition = new Condition();
    function* waitOnce(): Coroutine<boolean> {
      const waiter = createTask(
        asyncWith(condition, function* block() {
          return yield* condition.wait();
        }),
      );
      yield* sleep(0);
      yield* notifyAndPause(condition, 1);
      return yield* waiter;
    }
    expect(runVirtual(waitOnce)).toBe(true);
    expect(() => runVirtual(waitOnce)).toThrow(
      expect.objectContaining({ code: "ERR_FOREIGN_LOOP" }),
    );
    expect(condition.locked()).toBe(false);
  });

  it("every item reaches a consumer, whoever is cancelled in whichever turn", () => {
    const runs = cancelAtEveryTurn(() => {
      const condition = new Condition();
      const items: number[] = [];
      const taken: number[] = [];
      let closed = false;
      function* consume(): Coroutine<void> {
        while (!closed || items.length > 0) {
          yield* asyncWith(condition, function* block() {
            yield* condition.waitFor(() => closed || items.length > 0);
            taken.push(...items.splice(0, 1));
          });
        }
      }
      function* produce(): Coroutine<void> {
        for (const item of [1, 2]) {
          yield* asyncWith(condition, function* block() {
            items.push(item);
            condition.notify();
          });
          yield* sleep(0);
        }
      }
      function* close(): Coroutine<void> {
        for (let turn = 0; turn < 12; turn++) yield* sleep(0);
        closed = true;
        yield* notifyAndPause(condition, Infinity);
      }
      return {
        workers: [consume, consume, produce],
        helper: close,
        *check() {
          expect(condition.locked()).toBe(false);
          expect(String(condition)).toBe("<Condition [unlocked]>");
          expect([...taken, ...items].length).toBe(new Set([...taken, ...items]).size);
          expect(items.length === 0 || closed).toBe(true);
        },
      };
    });
    expect(runs).toBeGreaterThan(100);
  });

  it("a deadlock report names the wait, or the lock it waits for", () => {
    const condition = new Condition();
    const waiting = (): Coroutine<void> => noteAfter(condition, [], 0);
    expect(() => runVirtual(waiting)).toThrow(/waits for Condition\.wait\(\)/);
  });
});

function* noteAfter(condition: Condition, log: unknown[], what: unknown): Coroutine<void> {
  yield* condition.acquire();
  yield* condition.wait();
  log.push(what);
  condition.release();
}

/** Waits once, notes the cancellation that ends the wait and whether the lock is held then. */
function* waitAndLog(condition: Condition, log: unknown[]): Coroutine<void> {
  yield* condition.acquire();
  try {
    yield* condition.wait();
  } catch (error) {
    if (isCancelled(error)) log.push(error.message, condition.locked() ? "held" : "not held");
    throw error;
  } finally {
    condition.release();
  }
}

function* notifyAndPause(condition: Condition, n: number): Coroutine<void> {
  yield* condition.acquire();
  if (n === Infinity) condition.notifyAll();
  else condition.notify(n);
  condition.release();
  for (let turn = 0; turn < 5; turn++) yield* sleep(0);
}
