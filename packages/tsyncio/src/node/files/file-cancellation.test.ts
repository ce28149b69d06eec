/** What a cancelled operation leaves behind: nothing is lost, and nothing stays open. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { raisedBy, withCode } from "../../../test/errors.js";
import { asyncWith, createTask, gather, isCancelled, run, sleep, waitFor } from "../../index.js";
import { fileMaker, openBelow, testFolder, until } from "./folder.contract.js";
import { openFile } from "./open-file.js";

const at = testFolder();
const withFile = fileMaker(at);

describe("File, cancelled", () => {
  it("File.read() and File.readLine() lose nothing, whenever they are cancelled", async () => {
    const content = Array.from({ length: 300 }, (_, n) => `line ${n}\n`).join("");
    for (let turns = 0; turns < 6; turns++) {
      await withFile(content, "r", function* (file) {
        let seen = "";
        for (let n = 0; seen.length < content.length; n++) {
          const reading = createTask(n % 2 === 0 ? file.readLine() : file.read(10));
          if (n < 40) {
            for (let i = 0; i < turns; i++) yield* sleep(0);
            reading.cancel();
          }
          const [outcome] = yield* gather([reading], { returnExceptions: true });
          if (!isCancelled(outcome)) seen += String(outcome);
        }
        expect(seen).toBe(content);
      });
    }
  });

  it("File.write() leaves the position behind what was written, and the next waits for it", () =>
    withFile("", "r+", function* (file) {
      const writing = createTask(file.write(Buffer.alloc(40_000_000, "x")));
      yield* sleep(0);
      writing.cancel();
      yield* gather([writing], { returnExceptions: true });
      expect(writing.cancelled()).toBe(true);
      yield* file.write("y");
      const { size } = yield* file.stat();
      expect(file.position).toBe(size);
      expect(size).toBeLessThan(40_000_000);
      file.position = size - 1;
      expect(String(yield* file.read())).toBe("y");
    }));

  it("File operation that is cancelled before its turn never happens", () =>
    withFile("old", "r+", function* (file) {
      const first = createTask(file.write("1"));
      const second = createTask(file.write("22"));
      yield* sleep(0);
      second.cancel();
      yield* gather([first, second], { returnExceptions: true });
      expect(readFileSync(file.path, "utf8")).toBe("1ld");
    }));

  it("File.close() goes on", async () => {
    writeFileSync(at("file"), "");
    await run(function* main() {
      const file = yield* openFile(at("file"), "r+");
      const writing = createTask(file.write("all of it"));
      const closing = createTask(file.close());
      yield* sleep(0);
      closing.cancel();
      yield* gather([closing, writing], { returnExceptions: true });
      yield* until(() => openBelow(at()).length === 0);
    });
    expect(readFileSync(at("file"), "utf8")).toBe("all of it");
  });
});

describe("File on a pipe", () => {
  it("File.read() gives what is there, and what a cancelled one got goes to the next", async () => {
    execFileSync("mkfifo", [at("pipe")]);
    await run(function* main() {
      const [reader, writer] = yield* gather(openFile(at("pipe")), openFile(at("pipe"), "w"));
      yield* asyncWith(reader, function* () {
        yield* writer.write("one\ntwo");
        expect(String(yield* reader.read(100))).toBe("one\ntwo");
        expect(() => {
          reader.position = 0;
        }).toThrow(withCode("ERR_NOT_SEEKABLE"));
        expect(yield* raisedBy(waitFor(reader.readLine(), "5ms"))).toMatchObject({
          code: "ERR_TIMEOUT",
        });
        yield* writer.write("three\nfo");
        expect(String(yield* reader.readLine())).toBe("three\n");
        expect(yield* raisedBy(waitFor(reader.readLine(), "5ms"))).toMatchObject({
          code: "ERR_TIMEOUT",
        });
        yield* writer.write("ur\n");
        yield* writer.close();
        expect(String(yield* reader.read())).toBe("four\n");
      });
    });
    expect(openBelow(at())).toEqual([]);
  });

  it("File.close() does not wait for a read that nobody waits for and nobody answers", async () => {
    execFileSync("mkfifo", [at("pipe")]);
    await run(function* main() {
      const [reader, writer] = yield* gather(openFile(at("pipe")), openFile(at("pipe"), "w"));
      const block = asyncWith(reader, function* () {
        yield* waitFor(reader.read(1), "5ms");
      });
      expect(yield* raisedBy(block)).toMatchObject({ code: "ERR_TIMEOUT" });
      expect(reader.closed).toBe(true);
      yield* writer.close();
      yield* until(() => openBelow(at()).length === 0);
    });
  });
});
