import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { describe, expect, it } from "vitest";
import { raisedBy } from "../../../test/errors.js";
import { asyncFor, BREAK, createTask, gather, run, sleep } from "../../index.js";
import { testFolder } from "./folder.contract.js";
import { type WalkEntry, type WalkOptions, walk } from "./walk.js";

const at = testFolder();

/** Two folders deep, with links to a file, to a folder, to nothing, and back up. */
function makeTree(): void {
  mkdirSync(at("b", "deep"), { recursive: true });
  mkdirSync(at("c"));
  for (const path of ["a", "d", "b/1", "b/deep/2"]) writeFileSync(at(path), "");
  symlinkSync("../a", at("b", "to-file"));
  symlinkSync("../b/deep", at("c", "to-folder"));
  symlinkSync("nowhere", at("c", "to-nothing"));
  symlinkSync("../..", at("b", "deep", "up"));
}

/** What a walk gives, as `depth kind path`. */
async function walked(options?: WalkOptions, see?: (entry: WalkEntry) => void): Promise<string[]> {
  const seen: string[] = [];
  await run(
    asyncFor(walk(at(), options), function* (entry) {
      seen.push(`${entry.depth} ${entry.kind} ${relative(at(), entry.path)}`);
      see?.(entry);
    }),
  );
  return seen;
}

describe("walk()", () => {
  it("walk() gives a folder before what is in it, in the order of names, and follows no links", async () => {
    makeTree();
    expect(await walked()).toEqual([
      "1 file a",
      "1 folder b",
      "2 file b/1",
      "2 folder b/deep",
      "3 file b/deep/2",
      "3 link b/deep/up",
      "2 link b/to-file",
      "1 folder c",
      "2 link c/to-folder",
      "2 link c/to-nothing",
      "1 file d",
    ]);
  });

  it("walk() with followLinks goes through links, and never around in a circle", async () => {
    makeTree();
    expect(await walked({ followLinks: true })).toEqual([
      "1 file a",
      "1 folder b",
      "2 file b/1",
      "2 folder b/deep",
      "3 file b/deep/2",
      "3 folder b/deep/up",
      "2 file b/to-file",
      "1 folder c",
      "2 folder c/to-folder",
      "3 file c/to-folder/2",
      "3 folder c/to-folder/up",
      "2 link c/to-nothing",
      "1 file d",
    ]);
  });

  it("walk() leaves out what is skipped and what is too deep", async () => {
    makeTree();
    const skipped = await walked({}, (entry) => {
      if (entry.name === "b") entry.skip();
    });
    expect(skipped.map((each) => each.split(" ")[2])).toEqual([
      "a",
      "b",
      "c",
      "c/to-folder",
      "c/to-nothing",
      "d",
    ]);
    expect(await walked({ maxDepth: 1 })).toEqual([
      "1 file a",
      "1 folder b",
      "1 folder c",
      "1 file d",
    ]);
  });

  it("walk() raises the error of a folder that cannot be read, or gives it to onError and goes on", async () => {
    expect(await run(raisedBy(asyncFor(walk(at("missing")), function* () {})))).toMatchObject({
      code: "ENOENT",
      path: at("missing"),
    });
    makeTree();
    const vanish = (entry: WalkEntry): void => {
      if (entry.name === "b") rmSync(entry.path, { recursive: true });
    };
    const errors: unknown[] = [];
    const seen = await walked({ onError: (error) => errors.push(error.path) }, vanish);
    expect(seen).toContain("1 file d");
    expect(errors).toEqual([at("b")]);
  });

  it("walk() leaves out a folder that is removed before it is read", async () => {
    makeTree();
    const seen = await walked({}, ({ name, path }) => {
      if (name === "b") rmSync(path, { recursive: true });
    });
    expect(seen.map((each) => each.split(" ")[2])).toEqual([
      "a",
      "b",
      "c",
      "c/to-folder",
      "c/to-nothing",
      "d",
    ]);
  });

  it("walk() can be left by BREAK, iterated by plain async code, and cancelled", async () => {
    makeTree();
    await run(function* main() {
      const seen: string[] = [];
      yield* asyncFor(walk(at()), function* (entry) {
        seen.push(entry.name);
        return entry.name === "b" ? BREAK : undefined;
      });
      expect(seen).toEqual(["a", "b"]);
      const task = createTask(asyncFor(walk(at()), () => sleep("1h")));
      yield* sleep(0);
      task.cancel();
      yield* gather([task], { returnExceptions: true });
      expect(task.cancelled()).toBe(true);
    });
  });
});
