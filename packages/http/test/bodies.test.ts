import { asyncFor, asyncGenerator, BREAK, createTask, Event, fromPromise, sleep } from "tsyncio";
import { expect, test } from "vitest";
import {
  type BodySource,
  fetch,
  readBytes,
  readChunks,
  readJson,
  readLines,
  readText,
  streamBody,
} from "../src/index.js";
import { RawClient, until, withServer } from "./harness.js";

const MIB = 1024 * 1024;

/** A body of bytes cut into pieces. */
function pieces(...texts: (string | Uint8Array)[]): BodySource {
  const encoder = new TextEncoder();
  const parts = texts.map((text) => (typeof text === "string" ? encoder.encode(text) : text));
  return {
    url: "test:",
    body: new ReadableStream({
      pull(controller) {
        const part = parts.shift();
        if (part === undefined) controller.close();
        else controller.enqueue(part);
      },
    }),
  };
}

test("readText(), readJson() and readBytes() read a body to its end, however it is cut", async () => {
  await withServer(
    () => new Response(""),
    function* main() {
      const euro = new TextEncoder().encode("€");
      expect(yield* readText(pieces("a", euro.subarray(0, 1), euro.subarray(1), "b"))).toBe("a€b");
      expect(yield* readJson(pieces('{"a":', "1}"))).toEqual({ a: 1 });
      expect([...(yield* readBytes(pieces("ab", "c")))]).toEqual([97, 98, 99]);
      expect((yield* readBytes(new Response(null))).length).toBe(0);
      const over = createTask(readBytes(pieces("abc", "def"), { limit: 5 }));
      yield* fromPromise(until(() => over.done()));
      expect(over.exception()).toMatchObject({ code: "ERR_BODY_TOO_LARGE", limit: 5 });
    },
  );
});

test("readLines() gives lines without their ends, however they are cut", async () => {
  await withServer(
    () => new Response(""),
    function* main() {
      const lines: string[] = [];
      yield* asyncFor(readLines(pieces("a\nb", "c\r", "\n\nd\r\n", "e")), function* take(line) {
        lines.push(line);
      });
      expect(lines).toEqual(["a", "bc", "", "d", "e"]);
      const long = createTask(asyncFor(readLines(pieces("abcdef"), { limit: 5 }), function* () {}));
      yield* fromPromise(until(() => long.done()));
      expect(long.exception()).toMatchObject({ code: "ERR_LIMIT_OVERRUN" });
    },
  );
});

test("streamBody() sends chunks as they are made, from a server and to one", async () => {
  await withServer(
    (request) =>
      new Response(
        streamBody(
          asyncGenerator(function* shout(emit) {
            const decoder = new TextDecoder();
            yield* asyncFor(readChunks(request), function* each(chunk) {
              yield* emit(decoder.decode(chunk).toUpperCase());
            });
          }),
        ),
      ),
    function* main(server) {
      const go = new Event();
      const response = yield* fetch(server.url, {
        method: "POST",
        body: asyncGenerator(function* chunks(emit) {
          yield* emit("one ");
          yield* go.wait();
          yield* emit("two");
        }),
      });
      let text = "";
      yield* asyncFor(response.chunks(), function* take(chunk) {
        text += new TextDecoder().decode(chunk);
        // The second is made when the first has come back.
        go.set();
      });
      expect(text).toBe("ONE TWO");
    },
  );
});

test("streamBody() makes nothing that is not wanted: a slow reader holds the coroutine", async () => {
  const chunk = new Uint8Array(256 * 1024);
  let made = 0;
  await withServer(
    () =>
      new Response(
        streamBody(function* flood(emit) {
          for (; made < 256; made++) yield* emit(chunk);
        }),
      ),
    function* main(server) {
      const client = new RawClient(server.port);
      client.socket.pause();
      client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      let last = -1;
      while (made !== last || made === 0) {
        last = made;
        yield* sleep("100ms");
      }
      // What is under way is in the sockets' buffers, and nowhere else.
      expect(made * chunk.length).toBeLessThan(32 * MIB);
      expect(process.memoryUsage().arrayBuffers).toBeLessThan(64 * MIB);
      client.vanish();
    },
  );
});

