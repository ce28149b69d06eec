import { describe, expect, test } from "vitest";
import { withCode } from "../../test/errors.js";
import { stillWorks } from "../../test/still-works.js";
import { createTask, Future, getRunningLoop, Loop, sleep, VirtualHost } from "../index.js";
import { runVirtual } from "../testing.js";

/** What all copies of the package on a thread share, as another copy would use it. */
const shared = (globalThis as unknown as Record<symbol, { running: object | undefined }>)[
  Symbol.for("tsyncio")
] as { running: object | undefined };

describe("two copies of the package", () => {
  test("say so when one is asked while the other's loop runs", () => {
    shared.running = { of: "the other copy" };
    try {
      const twice = withCode("ERR_TWO_COPIES");
      expect(() => getRunningLoop()).toThrow(twice);
      expect(() => createTask(sleep(1))).toThrow(twice);
      expect(() => new Future()).toThrow(twice);
      expect(() => sleep(1).next()).toThrow(/two copies of tsyncio.*npm ls tsyncio/);
    } finally {
      shared.running = undefined;
    }
    runVirtual(stillWorks());
  });

  test("are told which loop runs, and when none does", () => {
    const loop = new Loop(new VirtualHost());
    expect(shared.running).toBeUndefined();
    loop.runUntilComplete(function* main() {
      expect(shared.running === loop).toBe(true);
    });
    expect(shared.running).toBeUndefined();
  });
});
