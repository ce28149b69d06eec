/** What holds for programs made of several of this folder's parts. */
import { describe, expect, it } from "vitest";
import {
  asCompleted,
  asyncWith,
  type Coroutine,
  createTask,
  gather,
  getRunningLoop,
  type Observer,
  Queue,
  sleep,
  TaskGroup,
  timeout,
  wait,
  waitFor,
} from "../index.js";
import { runVirtual } from "../testing.js";
import { raisedBy } from "./steps.contract.js";

/** Producers, consumers, groups, timeouts and cancellations, with `log` as its only effect. */
function* busyProgram(log: string[]): Coroutine<void> {
  const note = (text: string): void => {
    log.push(`${getRunningLoop().time()} ${text}`);
  };
  const queue = new Queue<number>(2);
  const consumers = ["a", "b"].map((name) =>
    createTask(function* consume() {
      for (;;) {
        const item = yield* queue.get();
        note(`${name} got ${item}`);
        yield* sleep(item % 3);
        queue.taskDone();
      }
    }),
  );
  yield* raisedBy(
    asyncWith(new TaskGroup(), function* produce(group) {
      for (let n = 0; n < 4; n++) {
        group.createTask(function* put() {
          yield* sleep(n % 2);
          for (let i = 0; i < 3; i++) yield* queue.put(n * 10 + i);
          note(`producer ${n} ends`);
          if (n === 3) throw new Error("producer");
        });
      }
      yield* asyncWith(timeout(30), () => queue.join());
    }),
  );
  note("produced");
  const naps = [3, 1, 2].map((n) => sleep(n, n));
  for (const next of asCompleted(naps)) note(`nap ${yield* next}`);
  yield* raisedBy(waitFor(gather(sleep(5), sleep(6)), 2));
  const [done, pending] = yield* wait(consumers, { timeout: 1 });
  note(`${done.size} done, ${pending.size} pending`);
}

/** What an observer is told, in words. */
function recorder(trace: string[]): Observer {
  return {
    created: (task) => trace.push(`created ${task.name}`),
    stepBegins: (task) => trace.push(`begins ${task.name}`),
    stepEnds: (task) => trace.push(`ends ${task.name}`),
    cancelRequested: (task) => trace.push(`cancel ${task.name}`),
    done: (task) => trace.push(`done ${task.name}`),
  };
}

describe("a program on virtual time", () => {
  it("runVirtual() gives the same trace each time", () => {
    const traces = [1, 2].map(() => {
      const trace: string[] = [];
      runVirtual(() => busyProgram(trace), { observer: recorder(trace) });
      // Unnamed tasks are numbered through the whole process.
      const names = new Map<string, string>();
      return trace.map((line) =>
        line.replace(/Task-\d+/, (name) => {
          if (!names.has(name)) names.set(name, `task ${names.size}`);
          return names.get(name) as string;
        }),
      );
    });
    expect(traces[0]?.length).toBeGreaterThan(100);
    expect(traces[1]).toEqual(traces[0]);
  });

  it("Task.cancel() of a thousand tasks costs one step for each", () => {
    const steps = (count: number): number => {
      let steps = 0;
      const observer = { stepBegins: () => steps++ };
      runVirtual(
        function* main() {
          for (let n = 0; n < count; n++) createTask(sleep(1000));
          yield* sleep(1);
          steps = 0;
        },
        { observer },
      );
      return steps;
    };
    const [few, many] = [steps(100), steps(1000)];
    expect(many - few).toBe(900);
  });

  it("TaskGroup of a thousand members that fails ends all of them in one step each", () => {
    let steps = 0;
    const ended = runVirtual(
      function* main() {
        let ended = 0;
        yield* raisedBy(
          asyncWith(new TaskGroup(), function* block(group) {
            for (let n = 0; n < 1000; n++) {
              group.createTask(function* member() {
                try {
                  yield* sleep(1000);
                } finally {
                  ended++;
                }
              });
            }
            yield* sleep(1);
            steps = 0;
            throw new Error("block");
          }),
        );
        return ended;
      },
      { observer: { stepBegins: () => steps++ } },
    );
    expect(ended).toBe(1000);
    expect(steps).toBeLessThan(1010);
  });
});
