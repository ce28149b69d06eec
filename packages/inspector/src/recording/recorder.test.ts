import {
  asyncWith,
  createTask,
  Event,
  gather,
  KeyboardInterrupt,
  Lock,
  Queue,
  sleep,
  type Task,
  TaskGroup,
} from "tsyncio";
import { at as awaitAt, callLowered, describeFunction } from "tsyncio/coroutine";
import { runVirtual } from "tsyncio/testing";
import { describe, expect, it } from "vitest";
import { delay, inOrder, leftBehind, record } from "../../test/programs.js";
import { Recorder } from "./recorder.js";
import type { RecordedTask, Recording } from "./recording.js";

function taskOf(recording: Recording, name: string): RecordedTask {
  const task = recording.tasks.find((one) => one.name === name);
  if (task === undefined) throw new Error(`There is no ${name}`);
  return task;
}

/** The steps of a task as `begin how on <waker`. */
function stepsOf(recording: Recording, name: string): string[] {
  const nameOf = (id: number | undefined) =>
    recording.tasks.find((one) => one.id === id)?.name ?? "nobody";
  const { id } = taskOf(recording, name);
  return recording.steps
    .filter((step) => step.task === id)
    .map((step) => {
      const on = step.onTask === undefined ? (step.on ?? "-") : nameOf(step.onTask);
      return `${step.begin} ${step.how} ${on} <${nameOf(step.wokenBy)}`;
    });
}

