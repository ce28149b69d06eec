import { setImmediate as macrotask } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createTask, getRunningLoop, run, sleep } from "tsyncio";
import { runVirtual } from "tsyncio/testing";
import { describe, expect, it } from "vitest";
import { Recorder } from "./recorder.js";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

describe("Recorder", () => {
  it("keeps neither result nor error of a task that is done", async () => {
    const recorder = new Recorder();
    const results: WeakRef<object>[] = [];
    runVirtual(
      function* main() {
        for (let i = 0; i < 10; i++) {
          const task = createTask(
            (function* child() {
              yield* sleep(1);
              const result = i % 2 === 0 ? { i } : new Error("failed");
              results.push(new WeakRef(result));
              if (result instanceof Error) throw result;
              return result;
            })(),
          );
          try {
            yield* task;
          } catch {
            // Its error is what this test is about.
          }
        }
      },
      { observer: recorder },
    );
    await macrotask();
    collectGarbage();
    const kept = results.filter((result) => result.deref() !== undefined);
    // The last one may still lie on a stack.
    expect(kept.length).toBeLessThan(2);
    expect(recorder.snapshot().totals).toMatchObject({ returned: 6, raised: 5 });
  });

  it("finds the place of a long step where the host can tell", async () => {
    const recorder = new Recorder();
    await run(function* main() {
      const loop = getRunningLoop();
      loop.observer = recorder;
      yield* createTask(
        (function* compute() {
          const end = loop.time() + 0.06;
          while (loop.time() < end);
          yield* sleep(0.001);
        })(),
        { name: "computing" },
      );
      loop.observer = undefined;
    });
    const { longest } = recorder.snapshot();
    expect(longest?.task).toBe("computing");
    expect(longest?.seconds).toBeGreaterThanOrEqual(0.06);
    expect(longest?.place).toMatch(/^compute \(.*recorder\.node\.test\.ts.*:\d+\)$/);
  });
});
