/** The rows of docs/differences.md about runs: how they begin, overlap and end. */

import {
  asyncGenerator,
  type Coroutine,
  createTask,
  Event,
  Future,
  getRunningLoop,
  type Host,
  Queue,
  Runner,
  run,
  sleep,
} from "tsyncio";
import { runVirtual } from "tsyncio/testing";
import { describe, expect, it } from "vitest";

/** An event-driven host whose clock jumps to the next alarm, and goes on by itself if it is told to. */
class JumpingHost implements Host {
  readonly name = "jumping";
  readonly resolution = 1e-9;
  /** How often the loop let others have the thread. */
  breaths = 0;
  readonly #perReading: number;
  #now = 0;
  #alarm = 0;

  /** @param perReading - seconds by which each reading of the clock moves it. */
  constructor(perReading = 0) {
    this.#perReading = perReading;
  }

  now(): number {
    this.#now += this.#perReading;
    return this.#now;
  }

  soon(turn: () => void): void {
    queueMicrotask(turn);
  }

  later(turn: () => void): void {
    this.breaths++;
    setTimeout(turn, 0);
  }

  alarm(when: number | undefined, turn: () => void): void {
    const alarm = ++this.#alarm;
    if (when === undefined || when === Number.POSITIVE_INFINITY) return;
    setTimeout(() => {
      if (alarm !== this.#alarm) return;
      this.#now = Math.max(this.#now, when);
      turn();
    }, 0);
  }
}

/** What `fn` prints as warnings. */
async function errorsOf(fn: () => Promise<unknown>): Promise<string[]> {
  const { error } = console;
  const lines: string[] = [];
  console.error = (text: string) => void lines.push(...text.split("\n"));
  try {
    await fn();
  } finally {
    console.error = error;
  }
  return lines;
}

describe("runs", () => {
  it("D1 run() returns a promise of main's result and lets its caller go on", async () => {
    const log: string[] = [];
    const promise = run(function* main() {
      log.push("main");
      yield* sleep(0);
      return "result";
    });
    log.push("caller");
    expect([await promise, log]).toEqual(["result", ["caller", "main"]]);
  });

  it("D2 runs overlap on one loop, and each ends only the tasks that descend from its own main", async () => {
    const log: string[] = [];
    const [longHasBegun, shortHasEnded] = [new Event(), new Event()];
    const long = run(function* long() {
      const task = createTask(untilCancelled("a task of the long run"));
      longHasBegun.set();
      yield* shortHasEnded.wait();
      log.push(`the long run's task is ${task.done() ? "done" : "alive"}`);
      return getRunningLoop();
    });
    const short = run(function* short() {
      createTask(untilCancelled("a task of the short run"));
      yield* longHasBegun.wait();
      return getRunningLoop();
    });
    const loopOfTheShort = await short;
    shortHasEnded.set();
    expect(await long).toBe(loopOfTheShort);
    expect(log).toEqual([
      "a task of the short run ended",
      "the long run's task is alive",
      "a task of the long run ended",
    ]);

    function* untilCancelled(name: string): Coroutine<void> {
      try {
        yield* new Future();
      } finally {
        log.push(`${name} ended`);
      }
    }
  });

  it("D3 a run drains until nothing is left: what leftovers start is cancelled too", () => {
    const log: string[] = [];
    runVirtual(function* main() {
      createTask(function* leftover() {
        try {
          yield* sleep(60);
        } finally {
          createTask(function* spawned() {
            try {
              yield* sleep(60);
            } finally {
              yield* sleep(1);
              log.push("the spawned task has cleaned up");
            }
          });
        }
      });
      yield* sleep(1);
      log.push("main ends");
    });
    expect(log).toEqual(["main ends", "the spawned task has cleaned up"]);
  });

  it("D4 a run that drains for 2 s prints which tasks refuse to end and what they wait for", async () => {
    const errors = await errorsOf(() =>
      run(
        function* main() {
          const stubborn = function* stubborn(): Coroutine<void> {
            try {
              yield* sleep(60);
            } finally {
              yield* sleep(3);
            }
          };
          createTask(stubborn(), { name: "stubborn" });
          createTask(sleep(60), { name: "obedient" });
          yield* sleep(1);
        },
        { host: new JumpingHost() },
      ),
    );
    expect(errors).toEqual([
      "A run has been ending for 2 s; these tasks were cancelled and go on:",
      '  Task "stubborn" waits for sleep(3)',
    ]);
  });

  it("D5 a program that can never go on raises a DeadlockError that says who waits for what", () => {
    const stuck = function* main(): Coroutine<void> {
      const jobs = new Queue<string>();
      yield* createTask(jobs.get(), { name: "worker" });
    };
    expect(() => runVirtual(stuck, { name: "main" })).toThrow(
      expect.objectContaining({
        name: "DeadlockError",
        message: [
          "Deadlock: nothing can run any more; 2 tasks wait:",
          '  Task "main" waits for Task "worker"',
          '  Task "worker" waits for Queue.get() on an empty queue',
        ].join("\n"),
      }),
    );
  });

  it("D8 stop() does not end a run", () => {
    const ended = runVirtual(function* main() {
      getRunningLoop().stop();
      yield* sleep(1);
      return "at its end";
    });
    expect(ended).toBe("at its end");
  });

  it("D9 a busy loop lets its host have the thread every few milliseconds", async () => {
    const host = new JumpingHost(0.001);
    await run(
      function* main() {
        for (let turn = 0; turn < 1000; turn++) yield* sleep(0);
      },
      { host },
    );
    expect(host.breaths).toBeGreaterThan(10);
  });

  it("D10 an awaitable that main returns is awaited by the promise of run()", async () => {
    const awaited: unknown = await run(function* main() {
      return sleep(0, "slept");
    });
    const returned: unknown = runVirtual(function* main() {
      return sleep(0, "slept");
    });
    expect([awaited, String(returned)]).toEqual(["slept", "<sleep(0)>"]);
  });

  it("D11 a Runner shares the loop of its thread, and close() leaves that open", async () => {
    const runner = new Runner();
    const loop = await runner.run(runningLoop);
    await runner.close();
    expect(await run(runningLoop)).toBe(loop);
    expect(loop.isClosed()).toBe(false);
  });

  it("D36 a Runner's run cancels what it leaves behind, and does not keep it for the next run", async () => {
    const runner = new Runner();
    const left = await runner.run(function* first() {
      yield* sleep(0);
      return [createTask(sleep(60))];
    });
    expect(left.map((task) => task.cancelled())).toEqual([true]);
    await runner.close();
  });

  it("D31 async generators left open are closed when their run ends, one after the other", () => {
    const reports: unknown[] = [];
    const log: [string, number][] = [];
    runVirtual(
      function* main() {
        const [first, second] = [numbers("first"), numbers("second")];
        yield* first.next();
        yield* second.next();
        log.push(["main ends", getRunningLoop().time()]);
      },
      { exceptionHandler: (_loop, context) => reports.push(context) },
    );
    expect(log).toEqual([
      ["main ends", 0],
      ["first", 1],
      ["second", 2],
    ]);
    expect(reports).toEqual([]);

    function numbers(name: string) {
      return asyncGenerator<number>(function* (emit) {
        try {
          yield* emit(1);
        } finally {
          yield* sleep(1);
          log.push([name, getRunningLoop().time()]);
        }
      });
    }
  });
});

function* runningLoop(): Coroutine<ReturnType<typeof getRunningLoop>> {
  return getRunningLoop();
}
