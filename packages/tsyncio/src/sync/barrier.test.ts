import { describe, expect, it } from "vitest";
import {
  asyncWith,
  BrokenBarrierError,
  type Coroutine,
  createTask,
  gather,
  isCancelled,
  sleep,
} from "../index.js";
import { runVirtual } from "../testing.js";
import { Barrier } from "./barrier.js";
import { cancelAtEveryTurn } from "./cancel-injection.contract.js";
import { HOSTS } from "./hosts.contract.js";

for (const [host, start] of HOSTS) {
  describe(`Barrier on ${host}`, () => {
    it("Barrier.wait() lets the tasks pass together and numbers them by arrival", async () => {
      const log = await start(function* main() {
        const barrier = new Barrier(3);
        const log: number[] = [];
        yield* gather([0, 1, 2].map(() => pass(barrier, log)));
        return log;
      });
      expect(log).toEqual([2, 0, 1]);
    });

    it("a barrier can be passed again and again", async () => {
      const log = await start(function* main() {
        const barrier = new Barrier(2);
        const log: number[] = [];
        for (let round = 0; round < 3; round++) {
          yield* gather([pass(barrier, log), pass(barrier, log)]);
        }
        return [...log, barrier.nWaiting];
      });
      expect(log).toEqual([1, 0, 1, 0, 1, 0, 0]);
    });

    it("asyncWith() waits at the barrier and gives the index to the block", async () => {
      const indices = await start(function* main() {
        const barrier = new Barrier(2);
        const [a, b] = [0, 1].map(() => createTask(asyncWith(barrier, same)));
        return [yield* a as Coroutine<number>, yield* b as Coroutine<number>];
      });
      expect(indices).toEqual([0, 1]);
    });
  });
}

