import fc from "fast-check";
import {
  asyncFor,
  asyncGenerator,
  BREAK,
  createTask,
  Event,
  fromPromise,
  Queue,
  run,
  sleep,
} from "tsyncio";
import { expect, test } from "vitest";
import { EventParser } from "../src/events/event-parser.js";
import { formatEvent } from "../src/events/server-sent-event.js";
import {
  eventSource,
  eventStreamResponse,
  fetch,
  type SentEvent,
  type ServerSentEvent,
} from "../src/index.js";
import { closedPort, RawClient, until, withServer } from "./harness.js";

function parse(...pieces: string[]): [type: string, data: string, id: string][] {
  const parser = new EventParser();
  return pieces.flatMap((piece) =>
    [...parser.feed(piece)].map(({ type, data, id }): [string, string, string] => [type, data, id]),
  );
}

test("EventParser reads fields as the HTML standard says", () => {
  expect(parse("\uFEFFdata: a\ndata:b\ndata\n\n")).toEqual([["message", "a\nb\n", ""]]);
  expect(parse(": comment\nevent: x\nid: 7\ndata:  two\n\ndata: next\n\n")).toEqual([
    ["x", " two", "7"],
    ["message", "next", "7"],
  ]);
  expect(parse("event: none\n\ndata: not ended")).toEqual([]);
  expect(parse("id: a\0b\nid\ndata: x\r\rdata: y\r\n\r\n")).toEqual([
    ["message", "x", ""],
    ["message", "y", ""],
  ]);
  const parser = new EventParser();
  expect([...parser.feed("retry: 250\nretry: 1x\ndata: z\n\n")][0]?.retry).toBe(0.25);
});

test("EventParser gives the same events however a stream is cut", () => {
  const text = fc.string({ unit: fc.constantFrom("a", ":", " ", "\n", "\r", "é") });
  const event = fc.record({
    data: text,
    type: fc.constantFrom("message", "news"),
    id: fc.constantFrom("1", "2"),
  });
  fc.assert(
    fc.property(
      fc.array(event),
      fc.array(fc.nat()),
      fc.constantFrom("\n", "\r", "\r\n"),
      (events, cuts, end) => {
        const stream = events.map(formatEvent).join("").replaceAll("\n", end);
        const at = [...new Set(cuts.map((cut) => cut % (stream.length + 1)))].sort((a, b) => a - b);
        const pieces = [0, ...at].map((from, i) => stream.slice(from, at[i] ?? stream.length));
        const wanted = events.map(({ type, data, id }) => [
          type,
          data.replaceAll(/\r\n|\r/g, "\n"),
          id,
        ]);
        expect(parse(...pieces)).toEqual(wanted);
      },
    ),
  );
});

test("EventParser takes time in proportion to a line that comes in many pieces", () => {
  const time = (pieces: number): number => {
    const parser = new EventParser({ limit: Number.POSITIVE_INFINITY });
    const piece = "x".repeat(1024);
    const start = performance.now();
    for (const _ of parser.feed("data: ")) expect.unreachable();
    for (let i = 0; i < pieces; i++) for (const _ of parser.feed(piece)) expect.unreachable();
    const [event] = parser.feed("\n\n");
    expect(event?.data.length).toBe(pieces * 1024);
    return performance.now() - start;
  };
  time(100);
  // Eight times as much: 64 times as long where each piece is looked through again with all before it.
  const [short, long] = [time(1000), time(8000)];
  expect(long).toBeLessThan(25 * Math.max(short, 4));
});

test("an event over the limit ends the loop over the events, in one line or in many", async () => {
  await withServer(
    (request) => {
      const line = request.url.endsWith("/line") ? "x".repeat(50) : "x\ndata: ".repeat(25);
      const text = `data: fine\n\ndata: ${line}`;
      return new Response(text, { headers: { "content-type": "text/event-stream" } });
    },
    function* main({ url }) {
      for (const path of ["/line", "/lines"]) {
        const address = `${url}${path}`;
        const seen: string[] = [];
        const task = createTask(
          asyncFor(eventSource(address, { limit: 40 }), function* take({ data }) {
            seen.push(data);
          }),
        );
        yield* fromPromise(until(() => task.done()));
        expect(seen).toEqual(["fine"]);
        expect(task.exception()).toMatchObject({
          code: "ERR_LIMIT_OVERRUN",
          message: `Cannot read an event of ${address}: it is longer than 40 characters; raise the limit`,
        });
        const whole = (yield* fetch(address)).events({ limit: 80 });
        seen.length = 0;
        yield* asyncFor(whole, function* take({ data }) {
          seen.push(data);
        });
        expect(seen).toEqual(["fine"]);
      }
    },
  );
});

test("formatEvent() refuses names and ids of several lines", () => {
  expect(() => formatEvent({ type: "a\nb", data: "" })).toThrow(
    expect.objectContaining({ code: "ERR_INVALID_EVENT" }),
  );
});

test("eventStreamResponse() sends events as they are made, to eventSource()", async () => {
  const queue = new Queue<SentEvent | string>();
  await withServer(
    () =>
      eventStreamResponse(
        asyncGenerator<SentEvent | string>(function* events(emit) {
          for (;;) yield* emit(yield* queue.get());
        }),
      ),
    function* main(server) {
      const seen: Pick<ServerSentEvent, "type" | "data" | "id">[] = [];
      queue.putNowait("one");
      yield* asyncFor(eventSource(server.url), function* take({ type, data, id }) {
        seen.push({ type, data, id });
        if (seen.length === 3) return BREAK;
        queue.putNowait({
          type: "news",
          data: `two\nlines ${seen.length}`,
          id: String(seen.length),
        });
        return undefined;
      });
      expect(seen).toEqual([
        { type: "message", data: "one", id: "" },
        { type: "news", data: "two\nlines 1", id: "1" },
        { type: "news", data: "two\nlines 2", id: "2" },
      ]);
      yield* fromPromise(until(() => server.activeRequests === 0));
    },
  );
});

