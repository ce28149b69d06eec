/** supervisor: its policy, real child processes, and the program. */

import { readFileSync } from "node:fs";
import * as asyncio from "tsyncio";
import { SubprocessError } from "tsyncio/node";
import { describe, expect, test } from "vitest";
import { RestartPolicy } from "./supervisor/restart-policy.js";
import { GivenUpError, supervise } from "./supervisor/supervisor.gen.js";
import { startChild } from "./testing/child-program.js";
import { expectNoLeftovers } from "./testing/leftovers.contract.js";

expectNoLeftovers();

/** A command that runs a script. */
function node(script: string): readonly [string, ...string[]] {
  return [process.execPath, "-e", script];
}

const LIVES = "setInterval(() => {}, 1000);";

/** True while there is such a process; one that has ended and that nobody has noticed yet is none. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return (
      process.platform !== "linux" || !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, "utf8"))
    );
  } catch {
    return false;
  }
}

describe("RestartPolicy", () => {
  test("waits twice as long each time, up to its longest wait", () => {
    const policy = new RestartPolicy({ firstDelay: 1, maxDelay: 5, restarts: 9 });
    const delays = Array.from({ length: 5 }, () => policy.delayAfter(0, 0));
    expect(delays).toEqual([1, 2, 4, 5, 5]);
  });

  test("begins again with the first wait after a life that was long enough", () => {
    const policy = new RestartPolicy({ firstDelay: 1, stable: 10 });
    expect(policy.delayAfter(0, 1)).toBe(1);
    expect(policy.delayAfter(1, 2)).toBe(2);
    expect(policy.delayAfter(2, 12)).toBe(1);
    expect(policy.delayAfter(12, 13)).toBe(2);
  });

  test("gives up at one restart too many within its time, and forgets older ones", () => {
    const policy = new RestartPolicy({ firstDelay: 1, restarts: 2, within: 10 });
    expect(policy.delayAfter(0, 0)).toBe(1);
    expect(policy.delayAfter(0, 5)).toBe(2);
    expect(policy.delayAfter(0, 11)).toBe(4);
    expect(policy.delayAfter(0, 12)).toBeUndefined();
  });
});

describe("supervise()", () => {
  test("starts a program again that has ended, by a code or by a signal", async () => {
    const lines: string[] = [];
    await asyncio.run(function* () {
      const third = new asyncio.Event();
      const script = `
        console.log("life " + process.env.LIFE);
        if (process.env.LIFE === "1") process.exit(7);
        if (process.env.LIFE === "2") process.kill(process.pid, "SIGKILL");
        ${LIVES}`;
      const log = (line: string) => {
        lines.push(line);
        if (line === "child: life 3") third.set();
      };
      const children = [{ name: "child", command: node(script) }];
      const task = asyncio.createTask(supervise(children, { firstDelay: 0.01, log }));
      yield* third.wait();
      task.cancel();
      yield* asyncio.wait([task]);
      expect(task.cancelled()).toBe(true);
    });
    expect(lines).toEqual([
      "child runs",
      "child: life 1",
      "child has ended with code 7; again in 0.01 s",
      "child runs",
      "child: life 2",
      "child has ended by signal 9; again in 0.02 s",
      "child runs",
      "child: life 3",
    ]);
  });

  test("gives up a program that ends too often, and ends the others", async () => {
    const lines: string[] = [];
    const children = [
      { name: "good", command: node(`console.log(process.pid); ${LIVES}`) },
      { name: "bad", command: node("process.exit(1)") },
    ];
    const options = {
      firstDelay: 0.2,
      restarts: 1,
      within: 60,
      log: (line: string) => lines.push(line),
    };
    const failure = await asyncio.run(supervise(children, options)).catch((error) => error);
    expect(failure).toBeInstanceOf(asyncio.ExceptionGroup);
    expect(failure.errors).toEqual([
      new GivenUpError("Cannot keep bad alive: it has ended with code 1 too often"),
    ]);
    const [, pid] = lines.map((line) => /^good: (\d+)$/.exec(line)).find(Boolean) ?? [];
    expect(isAlive(Number(pid))).toBe(false);
  });

  test("gives up at once when a program cannot be started", async () => {
    const children = [{ name: "none", command: ["/nowhere/at/all"] as const }];
    const failure = await asyncio.run(supervise(children)).catch((error) => error);
    expect(failure.errors).toEqual([expect.any(SubprocessError)]);
    expect(failure.errors[0]).toMatchObject({ code: "ENOENT" });
  });

  test("passes over a line that is too long", async () => {
    const lines: string[] = [];
    const script = `process.stdout.write("x".repeat(1 << 20) + "\\nshort\\n")`;
    const children = [{ name: "child", command: node(script) }];
    const options = { restarts: 0, log: (line: string) => lines.push(line) };
    const failure = await asyncio.run(supervise(children, options)).catch((error) => error);
    expect(failure.errors[0]).toBeInstanceOf(GivenUpError);
    expect(lines[0]).toBe("child runs");
    expect(lines).toContain("child: (a line that is too long)");
    expect(lines.at(-1)).toBe("child: short");
  });
});

describe("the program", () => {
  test("shows a restart with waits that grow, and ends everything", async () => {
    const { lines, ...ending } = await startChild(["supervisor"]);
    expect(ending).toMatchObject({ code: 0, errors: "" });
    expect(lines.filter((line) => line.startsWith("sickly has ended"))).toEqual([
      "sickly has ended with code 1; again in 0.1 s",
      "sickly has ended with code 1; again in 0.2 s",
      "sickly has ended with code 1; again in 0.4 s",
    ]);
    expect(lines.slice(-3)).toEqual(["that is enough", "steady: good night", "all have ended"]);
  });

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    test(`ends by ${signal} with all that its command has started`, async () => {
      const script = `
        const { spawn } = require("node:child_process");
        const child = spawn(process.execPath, ["-e", ${JSON.stringify(LIVES)}], { stdio: "inherit" });
        process.on("SIGTERM", () => { console.log("good night"); process.exit(); });
        console.log("pids", process.pid, child.pid);`;
      const { lines, ...ending } = await startChild(["supervisor", ...node(script)], {
        onLine: (line, child) => {
          if (line.includes(": pids ")) child.kill(signal);
        },
      });
      expect(ending).toMatchObject({ code: 0, signal: null, errors: "" });
      expect(lines.slice(-2)).toEqual([
        `${process.execPath}: good night`,
        `all have ended, by ${signal}`,
      ]);
      const pids = lines[1]?.split(" ").slice(-2).map(Number) ?? [];
      expect(pids).toHaveLength(2);
      for (const pid of pids) expect(isAlive(pid)).toBe(false);
    });
  }

  test("ends with code 1 and a line when its command cannot be kept alive", async () => {
    const ending = await startChild(["supervisor", "/nowhere/at/all"]);
    expect(ending).toMatchObject({ code: 1, errors: "" });
    expect(ending.lines[0]).toMatch(/^Cannot start "\/nowhere\/at\/all"/);
  });
});