describe("Recorder", () => {
  it("records who made, woke and waited for whom, and when", () => {
    const recording = record(inOrder);
    expect(stepsOf(recording, "main")).toEqual([
      "0 waits delay 1 <nobody",
      "1 waits delay 2 <delay 1",
      "2 waits delay 3 <delay 2",
      "3 done - <delay 3",
    ]);
    expect(stepsOf(recording, "delay 2")).toEqual(["0 waits sleep(2) <main", "2 done - <nobody"]);
    expect(taskOf(recording, "delay 3").createdBy).toBe(taskOf(recording, "main").id);
    expect(recording).toMatchObject({ host: "virtual", origin: 0, start: 0, end: 3, lostSteps: 0 });
    expect(recording.totals).toMatchObject({ tasks: 4, steps: 10, returned: 4 });
  });

  it("records outcomes: returned, raised with its error, cancelled by whom", () => {
    const recording = record(function* main() {
      const failing = createTask(
        (function* failing(): Generator<never, void, unknown> {
          throw new TypeError("no such page\nsecond line");
        })(),
        { name: "failing" },
      );
      const cancelled = createTask(delay(5), { name: "cancelled" });
      yield* sleep(1);
      cancelled.cancel();
      yield* gather(failing, cancelled, { returnExceptions: true });
    });
    expect(taskOf(recording, "failing")).toMatchObject({
      outcome: "raised",
      error: "TypeError: no such page",
      endedAt: 0,
    });
    expect(taskOf(recording, "cancelled")).toMatchObject({
      outcome: "cancelled",
      cancels: 1,
      cancelledAt: 1,
      cancelledBy: "main",
      leftBehind: false,
      endedAt: 1,
    });
    expect(taskOf(recording, "main").outcome).toBe("returned");
  });

  it("tells what the end of a run cancels from what something else does", () => {
    expect(taskOf(record(leftBehind), "delay 2")).toMatchObject({
      outcome: "cancelled",
      leftBehind: true,
    });
    const recording = record(function* main() {
      yield* asyncWith(new TaskGroup(), function* body(group) {
        group.createTask(delay(3), { name: "slow" });
        group.createTask(
          (function* failing() {
            yield* sleep(1);
            throw new Error("failed");
          })(),
        );
      });
    });
    expect(taskOf(recording, "slow")).toMatchObject({ outcome: "cancelled", leftBehind: false });
  });

  it("names the task that released a lock or put an item as the waker", () => {
    const recording = record(function* main() {
      const lock = new Lock();
      const queue = new Queue<number>();
      function* holder() {
        yield* lock.acquire();
        yield* sleep(1);
        lock.release();
        yield* queue.put(1);
      }
      function* waiter() {
        yield* lock.acquire();
      }
      function* getter() {
        yield* queue.get();
      }
      yield* gather(
        createTask(holder(), { name: "holder" }),
        createTask(waiter(), { name: "waiter" }),
        createTask(getter(), { name: "getter" }),
      );
    });
    expect(stepsOf(recording, "waiter")).toEqual([
      "0 waits Lock.acquire() <main",
      "1 done - <holder",
    ]);
    expect(stepsOf(recording, "getter")).toEqual([
      "0 waits Queue.get() on an empty queue <main",
      "1 done - <holder",
    ]);
  });

  it("records a step that gives up its turn as ready again", () => {
    const recording = record(function* main() {
      yield* sleep(0);
      yield* sleep(0);
    });
    expect(stepsOf(recording, "main")).toEqual([
      "0 yields - <nobody",
      "0 yields - <nobody",
      "0 done - <nobody",
    ]);
  });

  it("changes nothing of what a program prints, nor of who sees its errors", () => {
    const program = (lines: string[]) =>
      function* main() {
        const event = new Event();
        const worker = function* worker(n: number) {
          lines.push(`begin ${n}`);
          yield* event.wait();
          for (let i = 0; i < n; i++) yield* sleep(0);
          lines.push(`end ${n}`);
        };
        const tasks = [3, 1, 2].map((n) => createTask(worker(n)));
        createTask(
          (function* lost(): Generator<never, void, unknown> {
            throw new Error("lost");
          })(),
          { name: "lost" },
        );
        yield* sleep(1);
        event.set();
        yield* gather(...tasks);
      };
    const outputs = [undefined, new Recorder()].map((observer) => {
      const lines: string[] = [];
      runVirtual(program(lines), {
        observer,
        exceptionHandler: (_loop, { message }) => void lines.push(message),
      });
      return lines;
    });
    expect(outputs[1]).toEqual(outputs[0]);
    expect(outputs[0]).toContain('Task "lost" exception was never retrieved');
  });

  it("keeps the latest steps within its capacity and says how many went", () => {
    const recording = record(
      function* main() {
        for (let i = 0; i < 200; i++) yield* createTask(delay(0.01), { name: `child ${i}` });
      },
      { capacity: 10 },
    );
    expect(recording.steps).toHaveLength(10);
    expect(recording.lostSteps).toBe(recording.totals.steps - 10);
    expect(recording.totals).toMatchObject({ tasks: 201, returned: 201 });
    expect(recording.tasks.map(({ name }) => name)).toEqual([
      "main",
      "child 197",
      "child 198",
      "child 199",
    ]);
    expect(taskOf(recording, "main")).toMatchObject({ steps: 201, outcome: "returned" });
    expect(recording.start).toBeCloseTo(1.97);
  });

  it("knows what a task waits for whose steps are no longer recorded", () => {
    const recorder = new Recorder({ capacity: 4 });
    let recording: Recording | undefined;
    runVirtual(
      function* main() {
        createTask(delay(60), { name: "patient" });
        for (let i = 0; i < 20; i++) yield* sleep(1);
        recording = recorder.snapshot();
      },
      { observer: recorder, name: "main" },
    );
    expect(taskOf(recording as Recording, "patient")).toMatchObject({
      outcome: "pending",
      waitsFor: "sleep(60)",
      createdAt: 0,
    });
  });

  it("shows the running step when the snapshot is taken in it", () => {
    const recorder = new Recorder();
    let recording: Recording | undefined;
    runVirtual(
      function* main() {
        yield* sleep(1);
        recording = recorder.snapshot();
      },
      { observer: recorder, name: "main" },
    );
    expect(stepsOf(recording as Recording, "main")).toEqual([
      "0 waits sleep(1) <nobody",
      "1 running - <nobody",
    ]);
  });

  it("records an eager start as a step within its creator's", () => {
    const recording = record(function* main() {
      const child = createTask(delay(1), { name: "eager", eagerStart: true });
      createTask(
        (function* atOnce() {
          return 1;
        })(),
        { name: "at once", eagerStart: true },
      );
      yield* child;
    });
    expect(stepsOf(recording, "eager")[0]).toBe("0 waits sleep(1) <main");
    expect(stepsOf(recording, "at once")).toEqual(["0 done - <main"]);
    expect(stepsOf(recording, "main")).toEqual(["0 waits eager <nobody", "1 done - <eager"]);
  });

  it("ends the step of a task that an interrupt left", () => {
    const recording = record(function* main() {
      createTask(
        (function* interrupted(): Generator<never, void, unknown> {
          throw new KeyboardInterrupt();
        })(),
        { name: "interrupted" },
      );
      yield* sleep(1);
    });
    expect(taskOf(recording, "interrupted").outcome).toBe("raised");
    expect(stepsOf(recording, "interrupted")).toEqual(["0 done - <main"]);
    expect(taskOf(recording, "main").outcome).toBe("cancelled");
    expect(recording.steps.every(({ how }) => how !== "running")).toBe(true);
  });

  it("records tasks that were there before it, from their next step on", () => {
    const recorder = new Recorder();
    runVirtual(
      function* main() {
        const early = createTask(delay(2), { name: "early" });
        yield* sleep(1);
        early.getLoop().observer = recorder;
        yield* early;
      },
      { name: "main" },
    );
    const recording = recorder.snapshot();
    expect(stepsOf(recording, "early")).toEqual(["2 done - <nobody"]);
    expect(stepsOf(recording, "main")).toEqual(["2 done - <early"]);
  });

  it("goes on where it was when a second run has a younger clock", () => {
    const recorder = new Recorder();
    for (const name of ["first", "second"]) {
      runVirtual(() => delay(1), { observer: recorder, name });
    }
    const recording = recorder.snapshot();
    expect(taskOf(recording, "second")).toMatchObject({ createdAt: 1, endedAt: 2 });
    expect(recording.end).toBe(2);
  });

  it("counts turns when the loop tells of them", () => {
    const recorder = new Recorder();
    expect(recorder.snapshot().totals.turns).toBeUndefined();
    recorder.turnBegins();
    recorder.turnBegins();
    expect(recorder.snapshot().totals.turns).toBe(2);
  });

  it("knows the function and the place of a lowered coroutine", () => {
    const info = describeFunction("fetchPage", "/app/page.ts", 7, 0, [[9, 4]]);
    const recording = record(function* main() {
      yield* createTask(
        callLowered(
          info,
          function* fetchPage() {
            yield awaitAt(0, sleep(1));
          } as never,
          undefined,
          [],
        ) as never,
        { name: "page" },
      ) as Task<unknown>;
    });
    expect(taskOf(recording, "page").function).toMatchObject({
      name: "fetchPage",
      file: "/app/page.ts",
      line: 7,
    });
  });

  it("survives an awaited thing of the program's own that cannot describe itself", () => {
    const recording = record(function* main() {
      const event = new Event();
      createTask(
        (function* setter() {
          yield* sleep(1);
          event.set();
        })(),
      );
      const wait = event.wait();
      Object.defineProperty(wait, "describe", {
        value() {
          throw new Error("no words");
        },
      });
      yield* wait;
    });
    expect(taskOf(recording, "main").outcome).toBe("returned");
    expect(recording.steps[0]?.how).toBe("waits");
  });

  it.each([0, -1, 1.5, Number.NaN])("refuses %s as its capacity", (capacity) => {
    expect(() => new Recorder({ capacity })).toThrow(/expected a positive integer as capacity/);
  });
});
