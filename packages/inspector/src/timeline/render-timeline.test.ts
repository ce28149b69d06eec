import {
  asyncWith,
  createTask,
  Event,
  gather,
  Lock,
  Queue,
  Semaphore,
  sleep,
  type Task,
  TaskGroup,
} from "tsyncio";
import { at as awaitAt, callLowered, describeFunction } from "tsyncio/coroutine";
import { describe, expect, it } from "vitest";
import { delay, inOrder, leftBehind, type Main, record, recordWith } from "../../test/programs.js";
import { Recorder } from "../recording/recorder.js";
import type { RecordedTask, Recording } from "../recording/recording.js";
import { renderTimeline, type TimelineOptions } from "./render-timeline.js";
import { widthOf } from "./text.js";

function draw(main: Main, options: TimelineOptions = {}): string[] {
  return renderTimeline(record(main), options).split("\n");
}

/** A recording of `count` tasks that follow each other, made by hand. */
function made(tasks: Partial<RecordedTask>[], more: Partial<Recording> = {}): Recording {
  return {
    host: "node",
    origin: 0,
    start: 0,
    end: 1,
    tasks: tasks.map((task, index) => ({
      id: index + 1,
      name: `task ${index + 1}`,
      function: undefined,
      createdBy: index === 0 ? undefined : 1,
      createdAt: 0,
      endedAt: 1,
      outcome: "returned",
      error: undefined,
      cancels: 0,
      cancelledAt: undefined,
      cancelledBy: undefined,
      leftBehind: false,
      readyAt: undefined,
      wokenBy: undefined,
      waitsFor: undefined,
      waitsForTask: undefined,
      steps: 0,
      busy: 0,
      ...task,
    })),
    steps: [],
    totals: {
      tasks: tasks.length,
      steps: 0,
      turns: undefined,
      returned: tasks.length,
      raised: 0,
      cancelled: 0,
    },
    lostSteps: 0,
    longest: undefined,
    ...more,
  };
}

