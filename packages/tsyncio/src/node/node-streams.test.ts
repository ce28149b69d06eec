import { PassThrough, Readable, Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { raisedBy, withCode } from "../../test/errors.js";
import { type Coroutine, createTask, fromPromise, type Operation, run, sleep } from "../index.js";
import { streamReaderFrom, streamWriterFrom } from "./node-streams.js";

function* text(read: Operation<Buffer>): Coroutine<string> {
  return String(yield* read);
}

describe("streamReaderFrom()", () => {
  it("reads a stream of Node to its end", async () => {
    const read = await run(function* main() {
      const reader = streamReaderFrom(Readable.from([Buffer.from("a\nb"), Buffer.from("c\n")]));
      return [yield* text(reader.readLine()), yield* text(reader.read()), reader.atEof()];
    });
    expect(read).toEqual(["a\n", "bc\n", true]);
  });

  it("raises the error of the stream", async () => {
    const failure = new Error("the disk is gone");
    const source = new PassThrough();
    await run(function* main() {
      const reader = streamReaderFrom(source);
      const read = createTask(reader.read());
      source.destroy(failure);
      expect(yield* raisedBy(read)).toBe(failure);
    });
  });

  it("finds a stream that has ended or failed before", async () => {
    await run(function* main() {
      const ended = Readable.from([]);
      ended.destroy();
      expect(yield* text(streamReaderFrom(ended).read())).toBe("");
      const failed = new PassThrough();
      const failure = new Error("before");
      failed.on("error", () => {});
      failed.destroy(failure);
      yield* sleep("1ms");
      expect(yield* raisedBy(streamReaderFrom(failed).read())).toBe(failure);
    });
  });

  it("holds a stream back while too much is unread", async () => {
    await run(function* main() {
      let made = 0;
      const source = Readable.from(
        (function* chunks() {
          for (; made < 100; made++) yield Buffer.alloc(1024);
        })(),
      );
      const reader = streamReaderFrom(source, { limit: 2048 });
      while (!source.isPaused()) yield* sleep(0);
      expect(made).toBeLessThan(40);
      expect((yield* reader.read()).length).toBe(100 * 1024);
    });
  });

  it("refuses what is no stream", () => {
    expect(() => streamReaderFrom({} as Readable)).toThrow(withCode("ERR_INVALID_ARG"));
    expect(() => streamWriterFrom(null as never)).toThrow(withCode("ERR_INVALID_ARG"));
  });
});

describe("streamWriterFrom()", () => {
  it("writes to a stream of Node and ends it", async () => {
    const through = new PassThrough();
    await run(function* main() {
      const reader = streamReaderFrom(through);
      const writer = streamWriterFrom(through);
      writer.write("hello, ");
      writer.writeLines(["wor", Buffer.from("ld")]);
      yield* writer.drain();
      writer.close();
      expect(writer.isClosing()).toBe(true);
      expect(yield* text(reader.read())).toBe("hello, world");
      yield* writer.waitClosed();
      expect(through.destroyed).toBe(true);
    });
  });

  it("waits in drain() until what a slow stream holds is below the low-water mark", async () => {
    const slow = new PassThrough({ highWaterMark: 1024 });
    await run(function* main() {
      const writer = streamWriterFrom(slow);
      writer.write(Buffer.alloc(65_536));
      yield* writer.drain();
      writer.write(Buffer.alloc(65_536));
      const drain = createTask(writer.drain());
      yield* sleep(0);
      expect([drain.done(), writer.getWriteBufferSize() > 65_536]).toEqual([false, true]);
      slow.resume();
      yield* drain;
      expect(writer.getWriteBufferSize()).toBeLessThanOrEqual(16_384);
    });
  });

  it("keeps marks of its own, below the stream's too", async () => {
    const slow = new PassThrough({ highWaterMark: 1 << 20 });
    slow.cork();
    await run(function* main() {
      const writer = streamWriterFrom(slow);
      writer.setWriteBufferLimits({ high: 10 });
      expect(writer.getWriteBufferLimits()).toEqual({ high: 10, low: 2 });
      writer.write("0123456789");
      yield* writer.drain();
      writer.write("+");
      const drain = createTask(writer.drain());
      yield* sleep(0);
      expect(drain.done()).toBe(false);
      slow.uncork();
      yield* drain;
      expect(() => writer.setWriteBufferLimits({ high: 1, low: 2 })).toThrow(
        withCode("ERR_INVALID_ARG"),
      );
    });
  });

  it("raises the stream's error in drain() and waitClosed()", async () => {
    const failure = new Error("the disk is full");
    const sink = new PassThrough();
    await run(function* main() {
      const writer = streamWriterFrom(sink, { label: "the sink" });
      writer.write(Buffer.alloc(200_000));
      const drain = createTask(writer.drain());
      const closed = createTask(writer.waitClosed());
      yield* sleep(0);
      sink.destroy(failure);
      for (const task of [drain, closed]) {
        expect(yield* raisedBy(task)).toMatchObject({
          name: "ConnectionError",
          address: "the sink",
          cause: failure,
        });
      }
      writer.write("lost");
      expect(yield* raisedBy(writer.drain())).toMatchObject({ code: "ECONNRESET" });
    });
  });

  it("hands several small writes on together, once it has seen several between two drains", async () => {
    const calls: number[] = [];
    const sink = new Writable({
      write: (_chunk, _encoding, done) => {
        calls.push(1);
        done();
      },
      writev: (chunks, done) => {
        calls.push(chunks.length);
        done();
      },
    });
    await run(function* main() {
      const writer = streamWriterFrom(sink);
      for (let round = 0; round < 2; round++) {
        writer.write("head ");
        writer.write("body");
        yield* writer.drain();
      }
      expect(calls).toEqual([1, 1, 2]);
      writer.write("without");
      writer.write("a drain");
      yield* sleep(0);
      expect(calls).toEqual([1, 1, 2, 2]);
    });
  });

  it("keeps the order of small and large writes, from wherever they come", async () => {
    const through = new PassThrough();
    const words: string[] = [];
    await run(function* main() {
      const writer = streamWriterFrom(through);
      const write = (size: number): void => {
        const word = `<${words.length}${"x".repeat(size)}>`;
        words.push(word);
        writer.write(words.length % 2 === 0 ? word : Buffer.from(word));
      };
      const outside = new Promise<void>((resolve) => {
        setImmediate(() => {
          write(1);
          write(1);
          resolve();
        });
      });
      for (const size of [1, 2, 9000, 3, 4, 5, 20_000, 1, 1]) write(size);
      for (let n = 0; n < 50; n++) write(n);
      yield* fromPromise(outside);
      write(5);
      writer.writeLines(["all", " ", "of it"]);
      write(6);
      writer.close();
      const reader = streamReaderFrom(through);
      const [before, after] = [words.slice(0, -1).join(""), words.at(-1)];
      expect(yield* text(reader.read())).toBe(`${before}all of it${after}`);
    });
  });

  it("says so when nobody looks whether the connection is lost", async () => {
    const said: unknown[] = [];
    const { warn } = console;
    console.warn = (line) => said.push(line);
    try {
      await run(function* main() {
        const writer = streamWriterFrom(new PassThrough(), { label: "the sink" });
        writer.abort();
        for (let n = 0; n < 20; n++) writer.write("lost");
        yield* sleep(0);
      });
    } finally {
      console.warn = warn;
    }
    expect(said).toEqual([expect.stringContaining("Cannot write to the sink: ")]);
  });

  it("takes bytes and text, and nothing else", async () => {
    await run(function* main() {
      const writer = streamWriterFrom(new PassThrough());
      for (const data of [1, null, [1], new ArrayBuffer(1)]) {
        expect(() => writer.write(data as never)).toThrow(withCode("ERR_INVALID_ARG"));
        expect(() => writer.writeLines(["ok", data as never])).toThrow(withCode("ERR_INVALID_ARG"));
      }
      expect(writer.getWriteBufferSize()).toBe(0);
    });
  });
});
