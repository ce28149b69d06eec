import { describe, expect, test } from "vitest";
import { createTask, getRunningLoop, Loop, sleep, VirtualHost } from "../../index.js";
import { runVirtual } from "../../testing.js";

describe("VirtualHost", () => {
  test("starts at zero, or as told, and stands still while anything is ready", () => {
    expect([new VirtualHost().now(), new VirtualHost(1000).now()]).toEqual([0, 1000]);
    runVirtual(function* main() {
      const loop = getRunningLoop();
      for (let i = 0; i < 1000; i++) yield* sleep(0);
      expect(loop.time()).toBe(0);
    });
  });

  test("jumps to the next deadline when nothing is ready: years take no time", () => {
    const times = runVirtual(function* main() {
      const loop = getRunningLoop();
      const times: number[] = [];
      for (const delay of [0.1, "30m", "1h", 86_400 * 365 * 10] as const) {
        yield* sleep(delay);
        times.push(loop.time());
      }
      return times;
    });
    expect(times).toEqual([0.1, 1800.1, 5400.1, 315_365_400.1]);
  });

  test("never goes back", () => {
    const host = new VirtualHost(10);
    host.waitUntil(5);
    expect(host.now()).toBe(10);
    host.waitUntil(15);
    expect(host.now()).toBe(15);
  });

  test("keeps its time from one run of the loop to the next", () => {
    const loop = new Loop(new VirtualHost());
    loop.runUntilComplete(sleep(2));
    loop.runUntilComplete(sleep(3));
    expect(loop.time()).toBe(5);
  });

  test("gives the same program the same trace each time (B2 246)", () => {
    const traceOf = (): string[] => {
      const trace: string[] = [];
      runVirtual(function* main() {
        const loop = getRunningLoop();
        const tasks = Array.from({ length: 20 }, (_, i) =>
          createTask(function* works() {
            for (let step = 0; step < 5; step++) {
              yield* sleep(((i * 7 + step * 3) % 5) / 10);
              trace.push(`${loop.time().toFixed(2)} task ${i} step ${step}`);
            }
          }),
        );
        for (const task of tasks) yield* task;
      });
      return trace;
    };
    const first = traceOf();
    expect(first).toHaveLength(100);
    expect(traceOf()).toEqual(first);
  });
});