describe("renderTimeline()", () => {
  it("draws a lane for each task, below the task that made it", () => {
    expect(draw(leftBehind)).toEqual([
      "          ├ 0s ─────────────────┼ 500ms ───────── 1s ┤",
      "main      ●─ delay 1 ────────────────────────────────● ✓",
      "├ delay 2 ●─ sleep(2) ───────────────────────────────● ⊘ cancelled as main ended",
      "└ delay 1 ●─ sleep(1) ───────────────────────────────● ✓",
      "",
      "3 tasks, 1 cancelled · 13 turns · 1s",
    ]);
  });

  it("draws each step where it was, and what was waited for in between", () => {
    expect(draw(inOrder)).toEqual([
      "          ├ 0s ─────────────────┼ 1s ──────────────────┼ 2s ───────────── 3s ┤",
      "main      ●─ delay 1 ───────────●─ delay 2 ────────────●─ delay 3 ───────────● ✓",
      "├ delay 1 ●─ sleep(1) ──────────● ✓",
      "├ delay 2 ●─ sleep(2) ─────────────────────────────────● ✓",
      "└ delay 3 ●─ sleep(3) ───────────────────────────────────────────────────────● ✓",
      "",
      "4 tasks · 16 turns · 3s",
    ]);
  });

  it("draws with ASCII alone when asked", () => {
    const lines = draw(leftBehind, { ascii: true });
    expect(lines).toEqual([
      "          + 0s ----------------+ 500ms --------- 1s +",
      "main      o- delay 1 -------------------------------o ok",
      "|-delay 2 o- sleep(2) ------------------------------o xx cancelled as main ended",
      "`-delay 1 o- sleep(1) ------------------------------o ok",
      "",
      "3 tasks, 1 cancelled | 13 turns | 1s",
    ]);
  });

  it("names who ended a wait when that is not what was waited for", () => {
    const lines = draw(function* main() {
      const lock = new Lock();
      function* worker() {
        yield* lock.acquire();
        yield* sleep(1);
        lock.release();
      }
      yield* gather(...[1, 2].map((n) => createTask(worker(), { name: `w${n}` })));
    });
    expect(lines[3]).toContain("●─ Lock.acquire() ← w1 ─");
  });

  it("shortens what is waited for to fit, and leaves out what would say nothing", () => {
    const lines = draw(
      function* main() {
        const queue = new Queue<number>();
        const getter = createTask(
          (function* getter() {
            yield* queue.get();
            yield* sleep(3);
          })(),
          { name: "getter" },
        );
        yield* sleep(1);
        yield* queue.put(1);
        yield* getter;
      },
      { width: 72 },
    );
    expect(lines[2]).toMatch(/^└ getter ●─ Queue.get\(\) ─*●─ sleep\(3\) ─+● ✓$/);
    const tight = draw(inOrder, { width: 40 });
    expect(tight[1]).toMatch(/^main +●─ dela… ●/);
  });

  it("shows a step that took most of a cell's time as a bar, and readiness while another one ran", () => {
    const steps = [
      { task: 1, begin: 0, end: 0.49, readyAt: 0, wokenBy: undefined },
      { task: 2, begin: 0.49, end: 1, readyAt: 0, wokenBy: undefined },
    ].map((step) => ({ ...step, how: "done" as const, on: undefined, onTask: undefined }));
    const recording = made([{ endedAt: 0.49 }, { createdBy: undefined }], { steps });
    const [, first, second] = renderTimeline(recording, { width: 50 }).split("\n");
    expect(first).toBe("task 1 ████████████████████▌ ✓");
    expect(second).toBe("task 2 ░░░░░░░░░░░░░░░░░░░░█████████████████████ ✓");
  });

  it("says how a task failed, as far as there is room", () => {
    const lines = draw(function* main() {
      yield* asyncWith(new TaskGroup(), function* body(group) {
        group.createTask(
          (function* failing() {
            yield* sleep(1);
            throw new TypeError("cannot read the page");
          })(),
          { name: "failing" },
        );
      });
    });
    expect(lines[2]).toMatch(/● ✗ TypeError: cannot read…$/);
  });

  it("says what a task waits for that has not ended", () => {
    const recorder = new Recorder();
    let timeline = "";
    recordWith(recorder, function* main() {
      const event = new Event();
      createTask(
        (function* waiter() {
          yield* sleep(1);
          yield* event.wait();
        })(),
        { name: "waiter" },
      );
      createTask(delay(1), { name: "sleeper" });
      yield* sleep(2);
      createTask(delay(1), { name: "newcomer" });
      timeline = renderTimeline(recorder.snapshot());
    });
    expect(timeline).toMatch(/^├ waiter +●─ sleep\(1\) ─+●─ Event.wait\(\) ─+ …$/m);
    expect(timeline).toMatch(/^└ newcomer +…$/m);
    expect(timeline).toMatch(/^main .*● …$/m);
  });

  it("draws a program that took no time against its steps", () => {
    expect(
      draw(function* main() {
        const child = createTask(
          (function* child() {
            yield* sleep(0);
          })(),
          { name: "child" },
        );
        yield* child;
      }),
    ).toEqual([
      "        ├ step 1 ──────────────┼ 2 ───────────────────┼ 3 ─────────── step 4 ┤",
      "main    ●─ child ─────────────────────────────────────░░░░░░░░░░░░░░░░░░░░░░░● ✓",
      "└ child ░░░░░░░░░░░░░░░░░░░░░░░●░░░░░░░░░░░░░░░░░░░░░░● ✓",
      "",
      "2 tasks · 9 turns · 0s",
    ]);
  });

  it("cuts out idle time in which nothing else could be seen", () => {
    const burst = function* burst() {
      for (let i = 0; i < 10; i++) yield* sleep("5ms");
    };
    const lines = draw(function* main() {
      yield* burst();
      yield* sleep("1h");
      yield* burst();
    });
    expect(lines).toEqual([
      "     ├ 0s ─────────┼ 20ms ───────┼ 40ms ─≈├ 1h ─────────┼ +20ms ────── +50ms ┤",
      "main ●──●───●──●───●──●───●──●───●──●───●≈●───●──●───●──●───●──●───●──●───●──● ✓",
      "",
      "1 task · 48 turns · 1h",
    ]);
  });

  it("keeps the idle time of a program that consists of it", () => {
    expect(draw(() => delay(3600))[1]).toMatch(/^main ●─ sleep\(3600\) ─+● ✓$/);
  });

  it("lets tasks of one kind share a lane when there are too many", () => {
    const lines = draw(
      function* main() {
        const permits = new Semaphore(10);
        function* fetch(n: number) {
          yield* permits.acquire();
          yield* sleep(1);
          permits.release();
          if (n === 500) throw new Error("no such page");
        }
        const tasks = Array.from({ length: 1000 }, (_, n) =>
          createTask(fetch(n), { name: `fetch-${n}` }),
        );
        yield* gather(...tasks, { returnExceptions: true });
      },
      { maxLanes: 8 },
    );
    expect(lines).toHaveLength(1 + 8 + 2);
    expect(lines[7]).toMatch(/^├ fetch-500 .*✗ Error: no such page$/);
    expect(lines[8]).toMatch(/^└ fetch ×994 +█+▇+▆+▅+▄+▃+▂+▁+ ✓ 994$/);
    expect(lines[10]).toBe("1,001 tasks, 1 failed · 308 turns · 1m40s");
  });

  it("leaves the last of too many different tasks out, with their number", () => {
    const tasks = "alpha beta gamma delta epsilon".split(" ").map((name) => ({ name }));
    const lines = renderTimeline(made([{ name: "main" }, ...tasks]), { maxLanes: 4 }).split("\n");
    expect(lines.map((line) => line.split(" ✓")[0]?.trimEnd())).toEqual([
      expect.stringContaining("0s"),
      "main",
      "├ alpha",
      "├ beta",
      "… and 3 more tasks",
      "",
      "6 tasks · 0 steps · 1s",
    ]);
  });

  it("draws ten thousand generations of tasks", () => {
    const tasks = Array.from({ length: 10_000 }, (_, n) => ({
      name: `generation ${n}`,
      createdBy: n === 0 ? undefined : n,
    }));
    const lines = renderTimeline(made(tasks), { maxLanes: 10 }).split("\n");
    expect(lines.length).toBeLessThanOrEqual(14);
  });

  it("shows the part of the time that is asked for", () => {
    const lines = draw(inOrder, { from: 1.5, to: 2.5 });
    expect(lines[0]).toMatch(/^ +├ 1.5s ─+┼ 1.8s ─+┼ 2s ─+┼ 2.2s ─+ 2.5s ┤$/);
    expect(lines.some((line) => line.includes("delay 1 "))).toBe(false);
    expect(lines.some((line) => line.startsWith("└ delay 3"))).toBe(true);
  });

  it.each([40, 57, 80, 120, 200])("takes no more than %i columns", (width) => {
    const wide = function* main() {
      yield* gather(
        createTask(delay(1), { name: "日本語のとても長い名前のタスク" }),
        createTask(delay(2), { name: `a very long name ${"x".repeat(100)}` }),
        createTask(
          (function* failing() {
            yield* sleep(2);
            throw new Error(`a very long message ${"y".repeat(100)}`);
          })(),
          { name: "failing" },
        ),
      );
    };
    for (const main of [leftBehind, inOrder, wide]) {
      for (const line of draw(main, { width })) {
        expect(widthOf(line), line).toBeLessThanOrEqual(width);
      }
    }
  });

  it("lets no escape sequence of a name or an error through", () => {
    const lines = draw(function* main() {
      yield* createTask(
        (function* failing(): Generator<never, void, unknown> {
          throw new Error("\u001b[2Jgone");
        })(),
        { name: "red\u001b[31m\nname" },
      );
    });
    expect(lines.join("")).not.toContain("\u001b");
    expect(lines.some((line) => line.includes("red·[31m·name"))).toBe(true);
  });

  it("colours without changing a character", () => {
    const plain = renderTimeline(record(leftBehind));
    const coloured = renderTimeline(record(leftBehind), { color: true });
    expect(coloured).not.toBe(plain);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are looked for
    expect(coloured.replace(/\u001b\[\d*m/g, "")).toBe(plain);
  });

  it("names lowered functions, and the place of the longest step", () => {
    const info = describeFunction("fetchPage", "/app/src/page.ts", 7, 0, [[9, 4]]);
    const recording = record(function* main() {
      const call = callLowered(
        info,
        function* fetchPage() {
          yield awaitAt(0, sleep(1));
        } as never,
        undefined,
        [],
      );
      yield* createTask(call as never, { name: "page" }) as Task<unknown>;
    });
    const longest = {
      task: "page",
      begin: 0,
      seconds: 0.0123,
      place: "fetchPage (/app/src/page.ts:9:5)",
    };
    const lines = renderTimeline({ ...recording, longest }).split("\n");
    expect(lines[2]).toMatch(/^└ page fetchPage ●─ sleep\(1\) ─+● ✓$/);
    expect(lines.slice(-2).join("").replace(/\s+/g, " ")).toMatch(
      /^2 tasks · \d+ turns · 1s · longest step 12.3ms in page, at fetchPage \(page.ts:9:5\)$/,
    );
  });

  it("says when nothing was recorded", () => {
    expect(renderTimeline(made([]))).toBe("0 tasks · 0 steps · 1s");
  });
});
