import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { raisedBy, withCode } from "../../../test/errors.js";
import { asyncWith, createTask, gather, isCancelled, run, sleep } from "../../index.js";
import { openBelow, testFolder, until } from "./folder.contract.js";
import { openFile } from "./open-file.js";
import { readFile, readTextFile } from "./read-file.js";
import { writeFile } from "./write-file.js";
import { replaceFile, writeFileAtomic } from "./write-file-atomic.js";

const at = testFolder();
const BIG = Buffer.alloc(40_000_000, "x");

describe("readFile(), readTextFile(), writeFile()", () => {
  it("writeFile() makes, replaces and adds; readFile() and readTextFile() give it back", async () => {
    await run(function* main() {
      const url = pathToFileURL(at("file"));
      yield* writeFile(at("file"), "grün", { mode: 0o600 });
      expect(statSync(at("file")).mode & 0o777).toBe(0o600);
      expect((yield* readFile(url)).length).toBe(5);
      yield* writeFile(url, new Uint8Array([0xe4]));
      expect(yield* readTextFile(at("file"), "latin1")).toBe("ä");
      yield* writeFile(at("file"), "b", { flags: "a" });
      expect(yield* readTextFile(url)).toBe("\ufffdb");
    });
  });

  it.each<[string, string, string]>([
    ["ENOENT", "missing", "open"],
    ["ENOTDIR", "file/below", "open"],
    ["EISDIR", ".", "read"],
  ])("readFile() raises %s with the path", async (code, name, syscall) => {
    writeFileSync(at("file"), "");
    const path = `${at()}/${name}`;
    const error = await run(raisedBy(readFile(path)));
    expect(error).toMatchObject({ code, path, syscall });
    expect((error as Error).message).toContain(path);
    expect(await run(raisedBy(readTextFile(path)))).toMatchObject({ code, path });
  });

  it("readFile() raises EACCES with the path of a file that may not be read", async () => {
    writeFileSync(at("secret"), "text");
    chmodSync(at("secret"), 0);
    chmodSync(at(), 0o755);
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65534);
    try {
      const error = await run(raisedBy(readFile(at("secret"))));
      expect(error).toMatchObject({ code: "EACCES", path: at("secret"), syscall: "open" });
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });

  it("writeFile() refuses data that is none, and raises the system's error with the path", async () => {
    expect(() => writeFile(at("file"), {} as never)).toThrow(withCode("ERR_INVALID_ARG"));
    const path = at("missing", "file");
    expect(await run(raisedBy(writeFile(path, "x")))).toMatchObject({ code: "ENOENT", path });
  });

  it("readFile() and writeFile() that are cancelled release the task at once and close the file", async () => {
    writeFileSync(at("big"), BIG);
    await run(function* main() {
      for (const operation of [readFile(at("big")), writeFile(at("new"), BIG)]) {
        const task = createTask<unknown>(operation);
        yield* until(() => openBelow(at()).length > 0);
        task.cancel();
        let turns = 0;
        while (!task.done()) {
          yield* sleep(0);
          turns++;
        }
        expect(task.cancelled()).toBe(true);
        expect(turns).toBeLessThan(4);
        yield* until(() => openBelow(at()).length === 0);
      }
    });
    expect(statSync(at("new")).size).toBeLessThan(BIG.length);
  });
});