describe("Barrier", () => {
  it("Barrier.wait() of a single party does not yield to the loop", () => {
    const log = runVirtual(function* main() {
      const barrier = new Barrier(1);
      const log: unknown[] = [];
      const other = createTask(function* note() {
        log.push("other");
      });
      log.push(yield* barrier.wait());
      yield* other;
      return log;
    });
    expect(log).toEqual([0, "other"]);
  });

  it("nWaiting counts those who wait for the rest, parties is what was asked for", () => {
    const seen = runVirtual(function* main() {
      const barrier = new Barrier(3);
      const tasks = [0, 1].map(() => createTask(barrier.wait()));
      yield* sleep(0);
      const seen = [barrier.parties, barrier.nWaiting, barrier.broken];
      yield* barrier.wait();
      seen.push(barrier.nWaiting);
      yield* gather(tasks);
      return [...seen, barrier.nWaiting];
    });
    expect(seen).toEqual([3, 2, false, 0, 0]);
  });

  it("tasks that come while others leave wait for the next round", () => {
    const log = runVirtual(function* main() {
      const barrier = new Barrier(2);
      const log: string[] = [];
      function* visit(name: string): Coroutine<void> {
        log.push(`${name} ${yield* barrier.wait()}`);
      }
      const tasks = ["a", "b", "c", "d"].map((name) => createTask(visit(name)));
      yield* gather(tasks);
      return log;
    });
    expect(log).toEqual(["b 1", "a 0", "d 1", "c 0"]);
  });

  it("Barrier.reset() breaks those who wait, and the barrier works again", () => {
    const seen = runVirtual(function* main() {
      const barrier = new Barrier(3);
      const tasks = [0, 1].map(() => createTask(barrier.wait()));
      yield* sleep(0);
      yield* barrier.reset();
      const outcomes = yield* gather(tasks, { returnExceptions: true });
      const broken = outcomes.map((outcome) => outcome instanceof BrokenBarrierError);
      const again = yield* gather([0, 1, 2].map(() => barrier.wait()));
      return [broken, barrier.broken, again];
    });
    expect(seen).toEqual([[true, true], false, [0, 1, 2]]);
  });

  it("Barrier.reset() with nobody inside changes nothing", () => {
    const index = runVirtual(function* main() {
      const barrier = new Barrier(1);
      yield* barrier.reset();
      return yield* barrier.wait();
    });
    expect(index).toBe(0);
  });

  it("Barrier.abort() breaks those who wait and those who come, until reset()", () => {
    const seen = runVirtual(function* main() {
      const barrier = new Barrier(2);
      const waiter = createTask(barrier.wait());
      yield* sleep(0);
      yield* barrier.abort();
      const seen: unknown[] = [barrier.broken];
      for (const wait of [waiter, barrier.wait()]) {
        const [outcome] = yield* gather([wait], { returnExceptions: true });
        seen.push((outcome as BrokenBarrierError).code);
      }
      yield* barrier.reset();
      seen.push(barrier.broken);
      return [...seen, ...(yield* gather([barrier.wait(), barrier.wait()]))];
    });
    expect(seen).toEqual([true, "ERR_BROKEN_BARRIER", "ERR_BROKEN_BARRIER", false, 0, 1]);
  });

  it("Barrier.abort() is not undone by a task that would be the last to come", () => {
    const seen = runVirtual(function* main() {
      const barrier = new Barrier(1);
      yield* barrier.abort();
      const [outcome] = yield* gather([barrier.wait()], { returnExceptions: true });
      return [outcome instanceof BrokenBarrierError, barrier.broken];
    });
    expect(seen).toEqual([true, true]);
  });

  it("Barrier.wait() cancelled while waiting leaves; the barrier is not broken", () => {
    const seen = runVirtual(function* main() {
      const barrier = new Barrier(2);
      const waiter = createTask(barrier.wait());
      yield* sleep(0);
      const before = barrier.nWaiting;
      waiter.cancel();
      yield* gather([waiter], { returnExceptions: true });
      return [
        before,
        waiter.cancelled(),
        barrier.nWaiting,
        barrier.broken,
        ...(yield* gather([barrier.wait(), barrier.wait()])),
      ];
    });
    expect(seen).toEqual([1, true, 0, false, 0, 1]);
  });

  it("Barrier.wait() cancelled after the last one came does not hold up the others", () => {
    const seen = runVirtual(function* main() {
      const barrier = new Barrier(3);
      const tasks = [0, 1].map(() => createTask(barrier.wait()));
      yield* sleep(0);
      const last = yield* barrier.wait();
      tasks[0]?.cancel();
      const outcomes = yield* gather(tasks, { returnExceptions: true });
      return [last, ...outcomes.map((o) => (isCancelled(o) ? "cancelled" : o)), String(barrier)];
    });
    expect(seen).toEqual([2, "cancelled", 1, "<Barrier [filling, waiters:0/3]>"]);
  });

  it("is ready for the next round, whoever is cancelled in whichever turn", () => {
    const runs = cancelAtEveryTurn(() => {
      const barrier = new Barrier(2);
      function* visit(): Coroutine<void> {
        for (let round = 0; round < 2; round++) {
          try {
            yield* barrier.wait();
          } catch (error) {
            if (!(error instanceof BrokenBarrierError)) throw error;
          }
          yield* sleep(0);
        }
      }
      function* free(): Coroutine<void> {
        for (;;) {
          for (let turn = 0; turn < 7; turn++) yield* sleep(0);
          yield* barrier.reset();
        }
      }
      return {
        workers: [visit, visit, visit],
        *check() {
          expect(String(barrier)).toBe("<Barrier [filling, waiters:0/2]>");
          const indices = yield* gather([barrier.wait(), barrier.wait()]);
          expect(indices).toEqual([0, 1]);
        },
        helper: free,
      };
    });
    expect(runs).toBeGreaterThan(50);
  });

  it("parties must be a whole number of at least 1", () => {
    for (const parties of [0, -1, 1.5, Number.NaN]) {
      expect(() => new Barrier(parties)).toThrow(
        expect.objectContaining({ name: "RangeError", code: "ERR_INVALID_ARG" }),
      );
    }
  });

  it("a deadlock report names the wait and how many are missing", () => {
    expect(() => runVirtual(() => new Barrier(3).wait())).toThrow(
      "waits for Barrier.wait() with 1 of 3 parties",
    );
  });

  it("toString() names the state", () => {
    const seen = runVirtual(function* main() {
      const barrier = new Barrier(2);
      const waiter = createTask(barrier.wait());
      yield* sleep(0);
      const filling = String(barrier);
      yield* barrier.abort();
      yield* gather([waiter], { returnExceptions: true });
      return [filling, String(barrier)];
    });
    expect(seen).toEqual(["<Barrier [filling, waiters:1/2]>", "<Barrier [broken]>"]);
  });
});

function* same<T>(value: T): Coroutine<T> {
  return value;
}

function* pass(barrier: Barrier, log: number[]): Coroutine<void> {
  log.push(yield* barrier.wait());
}
