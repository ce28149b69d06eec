/** `--timeline` and `--trace`, as far as they are the command's: when, where and in which colours. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Command, run } from "./command.js";

const scratch = mkdtempSync(join(tmpdir(), "tsyncio-observe-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const ESCAPE = "\u001b[";

describe.concurrent("tsyncio run --timeline", () => {
  test("draws the tasks by the names of their functions on standard error, without colours", async () => {
    const { code, output, errors } = await run(["run", "delay.ts", "--timeline", "--virtual"]);
    expect([code, output]).toEqual([0, "2 -- started\n1 -- started\n1 -- finished\n"]);
    expect(errors).toMatch(/Task-1 main .*Task-2 delay .*Task-3 delay /s);
    expect(errors).toContain("3 tasks");
    expect(errors).not.toContain(ESCAPE);
  });

  test("has colours at a terminal, and none there under NO_COLOR", async () => {
    const args = ["run", "delay.ts", "--timeline", "--virtual"];
    const [colored, plain] = await Promise.all([
      run(args, { terminal: true }),
      run(args, { terminal: true, env: { NO_COLOR: "1" } }),
    ]);
    expect(colored.output).toContain(ESCAPE);
    expect(plain.output).not.toContain(ESCAPE);
    expect(plain.output).toContain("Task-1 main");
  });

  test("is drawn when the program is interrupted, fails or exits by itself", async () => {
    const interrupted = new Command(["run", "--timeline", "waits.ts"]);
    await interrupted.printed(/waiting/);
    interrupted.interrupt();
    const endings = await Promise.all([
      interrupted.ended,
      run(["run", "--timeline", "throws.ts"]),
      run(["run", "--timeline", "exits.ts", "exit", "3"]),
    ]);
    for (const { errors } of endings) expect(errors).toContain("Task-1 main");
    expect(endings.map(({ code, signal }) => code ?? signal)).toEqual(["SIGINT", 1, 3]);
    expect(endings[1]?.errors).toContain("TypeError: the page is empty");
  });

  test("=live draws while the program runs, and leaves the terminal with the whole of it", async () => {
    const program = new Command(["run", "--timeline=live", "delay.ts"], { terminal: true });
    await program.printed(/1 -- started[\s\S]*Task-2 delay[\s\S]*1 -- finished/);
    const { code, output } = await program.ended;
    expect(code).toBe(0);
    expect(output).toMatch(/cancelled as main ended[\s\S]*3 tasks, 1 cancelled/);
  });
});

describe.concurrent("tsyncio run --trace", () => {
  test("writes the tasks as a trace, also when the program fails", async () => {
    for (const program of ["delay.ts", "throws.ts"]) {
      const file = join(scratch, `${program}.json`);
      await run(["run", "--virtual", "--trace", file, program]);
      const { traceEvents } = JSON.parse(readFileSync(file, "utf8")) as {
        traceEvents: { name: string; args?: { name?: string } }[];
      };
      const tracks = traceEvents.filter(({ name }) => name === "thread_name");
      expect(tracks.map(({ args }) => args?.name)).toContain("Task-1 main");
    }
  });

  test("says what keeps it from writing, and fails", async () => {
    const { code, errors } = await run(["run", "--virtual", "delay.ts", "--trace", "/dev/full"]);
    expect(code).toBe(1);
    expect(errors).toMatch(/^Cannot write \/dev\/full: ENOSPC/);
  });
});
