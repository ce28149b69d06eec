/** Async generators as streams of Node and of the web. */
import { once } from "node:events";
import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { type Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describe, expect, test } from "vitest";
import { asyncGeneratorFunction } from "../../test/async-function.js";

import {
  type AnyIterable,
  asyncFor,
  asyncGenerator,
  ContextVar,
  createTask,
  currentTask,
  Future,
  fromPromise,
  isCancelled,
  run,
  sleep,
} from "../index.js";
import { emit } from "../interop/lowered-generator.js";
import { fromReadable } from "./from-readable.js";
import { toReadable, toReadableStream } from "./to-readable.js";

/** Numbers for ever, with a cleanup that waits. */
function numbers(log: string[], delay = 0) {
  return asyncGenerator<number>(function* counts(emit) {
    log.push("begun");
    try {
      for (let n = 1; ; n++) {
        if (delay > 0) yield* sleep(delay);
        log.push(`made ${n}`);
        yield* emit(n);
      }
    } finally {
      yield* sleep("1ms");
      log.push("cleaned up");
    }
  });
}

const up = asyncGeneratorFunction("up", function* (to: number) {
  for (let n = 1; n <= to; n++) {
    yield sleep("1ms");
    yield emit(n);
  }
});

const three = () =>
  asyncGenerator<number>(function* (emit) {
    for (let n = 1; n <= 3; n++) {
      yield* sleep("1ms");
      yield* emit(n);
    }
  });

/** Both kinds of streams as what native code iterates. */
const streams = {
  toReadable: (source: AnyIterable<unknown>) => toReadable(source) as AsyncIterable<unknown>,
  toReadableStream: (source: AnyIterable<unknown>) =>
    toReadableStream(source) as AsyncIterable<unknown>,
};

async function all(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

describe.each(["toReadable", "toReadableStream"] as const)("%s()", (name) => {
  const make = streams[name];

  test("gives what a generator emits, a lowered one, and any iterable, outside any run", async () => {
    expect(await all(make(three()))).toEqual([1, 2, 3]);
    expect(await all(make(up(3) as unknown as AnyIterable<number>))).toEqual([1, 2, 3]);
    expect(await all(make(["a", "b"]))).toEqual(["a", "b"]);
    expect(await all(make([]))).toEqual([]);
  });

  test("runs its source in a task of the current run, in the context of the call", async () => {
    const who = new ContextVar<string>("who");
    const seen = await run(function* main() {
      who.set("maker");
      const source = asyncGenerator<unknown>(function* (emit) {
        yield* emit(who.get());
        yield* emit(currentTask()?.name);
      });
      const stream = make(source);
      who.set("later");
      return yield* fromPromise(all(stream));
    });
    expect(seen).toEqual(["maker", `${name}()`]);
  });

  test("makes nothing before it is read, and no more than one ahead", async () => {
    const log: string[] = [];
    const stream = make(numbers(log));
    await new Promise((resolve) => setImmediate(resolve));
    expect(log).toEqual([]);
    let most = 0;
    for await (const item of stream) {
      await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, log.length - 1 - (item as number));
      if (item === 10) break;
    }
    expect(most).toBeLessThanOrEqual(2);
  });

  test("ends its source where it stands when the reader goes, and is closed after its cleanup", async () => {
    for (const delay of [0, 1000]) {
      const log: string[] = [];
      const stream = make(numbers(log, delay));
      if (delay === 0) {
        for await (const _ of stream) break;
        if (name === "toReadable") {
          await new Promise((resolve) => (stream as unknown as Readable).once("close", resolve));
        }
      } else if (name === "toReadable") {
        const readable = stream as unknown as Readable;
        readable.resume();
        await new Promise((resolve) => setImmediate(resolve));
        readable.destroy();
        await once(readable, "close");
      } else {
        const reader = (stream as unknown as ReadableStream).getReader();
        void reader.read();
        await new Promise((resolve) => setImmediate(resolve));
        await reader.cancel();
      }
      expect([log[0], log.at(-1)]).toEqual(["begun", "cleaned up"]);
    }
  });

  test("passes on its source's error", async () => {
    const error = new RangeError("broken");
    const source = asyncGenerator<number>(function* (emit) {
      yield* emit(1);
      throw error;
    });
    const items: unknown[] = [];
    const caught = await (async () => {
      for await (const item of make(source)) items.push(item);
    })().catch((raised: unknown) => raised);
    expect([items, caught === error]).toEqual([[1], true]);
  });

  test("passes on the error of a cleanup", async () => {
    const source = asyncGenerator<number>(function* (emit) {
      try {
        yield* emit(1);
        yield* new Future();
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: an error in the cleanup is the point
        throw new RangeError("in the cleanup");
      }
    });
    const stream = make(source);
    let error: unknown;
    if (name === "toReadable") {
      const readable = stream as unknown as Readable;
      await once(readable, "readable");
      readable.destroy();
      [error] = await once(readable, "error");
    } else {
      const reader = (stream as unknown as ReadableStream).getReader();
      await reader.read();
      error = await reader.cancel().catch((raised: unknown) => raised);
    }
    expect(String(error)).toBe("RangeError: in the cleanup");
  });

  test("ends with its run: the source is cancelled, and the reader gets an error", async () => {
    const log: string[] = [];
    let reading: Promise<unknown> | undefined;
    let unread: AsyncIterable<unknown> | undefined;
    await run(function* main() {
      reading = all(make(numbers(log, 1000))).catch((error: unknown) => error);
      unread = make(numbers(log));
      yield* sleep("2ms");
    });
    expect(log).toEqual(["begun", "cleaned up"]);
    expect(isCancelled(await reading)).toBe(true);
    const late = await all(unread as AsyncIterable<unknown>).catch((error: unknown) => error);
    expect(late).toMatchObject({ code: "ERR_RUN_ENDED" });
  });

  test("and fromReadable() are each other's opposite", async () => {
    const seen = await run(function* main() {
      const stream = name === "toReadable" ? toReadable(three()) : undefined;
      const chunks = stream
        ? fromReadable<number>(stream)
        : fromReadable(toReadableStream(three()));
      const seen: number[] = [];
      yield* asyncFor(chunks, function* (n) {
        seen.push(n);
      });
      return seen;
    });
    expect(seen).toEqual([1, 2, 3]);
  });
});

