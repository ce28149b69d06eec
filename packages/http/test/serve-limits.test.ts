import { createTask, Event, fromPromise, isCancelled, sleep } from "tsyncio";
import { expect, test } from "vitest";
import { fetch, readText, streamBody } from "../src/index.js";
import { RawClient, until, withServer } from "./harness.js";

test("serve() lets concurrency requests run, queue wait in order, and answers 503 to the rest", async () => {
  const log: string[] = [];
  const doors = new Map<string, Event>();
  await withServer(
    function* handler(request) {
      const { pathname } = new URL(request.url);
      log.push(pathname);
      const door = new Event();
      doors.set(pathname, door);
      yield* door.wait();
      return new Response(pathname);
    },
    function* main(server) {
      const get = (path: string) => createTask(fetch(`${server.url}${path}`));
      const first = get("/1");
      yield* fromPromise(until(() => log.length === 1));
      const second = get("/2");
      yield* fromPromise(until(() => server.activeRequests === 2));
      const third = get("/3");
      yield* fromPromise(until(() => server.activeRequests === 3));
      const refused = yield* fetch(`${server.url}/4`);
      expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
      expect(log).toEqual(["/1"]);
      for (const [path, task] of [
        ["/1", first],
        ["/2", second],
        ["/3", third],
      ] as const) {
        yield* fromPromise(until(() => doors.has(path)));
        doors.get(path)?.set();
        expect(yield* (yield* task).text()).toBe(path);
      }
      expect(log).toEqual(["/1", "/2", "/3"]);
    },
    { limits: { concurrency: 1, queue: 2 } },
  );
});

test("serve() forgets a request that waits when its client goes away, and one whose deadline passes", async () => {
  const door = new Event();
  const log: string[] = [];
  await withServer(
    (request) => {
      log.push(new URL(request.url).pathname);
      // A response that goes on keeps its place; it has no deadline.
      return new Response(
        streamBody(function* body(emit) {
          yield* emit("begun ");
          yield* door.wait();
          yield* emit("done");
        }),
      );
    },
    function* main(server) {
      const first = yield* fetch(`${server.url}/1`);
      const client = new RawClient(server.port);
      client.send("GET /gone HTTP/1.1\r\nHost: x\r\n\r\n");
      yield* fromPromise(until(() => server.activeRequests === 2));
      client.vanish();
      yield* fromPromise(until(() => server.activeRequests === 1));
      expect((yield* fetch(`${server.url}/late`)).status).toBe(503);
      door.set();
      expect(yield* first.text()).toBe("begun done");
      expect((yield* fetch(`${server.url}/2`)).status).toBe(200);
      expect(log).toEqual(["/1", "/2"]);
    },
    { limits: { concurrency: 1, queue: 1 }, deadline: "50ms" },
  );
});

test("serve() answers 413 for a body over the limit, announced or not, and goes on", async () => {
  const outcomes: string[] = [];
  await withServer(
    function* handler(request) {
      try {
        const text = yield* fromPromise(request.text());
        outcomes.push(`read ${text.length}`);
        return new Response(String(text.length));
      } catch (error) {
        outcomes.push(isCancelled(error) ? error.message : String(error));
        throw error;
      }
    },
    function* main(server, reports) {
      const post = (body: string | ReadableStream<Uint8Array>) =>
        fetch(server.url, { method: "POST", body });
      expect((yield* post("x".repeat(2000))).status).toBe(413);
      expect(outcomes).toEqual([]);

      const client = new RawClient(server.port);
      client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
      yield* fromPromise(until(() => server.activeRequests === 1));
      for (let i = 0; i < 3; i++) client.send(`190\r\n${"y".repeat(400)}\r\n`);
      yield* fromPromise(until(() => client.received.startsWith("HTTP/1.1 413")));
      expect(outcomes).toEqual(["the body is too long"]);
      client.vanish();

      expect(yield* (yield* post("z".repeat(1000))).text()).toBe("1000");
      expect(reports).toEqual([]);
    },
    { limits: { bodySize: 1000 } },
  );
});

test("serve() gives a body that was cut off for its length to nobody as complete", async () => {
  let outcome = "pending";
  await withServer(
    (request) => {
      // Not waited for by the handler's task.
      request.text().then(
        (text) => {
          outcome = `read ${text.length}`;
        },
        (error: { code?: string }) => {
          outcome = String(error.code);
        },
      );
      return new Promise<Response>(() => {});
    },
    function* main(server) {
      const client = new RawClient(server.port);
      client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
      yield* fromPromise(until(() => server.activeRequests === 1));
      client.send(`190\r\n${"y".repeat(400)}\r\n0\r\n\r\n`);
      yield* fromPromise(until(() => outcome !== "pending"));
      expect(outcome).toBe("ERR_BODY_TOO_LARGE");
      yield* fromPromise(until(() => client.received.startsWith("HTTP/1.1 413")));
      client.vanish();
    },
    { limits: { bodySize: 100 } },
  );
});

test("serve() gives no leave to send a body that will be too long", async () => {
  await withServer(
    function* handler(request) {
      return new Response(yield* fromPromise(request.text()));
    },
    function* main(server) {
      const head = "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n";
      const client = new RawClient(server.port);
      client.send(`${head}Content-Length: 5000\r\n\r\n`);
      yield* fromPromise(until(() => client.closed));
      expect(client.received).toMatch(/^HTTP\/1\.1 413 /);
      const polite = new RawClient(server.port);
      polite.send(`${head}Content-Length: 5\r\n\r\n`);
      yield* fromPromise(until(() => polite.received.startsWith("HTTP/1.1 100")));
      polite.send("hello");
      yield* fromPromise(until(() => polite.received.endsWith("hello")));
      polite.vanish();
    },
    { limits: { bodySize: 1000 } },
  );
});

