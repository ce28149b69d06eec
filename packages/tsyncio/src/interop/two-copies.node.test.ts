/** Two copies of the package in one program: they work side by side, or say that they are two. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

type Package = typeof import("../index.js");

let folder: string;
let one: Package;
let two: Package;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tsyncio-copies-"));
  const copies = ["one.mjs", "two.mjs"].map(async (name) => {
    const file = join(folder, name);
    await build({
      entryPoints: [fileURLToPath(new URL("../index.ts", import.meta.url))],
      outfile: file,
      bundle: true,
      format: "esm",
      platform: "node",
      conditions: ["tsyncio-source"],
      logLevel: "silent",
    });
    return (await import(pathToFileURL(file).href)) as Package;
  });
  [one, two] = (await Promise.all(copies)) as [Package, Package];
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** The error that `two`'s part of the program meets inside a task of `one`. */
async function metInside(meet: () => Iterable<unknown>): Promise<unknown> {
  return await one.run(function* main() {
    let error: unknown;
    try {
      yield* meet() as never as Generator<never>;
    } catch (raised) {
      error = raised;
    }
    // The loop works on.
    yield* one.sleep(0);
    return error;
  });
}

const refusal = expect.objectContaining({
  name: "UsageError",
  code: "ERR_TWO_COPIES",
  message: expect.stringMatching(
    /^Cannot .+: two copies of tsyncio are loaded and the loop belongs to the other one; install one version only \(npm ls tsyncio\)$/,
  ),
});

describe("two copies of the package", () => {
  it("are two", () => {
    expect(one.run).not.toBe(two.run);
    expect(one.Task === two.Task).toBe(false);
  });

  it("run side by side from plain code", async () => {
    const results = await Promise.all(
      [one, two, one, two].map((copy, n) =>
        copy.run(function* main() {
          yield* copy.sleep(0.001);
          return n;
        }),
      ),
    );
    expect(results).toEqual([0, 1, 2, 3]);
  });

  it.each<[string, () => Iterable<unknown>]>([
    ["sleep(1)", () => two.sleep(1)],
    ["Lock.acquire()", () => new two.Lock().acquire()],
    ["waitFor()", () => two.waitFor(two.sleep(1), 2)],
    [
      "createTask()",
      function* create() {
        two.createTask(two.sleep(0));
      },
    ],
    [
      "gather()",
      function* gather() {
        two.gather(two.sleep(0));
      },
    ],
    [
      "timeout()",
      function* timeout() {
        two.timeout(1);
      },
    ],
    [
      "getRunningLoop()",
      function* ask() {
        two.getRunningLoop();
      },
    ],
    [
      "run()",
      function* again() {
        yield* one.fromPromise(() => two.run(two.sleep(0)));
      },
    ],
    ["TaskGroup", () => two.asyncWith(new two.TaskGroup(), function* block() {})],
  ])("refuse each other: %s of one in a task of the other", async (_name, meet) => {
    expect(await metInside(meet)).toEqual(refusal);
  });

  it("refuse each other: yield* on a task of one in a task of the other", async () => {
    const theirs = await two.run(function* main() {
      return two.getRunningLoop();
    });
    const task = theirs.createTask(two.sleep(1000));
    expect(await metInside(() => task)).toEqual(refusal);
    task.cancel();
    expect(two.isCancelled(await task.catch((error: unknown) => error))).toBe(true);
  });

  it("take each other's tasks as promises", async () => {
    const theirs = await two.run(function* main() {
      return two.getRunningLoop();
    });
    const seen = await one.run(function* main() {
      const task = theirs.createTask(
        (function* body() {
          yield* two.sleep(0.001);
          return "theirs";
        })(),
      );
      const late = theirs.createTask(two.sleep(1000));
      const [, pending] = yield* one.wait([late], { timeout: 0.001 });
      late.cancel();
      return [
        yield* one.fromPromise(task),
        yield* one.gather(task, one.sleep(0, "ours")),
        yield* one.waitFor(task, 1),
        pending.size,
      ];
    });
    expect(seen).toEqual(["theirs", ["theirs", "ours"], "theirs", 1]);
  });

  it("tell each other's cancellations and errors", async () => {
    const error = await two
      .run(function* main() {
        const task = two.createTask(two.sleep(1));
        task.cancel("theirs");
        yield* task;
      })
      .catch((error: unknown) => error);
    expect(error instanceof one.CancelledError).toBe(false);
    expect([one.isCancelled(error), two.isCancelled(error)]).toEqual([true, true]);
  });
});
