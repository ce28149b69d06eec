/** Whole programs, as processes of their own on the built package. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";

const COMMAND = fileURLToPath(new URL("../../tsyncio/bin/tsyncio.js", import.meta.url));
const fixtures = fileURLToPath(new URL("fixtures", import.meta.url));

const started = new Set<ChildProcessWithoutNullStreams>();
afterEach(() => {
  for (const child of started) child.kill("SIGKILL");
  started.clear();
});

class Program {
  readonly child: ChildProcessWithoutNullStreams;
  output = "";
  errors = "";

  constructor(...args: string[]) {
    this.child = spawn(process.execPath, args, { cwd: fixtures });
    started.add(this.child);
    this.child.stdout.on("data", (chunk) => {
      this.output += String(chunk);
    });
    this.child.stderr.on("data", (chunk) => {
      this.errors += String(chunk);
    });
  }

  async ended() {
    const [code, signal] = await once(this.child, "close");
    return { code, signal, output: this.output, errors: this.errors };
  }

  async line(): Promise<string> {
    while (!this.output.includes("\n")) await once(this.child.stdout, "data");
    return this.output;
  }
}

const kinds = ["threads", "processes"];

test.each(kinds)(
  "what jobs on %s print comes out in order with what the program prints",
  async (kind) => {
    const { errors, output } = await new Program("prints.js", kind).ended();
    const expected = [0, 1, 2, 3, 4].flatMap((i) => [
      `job ${i} a`,
      `job ${i} b`,
      `job ${i} c`,
      `main ${i}`,
    ]);
    expect({ errors, lines: output.trimEnd().split("\n") }).toEqual({
      errors: "",
      lines: expected,
    });
  },
);

test("a program ends although its executors were not shut down", async () => {
  expect(await new Program("leaves-pool-open.js").ended()).toEqual({
    code: 0,
    signal: null,
    output: "3 rested\n",
    errors: "",
  });
});

test("defineJobs() refuses the file that the program was started with", async () => {
  const { code, errors } = await new Program("defines-in-main.js").ended();
  expect(code).toBe(1);
  expect(errors).toMatch(/ERR_JOBS_IN_MAIN/);
  expect(errors).toMatch(/define them in a module of their own/);
});

test.each(kinds)("Ctrl-C ends jobs on %s with their cleanup", async (kind) => {
  const program = new Program("interrupted.js", kind);
  await program.line();
  program.child.kill("SIGINT");
  const { errors, output, signal } = await program.ended();
  expect({ errors, output, signal }).toEqual({
    errors: "",
    output: "waiting\ncleaned up\n",
    signal: "SIGINT",
  });
});

test("processes end when whoever started them is killed, even while they compute", async () => {
  const program = new Program("orphans.js");
  const pids = JSON.parse(await program.line()) as number[];
  expect(pids).toHaveLength(2);
  program.child.kill("SIGKILL");
  // They have inherited its pipes, which close when the last of them has ended.
  await once(program.child, "close");
});

describe("jobs in TypeScript, async functions among them,", () => {
  const letters = ["a", "b", "c"];
  const perPool = ["5", "finally after 0.02", "wait waited", "TimeoutError", "finally after 60"];
  const expected = [...perPool, ...letters, ...perPool, ...letters, "10"];

  test.each([
    ["tsyncio run", [COMMAND, "run"]],
    ["node --import @tsyncio/transform/register", ["--import", "@tsyncio/transform/register"]],
  ])("run from source under %s", async (_name, command) => {
    const { errors, output } = await new Program(...command, "typescript/main.ts").ended();
    const lines = output.trimEnd().split("\n");
    expect(errors).toBe("");
    expect(lines.toSorted()).toEqual(expected.toSorted());
    expect(lines.slice(0, 3)).toEqual(expected.slice(0, 3));
  });
});