test("serve() answers 431 for headers over the limit and 400 for nonsense, and goes on", async () => {
  await withServer(
    () => new Response("fine"),
    function* main(server) {
      for (const [request, status] of [
        [`GET / HTTP/1.1\r\nHost: x\r\nX-Big: ${"x".repeat(3000)}\r\n\r\n`, 431],
        ["nonsense\r\n\r\n", 400],
        ["GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400],
      ] as const) {
        const client = new RawClient(server.port);
        client.send(request);
        yield* fromPromise(until(() => client.received !== ""));
        expect(client.received.slice(9, 12)).toBe(String(status));
        client.vanish();
      }
      expect((yield* fetch(server.url)).status).toBe(200);
    },
    { limits: { headerSize: 2000 } },
  );
});

test("serve() answers 413 for a chunked body over the limit that comes with its headers, and goes on", async () => {
  let begun = 0;
  await withServer(
    () => {
      begun++;
      return new Response("fine");
    },
    function* main(server, reports) {
      const client = new RawClient(server.port);
      const head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
      client.send(`${head}65\r\n${"x".repeat(101)}\r\n0\r\n\r\n`);
      yield* fromPromise(until(() => client.received.startsWith("HTTP/1.1 413")));
      expect(begun).toBe(0);
      client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      yield* fromPromise(until(() => client.received.endsWith("fine")));
      client.vanish();
      expect(reports).toEqual([]);
    },
    { limits: { bodySize: 100 } },
  );
});

test("serve() cancels pipelined requests whose client goes away, and gives their places back", async () => {
  const ends: string[] = [];
  const aborted: string[] = [];
  const door = new Event();
  await withServer(
    function* handler(request) {
      const { pathname } = new URL(request.url);
      if (pathname === "/quick") return new Response("quick");
      request.signal.addEventListener("abort", () => aborted.push(pathname));
      try {
        if (request.method === "POST") yield* readText(request);
        yield* door.wait();
      } catch (error) {
        ends.push(isCancelled(error) ? pathname : "raised");
        throw error;
      }
      return new Response("");
    },
    function* main(server, reports) {
      const client = new RawClient(server.port);
      const body = "Content-Length: 4\r\n\r\nbody";
      client.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
      // Its body is read: nothing more is to be heard of the request itself. And one that answers before its turn.
      client.send(`POST /3 HTTP/1.1\r\nHost: x\r\n${body}GET /quick HTTP/1.1\r\nHost: x\r\n\r\n`);
      yield* fromPromise(until(() => server.activeRequests === 3));
      yield* sleep("5ms");
      client.vanish();
      yield* fromPromise(until(() => ends.length === 3));
      expect(ends.sort()).toEqual(["/1", "/2", "/3"]);
      expect(aborted.sort()).toEqual(["/1", "/2", "/3"]);
      expect(server.activeRequests).toBe(0);
      // All four places are free: as many requests again may wait at the same time.
      const clients = Array.from({ length: 4 }, () => new RawClient(server.port));
      for (const each of clients) each.send("GET /again HTTP/1.1\r\nHost: x\r\n\r\n");
      yield* fromPromise(until(() => server.activeRequests === 4));
      door.set();
      yield* fromPromise(until(() => clients.every(({ received }) => received.includes(" 200 "))));
      for (const each of clients) each.vanish();
      expect(reports).toEqual([]);
    },
    { limits: { concurrency: 4 } },
  );
});

test("serve() answers pipelined requests in their order, each in its turn", async () => {
  const second = new Event();
  await withServer(
    function* handler(request) {
      const { pathname } = new URL(request.url);
      if (pathname === "/1") yield* second.wait();
      else second.set();
      return new Response(pathname);
    },
    function* main(server, reports) {
      const client = new RawClient(server.port);
      for (let i = 1; i <= 30; i++) client.send(`GET /${i} HTTP/1.1\r\nHost: x\r\n\r\n`);
      yield* fromPromise(until(() => client.received.endsWith("/30")));
      const order = [...client.received.matchAll(/\/(\d+)(?=HTTP|$)/g)].map(([, n]) => Number(n));
      expect(order).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
      client.vanish();
      expect(reports).toEqual([]);
    },
    { limits: { concurrency: 40 } },
  );
});

test("serve() gives the places of failed WebSocket handshakes back", async () => {
  const codes: string[] = [];
  const door = new Event();
  await withServer(
    function* handler(request, context) {
      if (!request.url.endsWith("/ws")) return new Response("fine");
      try {
        yield* context.upgradeWebSocket();
      } catch (error) {
        codes.push((error as { code: string }).code);
        // Its client has its answer; the place is free whatever the handler does now.
        yield* door.wait();
        throw error;
      }
      return undefined;
    },
    function* main(server, reports) {
      const head = "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";
      const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
      for (const wrong of [
        "",
        `Sec-WebSocket-Version: 99\r\n${key}`,
        "Sec-WebSocket-Version: 13\r\n",
      ]) {
        const client = new RawClient(server.port);
        client.send(`${head}${wrong}\r\n`);
        yield* fromPromise(until(() => client.closed));
        expect(client.received).toMatch(/^HTTP\/1\.1 400 /);
        expect(yield* (yield* fetch(server.url)).text()).toBe("fine");
      }
      expect(codes).toEqual(Array(3).fill("ERR_WEBSOCKET_HANDSHAKE"));
      door.set();
      yield* fromPromise(until(() => server.activeRequests === 0));
      expect(reports).toEqual([]);
    },
    { limits: { concurrency: 1 } },
  );
});