test("eventStreamResponse() sends comments while nothing happens, and stops when the client leaves", async () => {
  let cancelled = false;
  await withServer(
    () =>
      eventStreamResponse(
        function* silent(emit) {
          try {
            yield* emit("first");
            yield* sleep(60);
          } finally {
            cancelled = true;
          }
        },
        { keepAlive: "10ms", retry: 2, headers: { "x-own": "1" } },
      ),
    function* main(server) {
      const client = new RawClient(server.port);
      client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      yield* fromPromise(until(() => client.received.split("\n:\n").length > 3));
      const lower = client.received.toLowerCase();
      for (const header of ["text/event-stream", "no-cache", "x-own: 1"]) {
        expect(lower).toContain(header);
      }
      expect(client.received).toContain("retry: 2000\n\n");
      expect(client.received).toContain("data: first\n\n");
      client.vanish();
      yield* fromPromise(until(() => cancelled));
    },
  );
});

test("eventStreamResponse() holds its source while the client does not read", async () => {
  let made = 0;
  await withServer(
    () =>
      eventStreamResponse(function* flood(emit) {
        for (; made < 4096; made++) yield* emit("x".repeat(64 * 1024));
      }),
    function* main(server) {
      const client = new RawClient(server.port);
      client.socket.pause();
      client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      let last = -1;
      while (made !== last || made === 0) {
        last = made;
        yield* sleep("100ms");
      }
      expect(made).toBeLessThan(512);
      client.vanish();
    },
  );
});

test("eventSource() connects again with the id of the last event, until it is told 204", async () => {
  const ids: (string | null)[] = [];
  await withServer(
    (request) => {
      ids.push(request.headers.get("last-event-id"));
      if (ids.length === 3) return new Response(null, { status: 204 });
      return eventStreamResponse(function* events(emit) {
        yield* emit({ data: `part ${ids.length}`, id: `id-${ids.length}` });
        // What is cut off in the middle is not an event.
        yield* emit({ comment: "the connection breaks" });
        if (ids.length === 2) throw new Error("broken");
      });
    },
    function* main(server, reports) {
      const seen: string[] = [];
      const source = eventSource(server.url, { retry: "5ms", lastEventId: "start" });
      yield* asyncFor(source, function* take({ data }) {
        seen.push(data);
      });
      expect(seen).toEqual(["part 1", "part 2"]);
      expect(ids).toEqual(["start", "id-1", "id-2"]);
      expect(reports.length).toBe(1);
    },
  );
});

test("eventSource() tells an id of any script as UTF-8, and none that no header can carry", async () => {
  const ids: (string | null)[] = [];
  await withServer(
    (request) => {
      const id = request.headers.get("last-event-id");
      ids.push(id === null ? null : Buffer.from(id, "latin1").toString("utf8"));
      const next = ["日本é", "bell\u0007", "end"][ids.length - 1] as string;
      return eventStreamResponse([{ data: next, id: next }]);
    },
    function* main(server) {
      const source = eventSource(server.url, { retry: "1ms", lastEventId: "naïve ☃" });
      yield* asyncFor(source, function* take({ data }) {
        return data === "end" ? BREAK : undefined;
      });
      expect(ids).toEqual(["naïve ☃", "日本é", null]);
    },
  );
});

test("eventSource() without reconnect ends with the connection, and raises what broke it", async () => {
  await withServer(
    (request) => {
      if (request.url.endsWith("/text")) return new Response("no events");
      return eventStreamResponse(["a", "b"]);
    },
    function* main(server) {
      const seen: string[] = [];
      yield* asyncFor(eventSource(server.url, { reconnect: false }), function* take({ data }) {
        seen.push(data);
      });
      expect(seen).toEqual(["a", "b"]);
      for (const [url, code] of [
        [`${server.url}/text`, "ERR_NO_EVENT_STREAM"],
        [`http://127.0.0.1:${yield* fromPromise(closedPort())}/`, "ECONNREFUSED"],
      ] as const) {
        const task = createTask(asyncFor(eventSource(url, { reconnect: false }), function* () {}));
        yield* fromPromise(until(() => task.done()));
        expect(task.exception()).toMatchObject({ code });
      }
    },
  );
});

test("FetchResponse.events() gives the events of any answer", async () => {
  const closed = new Event();
  await withServer(
    (request) => {
      request.signal.addEventListener("abort", () => closed.set());
      return new Response(`data: ${request.method}\n\ndata: 2\n\n`);
    },
    function* main(server) {
      const response = yield* fetch(server.url, { method: "POST", body: "ask" });
      const seen: string[] = [];
      yield* asyncFor(response.events(), function* take({ data }) {
        seen.push(data);
      });
      expect(seen).toEqual(["POST", "2"]);
    },
  );
});

test("a body cannot be made outside a run", () => {
  expect(() => eventStreamResponse(["x"])).toThrow(
    expect.objectContaining({ code: "ERR_NO_RUNNING_LOOP" }),
  );
  void run;
});
