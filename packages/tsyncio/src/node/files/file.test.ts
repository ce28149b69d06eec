import { execFileSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { raisedBy, withCode } from "../../../test/errors.js";
import { programs } from "../../../test/start-program.js";
import {
  asyncFor,
  asyncWith,
  BREAK,
  createTask,
  gather,
  run,
  sleep,
  waitFor,
} from "../../index.js";
import type { File } from "./file.js";
import { fileMaker, openBelow, testFolder, until } from "./folder.contract.js";
import { openFile } from "./open-file.js";

const start = programs();
const at = testFolder();

const withFile = fileMaker(at);

describe("openFile()", () => {
  it("openFile() with asyncWith closes the file when the block ends, with an error too", async () => {
    writeFileSync(at("file"), "text");
    const files: File[] = [];
    await run(function* main() {
      yield* asyncWith(openFile(at("file")), function* (file) {
        files.push(file);
        expect(openBelow(at())).toEqual([at("file")]);
        expect(file.path).toBe(at("file"));
      });
      expect(openBelow(at())).toEqual([]);
      const failing = asyncWith(openFile(at("file")), function* (file) {
        files.push(file);
        throw new Error("in the block");
      });
      expect(yield* raisedBy(failing)).toMatchObject({ message: "in the block" });
    });
    expect(openBelow(at())).toEqual([]);
    expect(files.map((file) => file.closed)).toEqual([true, true]);
  });

  it("openFile() awaited gives a file for its user to close", async () => {
    await run(function* main() {
      const file = yield* openFile(at("new"), "w");
      yield* file.write("text");
      yield* asyncWith(file, function* (same) {
        yield* same.write(" and more");
      });
      expect(file.closed).toBe(true);
      expect(String(file)).toBe(`<File ${at("new")} closed>`);
      yield* file.close();
    });
    expect(readFileSync(at("new"), "utf8")).toBe("text and more");
  });

  it("openFile() makes a file with the mode that was asked for", async () => {
    await run(asyncWith(openFile(at("new"), "w", { mode: 0o640 }), (file) => file.chmod(0o604)));
    expect(statSync(at("new")).mode & 0o777).toBe(0o604);
  });

  it.each<[string, string, string, string]>([
    ["ENOENT", "missing", "r", "open"],
    ["EEXIST", "file", "wx", "open"],
    ["ENOTDIR", "file/below", "r", "open"],
    ["EISDIR", ".", "w", "open"],
  ])("openFile() raises %s with the path", async (code, name, flags, syscall) => {
    writeFileSync(at("file"), "text");
    const path = `${at()}/${name}`;
    const error = await run(raisedBy(openFile(path, flags)));
    expect(error).toMatchObject({ code, path, syscall });
    expect(String((error as Error).message)).toContain(path);
  });

  it("openFile() closes a file that comes after the task was cancelled", async () => {
    execFileSync("mkfifo", [at("pipe")]);
    await run(function* main() {
      // Opening the reading end waits until somebody opens the other.
      expect(yield* raisedBy(waitFor(openFile(at("pipe")), "5ms"))).toMatchObject({
        code: "ERR_TIMEOUT",
      });
      const writer = yield* openFile(at("pipe"), "w");
      yield* writer.close();
      yield* until(() => openBelow(at()).length === 0);
    });
  });
});

describe("File", () => {
  it("File.read() gives so many bytes, fewer before the end, none at the end", () =>
    withFile("hello world", "r", function* (file) {
      expect(String(yield* file.read(5))).toBe("hello");
      expect(file.position).toBe(5);
      expect((yield* file.read(0)).length).toBe(0);
      expect(String(yield* file.read(100))).toBe(" world");
      expect((yield* file.read(100)).length).toBe(0);
      expect((yield* file.read()).length).toBe(0);
      expect(file.position).toBe(11);
    }));

  it("File.read() without a size gives the rest, of more than one call too", () => {
    const content = Buffer.alloc(5_000_000, "0123456789");
    return withFile(content, "r", function* (file) {
      expect((yield* file.read(10)).toString()).toBe("0123456789");
      const rest = yield* file.read();
      expect(rest.equals(content.subarray(10))).toBe(true);
      file.position = 0;
      expect((yield* file.read(3_000_000)).equals(content.subarray(0, 3_000_000))).toBe(true);
    });
  });

  it("File.position moves where the next operation reads and writes", () =>
    withFile("hello world", "r+", function* (file) {
      file.position = 6;
      yield* file.write("there");
      file.position = 0;
      expect(String(yield* file.read())).toBe("hello there");
      file.position = 20;
      expect((yield* file.read()).length).toBe(0);
      yield* file.write("!");
      expect((yield* file.stat()).size).toBe(21);
    }));

  it("File.readLine() gives each line with its line feed, the last without", () =>
    withFile("one\n\nthree", "r", function* (file) {
      const lines: string[] = [];
      for (;;) {
        const line = String(yield* file.readLine());
        if (line === "") break;
        lines.push(`${file.position} ${line}`);
      }
      expect(lines).toEqual(["4 one\n", "5 \n", "10 three"]);
    }));

  it("File is iterated by its lines, of any length, and stays open", () => {
    const lines = ["short\n", `${"long ".repeat(50_000)}\n`, "\n", "last"];
    return withFile(lines.join(""), "r", function* (file) {
      const seen: string[] = [];
      yield* asyncFor(file, function* (line) {
        seen.push(line.toString());
        return seen.length === 2 ? BREAK : undefined;
      });
      expect(file.closed).toBe(false);
      expect(String(yield* file.read(3))).toBe("\nla");
      yield* asyncFor(file, function* (line) {
        seen.push(line.toString());
      });
      expect(seen).toEqual([...lines.slice(0, 2), "st"]);
    });
  });

  it("File.write() in append mode goes to the end, and so does the position of what is read too", () =>
    withFile("one\n", "a+", function* (file) {
      expect(String(yield* file.readLine())).toBe("one\n");
      file.position = 1;
      yield* file.write(new TextEncoder().encode("two\n"));
      expect(file.position).toBe(8);
      expect(String(yield* file.read())).toBe("");
      const writing = createTask(file.write("three\n"));
      yield* sleep(0);
      file.position = 4;
      yield* writing;
      expect(String(yield* file.read())).toBe("two\nthree\n");
    }));

  it("File.write() in append mode leaves the position of what is only written", () =>
    withFile("one\n", "a", function* (file) {
      yield* file.write("two\n");
      expect(file.position).toBe(0);
      expect(readFileSync(file.path, "utf8")).toBe("one\ntwo\n");
    }));

  it("File.truncate() cuts off at the position, or makes it as long as was asked", () =>
    withFile("hello world", "r+", function* (file) {
      yield* file.read(5);
      yield* file.truncate();
      yield* file.sync();
      expect(readFileSync(file.path, "utf8")).toBe("hello");
      expect(file.position).toBe(5);
      yield* file.truncate(7);
      expect([...(yield* file.read())]).toEqual([0, 0]);
    }));

  it("File does what several tasks ask of it one after the other, in their order", () =>
    withFile("", "r+", function* (file) {
      const big = (letter: string): string => letter.repeat(1_500_000);
      const written = [big("a"), "b", big("c")].map((text) => createTask(file.write(text)));
      const size = createTask(file.stat());
      const closed = createTask(file.close());
      yield* gather(written);
      expect((yield* size).size).toBe(3_000_001);
      yield* closed;
      const text = readFileSync(file.path, "latin1");
      expect(text === `${big("a")}b${big("c")}`).toBe(true);
    }));

  it("File.readLine() may be awaited by any number of tasks at once", () => {
    const lines = Array.from({ length: 20_000 }, (_, n) => `${n}\n`);
    return withFile(lines.join(""), "r", function* (file) {
      const read = yield* gather(lines.map(() => file.readLine()));
      expect(read.join("") === lines.join("")).toBe(true);
    });
  });

  it("File can be opened, iterated and closed by plain async code", async () => {
    writeFileSync(at("file"), "one\ntwo\n");
    const file = await openFile(at("file"));
    const lines: string[] = [];
    for await (const line of file) lines.push(line.toString());
    expect(lines).toEqual(["one\n", "two\n"]);
    await file.close();
    expect(openBelow(at())).toEqual([]);
  });

  it("File works like a model of it, whatever is asked for in whatever order", async () => {
    const step = fc.oneof(
      fc.record({ read: fc.integer({ min: 0, max: 40 }) }),
      fc.record({ line: fc.constant(true) }),
      fc.record({ write: fc.stringMatching(/^[a\n]{0,12}$/) }),
      fc.record({ seek: fc.integer({ min: 0, max: 60 }) }),
      fc.record({ truncate: fc.integer({ min: 0, max: 60 }) }),
    );
    const property = fc.asyncProperty(
      fc.stringMatching(/^[a\n]{0,50}$/),
      fc.array(step, { maxLength: 25 }),
      (content, steps) =>
        withFile(content, "r+", function* (file) {
          let model = Buffer.from(content);
          let place = 0;
          for (const { read, line, write, seek, truncate } of steps as unknown as Record<
            string,
            never
          >[]) {
            let expected: Buffer | undefined;
            let got: Buffer | undefined;
            if (read !== undefined) {
              expected = model.subarray(place, place + read);
              got = yield* file.read(read);
            } else if (line !== undefined) {
              const rest = model.subarray(place);
              expected = rest.subarray(0, rest.indexOf(10) + 1 || rest.length);
              got = yield* file.readLine();
            } else if (write !== undefined) {
              const bytes = Buffer.from(write);
              const size = Math.max(model.length, bytes.length === 0 ? 0 : place + bytes.length);
              const grown = Buffer.alloc(size);
              model.copy(grown);
              bytes.copy(grown, place);
              model = grown;
              place += bytes.length;
              yield* file.write(write);
            } else if (seek !== undefined) {
              place = seek;
              file.position = seek;
            } else if (truncate !== undefined) {
              const cut = Buffer.alloc(truncate);
              model.copy(cut);
              model = cut;
              yield* file.truncate(truncate);
            }
            if (expected !== undefined) {
              expect(got?.toString()).toBe(expected.toString());
              place += expected.length;
            }
            expect(file.position).toBe(place);
          }
        }),
    );
    await fc.assert(property, { numRuns: 60 });
  });
});

describe("File, misused", () => {
  it("File that was thrown away open is closed, with a warning", async () => {
    const { lines } = await start("file-lost", "--expose-gc", "--no-warnings").ended();
    expect(lines).toEqual([
      "open",
      "ResourceWarning: File lost was never closed; use it by asyncWith, or close it",
      "closed",
    ]);
  });

  it("File refuses what is asked of it once it is closed", () =>
    withFile("", "r", function* (file) {
      const closing = createTask(file.close());
      yield* sleep(0);
      for (const [verb, operation] of [
        ["read", file.read()],
        ["readLine", file.readLine()],
        ["write", file.write("x")],
        ["sync", file.sync()],
        ["enter", asyncWith(file, function* () {})],
      ] as const) {
        expect(yield* raisedBy(operation)).toMatchObject({
          code: "ERR_FILE_CLOSED",
          message: `Cannot ${verb} file ${file.path}: it is closed; open it again`,
        });
      }
      yield* closing;
    }));

  it("File refuses sizes, positions and data that are none", () =>
    withFile("", "r+", function* (file) {
      expect(() => file.read(-2)).toThrow(withCode("ERR_INVALID_SIZE"));
      expect(() => file.read(1.5)).toThrow(withCode("ERR_INVALID_SIZE"));
      expect(() => file.truncate(-1)).toThrow(withCode("ERR_INVALID_SIZE"));
      expect(() => file.write(7 as never)).toThrow(withCode("ERR_INVALID_ARG"));
      expect(() => {
        file.position = Number.NaN;
      }).toThrow(withCode("ERR_INVALID_POSITION"));
    }));

  it("File raises the system's error with the path, and goes on", async () => {
    await run(
      asyncWith(openFile(at()), function* (folder) {
        const error = yield* raisedBy(folder.read());
        expect(error).toMatchObject({
          code: "EISDIR",
          syscall: "read",
          path: at(),
          message: `EISDIR: illegal operation on a directory, read '${at()}'`,
          cause: expect.objectContaining({ code: "EISDIR" }),
        });
        expect((yield* folder.stat()).isDirectory()).toBe(true);
      }),
    );
    await withFile("text", "r", function* (file) {
      expect(yield* raisedBy(file.write("x"))).toMatchObject({ code: "EBADF", path: file.path });
      expect(String(yield* file.read())).toBe("text");
    });
  });
});
