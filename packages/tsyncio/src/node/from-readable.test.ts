/** Reading chunks of Node's and the web's streams. */
import { Duplex, PassThrough, Readable } from "node:stream";
import { ReadableStream } from "node:stream/web";
import { describe, expect, test } from "vitest";
import { collect } from "../../test/async-function.js";
import { raisedBy, withCode } from "../../test/errors.js";
import { asyncFor, asyncWith, BREAK, createTask, isCancelled, run, sleep } from "../index.js";
import { fromReadable } from "./from-readable.js";

/** A stream of Node or of the web that gives `items` and then, unless it ends, nothing. */
function sources(items: readonly unknown[], ends: boolean) {
  const log: string[] = [];
  const node = (): Readable => {
    const left = [...items];
    return new Readable({
      objectMode: true,
      highWaterMark: 1,
      read() {
        if (left.length > 0) this.push(left.shift());
        else if (ends) this.push(null);
      },
      destroy(error, done) {
        log.push("closed");
        done(error);
      },
    });
  };
  const web = (): ReadableStream<unknown> => {
    const left = [...items];
    return new ReadableStream({
      pull(controller) {
        if (left.length > 0) controller.enqueue(left.shift());
        else if (ends) controller.close();
        else return new Promise(() => {});
        return undefined;
      },
      cancel() {
        log.push("closed");
      },
    });
  };
  return { log, node, web };
}

/** The listeners a stream has of ours. */
function listeners(stream: Readable): number {
  return ["readable", "data"].reduce((sum, name) => sum + stream.listenerCount(name), 0);
}

describe.each(["node", "web"] as const)("fromReadable() of a %s stream", (kind) => {
  /** What `fromReadable` is given. */
  function chunks(from: ReturnType<typeof sources>) {
    return kind === "node" ? fromReadable<unknown>(from.node()) : fromReadable(from.web());
  }

  test("gives its chunks, of whatever type, to its end", async () => {
    const items = [1, "two", { three: 3 }];
    const seen = await run(function* main() {
      const seen: unknown[] = [];
      yield* asyncFor(chunks(sources(items, true)), function* (item) {
        yield* sleep(0);
        seen.push(item);
      });
      return seen;
    });
    expect(seen).toEqual(items);
  });

  test("can be iterated by lowered functions", async () => {
    const items = [1, "two"];
    expect(await run(() => collect(chunks(sources(items, true))))).toEqual(items);
  });

  test("closes the stream when the iteration is left", async () => {
    const from = sources([1, 2, 3], false);
    const count = await run(function* main() {
      let count = 0;
      yield* asyncFor(chunks(from), function* () {
        if (++count === 2) return BREAK;
      });
      return count;
    });
    expect([count, from.log]).toEqual([2, ["closed"]]);
  });

  test("closes the stream when its task is cancelled while it waits", async () => {
    const from = sources([1], false);
    const seen = await run(function* main() {
      const task = createTask(asyncFor(chunks(from), function* () {}));
      for (let n = 0; n < 3; n++) yield* sleep("1ms");
      task.cancel();
      const cancelled = isCancelled(yield* raisedBy(task));
      return [cancelled, ...from.log];
    });
    expect(seen).toEqual([true, "closed"]);
  });

  test("by asyncWith closes the stream, read or not", async () => {
    const from = sources([1, 2], false);
    const seen = await run(() =>
      asyncWith(chunks(from), function* (reader) {
        return yield* reader.next();
      }),
    );
    expect([seen, from.log]).toEqual([{ value: 1, done: false }, ["closed"]]);
  });
});

describe("fromReadable()", () => {
  test("raises a stream's error behind the chunks before it", async () => {
    const error = new RangeError("broken");
    const node = new PassThrough({ objectMode: true });
    node.write(1);
    const web = new ReadableStream({
      start: (controller) => controller.enqueue(1),
      pull: (controller) => controller.error(error),
    });
    const seen = await run(function* main() {
      const seen: unknown[] = [];
      for (const chunks of [fromReadable<number>(node), fromReadable<number>(web)]) {
        seen.push((yield* chunks.next()).value);
        node.destroy(error);
        seen.push((yield* raisedBy(chunks.next())) === error);
      }
      return seen;
    });
    expect(seen).toEqual([1, true, 1, true]);
  });

  test("raises that a stream was closed before its end", async () => {
    const node = new PassThrough();
    const error = await run(function* main() {
      const task = createTask(fromReadable(node).next());
      yield* sleep(0);
      node.destroy();
      return yield* raisedBy(task);
    });
    expect(error).toEqual(withCode("ERR_STREAM_PREMATURE_CLOSE"));
  });

  test("does not read ahead of its consumer by more than the stream's own mark", async () => {
    let made = 0;
    const readable = new Readable({
      objectMode: true,
      highWaterMark: 2,
      read() {
        made++;
        this.push(made);
      },
    });
    const ahead = await run(function* main() {
      const ahead: number[] = [];
      yield* asyncFor(fromReadable<number>(readable), function* (n) {
        yield* sleep("1ms");
        ahead.push(made - n);
        if (n === 20) return BREAK;
      });
      return Math.max(...ahead);
    });
    expect(ahead).toBeLessThanOrEqual(3);
  });

  test("leaves no listeners, and the other half of a duplex stream open", async () => {
    const duplex = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
    duplex.push("asked");
    duplex.push(null);
    const seen = await run(function* main() {
      const seen: string[] = [];
      yield* asyncFor(fromReadable(duplex), function* (chunk) {
        seen.push(chunk.toString());
      });
      return seen;
    });
    expect([seen, listeners(duplex), duplex.destroyed]).toEqual([["asked"], 0, false]);
    duplex.destroy();
  });

  test("refuses what is no stream, and a web stream that somebody reads", () => {
    expect(() => fromReadable({} as Readable)).toThrow(withCode("ERR_INVALID_ARG"));
    const stream = new ReadableStream();
    stream.getReader();
    expect(() => fromReadable(stream)).toThrow(TypeError);
  });
});
