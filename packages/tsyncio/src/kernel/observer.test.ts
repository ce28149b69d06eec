import { describe, expect, test } from "vitest";
import { raisedBy } from "../../test/errors.js";
import { stillWorks } from "../../test/still-works.js";
import { createTask, Future, gather, getRunningLoop, type Observer, sleep } from "../index.js";
import { runVirtual } from "../testing.js";

/** Writes down what it is told. */
function scribe(log: string[]): Required<Omit<Observer, "turnBegins">> {
  return {
    created: (task, by) => log.push(`${task.name} created by ${by?.name}`),
    stepBegins: (task) => log.push(`${task.name} steps`),
    stepEnds: (task) => log.push(`${task.name} step ends`),
    waits: (task, on) => log.push(`${task.name} waits for ${on?.describe()}`),
    woken: (task, source, by) =>
      log.push(`${task.name} woken by ${source.describe()} of ${by?.name}`),
    cancelRequested: (task, by) => log.push(`${task.name} asked to end by ${by?.name}`),
    done: (task) => log.push(`${task.name} done ${task.cancelled()}`),
  };
}

describe("Observer", () => {
  test("is told of a task's life, in order", () => {
    const log: string[] = [];
    runVirtual(
      function* main() {
        const future = new Future<void>();
        const child = createTask(
          function* body() {
            yield* sleep(0);
            yield* future;
          },
          { name: "child" },
        );
        yield* sleep(1);
        future.setResult(undefined);
        yield* child;
      },
      { name: "main", observer: scribe(log) },
    );
    expect(log).toEqual([
      "main created by undefined",
      "main steps",
      "child created by main",
      "main waits for sleep(1)",
      "main step ends",
      "child steps",
      "child waits for undefined",
      "child step ends",
      "child steps",
      "child waits for Future",
      "child step ends",
      "main woken by sleep(1) of undefined",
      "main steps",
      "child woken by Future of main",
      'main waits for Task "child"',
      "main step ends",
      "child steps",
      'main woken by Task "child" of child',
      "child done false",
      "child step ends",
      "main steps",
      "main done false",
      "main step ends",
    ]);
  });

  test("is told who asked a task to end, before what that wakes", () => {
    const log: string[] = [];
    runVirtual(
      function* main() {
        const child = createTask(sleep(10), { name: "child" });
        yield* sleep(0);
        log.length = 0;
        child.cancel();
        yield* raisedBy(child);
      },
      { name: "main", observer: scribe(log) },
    );
    expect(log.slice(0, 6)).toEqual([
      "child asked to end by main",
      "child woken by sleep(10) of main",
      'main waits for Task "child"',
      "main step ends",
      "child steps",
      'main woken by Task "child" of child',
    ]);
    expect(log).toContain("child done true");
  });

  test("is told of an eager start within the step of the creator", () => {
    const log: string[] = [];
    runVirtual(
      function* main() {
        createTask(
          function* body() {
            yield* sleep(1);
          },
          { name: "child", eagerStart: true },
        );
      },
      { name: "main", observer: scribe(log) },
    );
    expect(log.slice(1, 7)).toEqual([
      "main steps",
      "child created by main",
      "child steps",
      "child waits for sleep(1)",
      "child step ends",
      "main done false",
    ]);
  });

  test("may be set and removed while the loop runs", () => {
    const log: string[] = [];
    runVirtual(
      function* main() {
        const loop = getRunningLoop();
        loop.observer = scribe(log);
        yield* sleep(0);
        loop.observer = undefined;
        yield* sleep(0);
      },
      { name: "main" },
    );
    // The step in which it is removed is told to its end.
    expect(log).toEqual(["main waits for undefined", "main steps", "main step ends"]);
  });

  test("may implement as little as it likes", () => {
    const done: string[] = [];
    runVirtual(
      function* main() {
        yield* gather(sleep(1), sleep(2));
        yield* stillWorks();
      },
      { name: "main", observer: { done: (task) => done.push(task.name) } },
    );
    expect(done).toHaveLength(4);
    expect(done.at(-1)).toBe("main");
  });

  test("Observer.turnBegins() is told the clock's reading at each turn", () => {
    const turns: number[] = [];
    runVirtual(
      function* main() {
        yield* sleep(0);
        yield* sleep(2);
      },
      { observer: { turnBegins: (now) => turns.push(now) } },
    );
    // Main's two steps, its timer and wake-up, and the turns that end a run.
    expect(turns.slice(0, 4)).toEqual([0, 0, 2, 2]);
  });
});
