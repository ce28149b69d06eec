/** How many turns of the loop lie between an await and its resumption: CPython's numbers. */
import { describe, expect, test } from "vitest";
import {
  asyncWith,
  type Coroutine,
  createTask,
  Event,
  Future,
  gather,
  getRunningLoop,
  Lock,
  Queue,
  Semaphore,
  shield,
  sleep,
  TaskGroup,
  timeout,
  wait,
  waitFor,
} from "../index.js";
import { runVirtual } from "../testing.js";

/** Counts the turns from now on; the counting callback is the first of each. */
function countTurns(): { turns: number; stop(): void } {
  const loop = getRunningLoop();
  let counting = true;
  const counter = {
    turns: 0,
    stop() {
      counting = false;
    },
  };
  const tick = (): void => {
    counter.turns++;
    if (counting) loop.callSoon(tick);
  };
  loop.callSoon(tick);
  return counter;
}

/** The turns that awaiting what `body` awaits takes; `prepare` runs before the counting. */
function turnsOf<P>(
  body: (prepared: P) => Coroutine<unknown>,
  prepare?: () => Coroutine<P>,
): number {
  return runVirtual(function* main() {
    const prepared = (prepare === undefined ? undefined : yield* prepare()) as P;
    const counter = countTurns();
    yield* body(prepared);
    counter.stop();
    return counter.turns;
  });
}

function* quick(value = "value"): Coroutine<string> {
  return value;
}

describe("yield* takes no turn", () => {
  test("when a future has its result", () => {
    const body = function* (future: Future<number>): Coroutine<unknown> {
      return yield* future;
    };
    const prepare = function* (): Coroutine<Future<number>> {
      const future = new Future<number>();
      future.setResult(1);
      return future;
    };
    expect(turnsOf(body, prepare)).toBe(0);
  });

  test("when a task is done", () => {
    const prepare = function* () {
      const task = createTask(quick());
      yield* task;
      return task;
    };
    const body = function* (task: Future<string>): Coroutine<unknown> {
      return yield* task;
    };
    expect(turnsOf(body, prepare)).toBe(0);
  });

  test("when a coroutine never waits, at any depth", () => {
    const nested = function* (depth: number): Coroutine<string> {
      return depth === 0 ? yield* quick() : yield* nested(depth - 1);
    };
    expect(turnsOf(() => nested(20))).toBe(0);
  });

  test.each([
    ["a free Lock", () => new Lock().acquire()],
    ["a free Semaphore", () => new Semaphore(1).acquire()],
    ["a Queue with room", () => new Queue<number>().put(1)],
    ["an empty TaskGroup", () => asyncWith(new TaskGroup(), () => quick())],
    ["a timeout() block that never waits", () => asyncWith(timeout(1), () => quick())],
    ["a waitFor() of a coroutine that never waits", () => waitFor(quick(), 1)],
    ["a gather() of nothing", () => gather([])],
  ])("for %s", (_name, make) => {
    const body = function* (): Coroutine<void> {
      yield* make();
    };
    expect(turnsOf(body)).toBe(0);
  });

  test("for a set Event and a Queue that holds an item", () => {
    const body = function* (): Coroutine<void> {
      const event = new Event();
      event.set();
      yield* event.wait();
      const queue = new Queue<number>();
      queue.putNowait(1);
      yield* queue.get();
    };
    expect(turnsOf(body)).toBe(0);
  });

  test("so a loop of such awaits lets nothing else run", () => {
    const log: string[] = [];
    runVirtual(function* main() {
      createTask(function* other() {
        log.push("other");
      });
      for (let i = 0; i < 1000; i++) yield* quick();
      log.push("main");
      yield* sleep(0);
    });
    expect(log).toEqual(["main", "other"]);
  });
});

describe("yield* takes one turn", () => {
  test.each([0, -1, "0s", "-5ms"] as const)("for sleep(%s)", (delay) => {
    const body = function* (): Coroutine<void> {
      yield* sleep(delay);
    };
    expect(turnsOf(body)).toBe(1);
  });
});

describe("yield* takes two turns", () => {
  test("for a future that a callSoon() callback resolves", () => {
    const body = function* (): Coroutine<void> {
      const future = new Future<void>();
      getRunningLoop().callSoon(() => future.setResult(undefined));
      yield* future;
    };
    expect(turnsOf(body)).toBe(2);
  });

  test("for a new task that never waits", () => {
    const body = function* (): Coroutine<void> {
      yield* createTask(quick());
    };
    expect(turnsOf(body)).toBe(2);
  });

  test("for sleep(), the turn of its deadline included", () => {
    const turns = runVirtual(function* main() {
      const loop = getRunningLoop();
      let counter = { turns: 0, stop() {} };
      loop.callAt(1, () => {
        counter = countTurns();
        counter.turns = 1;
      });
      yield* sleep(1);
      counter.stop();
      return counter.turns;
    });
    expect(turns).toBe(2);
  });

  test("for asyncWith() of a group whose member is awaited in the block", () => {
    const body = function* (): Coroutine<void> {
      yield* asyncWith(new TaskGroup(), function* (group) {
        yield* group.createTask(quick());
      });
    };
    expect(turnsOf(body)).toBe(2);
  });
});

describe("yield* takes three turns", () => {
  test.each([
    ["gather()", () => gather(createTask(quick()), createTask(quick()))],
    ["gather() of coroutines", () => gather(quick(), quick())],
    ["shield()", () => shield(quick())],
    ["wait()", () => wait([createTask(quick())])],
    [
      "a TaskGroup with one member",
      () =>
        asyncWith(new TaskGroup(), function* (group) {
          group.createTask(quick());
        }),
    ],
  ])("for %s", (_name, make) => {
    const body = function* (): Coroutine<void> {
      yield* make();
    };
    expect(turnsOf(body)).toBe(3);
  });
});

test("wait() takes two turns for futures that are done, also with no time to wait", () => {
  const body = function* (): Coroutine<void> {
    const future = new Future<void>();
    future.setResult(undefined);
    yield* wait([future], { timeout: 0 });
  };
  expect(turnsOf(body)).toBe(2);
});
