import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { raisedBy, withCode } from "../../test/errors.js";
import {
  asyncFor,
  asyncWith,
  type Coroutine,
  createTask,
  gather,
  type Operation,
  run,
  sleep,
  type Task,
} from "../index.js";
import { leavesNoResources } from "./resources.contract.js";
import { STREAM_KINDS, withPair } from "./stream-kinds.contract.js";
import type { StreamReader } from "./stream-reader.js";
import type { StreamWriter } from "./stream-writer.js";

leavesNoResources();

function* text(read: Operation<Buffer>): Coroutine<string> {
  return String(yield* read);
}

/** Writes `size` bytes that tell their place, with back-pressure. */
function* send(writer: StreamWriter, size: number, seed: number): Coroutine<void> {
  for (let start = 0; start < size; start += 50_000) {
    const chunk = Buffer.alloc(Math.min(50_000, size - start));
    for (let n = 0; n < chunk.length; n++) chunk[n] = (start + n) * 31 + seed;
    writer.write(chunk);
    yield* writer.drain();
  }
}

function* expectSent(reader: StreamReader, size: number, seed: number): Coroutine<void> {
  const all = yield* reader.readExactly(size);
  let wrong = 0;
  for (let n = 0; n < size; n++) if (all[n] !== ((n * 31 + seed) & 255)) wrong++;
  expect(wrong).toBe(0);
}