test("a request's body is read no faster than the handler reads it", async () => {
  const door = new Event();
  let read = 0;
  await withServer(
    function* handler(request) {
      yield* door.wait();
      yield* asyncFor(readChunks(request), function* take(chunk) {
        read += chunk.length;
      });
      return new Response(String(read));
    },
    function* main(server) {
      const size = 48 * MIB;
      const client = new RawClient(server.port);
      client.send(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${size}\r\n\r\n`);
      client.socket.write(new Uint8Array(size));
      yield* fromPromise(until(() => server.activeRequests === 1));
      let last = -1;
      while (client.socket.bytesWritten - client.socket.writableLength !== last) {
        last = client.socket.bytesWritten - client.socket.writableLength;
        yield* sleep("100ms");
      }
      expect(client.socket.writableLength).toBeGreaterThan(16 * MIB);
      door.set();
      yield* fromPromise(until(() => client.received.endsWith(String(size))));
      client.vanish();
    },
    { limits: { bodySize: Number.POSITIVE_INFINITY } },
  );
});

test("streamBody() cancels its coroutine when the reader goes away", async () => {
  const log: string[] = [];
  await withServer(
    () =>
      new Response(
        streamBody(function* endless(emit) {
          try {
            yield* emit("first");
            yield* sleep(60);
          } catch (error) {
            log.push((error as Error).name);
            throw error;
          }
        }),
      ),
    function* main(server, reports) {
      const client = new RawClient(server.port);
      client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      yield* fromPromise(until(() => client.received.includes("first")));
      client.vanish();
      yield* fromPromise(until(() => log.length === 1));

      const response = yield* fetch(server.url);
      yield* asyncFor(response.chunks(), function* take() {
        return BREAK;
      });
      yield* fromPromise(until(() => log.length === 2));
      expect(log).toEqual(["CancelledError", "CancelledError"]);
      expect(reports).toEqual([]);
    },
  );
});

test("streamBody() breaks the connection and reports when its coroutine fails", async () => {
  await withServer(
    () =>
      new Response(
        streamBody(function* fails(emit) {
          yield* emit("first");
          throw new RangeError("no more");
        }),
      ),
    function* main(server, reports) {
      const response = yield* fetch(server.url);
      const reading = createTask(response.text());
      yield* fromPromise(until(() => reading.done()));
      expect(reading.exception()).toMatchObject({ code: "ECONNRESET" });
      expect(reports.map(({ message, exception }) => [message, String(exception)])).toEqual([
        [
          `Unhandled exception in the body of the response to GET ${server.url}/`,
          "RangeError: no more",
        ],
      ]);
    },
  );
});

test("streamBody() leaves no task behind for a response that is not sent", async () => {
  let begun = 0;
  await withServer(
    function* handler() {
      const body = streamBody(function* never(emit) {
        begun++;
        yield* emit("x");
      });
      return new Response(null, { status: 204, headers: { "x-body": String(body.locked) } });
    },
    function* main(server, reports) {
      const { allTasks } = yield* fromPromise(import("tsyncio"));
      const before = allTasks().size;
      for (let i = 0; i < 3; i++) expect((yield* fetch(server.url)).status).toBe(204);
      yield* fromPromise(until(() => allTasks().size === before));
      expect(begun).toBe(0);
      expect(reports).toEqual([]);
    },
  );
});

test("streamBody() refuses chunks that are neither text nor bytes", async () => {
  await withServer(
    () =>
      new Response(
        streamBody(function* wrong(emit) {
          yield* emit(42 as never);
        }),
      ),
    function* main(server, reports) {
      const asked = createTask(fetch(server.url));
      yield* fromPromise(until(() => reports.length === 1));
      expect(reports[0]?.exception).toMatchObject({ code: "ERR_INVALID_CHUNK" });
      asked.cancel();
    },
  );
});
