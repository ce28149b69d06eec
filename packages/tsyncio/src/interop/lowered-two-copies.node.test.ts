/** Lowered functions of one copy of the package in the tasks of another. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AsyncBody } from "../../test/async-function.js";
import type { Lowered } from "../coroutine.js";

type Package = typeof import("../index.js") & typeof import("../coroutine.js");

let folder: string;
let one: Package;
let two: Package;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tsyncio-lowered-copies-"));
  const resolveDir = dirname(fileURLToPath(new URL("../index.ts", import.meta.url)));
  const copies = ["one.mjs", "two.mjs"].map(async (name) => {
    const outfile = join(folder, name);
    await build({
      stdin: {
        contents: `export * from "./index.ts"; export * from "./coroutine.ts";`,
        resolveDir,
        loader: "ts",
      },
      outfile,
      bundle: true,
      format: "esm",
      platform: "node",
      conditions: ["tsyncio-source"],
      logLevel: "silent",
    });
    return (await import(pathToFileURL(outfile).href)) as Package;
  });
  [one, two] = (await Promise.all(copies)) as [Package, Package];
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function asyncFunction<T>(copy: Package, name: string, body: () => AsyncBody<T>): () => Lowered<T> {
  const info = copy.describeFunction(name, `${name}.ts`, 1, 0, []);
  return () => copy.lowered<T>(info, body());
}

function nap(copy: Package): () => Lowered<string> {
  return asyncFunction(copy, "nap", function* () {
    yield copy.at(0, copy.sleep(0.001));
    return "slept";
  });
}

describe("a lowered function of another copy", () => {
  test("is refused in a task, where it is called", async () => {
    let error: unknown;
    const main = asyncFunction(one, "main", function* () {
      try {
        nap(two)();
      } catch (raised) {
        error = raised;
      }
      return yield one.sleep(0, "went on");
    });
    expect(await one.run(main)).toBe("went on");
    expect(error).toMatchObject({
      name: "UsageError",
      code: "ERR_TWO_COPIES",
      message: expect.stringMatching(/^Cannot call nap\(\): two copies of tsyncio are loaded/),
    });
  });

  test("is awaited as a promise when it began outside", async () => {
    const theirs = nap(two)();
    const main = asyncFunction(one, "main", function* () {
      return yield theirs;
    });
    expect(await one.run(main)).toBe("slept");
  });

  test("runs beside those of the first, from plain code", async () => {
    expect(
      await Promise.all([nap(one)(), nap(two)(), one.run(nap(one)), two.run(nap(two))]),
    ).toEqual(["slept", "slept", "slept", "slept"]);
  });

  test("is refused as the main coroutine of the first", () => {
    expect(() => one.run(nap(two)())).toThrow(expect.objectContaining({ code: "ERR_TWO_COPIES" }));
  });
});
