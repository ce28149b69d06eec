/**
 * The rows of docs/differences.md that need Node to be seen: signals, the garbage collector, the
 * inspector. And the check that every row has its test and every such test its row.
 */

import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { build } from "esbuild";
import { allTasks, createTask, Future, fromPromise, run, sleep } from "tsyncio";
import { runVirtual } from "tsyncio/testing";
import { describe, expect, it } from "vitest";

const FOLDER = import.meta.dirname;
const PACKAGES = `${FOLDER}/../../../packages`;

/** Runs a program in a process of its own; sends it Ctrl-C twice for each line it prints with "…". */
async function interrupted(program: string): Promise<{ lines: string[]; signal: string | null }> {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: FOLDER, loader: "ts" },
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: ["tsyncio-source"],
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
    write: false,
  });
  const child = spawn(process.execPath, ["--input-type=module", "-"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    for (let left = text.split("…").length - 1; left > 0; left--) child.kill("SIGINT");
  });
  child.stdin.end(outputFiles[0]?.text);
  const signal = await new Promise<string | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (_code, ending) => resolve(ending));
  });
  return { lines: output.trim().split("\n"), signal };
}

describe("what needs Node", () => {
  it("D6 the second Ctrl-C ends the run at once, whatever cleanup is still going on", async () => {
    const { lines, signal } = await interrupted(`
      import { run, sleep } from "tsyncio";
      await run(function* main() {
        try {
          console.log("working …");
          yield* sleep(3600);
        } finally {
          console.log("cleaning up …");
          yield* sleep(3600);
          console.log("clean");
        }
      });
    `);
    expect([lines, signal]).toEqual([["working …", "cleaning up …"], "SIGINT"]);
  });

  it("D7 Ctrl-C does not interrupt code that computes", async () => {
    const { lines, signal } = await interrupted(`
      import { run, sleep } from "tsyncio";
      await run(function* main() {
        console.log("computing … …");
        for (const end = performance.now() + 300; performance.now() < end; );
        console.log("computed");
        yield* sleep(3600);
      });
    `);
    expect([lines, signal]).toEqual([["computing … …", "computed"], "SIGINT"]);
  });

  it("D12 the loop holds a task that nothing else refers to", async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage: () => void = runInNewContext("gc");
    const log: string[] = [];
    await run(function* main() {
      const future = startBackground();
      yield* sleep(0);
      yield* fromPromise(new Promise((resolve) => setImmediate(resolve)));
      collectGarbage();
      log.push(`${allTasks().size} tasks`);
      future.deref()?.setResult("woken");
      yield* sleep(0);
    });
    expect(log).toEqual(["2 tasks", "woken"]);

    function startBackground(): WeakRef<Future<string>> {
      const future = new Future<string>();
      createTask(function* background() {
        log.push(yield* future);
      });
      return new WeakRef(future);
    }
  });

  it("D21 a stack is the one place where a coroutine is suspended, as far as the host can tell", async () => {
    const suspended = function* suspended() {
      const task = createTask(function* waiting() {
        yield* sleep(0.001);
      });
      yield* sleep(0);
      return task.getStack();
    };
    expect(await run(suspended)).toEqual([
      { functionName: "waiting", file: expect.any(String), line: expect.any(Number) },
    ]);
    expect(runVirtual(suspended)).toEqual([]);
  });
});

describe("docs/differences.md", () => {
  it("has a test for every row and a row for every test", () => {
    const page = readFileSync(`${FOLDER}/../../../docs/differences.md`, "utf8");
    const rows = [...page.matchAll(/^\| (D\d+) \|.*\[test\]\(\.\.\/packages\/(\S+)\) \|$/gm)];
    const folders = readdirSync(PACKAGES).map((name) => `${name}/test`);
    const files = folders
      .filter((folder) => existsSync(`${PACKAGES}/${folder}`))
      .flatMap((folder) => readdirSync(`${PACKAGES}/${folder}`).map((name) => `${folder}/${name}`))
      .filter((file) => /\/differences[^/]*\.test\.ts$/.test(file));
    const tests = files.flatMap((file) => {
      const text = readFileSync(`${PACKAGES}/${file}`, "utf8");
      return [...text.matchAll(/\b(?:it|test)\(\s*"(D\d+) /g)].map(([, id]) => `${id} in ${file}`);
    });
    expect(tests.length).toBeGreaterThan(30);
    expect(rows.map(([, id, file]) => `${id} in ${file}`).sort()).toEqual(tests.sort());
  });

  it("numbers its rows from 1 on without a gap", () => {
    const page = readFileSync(`${FOLDER}/../../../docs/differences.md`, "utf8");
    const numbers = [...page.matchAll(/^\| D(\d+) \|/gm)].map(([, number]) => Number(number));
    expect(numbers).toEqual(numbers.map((_number, index) => index + 1));
  });
});