describe("toReadable()", () => {
  test("stays a few bytes ahead of a slow pipe", async () => {
    let made = 0;
    let taken = 0;
    let most = 0;
    const source = asyncGenerator<Buffer>(function* (emit) {
      for (; made < 200; ) {
        made++;
        yield* emit(Buffer.alloc(1024));
      }
    });
    const slow = new Writable({
      highWaterMark: 4096,
      write: (chunk: Buffer, _encoding, done) => {
        taken += chunk.length;
        most = Math.max(most, made * 1024 - taken);
        setImmediate(done);
      },
    });
    await pipeline(toReadable(source, { objectMode: false, highWaterMark: 4096 }), slow);
    expect([taken, most <= 10 * 1024]).toEqual([200 * 1024, true]);
  });

  test("ends its source when a client goes away in the middle of a response", async () => {
    const log: string[] = [];
    const source = asyncGenerator<string>(function* (emit) {
      try {
        yield* emit("first part\n");
        yield* new Future();
      } finally {
        yield* sleep("1ms");
        log.push("cleaned up");
      }
    });
    const server = createServer((_request, response) => {
      pipeline(toReadable(source), response).catch((error: NodeJS.ErrnoException) => {
        log.push(error.code ?? String(error));
      });
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const request = get({ host: "127.0.0.1", port: (server.address() as AddressInfo).port });
    const [response] = (await once(request, "response")) as [Readable];
    const [part] = (await once(response, "data")) as [Buffer];
    const closed = once(server, "close");
    request.destroy();
    server.close();
    await closed;
    while (log.length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(String(part)).toBe("first part\n");
    expect(log.toSorted()).toEqual(["ERR_STREAM_PREMATURE_CLOSE", "cleaned up"]);
  });

  test("destroys the stream when a chunk does not fit into it, and ends the source", async () => {
    const log: string[] = [];
    const stream = toReadable(numbers(log), { objectMode: false });
    const error = await all(stream).catch((raised: unknown) => raised);
    expect(error).toMatchObject({ code: "ERR_INVALID_ARG_TYPE" });
    expect(log).toEqual(["begun", "made 1", "cleaned up"]);
  });
});

test("toReadableStream() makes bodies of responses", async () => {
  const text = await run(function* main() {
    const lines = asyncGenerator<Uint8Array>(function* (emit) {
      for (const line of ["one\n", "two\n"]) {
        yield* sleep("1ms");
        yield* emit(Buffer.from(line));
      }
    });
    const response = new Response(toReadableStream(lines) as ReadableStream);
    const task = createTask(fromPromise(response.text()));
    return yield* task;
  });
  expect(text).toBe("one\ntwo\n");
});