describe.each(STREAM_KINDS)("a stream over $name", (kind) => {
  const { halfOpen } = kind;

  it("carries bytes and text in order, both ways", async () => {
    await run(function* main() {
      yield* withPair(kind, function* talk([nearReader, nearWriter], [farReader, farWriter]) {
        nearWriter.write("één\n");
        nearWriter.writeLines([Buffer.from("two\n"), "three", new Uint8Array([10])]);
        expect(yield* text(farReader.readLine())).toBe("één\n");
        expect(yield* text(farReader.readUntil("ee\n"))).toBe("two\nthree\n");
        farWriter.write("back");
        yield* farWriter.drain();
        expect(yield* text(nearReader.readExactly(4))).toBe("back");
      });
    });
  });

  it("carries megabytes both ways at once", async () => {
    await run(function* main() {
      yield* withPair(kind, function* talk([nearReader, nearWriter], [farReader, farWriter]) {
        const size = 3_000_000;
        yield* gather(
          send(nearWriter, size, 1),
          expectSent(farReader, size, 1),
          send(farWriter, size, 2),
          expectSent(nearReader, size, 2),
        );
      });
    });
  });

  it("close() sends what was written, then the other end is at its end", async () => {
    await run(function* main() {
      yield* withPair(kind, function* talk([nearReader, nearWriter], [farReader, farWriter]) {
        nearWriter.write(Buffer.alloc(300_000, "x"));
        nearWriter.close();
        expect(nearWriter.isClosing()).toBe(true);
        expect((yield* farReader.read()).length).toBe(300_000);
        expect(farReader.atEof()).toBe(true);
        yield* nearWriter.waitClosed();
        expect(yield* text(nearReader.read())).toBe("");
        farWriter.close();
        yield* farWriter.waitClosed();
      });
    });
  });

  it("drain() raises when the connection is closed", async () => {
    await run(function* main() {
      yield* withPair(kind, function* talk([, writer]) {
        writer.close();
        yield* writer.waitClosed();
        writer.write("nobody hears this");
        const error = yield* raisedBy(writer.drain());
        expect(error).toMatchObject({ code: "ECONNRESET", name: "ConnectionError" });
        expect(String(error)).toContain("Connection lost");
      });
    });
  });

  const directions = halfOpen
    ? "writeEof() ends one direction and leaves the other"
    : "writeEof() is refused, and the end of one side ends both";
  it(directions, () => run(halfOpen ? endOne : refuseToEndOne));

  function* endOne(): Coroutine<void> {
    yield* withPair(kind, function* talk([nearReader, nearWriter], [farReader, farWriter]) {
      expect(nearWriter.canWriteEof()).toBe(true);
      nearWriter.write("question");
      nearWriter.writeEof();
      nearWriter.writeEof();
      expect(() => nearWriter.write("more")).toThrow(withCode("ERR_WRITE_AFTER_EOF"));
      expect(yield* text(farReader.read())).toBe("question");
      yield* sleep(0);
      farWriter.write("answer");
      farWriter.close();
      expect(yield* text(nearReader.read())).toBe("answer");
      yield* farWriter.waitClosed();
      yield* nearWriter.waitClosed();
    });
  }

  function* refuseToEndOne(): Coroutine<void> {
    yield* withPair(kind, function* talk([, nearWriter], [farReader, farWriter]) {
      expect(nearWriter.canWriteEof()).toBe(false);
      expect(() => nearWriter.writeEof()).toThrow(withCode("ERR_CANNOT_WRITE_EOF"));
      nearWriter.write("still open");
      nearWriter.close();
      expect(yield* text(farReader.read())).toBe("still open");
      yield* farWriter.waitClosed();
    });
  }

  it("abort() drops what was written and ends both sides", async () => {
    await run(function* main() {
      yield* withPair(kind, function* talk([nearReader, nearWriter], [farReader]) {
        const waiting = createTask(nearReader.read(1));
        yield* sleep(0);
        nearWriter.write(Buffer.alloc(8_000_000));
        nearWriter.abort();
        expect(String(yield* waiting)).toBe("");
        yield* nearWriter.waitClosed();
        const [outcome] = yield* gather([farReader.read()], { returnExceptions: true });
        if (Buffer.isBuffer(outcome)) expect(outcome.length).toBeLessThan(8_000_000);
        else expect(outcome).toMatchObject({ name: "ConnectionError" });
      });
    });
  });

  it("drain() waits for a slow reader, and memory stays bounded", async () => {
    await run(function* main() {
      yield* withPair(kind, function* talk([, writer], [reader]) {
        const total = 12_000_000;
        const sending = createTask(send(writer, total, 3));
        let read = 0;
        let most = 0;
        while (read < total) {
          read += (yield* reader.read(10_000)).length;
          most = Math.max(most, writer.getWriteBufferSize() + reader.bytes.length);
          yield* sleep(0);
        }
        yield* sending;
        expect(most).toBeLessThan(1_000_000);
      });
    });
  });

  it("drain() is left by a cancelled task at once, and wakes all others", async () => {
    await run(function* main() {
      yield* withPair(kind, function* talk([, writer], [reader]) {
        writer.write(Buffer.alloc(16_000_000));
        const [first, second, third] = [0, 1, 2].map(() => createTask(writer.drain()));
        yield* sleep(0);
        second?.cancel();
        yield* sleep(0);
        expect([first?.done(), second?.cancelled(), third?.done()]).toEqual([false, true, false]);
        expect((yield* reader.readExactly(16_000_000)).length).toBe(16_000_000);
        for (const task of [first, third]) yield* task as Task<void>;
      });
    });
  });

  it("a cancelled read takes nothing and leaves the connection usable", async () => {
    await run(function* main() {
      yield* withPair(kind, function* talk([, writer], [reader]) {
        for (const read of [
          reader.read(9),
          reader.readExactly(5),
          reader.readLine(),
          reader.read(),
        ]) {
          const task = createTask(read);
          yield* sleep(0);
          task.cancel();
          yield* sleep(0);
          expect(task.cancelled()).toBe(true);
        }
        writer.write("whole\n");
        expect(yield* text(reader.readLine())).toBe("whole\n");
      });
    });
  });

  it("asyncFor() gives the lines", async () => {
    await run(function* main() {
      yield* withPair(kind, function* talk([, writer], [reader]) {
        const lines = Array.from({ length: 3000 }, (_, n) => `line ${n}\n`);
        for (const line of lines) writer.write(line);
        writer.close();
        const seen: string[] = [];
        yield* asyncFor(reader, function* line(bytes) {
          seen.push(String(bytes));
        });
        expect(seen).toEqual(lines);
      });
    });
  });

  it("asyncWith() closes it at the end of the block, and cuts it off after an error", async () => {
    await run(function* main() {
      for (const failure of [undefined, new Error("from the block")]) {
        yield* withPair(kind, function* talk([, writer], [reader]) {
          const block = asyncWith(writer, function* write(same) {
            same.write("bye");
            yield* sleep(0);
            if (failure !== undefined) throw failure;
          });
          if (failure === undefined) yield* block;
          else expect(yield* raisedBy(block)).toBe(failure);
          expect(writer.isClosing()).toBe(true);
          yield* writer.waitClosed();
          if (failure === undefined) expect(yield* text(reader.read())).toBe("bye");
        });
      }
    });
  });

  it("gives the same to every read, however the bytes are split on the way", async () => {
    const pieces = fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(pieces, async (sizes) => {
        const seen = await run(function* main() {
          return yield* withPair(kind, function* talk([, writer], [reader]) {
            const input = Buffer.from("first line\nsecond\n--until--8 bytes.\n\nrest");
            const writing = createTask(function* write() {
              let start = 0;
              for (let n = 0; start < input.length; n++) {
                const size = 1 + (sizes[n % sizes.length] as number);
                writer.write(input.subarray(start, start + size));
                start += size;
                yield* sleep(size % 2 === 0 ? "1ms" : 0);
              }
              writer.close();
            });
            const parts = [
              yield* text(reader.readLine()),
              yield* text(reader.readLine()),
              yield* text(reader.readUntil(["--until--", "bytes"])),
              yield* text(reader.readExactly(8)),
              yield* text(reader.readLine()),
              yield* text(reader.readLine()),
              yield* text(reader.readLine()),
            ];
            yield* writing;
            return parts;
          });
        });
        const expected = ["first line\n", "second\n", "--until--", "8 bytes.", "\n", "\n", "rest"];
        expect(seen).toEqual(expected);
      }),
      { numRuns: 8 },
    );
  });
});
