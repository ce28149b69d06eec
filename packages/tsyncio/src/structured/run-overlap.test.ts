import { describe, expect, test } from "vitest";
import { BrowserHost } from "../hosts/browser/browser-host.js";
import { threadLoop } from "../hosts/thread-loop.js";
import {
  allTasks,
  type Coroutine,
  createTask,
  Future,
  getRunningLoop,
  KeyboardInterrupt,
  type Loop,
  Runner,
  run,
  sleep,
  type Task,
} from "../index.js";

describe("runs that overlap on the engine's own loop", () => {
  /** A run that waits until it is told to go on. */
  function gated<T>(main: (gate: Future<void>) => Coroutine<T>): { run: Promise<T>; open(): void } {
    const gate = threadLoop().createFuture<void>();
    return { run: run(() => main(gate)), open: () => gate.setResult(undefined) };
  }

  test("share the loop, and each ends only its own tasks", async () => {
    const log: string[] = [];
    const background = function* (name: string): Coroutine<void> {
      try {
        for (;;) yield* sleep("1ms");
      } finally {
        log.push(`${name} ended`);
      }
    };
    const [a, b, c] = ["a", "b", "c"].map((name) =>
      gated(function* main(gate) {
        createTask(background(name));
        yield* gate;
        log.push(`${name} main ends`);
        return getRunningLoop();
      }),
    ) as [
      ReturnType<typeof gated<Loop>>,
      ReturnType<typeof gated<Loop>>,
      ReturnType<typeof gated<Loop>>,
    ];
    const loops: Loop[] = [];
    for (const each of [b, a, c]) {
      each.open();
      loops.push(await each.run);
    }
    expect(new Set(loops).size).toBe(1);
    const expected = ["b main ends", "b ended", "a main ends", "a ended", "c main ends", "c ended"];
    expect(log).toEqual(expected);
  });

  test("own what callbacks and tasks of theirs make, at any depth", async () => {
    const left: string[] = [];
    const noting = function* (name: string): Coroutine<void> {
      try {
        yield* sleep(1000);
      } finally {
        left.push(name);
      }
    };
    const other = gated(function* other(gate) {
      yield* gate;
      return allTasks().size;
    });
    await run(function* main() {
      const loop = getRunningLoop();
      loop.callSoon(() => loop.createTask(noting("of a callback")));
      loop.callLater("1ms", () => loop.createTask(noting("of a timer")));
      createTask(function* child() {
        createTask(noting("of a child"));
      });
      const future = new Future<void>();
      future.addDoneCallback(() => {
        loop.createTask(noting("of a done callback"));
      });
      future.setResult(undefined);
      // As long as it takes until all four have begun.
      while (allTasks().size < 6) yield* sleep("1ms");
      yield* sleep(0);
    });
    const expected = ["of a callback", "of a child", "of a done callback", "of a timer"];
    expect(left.toSorted()).toEqual(expected);
    other.open();
    expect(await other.run).toBe(1);
  });

  test("see each other's tasks, and may await them", async () => {
    let shared: Task<string> | undefined;
    const first = run(function* first() {
      shared = createTask(sleep("5ms", "shared"));
      return yield* shared;
    });
    const second = run(function* second() {
      while (shared === undefined) yield* sleep(0);
      expect(allTasks().has(shared)).toBe(true);
      return yield* shared;
    });
    expect(await Promise.all([first, second])).toEqual(["shared", "shared"]);
  });

  test.each([
    ["an error", new Error("bad")],
    ["a KeyboardInterrupt", new KeyboardInterrupt()],
  ])("leave each other alone when one ends with %s", async (_name, error) => {
    // On a host that makes nothing more of an interrupt than the run itself does.
    const runner = new Runner({ host: new BrowserHost() });
    const gate = runner.loop.createFuture<string>();
    const good = runner.run(function* good() {
      return yield* gate;
    });
    const bad = runner.run(function* bad() {
      createTask(sleep(1000));
      yield* createTask(function* raises() {
        throw error;
      });
    });
    await expect(bad).rejects.toBe(error);
    gate.setResult("good");
    expect(await good).toBe("good");
    await runner.close();
  });

  test("each turn debug mode on for themselves: off again when the last of them has ended", async () => {
    const gate = threadLoop().createFuture<void>();
    const first = run(sleep("1ms"), { debug: true });
    const second = run(
      function* main() {
        yield* gate;
        return getRunningLoop().debug;
      },
      { debug: true },
    );
    await first;
    gate.setResult(undefined);
    expect(await second).toBe(true);
    expect(threadLoop().debug).toBe(false);
  });

  test("leave a task alone that plain code made", async () => {
    const gate = threadLoop().createFuture<string>();
    const task = threadLoop().createTask(function* waits() {
      return yield* gate;
    });
    await run(sleep("1ms"));
    expect(task.done()).toBe(false);
    gate.setResult("outside");
    expect(await task).toBe("outside");
  });
});
