/** What holds for everything that one task holds at a time: lock, condition, semaphore of one, queue of one item. */
import { describe, expect, it } from "vitest";
import {
  type AsyncContextManager,
  asyncWith,
  type Coroutine,
  createTask,
  gather,
  isCancelled,
  type Operation,
  sleep,
} from "../index.js";
import { runVirtual } from "../testing.js";
import { cancelAtEveryTurn } from "./cancel-injection.contract.js";
import { HOSTS } from "./hosts.contract.js";

/** A thing that one task holds at a time. */
export interface LockLike extends AsyncContextManager<unknown> {
  acquire(): Operation<unknown>;
  release(): void;
  locked(): boolean;
}

/** What a kind of lock-like thing is like. */
export interface LockKind {
  readonly name: string;
  make(): LockLike;
  /** A task that releases and acquires again goes behind those who wait. */
  readonly fair: boolean;
}

export function lockLikeContract({ name, make, fair }: LockKind): void {
  describe(`${name} as a lock`, () => {
    for (const [host, start] of HOSTS) {
      describe(`on ${host}`, () => {
        it("acquire() takes it and release() gives it back", async () => {
          const lock = make();
          const states = await start(function* main() {
            const seen = [lock.locked()];
            yield* lock.acquire();
            seen.push(lock.locked());
            lock.release();
            seen.push(lock.locked());
            return seen;
          });
          expect(states).toEqual([false, true, false]);
        });

        it("acquire() does not yield to the loop when it is free", async () => {
          const order = await start(function* main() {
            const lock = make();
            const log: string[] = [];
            const other = createTask(note(log, "other"));
            yield* lock.acquire();
            lock.release();
            log.push("main");
            yield* other;
            return log;
          });
          expect(order).toEqual(["main", "other"]);
        });

        it("acquire() wakes waiters in FIFO order", async () => {
          const order = await start(() => takeTurns(make(), 5, 1));
          expect(order).toEqual([0, 1, 2, 3, 4]);
        });

        it("acquire() does nothing when it is not awaited", async () => {
          const lock = make();
          await start(function* main() {
            lock.acquire();
            yield* sleep(0);
          });
          expect(lock.locked()).toBe(false);
        });

        it("asyncWith() holds it during the block and releases it after an error", async () => {
          const lock = make();
          const seen: unknown[] = [];
          function* main(): Coroutine<void> {
            yield* asyncWith(lock, function* block() {
              seen.push(lock.locked());
              yield* sleep(0);
              throw new Error("from the block");
            });
          }
          await expect((async () => start(main))()).rejects.toThrow("from the block");
          expect([...seen, lock.locked()]).toEqual([true, false]);
        });
      });
    }

    if (fair) {
      it("acquire() puts a task that has just released it behind those who wait", () => {
        expect(runVirtual(() => takeTurns(make(), 3, 2))).toEqual([0, 1, 2, 0, 1, 2]);
      });
    }

    it("acquire() cancelled while waiting leaves the line to the others", () => {
      const { log, lock } = runVirtual(() => cancelSecondOfThree(make(), 0));
      expect(log).toEqual(["first", "second cancelled", "third"]);
      expect(lock.locked()).toBe(false);
    });

    it("acquire() cancelled after being woken passes it on", () => {
      const { log, lock } = runVirtual(() => cancelSecondOfThree(make(), 1));
      expect(log).toEqual(["first", "second cancelled", "third"]);
      expect(lock.locked()).toBe(false);
    });

    it("acquire() awaited twice is an error", () => {
      const lock = make();
      const twice = function* main(): Coroutine<void> {
        const acquire = lock.acquire();
        yield* acquire;
        lock.release();
        yield* acquire;
      };
      expect(() => runVirtual(twice)).toThrow(
        expect.objectContaining({ code: "ERR_AWAITED_TWICE" }),
      );
    });

    it("serves several loops when nobody waits, and one only when somebody does", () => {
      const lock = make();
      expect(runVirtual(() => useOnce(lock))).toBe("used");
      expect(runVirtual(() => useOnce(lock))).toBe("used");
      runVirtual(() => contend(lock));
      expect(runVirtual(() => useOnce(lock))).toBe("used");
      expect(() => runVirtual(() => contend(lock))).toThrow(
        expect.objectContaining({ code: "ERR_FOREIGN_LOOP" }),
      );
    });

    it("is held by one task at a time and free at the end, whoever is cancelled in whichever turn", () => {
      let holders = 0;
      let most = 0;
      function* hold(lock: LockLike): Coroutine<void> {
        for (let round = 0; round < 2; round++) {
          yield* asyncWith(lock, function* block() {
            most = Math.max(most, ++holders);
            try {
              yield* sleep(0);
            } finally {
              holders--;
            }
          });
        }
      }
      const runs = cancelAtEveryTurn(() => {
        const lock = make();
        return {
          workers: [0, 1, 2].map(() => () => hold(lock)),
          *check() {
            expect(lock.locked()).toBe(false);
            expect(yield* useOnce(lock)).toBe("used");
          },
        };
      });
      expect(most).toBe(1);
      expect(runs).toBeGreaterThan(50);
    });
  });
}

function* note(log: string[], what: string): Coroutine<void> {
  log.push(what);
  yield* sleep(0);
}

/** `tasks` tasks hold the lock `rounds` times each, a turn long; gives the order in which they did. */
function* takeTurns(lock: LockLike, tasks: number, rounds: number): Coroutine<number[]> {
  const order: number[] = [];
  function* worker(index: number): Coroutine<void> {
    for (let round = 0; round < rounds; round++) {
      yield* lock.acquire();
      order.push(index);
      yield* sleep(0);
      lock.release();
    }
  }
  yield* gather(Array.from({ length: tasks }, (_, index) => worker(index)));
  return order;
}

/** Cancels the second in line, `turn` 0: while it waits; 1: in the turn in which it was woken. */
function* cancelSecondOfThree(
  lock: LockLike,
  turn: 0 | 1,
): Coroutine<{ log: string[]; lock: LockLike }> {
  const log: string[] = [];
  function* enter(name: string): Coroutine<void> {
    try {
      yield* lock.acquire();
    } catch (error) {
      if (isCancelled(error)) log.push(`${name} cancelled`);
      throw error;
    }
    log.push(name);
    lock.release();
  }
  yield* lock.acquire();
  log.push("first");
  const second = createTask(enter("second"));
  const third = createTask(enter("third"));
  yield* sleep(0);
  if (turn === 1) lock.release();
  second.cancel();
  if (turn === 0) {
    yield* sleep(0);
    lock.release();
  }
  yield* gather([second, third], { returnExceptions: true });
  return { log, lock };
}

function* useOnce(lock: LockLike): Coroutine<string> {
  yield* lock.acquire();
  lock.release();
  return "used";
}

function* contend(lock: LockLike): Coroutine<void> {
  yield* lock.acquire();
  try {
    const waiter = createTask(useOnce(lock));
    yield* sleep(0);
    lock.release();
    yield* waiter;
  } finally {
    if (lock.locked()) lock.release();
  }
}
