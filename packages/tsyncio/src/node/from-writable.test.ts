/** Writing chunks to Node's and the web's streams. */
import { Writable } from "node:stream";
import { WritableStream } from "node:stream/web";
import { describe, expect, test } from "vitest";
import { raisedBy, withCode } from "../../test/errors.js";
import { asyncWith, createTask, isCancelled, run, sleep } from "../index.js";
import { fromWritable } from "./from-writable.js";

/** A stream of Node or of the web that takes one chunk at a time, when it is told to. */
class Taker {
  readonly taken: unknown[] = [];
  readonly log: string[] = [];
  #takeNext: (() => void) | undefined;
  #error: Error | undefined;

  readonly node = (): Writable =>
    new Writable({
      objectMode: true,
      highWaterMark: 1,
      write: (chunk, _encoding, done) => {
        this.#hold(chunk, done);
      },
      final: (done) => {
        this.log.push("ended");
        done();
      },
      destroy: (error, done) => {
        this.log.push("destroyed");
        done(error);
      },
    });

  readonly web = (): WritableStream<unknown> =>
    new WritableStream({
      write: (chunk) =>
        new Promise((resolve, reject) => {
          this.#hold(chunk, (error) => (error === undefined ? resolve() : reject(error)));
        }),
      close: () => {
        this.log.push("ended");
      },
      abort: () => {
        this.log.push("destroyed");
      },
    });

  #hold(chunk: unknown, done: (error?: Error) => void): void {
    this.#takeNext = () => {
      this.#takeNext = undefined;
      if (this.#error === undefined) this.taken.push(chunk);
      done(this.#error);
    };
  }

  /** Takes the chunk that is there. */
  take(error?: Error): void {
    this.#error = error;
    this.#takeNext?.();
  }
}

describe.each(["node", "web"] as const)("fromWritable() of a %s stream", (kind) => {
  /** What `fromWritable` is given. */
  function writerTo(taker: Taker) {
    return kind === "node" ? fromWritable<unknown>(taker.node()) : fromWritable(taker.web());
  }

  test("writes when there is room, and waits while there is none", async () => {
    const taker = new Taker();
    const written: number[] = [];
    await run(() =>
      asyncWith(writerTo(taker), function* (writer) {
        const task = createTask(function* writes() {
          for (let n = 0; n < 3; n++) {
            yield* writer.write(n);
            written.push(n);
          }
        });
        for (let n = 0; n < 3; n++) {
          yield* sleep("1ms");
          expect(written).toEqual(Array.from({ length: n + 1 }, (_, i) => i));
          taker.take();
        }
        yield* task;
      }),
    );
    expect([taker.taken, taker.log[0]]).toEqual([[0, 1, 2], "ended"]);
  });

  test("has written nothing when it is cancelled while it waits for room", async () => {
    const taker = new Taker();
    const cancelled = await run(() =>
      asyncWith(writerTo(taker), function* (writer) {
        yield* writer.write("first");
        const task = createTask(writer.write("second"));
        yield* sleep("1ms");
        task.cancel();
        const cancelled = isCancelled(yield* raisedBy(task));
        taker.take();
        yield* sleep("1ms");
        return cancelled;
      }),
    );
    expect([cancelled, taker.taken]).toEqual([true, ["first"]]);
  });

  test("aborts the stream when an error leaves the block", async () => {
    const taker = new Taker();
    const error = await run(() =>
      raisedBy(
        asyncWith(writerTo(taker), function* () {
          throw new Error("in the block");
        }),
      ),
    );
    expect([String(error), taker.log]).toEqual(["Error: in the block", ["destroyed"]]);
  });

  test("raises the stream's error from the next write and from the end", async () => {
    const taker = new Taker();
    const broken = new RangeError("broken");
    const seen = await run(function* main() {
      const writer = writerTo(taker);
      yield* writer.write("first");
      const waiting = createTask(writer.write("second"));
      yield* sleep("1ms");
      taker.take(broken);
      const errors = [yield* raisedBy(waiting), yield* raisedBy(writer.write("third"))];
      return errors.map((error) => error === broken);
    });
    expect(seen).toEqual([true, true]);
  });

  test("releases who waits when it is aborted", async () => {
    const taker = new Taker();
    const error = await run(function* main() {
      const writer = writerTo(taker);
      yield* writer.write("first");
      const waiting = createTask(writer.write("second"));
      yield* sleep("1ms");
      writer.abort();
      return yield* raisedBy(waiting);
    });
    expect(error).toEqual(withCode("ERR_STREAM_CLOSED"));
  });
});

test("fromWritable() refuses what is no stream, and what it cannot write", async () => {
  expect(() => fromWritable({} as Writable)).toThrow(withCode("ERR_INVALID_ARG"));
  const bytes = new Writable({ write: (_chunk, _encoding, done) => done() });
  const error = await run(() => raisedBy(fromWritable<unknown>(bytes).write({})));
  expect(error).toEqual(withCode("ERR_INVALID_ARG_TYPE"));
});