describe("writeFileAtomic(), replaceFile()", () => {
  it("writeFileAtomic() replaces the file and leaves nothing beside it", async () => {
    writeFileSync(at("file"), "old");
    chmodSync(at("file"), 0o606);
    const before = statSync(at("file")).ino;
    await run(writeFileAtomic(at("file"), "new"));
    expect(readFileSync(at("file"), "utf8")).toBe("new");
    expect(statSync(at("file")).ino).not.toBe(before);
    expect(statSync(at("file")).mode & 0o777).toBe(0o606);
    await run(writeFileAtomic(at("other"), Buffer.from("made"), { mode: 0o666 }));
    expect(statSync(at("other")).mode & 0o777).toBe(0o666);
    expect(readdirSync(at()).sort()).toEqual(["file", "other"]);
  });

  it("writeFileAtomic() replaces what a symbolic link leads to", async () => {
    writeFileSync(at("file"), "old");
    symlinkSync("file", at("link"));
    await run(writeFileAtomic(at("link"), "new"));
    expect(readFileSync(at("file"), "utf8")).toBe("new");
    expect(readdirSync(at()).sort()).toEqual(["file", "link"]);
  });

  it("replaceFile() shows the old content until the block ends", async () => {
    writeFileSync(at("file"), "old");
    await run(
      asyncWith(replaceFile(at("file")), function* (file) {
        yield* file.write("new ");
        yield* file.write("content");
        expect(readFileSync(at("file"), "utf8")).toBe("old");
      }),
    );
    expect(readFileSync(at("file"), "utf8")).toBe("new content");
    expect(openBelow(at())).toEqual([]);
  });

  it("replaceFile() leaves the old content and nothing beside it when an error leaves the block", async () => {
    writeFileSync(at("file"), "old");
    const failing = asyncWith(replaceFile(at("file")), function* (file) {
      yield* file.write("half");
      expect(readdirSync(at())).toHaveLength(2);
      throw new Error("in the block");
    });
    expect(await run(raisedBy(failing))).toMatchObject({ message: "in the block" });
    expect(readdirSync(at())).toEqual(["file"]);
    expect(readFileSync(at("file"), "utf8")).toBe("old");
    expect(openBelow(at())).toEqual([]);
  });

  it("writeFileAtomic() leaves nothing when the file cannot be replaced", async () => {
    const path = at("missing", "file");
    expect(await run(raisedBy(writeFileAtomic(path, "x")))).toMatchObject({
      code: "ENOENT",
      path,
      message: `ENOENT: no such file or directory, open '${path}'`,
    });
    expect(existsSync(at("missing"))).toBe(false);
    // A folder cannot be replaced by a file.
    expect(await run(raisedBy(writeFileAtomic(at(), "x")))).toMatchObject({
      message: expect.stringContaining(at()),
    });
    expect(readdirSync(at())).toEqual([]);
  });

  it("replaceFile() names the path that was given in errors about the file beside it", async () => {
    const path = at("file");
    const failing = asyncWith(replaceFile(path), function* () {
      const [beside] = readdirSync(at());
      rmSync(at(beside as string));
    });
    const error = await run(raisedBy(failing));
    expect(error).toMatchObject({ code: "ENOENT", path, cause: { code: "ENOENT" } });
    expect(String(error)).not.toContain(".tmp");
    const full = asyncWith(replaceFile(path), function* (file) {
      yield* file.chmod(0o400);
      yield* asyncWith(openFile(file.path), (other) => other.write("refused"));
    });
    expect(await run(raisedBy(full))).toMatchObject({ code: "EBADF", path });
    expect(readdirSync(at())).toEqual([]);
  });

  it("writeFileAtomic() cancelled at any moment leaves the old content or the new, and nothing beside it", async () => {
    const [old, fresh] = ["old".repeat(1000), "new".repeat(700_000)];
    const outcomes = new Set<string>();
    for (let moment = 0; moment < 25; moment++) {
      writeFileSync(at("file"), old);
      await run(function* main() {
        const writing = createTask(writeFileAtomic(at("file"), fresh));
        // Moments of the system: what the file system has done so far.
        for (let i = 0; i < moment && !writing.done(); i++) yield* sleep("0.2ms");
        writing.cancel();
        const [outcome] = yield* gather([writing], { returnExceptions: true });
        outcomes.add(isCancelled(outcome) ? "cancelled" : "done");
        expect(readdirSync(at())).toEqual(["file"]);
        const content = readFileSync(at("file"), "utf8");
        expect(content === old || content === fresh).toBe(true);
      });
      expect(openBelow(at())).toEqual([]);
    }
    expect(outcomes).toContain("cancelled");
  });
});
