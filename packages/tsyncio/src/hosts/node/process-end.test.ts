/** How a process with a loop in it lives and ends. */
import { describe, expect, test } from "vitest";
import { programs } from "../../../test/start-program.js";

const start = programs();

describe.concurrent("a process that has nothing left to wait for", () => {
  test("reports who waits for what, runs the cleanup, and ends with code 1 (B2 247)", async () => {
    const { code, signal, lines, stderr } = await start("deadlock").ended();
    expect({ code, signal, lines }).toEqual({ code: 1, signal: null, lines: ["cleaned up"] });
    expect(stderr).toContain("Deadlock: nothing can run any more; 2 tasks wait:");
    expect(stderr).toMatch(
      /Task "main" waits for Lock.*, held by Task "holder" in main \(.*:\d+\)/,
    );
    expect(stderr).toMatch(/Task "holder" waits for Future in holds \(.*:\d+\)/);
  });

  test("ends so too when the cleanup cannot go on either, and nobody awaits the run", async () => {
    const { code, signal, stderr } = await start("deadlock-in-cleanup").ended();
    expect({ code, signal }).toEqual({ code: 1, signal: null });
    expect(stderr).toMatch(/Task "stuck for good" waits for Future in main \(.*:\d+\)/);
  });

  test("reports tasks that await each other as a circle", async () => {
    const { code, signal, stderr } = await start("deadlock-circle").ended();
    expect({ code, signal }).toEqual({ code: 1, signal: null });
    expect(stderr).toContain('in a circle: Task "a" -> Task "b" -> Task "a"');
  });
});

describe.concurrent("a process", () => {
  test("is kept alive by runForever() until stop()", async () => {
    const lines = ["still alive", "stopped"];
    expect(await start("forever").ended()).toEqual({ code: 0, signal: null, lines, stderr: "" });
  });

  test("ends at once when its runs have ended, whatever they left behind", async () => {
    expect(await start("finished").ended()).toEqual({
      code: 0,
      signal: null,
      lines: ["0"],
      stderr: "",
    });
  });

  test("uses no processor time while its loop is idle", async () => {
    const { code, lines } = await start("idle").ended();
    expect(code).toBe(0);
    expect(Number(lines[0])).toBeLessThan(50);
  });

  test("has its memory back after 100,000 timers and waiters were cancelled", async () => {
    const { code, lines, stderr } = await start("memory", "--expose-gc").ended();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(Number(lines[0])).toBeLessThan(2 ** 20);
  });

  test("reports the error of a task that was collected, before the run ends", async () => {
    const lines = ['Task "background" exception was never retrieved', "main ends"];
    const ended = await start("collected", "--expose-gc").ended();
    expect(ended).toEqual({ code: 0, signal: null, lines, stderr: "" });
  });

  test("may have many runs at once: they share their handlers, and leave none", async () => {
    const lines = ["50", "0"];
    expect(await start("many-runs").ended()).toEqual({ code: 0, signal: null, lines, stderr: "" });
  });

  test("ends with code 1 and the error when main fails", async () => {
    const { code, stderr } = await start("failing").ended();
    expect(code).toBe(1);
    expect(stderr).toContain("RangeError: main failed");
  });

  test("prints after two seconds which tasks refuse to end (B2 231)", async () => {
    const { code, stderr } = await start("stubborn").ended();
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^A run has been ending for 2 s.*\n {2}Task "stubborn" waits for sleep\(2\.1s\) in stubborn/,
    );
  });
});

test("Task.getStack() and printStack() say where the coroutine is suspended (B2 72)", async () => {
  const { code, lines, stderr } = await start("stack").ended();
  expect({ code, lines }).toEqual({ code: 0, lines: ["waitsHere 0 true"] });
  expect(stderr).toMatch(
    /^Stack of <Task pending name="t" waiting for Future>:\n {4}at waitsHere \(.*:\d+\)\n$/,
  );
});
