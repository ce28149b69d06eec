import { describe, expect, it } from "vitest";
import { asyncWith, type Coroutine, createTask, fromPromise, run, sleep } from "../index.js";
import { runVirtual } from "../testing.js";
import { BoundedSemaphore } from "./bounded-semaphore.js";
import { Condition } from "./condition.js";
import { Lock } from "./lock.js";
import { lockLikeContract } from "./lock-like.contract.js";
import { Semaphore } from "./semaphore.js";

lockLikeContract({ name: "Lock", make: () => new Lock(), fair: true });
lockLikeContract({ name: "Condition", make: () => new Condition(), fair: true });
lockLikeContract({ name: "Semaphore(1)", make: () => new Semaphore(1), fair: true });
lockLikeContract({ name: "BoundedSemaphore(1)", make: () => new BoundedSemaphore(1), fair: true });

describe("Lock", () => {
  it("Lock.acquire() gives true, and asyncWith() gives the block nothing", () => {
    const given = runVirtual(function* main() {
      const lock = new Lock();
      const acquired = yield* lock.acquire();
      lock.release();
      return [acquired, yield* asyncWith(lock, same)];
    });
    expect(given).toEqual([true, undefined]);
  });

  it("Lock.acquire() gives true to a task that had to wait", () => {
    const given = runVirtual(function* main() {
      const lock = new Lock();
      yield* lock.acquire();
      const waiter = createTask(lock.acquire());
      yield* sleep(0);
      lock.release();
      return yield* waiter;
    });
    expect(given).toBe(true);
  });

  it("Lock.locked() is false between release() and the step of the waiter", () => {
    const seen = runVirtual(function* main() {
      const lock = new Lock();
      yield* lock.acquire();
      const waiter = createTask(lock.acquire());
      yield* sleep(0);
      lock.release();
      const between = lock.locked();
      yield* waiter;
      return [between, lock.locked()];
    });
    expect(seen).toEqual([false, true]);
  });

  it("Lock.release() may be called by a task that does not hold it", () => {
    const seen = runVirtual(function* main() {
      const lock = new Lock();
      yield* lock.acquire();
      yield* createTask(function* release() {
        lock.release();
      });
      return lock.locked();
    });
    expect(seen).toBe(false);
  });

  it("Lock.release() of an unlocked lock is an error", () => {
    expect(() => new Lock().release()).toThrow(
      expect.objectContaining({ name: "UsageError", code: "ERR_LOCK_NOT_HELD" }),
    );
  });

  it("Lock.acquire() may pass waiters only when all of them are cancelled", () => {
    const log = runVirtual(function* main() {
      const lock = new Lock();
      const log: string[] = [];
      yield* lock.acquire();
      const cancelled = createTask(lock.acquire());
      yield* sleep(0);
      cancelled.cancel();
      lock.release();
      const passing = createTask(acquireAnd(lock, log, "passed"), { eagerStart: true });
      log.push("main");
      yield* passing;
      lock.release();

      yield* lock.acquire();
      const first = createTask(lock.acquire());
      const second = createTask(acquireAnd(lock, log, "second"));
      yield* sleep(0);
      first.cancel();
      lock.release();
      const third = createTask(acquireAnd(lock, log, "third"), { eagerStart: true });
      yield* second;
      lock.release();
      yield* third;
      return log;
    });
    expect(log).toEqual(["passed", "main", "second", "third"]);
  });

  it("Lock.hold() releases at the end of the scope, and once", () => {
    const seen = runVirtual(function* main() {
      const lock = new Lock();
      const held = yield* lock.hold();
      const during = lock.locked();
      held[Symbol.dispose]();
      const after = lock.locked();
      yield* lock.acquire();
      held[Symbol.dispose]();
      return [during, after, lock.locked()];
    });
    expect(seen).toEqual([true, false, true]);
  });

  it("Lock.hold() waits its turn", () => {
    const seen = runVirtual(function* main() {
      const lock = new Lock();
      yield* lock.acquire();
      const waiter = createTask(lock.hold());
      yield* sleep(0);
      lock.release();
      const held = yield* waiter;
      const before = lock.locked();
      held[Symbol.dispose]();
      return [before, lock.locked()];
    });
    expect(seen).toEqual([true, false]);
  });

  it("Lock.acquire() can be awaited by plain async code", async () => {
    const lock = new Lock();
    async function take(): Promise<boolean> {
      return await lock.acquire();
    }
    const taken = await run(function* main() {
      yield* lock.acquire();
      const plain = take();
      yield* sleep(0);
      lock.release();
      return yield* fromPromise(plain);
    });
    expect([taken, lock.locked()]).toEqual([true, true]);
  });

  it("a deadlock report names the lock and its holder", () => {
    const stuck = function* main(): Coroutine<void> {
      const lock = new Lock();
      yield* createTask(lock.acquire(), { name: "holder" });
      yield* lock.acquire();
    };
    expect(() => runVirtual(stuck)).toThrow(/waits for Lock\.acquire\(\), held by Task "holder"/);
  });

  it("a deadlock report shows the circle of two locks taken in opposite order", () => {
    function* takeBoth(first: Lock, second: Lock): Coroutine<void> {
      yield* first.acquire();
      yield* sleep(0);
      yield* second.acquire();
    }
    const stuck = function* main(): Coroutine<void> {
      const [a, b] = [new Lock(), new Lock()];
      const other = createTask(takeBoth(a, b), { name: "a-b" });
      yield* createTask(takeBoth(b, a), { name: "b-a" });
      yield* other;
    };
    expect(() => runVirtual(stuck)).toThrow(/in a circle: .*"a-b".*"b-a"/);
  });

  it("toString() says whether it is locked and how many wait", () => {
    const lock = new Lock();
    const seen = runVirtual(function* main() {
      yield* lock.acquire();
      const waiter = createTask(lock.acquire());
      yield* sleep(0);
      const text = String(lock);
      waiter.cancel();
      return text;
    });
    expect([seen, String(lock), String(new Lock())]).toEqual([
      "<Lock [locked, waiters:1]>",
      "<Lock [locked]>",
      "<Lock [unlocked]>",
    ]);
  });
});

function* same<T>(value: T): Coroutine<T> {
  return value;
}

function* acquireAnd(lock: Lock, log: string[], what: string): Coroutine<void> {
  yield* lock.acquire();
  log.push(what);
}
